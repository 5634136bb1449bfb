"""Random damage: bytes of a file changed, removed, inserted, moved."""

from __future__ import annotations

import random

# What decoders trip over: ends of ranges, and the bytes that begin JPEG markers.
_TELLING = (0x00, 0x01, 0x7F, 0x80, 0xFE, 0xFF, 0xD8, 0xD9, 0xDA, 0xC0, 0xC4)
_LONGEST = 16  # bytes touched at once


def damaged(contents: bytes, rng: random.Random) -> bytes:
    """One to four changes, most of them small."""
    changed = bytearray(contents)
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        rng.choice(_WAYS)(changed, rng)
    return bytes(changed)


def _flip_bit(contents, rng):
    if contents:
        contents[rng.randrange(len(contents))] ^= 1 << rng.randrange(8)


def _overwrite(contents, rng):
    if contents:
        contents[rng.randrange(len(contents))] = rng.choice(_TELLING)


def _randomize(contents, rng):
    start = rng.randrange(len(contents) + 1)
    part = contents[start : start + rng.randint(1, _LONGEST)]
    contents[start : start + len(part)] = rng.randbytes(len(part))


def _remove(contents, rng):
    start = rng.randrange(len(contents) + 1)
    del contents[start : start + rng.randint(1, _LONGEST)]


def _insert(contents, rng):
    start = rng.randrange(len(contents) + 1)
    contents[start:start] = rng.randbytes(rng.randint(1, _LONGEST))


def _repeat(contents, rng):
    start = rng.randrange(len(contents) + 1)
    contents[start:start] = contents[start : start + rng.randint(1, 8 * _LONGEST)]


def _cut(contents, rng):
    del contents[rng.randrange(len(contents) + 1) :]


_WAYS = (_flip_bit, _flip_bit, _overwrite, _randomize, _remove, _insert, _repeat, _cut)
