"""Paths as people have them: names that break scripts, and what has the name of an image and is none."""

from __future__ import annotations

import dataclasses
import os

from PIL import Image
from sample_files import photograph

from corpus.record import saved

_NAMES = (
    b"with space.jpg",
    b"-leading-dash.jpg",
    b"--help.jpg",
    b".hidden.jpg",
    b"two..dots.jpg",
    b"new\nline.jpg",
    b"tab\tand\rreturn.jpg",
    b"bell\x07 and \x1b[31mescape.jpg",
    b"quotes'\"`.jpg",
    b"$(echo) ; & | * ? [x] {y} ~.jpg",
    b"per%20cent #1.jpg",
    b"back\\slash.jpg",
    b"c:colon.jpg",
    "Köln 東京 😀.jpg".encode(),
    "e\u0301 is not \u00e9.jpg".encode(),
    "\u202egnp.right-to-left.jpg".encode(),
    b"latin-1 K\xf6ln.jpg",
    b"bytes \xff\xfe\x80.jpg",
    b"[/bold] [red]markup[/red].jpg".replace(b"/", b"\\"),
    b"n" * 251 + b".jpg",
)


@dataclasses.dataclass(frozen=True)
class OddPath:
    """A path, as `os.fsdecode` gives it, and whether the original reads an image from it."""

    path: str
    readable: bool


def write_odd_paths(directory) -> list[OddPath]:
    """Writes images with odd names, and things named like images, into a directory; names that the file system refuses are left out."""
    contents = saved(Image.fromarray(photograph(24, 32)), "jpeg")
    root = os.fsencode(directory)
    odd = []
    for name in _NAMES:
        path = os.path.join(root, name)
        try:
            with open(path, "wb") as file:
                file.write(contents)
        except OSError:
            continue
        odd.append(OddPath(os.fsdecode(path), True))
    good = os.path.join(root, b"good.jpg")
    with open(good, "wb") as file:
        file.write(contents)
    for name, target in (
        (b"link.jpg", good),
        (b"link-to-link.jpg", b"link.jpg"),
        (b"broken-link.jpg", b"nowhere"),
        (b"link-to-itself.jpg", b"link-to-itself.jpg"),
        (b"link-to-directory.jpg", root),
    ):
        os.symlink(target, os.path.join(root, name))
        odd.append(OddPath(os.fsdecode(os.path.join(root, name)), name in (b"link.jpg", b"link-to-link.jpg")))
    os.mkdir(os.path.join(root, b"directory.jpg"))
    odd += [OddPath(os.fsdecode(os.path.join(root, name)), False) for name in (b"directory.jpg", b"missing.jpg", b"good.jpg\0.jpg")]
    if os.geteuid() != 0:  # root may read anything
        odd.append(OddPath(os.fsdecode(_forbidden(root, contents)), False))
    return odd


def _forbidden(root, contents):
    path = os.path.join(root, b"forbidden.jpg")
    with open(path, "wb") as file:
        file.write(contents)
    os.chmod(path, 0)
    return path
