"""Files of other formats under the extensions that flows read, and files that are no images."""

from __future__ import annotations

import struct

import numpy as np
from PIL import Image
from sample_files import photograph

from corpus.record import CorpusFile, compressed, saved, truncations

_ORIENTATION = 0x0112


def other_files() -> list[CorpusFile]:
    """All files of the corpus that are neither JPEG nor PNG, or are called what they are not."""
    rgb, grey = Image.fromarray(photograph(24, 32)), photograph(24, 32, 1)
    return [*_formats(rgb, grey), *_tiffs(rgb, grey), *_misnamed(rgb), *_truncated(rgb), *_no_images()]


def _formats(rgb, grey):
    grey_image, palette = Image.fromarray(grey), rgb.quantize(16)
    modes = {"1": grey_image.convert("1"), "grey": grey_image, "palette": palette, "rgb": rgb, "rgba": rgb.convert("RGBA")}
    frames = [Image.fromarray(photograph(24, 32, seed=i)) for i in range(3)]
    for mode, image in modes.items():
        yield CorpusFile(f"bmp-{mode}.bmp", "BMP", saved(image, "bmp"))
    for name, image in (("ppm", rgb), ("pgm", grey_image), ("pbm", grey_image.convert("1"))):
        yield CorpusFile(f"{name}.ppm", "PNM", saved(image, "ppm"))
    yield CorpusFile("pgm-16-bit.ppm", "PNM of 16 bits", b"P5 # comment\n4 3\n65535\n" + np.arange(12, dtype=">u2").tobytes())
    yield CorpusFile("pgm-12-bit.ppm", "PNM of 16 bits", b"P5 4 3 4095\n" + (np.arange(12) * 300).astype(">u2").tobytes())
    yield CorpusFile("ppm-text.ppm", "PNM", b"P3\n2 1\n255\n255 0 0  0 255 0\n")
    yield CorpusFile("gif.jpg", "GIF named .jpg", saved(rgb, "gif"))
    yield CorpusFile("gif-frames.png", "GIF of several frames", saved(frames[0], "gif", save_all=True, append_images=frames[1:]))
    yield CorpusFile("gif-transparent.png", "GIF with transparency", saved(palette, "gif", transparency=2))
    yield CorpusFile("webp.jpg", "WebP named .jpg", saved(rgb, "webp", lossless=True))
    yield CorpusFile("webp-alpha.png", "WebP with alpha", saved(Image.fromarray(photograph(24, 32, 4)), "webp", lossless=True))
    yield CorpusFile("ico.png", "icon named .png", saved(rgb.convert("RGBA"), "ico"))
    yield CorpusFile("tga.png", "TGA named .png", saved(rgb, "tga"), None)


def _tiffs(rgb, grey):
    wide = grey.astype(np.uint16) * 200
    for name, kind, pixels in (
        ("rgb", "TIFF", np.asarray(rgb)),
        ("rgba", "TIFF", photograph(24, 32, 4)),
        ("grey", "TIFF", grey),
        ("16-bit", "TIFF of 16 bits", wide),
        ("12-bit-range", "TIFF of 16 bits", wide >> 4),
        ("32-bit", "TIFF of 32 bits", wide.astype(np.int32) * 9),
        ("float", "TIFF of floats", grey.astype(np.float32) * 1.3 - 20),
        ("float-unit", "TIFF of floats", grey.astype(np.float32) / 255),
        ("float-nan", "TIFF of floats", np.where(grey > 200, np.nan, grey).astype(np.float32)),
    ):
        yield CorpusFile(f"tiff-{name}.tif", kind, saved(Image.fromarray(pixels), "tiff"), None if "nan" in name else True)
    yield CorpusFile("tiff-1-bit.tiff", "TIFF", saved(Image.fromarray(grey).convert("1"), "tiff"))
    yield CorpusFile("tiff-cmyk.tif", "CMYK TIFF", saved(rgb.convert("CMYK"), "tiff"))
    yield CorpusFile("tiff-lab.tif", "Lab TIFF", saved(Image.frombytes("LAB", (4, 3), bytes(36)), "tiff"), None)
    yield CorpusFile("tiff-big-endian.tif", "TIFF", _tiff(">", 8, 3))
    yield CorpusFile("tiff-12-bit.tif", "TIFF of 12 bits", _tiff("<", 12, 1), None)
    yield CorpusFile("tiff-rgb-16-bit.tif", "TIFF of 16 bits", _tiff("<", 16, 3), None)
    yield CorpusFile("tiff-2-channels.tif", "TIFF of 2 channels", _tiff("<", 8, 2), None)
    yield CorpusFile("tiff-7-channels.tif", "TIFF of 7 channels", _tiff("<", 8, 7), None)
    yield CorpusFile("tiff-loop.tif", "TIFF whose directory is its own next", _tiff("<", 8, 1, next_directory=8))
    for compression in ("tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg"):
        yield CorpusFile(f"tiff-{compression}.tif", "TIFF", saved(rgb, "tiff", compression=compression))
    frames = [Image.fromarray(photograph(24, 32, seed=i)) for i in range(3)]
    yield CorpusFile("tiff-frames.tif", "TIFF of several frames", saved(frames[0], "tiff", save_all=True, append_images=frames[1:]))
    for orientation in range(1, 9):  # Pillow turns these itself
        exif = Image.Exif()
        exif[_ORIENTATION] = orientation
        yield CorpusFile(f"tiff-orientation-{orientation}.tif", "TIFF with an orientation", saved(rgb, "tiff", exif=exif))


