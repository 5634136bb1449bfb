"""Keeps the memory of one batch for the next."""

from __future__ import annotations

import functools

import numpy as np

_LARGEST_THRESHOLD = 32 << 20  # bytes; glibc on 64-bit machines does not raise it further


@functools.cache
def reuse_freed_memory() -> None:
    """Makes glibc hand freed blocks of up to 32 MiB out again instead of returning each to the kernel at once.

    A batch is a block of some megabytes. Fresh pages for it from the kernel, one fault for each, take as long as filling it (measured: a
    third of the time per batch). glibc learns from what is freed: a freed block that it had mapped raises the size from which it maps to
    that of the block (`M_MMAP_THRESHOLD` in mallopt(3)). So one is allocated, never touched, and freed. Other allocators do not mind.
    """
    np.empty(_LARGEST_THRESHOLD - (1 << 16), np.uint8)
