"""PNG files: every colour type and depth, what programs add to them, and damaged ones."""

from __future__ import annotations

import struct
import zlib

import numpy as np
from PIL import Image, PngImagePlugin
from sample_files import PNG_START, adam7_passes, photograph, png_chunk, png_contents

from corpus.record import DAMAGED_METADATA, CorpusFile, compressed, saved, truncations, with_flipped_bytes

SIZE = (24, 32)
GREY, RGB, PALETTE, GREY_ALPHA, RGBA = 0, 2, 3, 4, 6
_CHANNELS = {GREY: 1, RGB: 3, PALETTE: 1, GREY_ALPHA: 2, RGBA: 4}
_PLTE = (b"PLTE", bytes(range(48)))


def png_files() -> list[CorpusFile]:
    """All PNGs of the corpus."""
    plain = saved(Image.fromarray(photograph(*SIZE)), "png")
    return [*_types(), *_with_transparency(), *_with_chunks(), *_with_other_headers(plain), *_odd_data(), *_damaged(plain)]


def _types():
    """Every colour type and depth, straight and interlaced."""
    for color_type, depths in ((GREY, (1, 2, 4, 8, 16)), (RGB, (8, 16)), (PALETTE, (1, 2, 4)), (GREY_ALPHA, (8, 16)), (RGBA, (8, 16))):
        for depth in depths:
            rows, chunks = _rows(color_type, depth), [_PLTE] if color_type == PALETTE else []
            name = f"png-type-{color_type}-{depth}-bit"
            yield CorpusFile(f"{name}.png", "PNG", png_contents(SIZE, depth, color_type, [rows], chunks=chunks))
            if depth >= 8:
                passes = adam7_passes(rows.reshape(*SIZE, -1))
                interlaced = png_contents(SIZE, depth, color_type, passes, interlaced=True)
                yield CorpusFile(f"{name}-interlaced.png", "interlaced PNG", interlaced)
    for height, width in ((1, 1), (1, 5000), (5000, 1), (3, 5)):
        yield CorpusFile(f"png-{height}x{width}.png", "PNG of an odd size", saved(Image.fromarray(photograph(height, width)), "png"))


