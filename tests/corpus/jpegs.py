"""JPEG files: every arrangement that cameras and programs write, and damaged ones."""

from __future__ import annotations

import struct

import numpy as np
from PIL import Image, ImageCms
from sample_files import photograph, with_sampling_factors

from corpus.record import DAMAGED_METADATA, CorpusFile, saved, truncations, with_flipped_bytes

_ORIENTATION = 0x0112
_SOI = b"\xff\xd8"


def jpeg_files() -> list[CorpusFile]:
    """All JPEGs of the corpus."""
    rgb = Image.fromarray(photograph(48, 64))
    plain = saved(rgb, "jpeg", quality=85)
    return [*_valid(rgb), *_with_segments(plain), *_with_other_headers(plain), *_rearranged(plain, rgb), *_damaged(plain, rgb)]


def _valid(rgb):
    grey, cmyk = rgb.convert("L"), rgb.convert("CMYK")
    for name, options in {
        "444": {"subsampling": 0},
        "422": {"subsampling": 1},
        "420": {"subsampling": 2},
        "quality-1": {"quality": 1},
        "quality-100": {"quality": 100},
        "progressive": {"progressive": True},
        "optimized": {"optimize": True},
        "restart-blocks": {"restart_marker_blocks": 1},
        "restart-rows": {"restart_marker_rows": 1},
        "progressive-restart": {"progressive": True, "restart_marker_blocks": 3},
        "rgb-not-ycc": {"keep_rgb": True},
        "dpi": {"dpi": (300, 72)},
        "comment": {"comment": b"x" * 300},
        "xmp": {"xmp": b"<x:xmpmeta/>"},
    }.items():
        yield CorpusFile(f"jpeg-{name}.jpg", "JPEG", saved(rgb, "jpeg", **options))
        yield CorpusFile(f"jpeg-grey-{name}.jpg", "grey JPEG", saved(grey, "jpeg", **options))
    for name, subsampling, factors in (("440", 1, 0x12), ("411", 2, 0x41), ("114", 2, 0x14)):
        contents = bytes(with_sampling_factors(photograph(64, 64), subsampling, factors))
        yield CorpusFile(f"jpeg-{name}.jpg", "JPEG of a rare subsampling", contents)
    for height, width in ((1, 1), (1, 5000), (5000, 1), (1, 8), (7, 9), (8, 8), (15, 17), (16, 33)):
        yield CorpusFile(f"jpeg-{height}x{width}.jpg", "JPEG of an odd size", saved(Image.fromarray(photograph(height, width)), "jpeg"))
    for orientation in (0, *range(1, 10), 300):
        exif = Image.Exif()
        exif[_ORIENTATION] = orientation
        yield CorpusFile(f"jpeg-orientation-{orientation}.jpg", "JPEG with an EXIF orientation", saved(rgb, "jpeg", exif=exif))
    second = Image.fromarray(photograph(30, 20, seed=1))
    yield CorpusFile("jpeg-mpo.jpg", "MPO", saved(rgb, "mpo", save_all=True, append_images=[second]))
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    yield CorpusFile("jpeg-icc.jpg", "JPEG with a colour profile", saved(rgb, "jpeg", icc_profile=profile))
    yield CorpusFile("jpeg-icc-long.jpg", "JPEG with a colour profile", saved(rgb, "jpeg", icc_profile=profile + bytes(150_000)))
    yield CorpusFile("jpeg-icc-broken.jpg", "JPEG with a colour profile", saved(rgb, "jpeg", icc_profile=b"no profile"))
    contents = saved(cmyk, "jpeg")
    yield CorpusFile("jpeg-cmyk.jpg", "CMYK JPEG", contents)
    adobe = contents.index(b"Adobe")
    for transform, name in ((2, "ycck"), (1, "cmyk-odd-transform")):
        yield CorpusFile(f"jpeg-{name}.jpg", "CMYK JPEG", contents[: adobe + 11] + bytes([transform]) + contents[adobe + 12 :])
    yield CorpusFile("jpeg-cmyk-without-adobe.jpg", "CMYK JPEG", contents.replace(b"Adobe", b"Other"))
    yield CorpusFile("jpeg-cmyk-progressive.jpg", "CMYK JPEG", saved(cmyk, "jpeg", progressive=True))