def _tiff(order, bits, channels, size=(6, 8), next_directory=0):
    """An uncompressed TIFF of one strip, made by hand: what Pillow does not write."""
    height, width = size
    pixels = bytes(i * 37 % 256 for i in range(height * (width * channels * bits // 8)))
    entries = [(256, 3, width), (257, 3, height), (259, 3, 1), (262, 3, 2 if channels == 3 else 1), (277, 3, channels), (278, 3, height)]
    start = 8 + 2 + 12 * (len(entries) + 3) + 4
    entries += [(258, 3, bits if channels == 1 else start), (273, 4, start + 2 * channels), (279, 4, len(pixels))]
    directory = struct.pack(order + "H", len(entries))
    for tag, kind, value in sorted(entries):
        count = channels if tag == 258 else 1
        is_long = kind == 4 or (tag == 258 and channels > 2)
        if tag == 258 and channels == 2:
            body = struct.pack(order + "HH", bits, bits)
        else:
            body = struct.pack(order + ("I" if is_long else "HH"), *((value,) if is_long else (value, 0)))
        directory += struct.pack(order + "HHI", tag, kind, count) + body
    header = (b"II" if order == "<" else b"MM") + struct.pack(order + "HI", 42, 8)
    return header + directory + struct.pack(order + "I", next_directory) + struct.pack(order + f"{channels}H", *[bits] * channels) + pixels


def _misnamed(rgb):
    for pillow_format in ("png", "bmp", "gif", "tiff", "jpeg", "webp"):
        for ending in ("jpg", "png", "bmp", "tif", "ppm"):
            contents = saved(rgb, pillow_format)
            yield CorpusFile(f"{pillow_format}-named-{ending}.{ending}", "file with another format's extension", contents)
    yield CorpusFile("ends-in-capitals.JpEg", "JPEG", saved(rgb, "jpeg"))


def _truncated(rgb):
    for name, ending in (("bmp", "bmp"), ("gif", "png"), ("tiff", "tif"), ("webp", "jpg"), ("ppm", "ppm")):
        yield from truncations(name, ending, saved(rgb, name), 6)
    frames = [Image.fromarray(photograph(24, 32, seed=i)) for i in range(3)]
    for name, ending in (("gif", "png"), ("tiff", "tif"), ("png", "jpg")):
        several = saved(frames[0], name, save_all=True, append_images=frames[1:])
        yield from truncations(f"{name}-of-frames", ending, several, 12)
    yield from truncations("mpo-of-frames", "jpg", saved(frames[0], "mpo", save_all=True, append_images=frames[1:]), 12)
    yield from truncations("lzwtiff", "tif", saved(rgb, "tiff", compression="tiff_lzw"), 6)


def _no_images():
    for ending in ("jpg", "png", "tif", "bmp", "ppm"):
        for name, contents in {
            "empty": b"",
            "one-byte": b"\xff",
            "html": b"<!DOCTYPE html><html><body>404 Not Found</body></html>",
            "text": b"not an image\n",
            "zeros": bytes(5000),
            "pointer": b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 12345\n",
        }.items():
            yield CorpusFile(f"{name}-as-{ending}.{ending}", "no image", contents, False)
    for name, contents in {
        "start": b"\xff\xd8\xff",
        "start-and-end": b"\xff\xd8\xff\xd9",
        "start-and-zeros": b"\xff\xd8\xff" + bytes(99),
        "start-and-noise": b"\xff\xd8\xff\xe0" + np.random.default_rng(1).bytes(999),
        "zip": b"PK\x03\x04" + bytes(50),
        "gzip": compressed(bytes(99), 31),
        "pdf": b"%PDF-1.4\n%%EOF",
        "svg": b'<svg xmlns="http://www.w3.org/2000/svg"/>',
        "numpy": b"\x93NUMPY\x01\0" + bytes(99),
        "heic": b"\0\0\0\x18ftypheic" + bytes(50),
    }.items():
        yield CorpusFile(f"only-{name}.jpg", "no image", contents, False)
    yield CorpusFile("only-signature.png", "no image", b"\x89PNG\r\n\x1a\n", False)
