"""Small image files of every format and mode that the loaders meet, and broken ones, written into a directory."""

from __future__ import annotations

import io
import pathlib
import struct
import zlib

import numpy as np
from PIL import Image

PNG_START = b"\x89PNG\r\n\x1a\n"


def write_images(directory) -> list[pathlib.Path]:
    """Writes one file of each kind; the name says the kind. Returns the paths, sorted."""
    directory = pathlib.Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    for write in (_write_jpegs, _write_pngs, _write_hand_made_pngs, _write_tiffs, _write_others):
        write(directory)
    return sorted(directory.iterdir())


def write_broken(directory) -> list[pathlib.Path]:
    """Writes files that are no images, or damaged ones. Returns the paths, sorted."""
    directory = pathlib.Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    for ending, pillow_format in (("jpg", "jpeg"), ("png", "png")):
        file = io.BytesIO()
        Image.fromarray(photograph(90, 120)).save(file, pillow_format)
        contents = file.getvalue()
        n = len(contents)
        for name, damaged in {
            "half": contents[: n // 2],
            "header": contents[:20],
            "no-end": contents[:-2],
            "no-last-part": contents[: -n // 8],
            "zeros": contents[: n // 2] + bytes(n - n // 2),
            "flipped": contents[: n // 2] + bytes([contents[n // 2] ^ 255]) + contents[n // 2 + 1 :],
            "half-then-end": contents[: n // 2] + contents[-12 if ending == "png" else -2 :],
        }.items():
            (directory / f"{name}.{ending}").write_bytes(damaged)
    (directory / "text.jpg").write_text("not an image")
    (directory / "text.png").write_text("not an image")
    (directory / "empty.jpg").write_bytes(b"")
    (directory / "one-byte.png").write_bytes(b"\x89")
    (directory / "start.jpg").write_bytes(b"\xff\xd8\xff")
    (directory / "start-and-end.jpg").write_bytes(b"\xff\xd8\xff\xd9")
    return sorted(directory.iterdir())


def photograph(height, width, channels=3, seed=0) -> np.ndarray:
    """Smooth colours with edges and noise: uint8 [height, width, channels], or [height, width] for one channel."""
    rng = np.random.default_rng(seed)
    row, col = np.linspace(0, 1, height)[:, np.newaxis], np.linspace(0, 1, width)
    planes = [np.sin(9 * row * (c + 1) + 7 * col * rng.uniform(0.5, 2)) * 90 + 128 + 50 * (row + col > 0.9) for c in range(channels)]
    image = np.stack(planes, axis=-1) + rng.normal(0, 8, (height, width, channels))
    image = np.clip(image, 0, 255).astype(np.uint8)
    return image[..., 0] if channels == 1 else image


def _write_jpegs(directory):
    rgb = Image.fromarray(photograph(75, 100))
    for name, options in {
        "444": {"subsampling": 0},
        "422": {"subsampling": 1},
        "420": {"subsampling": 2},
        "low-quality": {"quality": 5},
        "progressive": {"progressive": True},
        "optimized": {"optimize": True},
        "restart-markers": {"restart_marker_blocks": 2},
        "kept-rgb": {"keep_rgb": True},
    }.items():
        rgb.save(directory / f"jpeg-{name}.jpg", **{"quality": 90, **options})
    for name, subsampling, factors in (("440", 1, 0x12), ("411", 2, 0x41), ("114", 2, 0x14)):
        (directory / f"jpeg-{name}.jpg").write_bytes(with_sampling_factors(photograph(64, 64), subsampling, factors))
    for height, width in ((33, 61), (1, 40), (40, 1), (1, 1), (17, 16)):
        Image.fromarray(photograph(height, width)).save(directory / f"jpeg-{height}x{width}.jpeg", quality=85)
    rgb.convert("L").save(directory / "jpeg-gray.jpg")
    rgb.convert("L").save(directory / "jpeg-gray-progressive.JPG", progressive=True)
    rgb.convert("CMYK").save(directory / "jpeg-cmyk.jpg")
    exif = Image.Exif()
    exif[0x0112] = 6  # orientation: turned by 90 degrees, which nobody here applies
    rgb.save(directory / "jpeg-turned.jpg", exif=exif)
    contents = (directory / "jpeg-420.jpg").read_bytes()
    (directory / "jpeg-padded.jpg").write_bytes(contents + bytes(7))
    (directory / "jpeg-named-png.png").write_bytes(contents)


def with_sampling_factors(pixels, subsampling, factors):
    """A JPEG whose luma blocks, equal in number, are arranged as Pillow does not write them; the picture is scrambled and valid."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "jpeg", subsampling=subsampling)
    contents = bytearray(file.getvalue())
    contents[contents.index(b"\xff\xc0") + 11] = factors
    return contents


def _write_pngs(directory):
    rgb, gray = Image.fromarray(photograph(50, 70)), Image.fromarray(photograph(50, 70, 1))
    rgba = Image.fromarray(photograph(50, 70, 4))
    rgb.save(directory / "png-rgb.png")
    rgb.save(directory / "png-rgb-transparent-colour.png", transparency=rgb.getpixel((3, 4)))
    rgb.save(directory / "png-named-jpg.jpg", format="png")
    rgba.save(directory / "png-rgba.PNG")
    rgba.convert("LA").save(directory / "png-la.png")
    gray.save(directory / "png-gray.png")
    gray.save(directory / "png-gray-transparent-colour.png", transparency=gray.getpixel((3, 4)))
    gray.convert("1").save(directory / "png-1-bit.png")
    wide = photograph(50, 70, 1).astype(np.uint16) * 257 + 31
    Image.fromarray(wide).save(directory / "png-gray-16-bit.png")
    palette = rgb.quantize(32)
    palette.save(directory / "png-palette.png")
    palette.save(directory / "png-palette-transparent-entry.png", transparency=3)
    palette.save(directory / "png-palette-alpha.png", transparency=bytes(range(0, 256, 8)))
    rgb.quantize(4).save(directory / "png-palette-2-bit.png", bits=2)
    rgb.crop((0, 0, 1, 1)).save(directory / "png-1-pixel.png")


def _write_hand_made_pngs(directory):
    """What Pillow does not write: 2 and 4-bit gray, 16-bit colour, gamma, interlacing."""
    rgb, gray = photograph(13, 21), photograph(13, 21, 1)
    for depth in (2, 4):
        values = gray[:, : 21 // depth * depth] >> (8 - depth)
        bits = ((values[..., None] >> np.arange(depth)[::-1]) & 1).reshape(13, -1).astype(np.uint8)
        _write_png(directory / f"png-gray-{depth}-bit.png", values.shape, depth, 0, [np.packbits(bits, axis=1)])
    wide = rgb.astype(">u2") * 257 + 5
    _write_png(directory / "png-rgb-16-bit.png", (13, 21), 16, 2, [wide.astype(">u2").view(np.uint8).reshape(13, -1)])
    _write_png(directory / "png-gamma.png", (13, 21), 8, 2, [rgb.reshape(13, -1)], chunks=[(b"gAMA", struct.pack(">I", 100000))])
    for name, color_type, pixels, key in (("gray", 0, gray, gray[3, 4:5]), ("rgb", 2, rgb, rgb[3, 4])):
        key = (key.astype(">u2") + 256).tobytes()  # its high byte is to be ignored
        _write_png(
            directory / f"png-{name}-transparent-wide-key.png", (13, 21), 8, color_type, [pixels.reshape(13, -1)], chunks=[(b"tRNS", key)]
        )
    for name, pixels, color_type in (("rgb", rgb, 2), ("gray", gray[..., None], 0), ("rgba", photograph(13, 21, 4), 6)):
        _write_png(directory / f"png-{name}-interlaced.png", (13, 21), 8, color_type, adam7_passes(pixels), interlaced=True)


def adam7_passes(pixels) -> list[np.ndarray]:
    """The seven images of an interlaced PNG, as `png_contents` takes them; empty ones are left out. `pixels` is uint8 [H, W, bytes]."""
    passes = ((0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1))
    parts = [pixels[top::down, left::right] for top, left, down, right in passes]
    return [part.reshape(part.shape[0], -1) for part in parts if part.size]


def _write_png(path, *arguments, **keywords):
    pathlib.Path(path).write_bytes(png_contents(*arguments, **keywords))


def png_contents(shape, depth, color_type, parts, interlaced=False, chunks=(), last_chunks=()) -> bytes:
    """A PNG made by hand.

    Args:
        shape: (height, width) that its header states.
        depth: bits per sample.
        color_type: 0 grey, 2 RGB, 3 palette, 4 grey with alpha, 6 RGBA.
        parts: the image, or the passes of an interlaced one; each uint8 [rows, bytes of a row], unfiltered.
        interlaced: whether the header says so.
        chunks, last_chunks: (name, body) of chunks before and after the image.
    """
    rows = b"".join(b"\0" + row.tobytes() for part in parts for row in part)
    header = struct.pack(">IIBBBBB", shape[1], shape[0], depth, color_type, 0, 0, int(interlaced))
    everything = [(b"IHDR", header), *chunks, (b"IDAT", zlib.compress(rows)), *last_chunks, (b"IEND", b"")]
    return PNG_START + b"".join(png_chunk(name, body) for name, body in everything)


def png_chunk(name, body) -> bytes:
    """One chunk with its length and its checksum."""
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def _write_tiffs(directory):
    rgb, gray = photograph(40, 30), photograph(40, 30, 1)
    for name, pixels in {
        "rgb": rgb,
        "rgba": photograph(40, 30, 4),
        "gray": gray,
        "16-bit": gray.astype(np.uint16) * 200,
        "float": gray.astype(np.float32) * 1.37 - 20,
        "32-bit": gray.astype(np.int32) * 1000,
    }.items():
        Image.fromarray(pixels).save(directory / f"tiff-{name}.tif")
    Image.fromarray(gray).convert("1").save(directory / "tiff-1-bit.tiff")
    Image.fromarray(rgb).convert("CMYK").save(directory / "tiff-cmyk.tiff")


def _write_others(directory):
    rgb, gray = photograph(31, 45), photograph(31, 45, 1)
    Image.fromarray(rgb).save(directory / "bmp-rgb.bmp")
    Image.fromarray(gray).save(directory / "bmp-gray.bmp")
    Image.fromarray(rgb).quantize(16).save(directory / "bmp-palette.bmp")
    Image.fromarray(rgb).save(directory / "ppm-rgb.ppm")
    Image.fromarray(gray).save(directory / "pgm-gray.pgm")
    Image.fromarray(gray.astype(np.int32) * 211).save(directory / "pgm-16-bit.pgm")  # written with 16 bits; Pillow 10 refuses uint16
    Image.fromarray(gray).convert("1").save(directory / "pbm-1-bit.pbm")
    Image.fromarray(rgb).save(directory / "gif-palette.gif")
    Image.fromarray(rgb).save(directory / "webp-rgb.webp", lossless=True)
    Image.fromarray(rgb).save(directory / "bmp-named-jpg.jpg", format="bmp")
