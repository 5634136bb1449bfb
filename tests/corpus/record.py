"""What is known of a file of the corpus."""

from __future__ import annotations

import dataclasses
import io
import zlib

from PIL import Image

#: The kind of files with whole pixels beside metadata that Pillow refuses them for, and TensorFlow does not: a known difference.
DAMAGED_METADATA = "damaged metadata"


@dataclasses.dataclass(frozen=True)
class CorpusFile:
    """A file.

    Attributes:
        name: of the file, with an extension that flows read.
        kind: what is odd about it, in a few words; many files may be of one kind.
        contents: its bytes.
        readable: whether the original reads it; None where that is for Pillow to say, and may change with its release.
    """

    name: str
    kind: str
    contents: bytes = dataclasses.field(repr=False)
    readable: bool | None = True


def saved(image: Image.Image, pillow_format: str, **options) -> bytes:
    """The contents of the file that Pillow writes of an image."""
    file = io.BytesIO()
    image.save(file, pillow_format, **options)
    return file.getvalue()


def compressed(contents: bytes, wbits: int) -> bytes:
    """`zlib.compress` with `wbits`, which Python 3.10 does not take there: 9 to 15 zlib, 31 gzip, negative without header."""
    compressor = zlib.compressobj(wbits=wbits)
    return compressor.compress(contents) + compressor.flush()


def truncations(name: str, ending: str, contents: bytes, points: int) -> list[CorpusFile]:
    """A file cut off at many points: after its first bytes, at even distances, and just before its end."""
    ends = {1, 4, 12, len(contents) - 1, len(contents) - 5} | {len(contents) * i // points for i in range(1, points)}
    kind = f"truncated {name}"
    return [CorpusFile(f"{name}-cut-{end:05}.{ending}", kind, contents[:end], False if end <= 4 else None) for end in sorted(ends)]


def with_flipped_bytes(name: str, ending: str, contents: bytes, count: int) -> list[CorpusFile]:
    """A file with one byte changed, at `count` places of even distances."""
    files = []
    for i in range(count):
        place = (2 * i + 1) * len(contents) // (2 * count)
        damaged = contents[:place] + bytes([contents[place] ^ (1 << i % 8 | 1 << (i + 3) % 8)]) + contents[place + 1 :]
        files.append(CorpusFile(f"{name}-flipped-{place:05}.{ending}", f"{name} with a changed byte", damaged, None))
    return files
