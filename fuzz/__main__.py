"""`python -m fuzz`: damaged files, one after the other, until the time is up."""

from __future__ import annotations

import argparse
import collections
import os
import pathlib
import random
import subprocess
import sys
import time
from collections.abc import Sequence

# Before anything imports TensorFlow.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

DESCRIPTION = """\
Changes, removes and inserts bytes in small valid files of every format, and reads each with the original's load_img and with FileLoader.
Both have to end with the same pixels or the same class of error. The damage is blind, for the decoders are not Python; what parses headers
is, and there `python -m fuzz.guided` is led by coverage.
"""
EPILOG = """\
A file that does not end alike is kept in --reproducers, and so is the file on which the process died.
exit status: 0 all ended alike, 1 some did not, 2 the process died.
"""
_CURRENT = "current-"


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command; returns its exit status."""
    options = _parser().parse_args(arguments)
    options.reproducers.mkdir(parents=True, exist_ok=True)
    if options.in_this_process:
        return _fuzz(options)
    command = [sys.executable, "-m", "fuzz", "--in-this-process", f"--seconds={options.seconds}", f"--seed={options.seed}"]
    status = subprocess.run([*command, f"--reproducers={options.reproducers}"], check=False).returncode
    if status in (0, 1):
        return status
    kept = sorted(map(str, options.reproducers.glob(f"{_CURRENT}*")))
    print(f"The process died with status {status}. It was reading {', '.join(kept) or 'nothing'}.")
    return 2


def _parser():
    parser = argparse.ArgumentParser(
        prog="python -m fuzz", description=DESCRIPTION, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=60, help="how long (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="of the damage (default: %(default)s)")
    parser.add_argument(
        "--reproducers", type=pathlib.Path, default=pathlib.Path("fuzz-reproducers"), help="directory for files (default: %(default)s)"
    )
    parser.add_argument("--in-this-process", action="store_true", help="die where a decoder does; for a debugger")
    return parser


def _fuzz(options):
    from PIL import Image

    from fuzz.damage import damaged
    from fuzz.outcomes import MAX_PIXELS, ending_of
    from fuzz.seed_files import seed_files

    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    rng, seeds = random.Random(options.seed), list(seed_files().items())
    endings, different, ends = collections.Counter(), 0, time.monotonic() + options.seconds
    while time.monotonic() < ends:
        name, contents = rng.choice(seeds)
        current = options.reproducers / f"{_CURRENT}{name}"
        current.write_bytes(damaged(contents, rng))
        ending = ending_of(str(current))
        if ending.name is None:
            different += 1
            kept = current.rename(options.reproducers / f"{different:03}-{name}")
            print(f"{kept}: {ending.detail}", flush=True)
        else:
            current.unlink()
        endings[ending.name or "DIFFERENT", ending.detail] += 1
    print(f"{sum(endings.values())} files, seed {options.seed}")
    for (ended, detail), count in endings.most_common():
        print(f"{count:8} {ended}{': ' if detail else ''}{detail}")
    return int(different > 0)


if __name__ == "__main__":
    sys.exit(main())