def _with_segments(plain):
    """The plain file with other segments after its start."""
    exif = b"Exif\0\0MM\0*\0\0\0\x08"
    for name, marker, body in [
        *((f"adobe-{transform}", 0xEE, b"Adobe" + struct.pack(">HHHB", 100, 0, 0, transform)) for transform in (0, 1, 2, 9)),
        ("exif-empty", 0xE1, b"Exif\0\0"),
        ("exif-cut", 0xE1, exif + b"\0\x05\x01\x12"),
        ("exif-lying-offset", 0xE1, exif + b"\0\x01\x87\x69\0\x04\0\0\0\x01\xff\xff\xff\xff\0\0\0\0"),
        ("exif-text", 0xE1, b"Exif\0\0" + b"no TIFF at all" * 9),
        ("jfif-twice", 0xE0, b"JFIF\0\x01\x02\x01\x00\x48\x00\x48\0\0"),
        ("jfif-no-density", 0xE0, b"JFIF\0\x01\x01\x01\0\0\0\0\0\0"),
        ("photoshop", 0xED, b"Photoshop 3.0\0" + b"8BIM\x03\xed\0\0\0\0\0\x10" + bytes(16)),
        ("photoshop-cut", 0xED, b"Photoshop 3.0\0" + b"8BIM\x03\xed\0\0\0\0\xff\xff"),
        ("mpo-header-only", 0xE2, b"MPF\0II*\0\x08\0\0\0" + bytes(9)),
        ("icc-second-of-none", 0xE2, b"ICC_PROFILE\0\x02\x09" + bytes(30)),
        ("comment-empty", 0xFE, b""),
        ("comment-longest", 0xFE, b"c" * 65533),
        ("app15", 0xEF, bytes(range(256))),
    ]:
        yield CorpusFile(f"jpeg-{name}.jpg", "JPEG with odd segments", _SOI + _segment(marker, body) + plain[2:], None)
    for name, marker, body in (("adobe-short", 0xEE, b"Adobe"), ("jfif-short", 0xE0, b"JFIF\0")):
        yield CorpusFile(f"jpeg-{name}.jpg", DAMAGED_METADATA, _SOI + _segment(marker, body) + plain[2:], False)
    many = b"".join(_segment(0xE5, bytes(60_000)) for _ in range(5))
    yield CorpusFile("jpeg-segments-of-300kB.jpg", "JPEG with odd segments", _SOI + many + plain[2:])
    thumbnail = _segment(0xE1, b"Exif\0\0" + saved(Image.fromarray(photograph(9, 9)), "jpeg"))
    yield CorpusFile("jpeg-inside-jpeg.jpg", "JPEG with odd segments", _SOI + thumbnail + plain[2:], None)


def _segment(marker, body):
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def _with_other_headers(plain):
    """The plain file with a frame header that states something else."""
    frame = plain.index(b"\xff\xc0")

    def patched(name, offset, value, readable=None):
        contents = plain[: frame + offset] + value + plain[frame + offset + len(value) :]
        return CorpusFile(f"jpeg-header-{name}.jpg", "JPEG with a lying header", contents, readable)

    sizes = {"taller": (480, 64), "wider": (48, 640), "lower": (8, 64), "narrower": (48, 8), "flat": (0, 64), "thin": (48, 0)}
    for name, (height, width) in sizes.items():
        yield patched(name, 5, struct.pack(">HH", height, width))
    for name, side in (("bomb-20000", 20000), ("bomb-65535", 65535)):
        yield patched(name, 5, struct.pack(">HH", side, side), False)
    yield patched("12-bit", 4, b"\x0c", False)
    for marker in (0xC1, 0xC2, 0xC3, 0xC5, 0xC7, 0xC9, 0xCA, 0xCB, 0xCF):
        yield patched(f"sof-{marker:x}", 1, bytes([marker]))
    for count in (0, 1, 2, 4):
        yield patched(f"{count}-components", 9, bytes([count]))
    for name, factors in (("0x0", 0x00), ("5x5", 0x55), ("4x4", 0x44), ("3x1", 0x31)):
        yield patched(f"factors-{name}", 11, bytes([factors]))
    yield patched("no-such-table", 12, b"\x03")
    ids = bytearray(plain)
    scan = plain.index(b"\xff\xda")
    for i, letter in enumerate(b"RGB"):  # read as colours, not as luma and chroma, where no JFIF marker says otherwise
        ids[frame + 10 + 3 * i] = ids[scan + 5 + 2 * i] = letter
    yield CorpusFile("jpeg-components-rgb.jpg", "JPEG with odd components", bytes(ids))
    without_jfif = bytes(ids).replace(plain[2 : 4 + struct.unpack(">H", plain[4:6])[0]], b"", 1)
    yield CorpusFile("jpeg-components-rgb-no-jfif.jpg", "JPEG with odd components", without_jfif)