def _rows(color_type, depth):
    """Unfiltered rows of noise, uint8 [height, bytes of a row]."""
    height, width = SIZE
    bits = width * _CHANNELS[color_type] * depth
    return np.random.default_rng(depth).integers(0, 256, (height, bits // 8), dtype=np.uint8)


def _with_transparency():
    rgb, grey = Image.fromarray(photograph(*SIZE)), Image.fromarray(photograph(*SIZE, 1))
    palette = rgb.quantize(16)
    kind = "PNG with transparency"
    yield CorpusFile("png-key-rgb.png", kind, saved(rgb, "png", transparency=rgb.getpixel((3, 4))))
    yield CorpusFile("png-key-grey.png", kind, saved(grey, "png", transparency=grey.getpixel((3, 4))))
    yield CorpusFile("png-palette.png", "PNG with a palette", saved(palette, "png"))
    yield CorpusFile("png-palette-key.png", kind, saved(palette, "png", transparency=3))
    yield CorpusFile("png-palette-alpha.png", kind, saved(palette, "png", transparency=bytes(range(0, 256, 16))))
    for depth in (1, 2, 4, 8, 16):
        key = (b"tRNS", struct.pack(">H", 1))
        yield CorpusFile(f"png-key-grey-{depth}-bit.png", kind, png_contents(SIZE, depth, GREY, [_rows(GREY, depth)], chunks=[key]))
    wrong = {"short": (RGB, b"\0\1"), "empty": (GREY, b""), "of-alpha": (RGBA, b"\0\1\0\1\0\1"), "long": (PALETTE, bytes(99))}
    for name, (color_type, body) in wrong.items():
        chunks = [_PLTE] if color_type == PALETTE else []
        depth = 4 if color_type == PALETTE else 8
        contents = png_contents(SIZE, depth, color_type, [_rows(color_type, depth)], chunks=[*chunks, (b"tRNS", body)])
        if name in ("short", "empty"):
            yield CorpusFile(f"png-key-{name}.png", DAMAGED_METADATA, contents, False)
        else:
            yield CorpusFile(f"png-key-{name}.png", "PNG with a wrong tRNS", contents, None)


def _with_chunks():
    kind = "PNG with odd chunks"
    rows = _rows(RGB, 8)
    exif = Image.Exif()
    exif[0x0112] = 6
    for name, chunk in {
        "gamma": (b"gAMA", struct.pack(">I", 45455)),
        "gamma-zero": (b"gAMA", bytes(4)),
        "gamma-short": (b"gAMA", b"\0"),
        "srgb": (b"sRGB", b"\0"),
        "srgb-wrong": (b"sRGB", b"\xff"),
        "chromaticities": (b"cHRM", struct.pack(">8I", 31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000)),
        "icc-broken": (b"iCCP", b"name\0\0not zlib"),
        "icc-bomb": (b"iCCP", b"name\0\0" + zlib.compress(bytes(200_000))),
        "text": (b"tEXt", b"Comment\0hello"),
        "text-compressed": (b"zTXt", b"Comment\0\0" + zlib.compress(b"hello" * 99)),
        "text-not-compressed": (b"zTXt", b"Comment\0\0hello"),
        "text-international": (b"iTXt", b"Comment\0\0\0de\0Kommentar\0gr\xc3\xbc\xc3\x9fe"),
        "exif": (b"eXIf", exif.tobytes()[6:]),
        "exif-broken": (b"eXIf", b"MM\0*\xff\xff\xff\xff"),
        "density": (b"pHYs", struct.pack(">IIB", 2835, 2835, 1)),
        "density-short": (b"pHYs", b"\0"),
        "significant-bits": (b"sBIT", b"\x05\x06\x05"),
        "significant-bits-wrong": (b"sBIT", b"\xff\0\xff"),
        "background": (b"bKGD", bytes(6)),
        "time": (b"tIME", bytes(7)),
        "palette-suggested": (b"PLTE", bytes(48)),
        "histogram": (b"hIST", bytes(32)),
        "animation": (b"acTL", struct.pack(">II", 1, 0)),
        "animation-wrong": (b"acTL", bytes(8)),
        "unknown": (b"abCd", b"whatever"),
        "unknown-critical": (b"ABCD", b"whatever"),
        "name-not-letters": (b"a1 b", b"whatever"),
    }.items():
        for place in ("chunks", "last_chunks"):
            contents = png_contents(SIZE, 8, RGB, [rows], **{place: [chunk]})
            file_name = f"png-{name}-{'before' if place == 'chunks' else 'behind'}.png"
            if name in ("gamma-short", "density-short"):
                yield CorpusFile(file_name, DAMAGED_METADATA, contents, False)
            else:
                yield CorpusFile(file_name, kind, contents, None)
    frames = [Image.fromarray(photograph(*SIZE, seed=i)) for i in range(3)]
    yield CorpusFile("png-animated.png", "animated PNG", saved(frames[0], "png", save_all=True, append_images=frames[1:]))
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", "hello")
    damaged = saved(frames[0], "png", pnginfo=text).replace(b"hello", b"jello")
    yield CorpusFile("png-text-checksum.png", DAMAGED_METADATA, damaged, False)


def _with_other_headers(plain):
    """The plain file with an IHDR that states something else, its checksum being right."""
    fields = {"width": 32, "height": 24, "depth": 8, "color": 2, "deflate": 0, "filter": 0, "interlace": 0}
    for name, changes, readable in (
        ("wider", {"width": 33}, None),
        ("taller", {"height": 25}, None),
        ("narrower", {"width": 16}, None),
        ("lower", {"height": 12}, None),
        ("thin", {"width": 0}, False),
        ("flat", {"height": 0}, False),
        ("bomb", {"width": 30000, "height": 30000}, False),
        ("bomb-largest", {"width": 2**31 - 1, "height": 2**31 - 1}, False),
        ("negative", {"width": 2**32 - 1}, False),
        ("side-of-2-24", {"width": 1 << 24, "height": 1}, None),
        ("3-bit", {"depth": 3}, False),
        ("rgb-4-bit", {"depth": 4}, False),
        ("color-1", {"color": 1}, False),
        ("color-palette", {"color": 3}, None),
        ("deflate-1", {"deflate": 1}, None),
        ("filter-1", {"filter": 1}, None),
        ("interlaced", {"interlace": 1}, None),
        ("interlace-2", {"interlace": 2}, None),
    ):
        body = struct.pack(">IIBBBBB", *{**fields, **changes}.values())
        yield CorpusFile(f"png-header-{name}.png", "PNG with a lying header", plain[:8] + png_chunk(b"IHDR", body) + plain[33:], readable)
    for name, contents in (
        ("short", plain[:8] + png_chunk(b"IHDR", plain[16:28]) + plain[33:]),
        ("long", plain[:8] + png_chunk(b"IHDR", plain[16:29] + b"\0") + plain[33:]),
        ("twice", plain[:33] + plain[8:]),
        ("missing", plain[:8] + plain[33:]),
        ("late", plain[:8] + png_chunk(b"tEXt", b"a\0b") + plain[8:]),
        ("checksum", plain[:29] + b"\0\0\0\0" + plain[33:]),
    ):
        yield CorpusFile(f"png-header-{name}.png", "PNG with a lying header", contents, None)


def _odd_data():
    """Other pixels than the header states, in other chunks than usual."""
    kind = "PNG with odd pixel data"
    rows = b"".join(b"\0" + row.tobytes() for row in _rows(RGB, 8))
    packed, end = zlib.compress(rows), png_chunk(b"IEND", b"")
    start = PNG_START + png_chunk(b"IHDR", struct.pack(">IIBBBBB", SIZE[1], SIZE[0], 8, RGB, 0, 0, 0))
    whole = png_chunk(b"IDAT", packed)
    bytewise = b"".join(png_chunk(b"IDAT", packed[i : i + 1]) for i in range(len(packed)))
    for name, contents in {
        "of-one-byte-chunks": start + bytewise + end,
        "empty-chunks": start + png_chunk(b"IDAT", b"") + whole + png_chunk(b"IDAT", b"") + end,
        "chunks-apart": start + png_chunk(b"IDAT", packed[:50]) + png_chunk(b"tEXt", b"a\0b") + png_chunk(b"IDAT", packed[50:]) + end,
        "none": start + end,
        "empty": start + png_chunk(b"IDAT", b"") + end,
        "no-end": start + whole,
        "end-first": start + end + whole,
        "stored": start + png_chunk(b"IDAT", zlib.compress(rows, 0)) + end,
        "small-window": start + png_chunk(b"IDAT", compressed(rows, 9)) + end,
        "gzip": start + png_chunk(b"IDAT", compressed(rows, 31)) + end,
        "raw-deflate": start + png_chunk(b"IDAT", compressed(rows, -15)) + end,
        "too-few-rows": start + png_chunk(b"IDAT", zlib.compress(rows[: len(rows) // 2])) + end,
        "one-byte-short": start + png_chunk(b"IDAT", zlib.compress(rows[:-1])) + end,
        "too-many-rows": start + png_chunk(b"IDAT", zlib.compress(rows * 2)) + end,
        "behind-the-end": start + png_chunk(b"IDAT", packed + bytes(99)) + end,
        "zlib-checksum": start + png_chunk(b"IDAT", packed[:-1] + bytes([packed[-1] ^ 1])) + end,
        "chunk-checksum": start + whole[:-1] + bytes([whole[-1] ^ 1]) + end,
        "end-checksum": start + whole + end[:-1] + b"\0",
        "wrong-filter": start + png_chunk(b"IDAT", zlib.compress(b"\x05" + rows[1:])) + end,
        "wrong-filter-later": start + png_chunk(b"IDAT", zlib.compress(rows[:-97] + b"\x09" + rows[-96:])) + end,
        "chunk-too-long": start + struct.pack(">I", 2**31 - 1) + whole[4:] + end,
        "trailing-garbage": start + whole + end + b"<html>" * 99,
        "second-image": start + whole + end + start + whole + end,
    }.items():
        yield CorpusFile(f"png-data-{name}.png", kind, contents, None)
    for filter_type in range(5):
        filtered = b"".join(bytes([filter_type]) + row.tobytes() for row in _rows(RGB, 8))
        yield CorpusFile(f"png-filter-{filter_type}.png", "PNG", start + png_chunk(b"IDAT", zlib.compress(filtered)) + end)
    indices = _rows(PALETTE, 4)
    for name, chunks in {"missing": [], "too-short": [(b"PLTE", bytes(range(9)))], "not-thirds": [(b"PLTE", bytes(10))]}.items():
        yield CorpusFile(f"png-palette-{name}.png", kind, png_contents(SIZE, 4, PALETTE, [indices], chunks=chunks), None)


def _damaged(plain):
    interlaced = png_contents(SIZE, 8, RGBA, adam7_passes(_rows(RGBA, 8).reshape(*SIZE, -1)), interlaced=True)
    palette = saved(Image.fromarray(photograph(*SIZE)).quantize(9), "png")
    for name, contents in (("png", plain), ("interlaced", interlaced), ("palettepng", palette)):
        yield from truncations(name, "png", contents, 10)
    yield from with_flipped_bytes("png", "png", plain, 16)
    yield from with_flipped_bytes("interlaced", "png", interlaced, 8)
    yield CorpusFile("png-crlf-for-lf.png", "PNG sent as text", plain.replace(b"\r\n", b"\n"), False)
    yield CorpusFile("png-7-bit.png", "PNG sent as text", bytes(byte & 127 for byte in plain), False)