def _rearranged(plain, rgb):
    """Bytes before, between and behind."""
    kind = "JPEG with bytes that do not belong to it"
    for name, contents, readable in (
        ("trailing-zeros", plain + bytes(5000), True),
        ("trailing-text", plain + b"<html>", True),
        ("trailing-jpeg", plain + plain, True),
        ("no-end", plain[:-2], None),
        ("leading-newline", b"\n" + plain, None),
        ("leading-bom", b"\xef\xbb\xbf" + plain, None),
        ("fill-bytes", plain.replace(b"\xff\xdb", b"\xff\xff\xff\xff\xdb"), None),
        ("zero-before-marker", plain.replace(b"\xff\xc0", b"\0\xff\xc0"), None),
        ("crlf-for-lf", plain.replace(b"\n", b"\r\n"), None),
        ("start-twice", _SOI + plain, None),
    ):
        yield CorpusFile(f"jpeg-{name}.jpg", kind, contents, readable)
    for name, start, end in (
        ("quantization", plain.index(b"\xff\xdb"), plain.index(b"\xff\xc0")),
        ("huffman", plain.index(b"\xff\xc4"), plain.index(b"\xff\xda")),
        ("frame", plain.index(b"\xff\xc0"), plain.index(b"\xff\xc4")),
        ("scan", plain.index(b"\xff\xda"), len(plain) - 2),
    ):
        yield CorpusFile(f"jpeg-without-{name}.jpg", "JPEG that lacks a part", plain[:start] + plain[end:], None)
    with_restarts = saved(rgb, "jpeg", restart_marker_blocks=2)
    for name, contents in (
        ("lost", with_restarts.replace(b"\xff\xd2", b"", 1)),
        ("swapped", with_restarts.replace(b"\xff\xd1", b"\xff\xd5", 1)),
        ("doubled", with_restarts.replace(b"\xff\xd1", b"\xff\xd1\xff\xd1", 1)),
    ):
        yield CorpusFile(f"jpeg-restart-{name}.jpg", "JPEG with wrong restart markers", contents, None)


def _damaged(plain, rgb):
    progressive = saved(rgb, "jpeg", progressive=True)
    restarts = saved(rgb, "jpeg", restart_marker_blocks=2)
    grey = saved(rgb.convert("L"), "jpeg")
    cmyk = saved(rgb.convert("CMYK"), "jpeg")
    for name, contents in (("jpeg", plain), ("progressive", progressive), ("restarts", restarts), ("greyjpeg", grey), ("cmykjpeg", cmyk)):
        yield from truncations(name, "jpg", contents, 8)
    for name, contents in (("jpeg", plain), ("progressive", progressive), ("restarts", restarts)):
        yield from with_flipped_bytes(name, "jpg", contents, 16)
    rng = np.random.default_rng(0)
    scan = plain.index(b"\xff\xda") + 14
    noise = rng.integers(0, 255, len(plain) - scan - 2, dtype=np.uint8).tobytes()  # no 255, hence no markers
    yield CorpusFile("jpeg-noise-for-pixels.jpg", "JPEG with noise for pixels", plain[:scan] + noise + b"\xff\xd9", None)
    yield CorpusFile("jpeg-zeros-for-pixels.jpg", "JPEG with zeros for pixels", plain[:scan] + bytes(len(noise)) + b"\xff\xd9", None)
