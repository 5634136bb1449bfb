"""`python -m fuzz.guided`: damaged files led by coverage, with Atheris (`pip install ".[fuzz]"`).

What leads it is the Python that parses headers: Pillow's plugins and our own. The decoders behind them are not Python; for those
`python -m fuzz` is as good. Atheris ends the process itself, at the first file on which the original and `FileLoader` do not end alike.
"""

from __future__ import annotations

import argparse
import os
import pathlib
import sys
import tempfile
from collections.abc import Sequence

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

_LARGEST_FILE = 8192  # bytes; the seed files have up to half as many


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs the command. Does not return: Atheris ends the process, with status 0 when the time is up and 77 at a difference."""
    options = _parser().parse_args(arguments)
    try:
        import atheris
    except ImportError as error:
        raise SystemExit('python -m fuzz.guided needs Atheris: pip install ".[fuzz]"') from error
    with atheris.instrument_imports(include=["PIL", "imgdatagen_compat"], enable_loader_override=False):
        from PIL import Image

        from fuzz.outcomes import MAX_PIXELS, ending_of

        Image.init()  # the plugins, which Pillow imports when it meets a file
    from fuzz.seed_files import seed_files

    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    options.reproducers.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        corpus = pathlib.Path(scratch, "corpus")
        corpus.mkdir()
        for name, contents in seed_files().items():
            (corpus / name).write_bytes(contents)
        current = pathlib.Path(scratch, "current.png")  # what a file is, its first bytes say

        def ends_alike(contents: bytes) -> None:
            current.write_bytes(contents)
            ending = ending_of(str(current))
            if ending.name is None:
                raise AssertionError(ending.detail)

        limits = [f"-max_total_time={options.seconds}", f"-seed={options.seed}", f"-max_len={_LARGEST_FILE}"]
        atheris.Setup([sys.argv[0], str(corpus), f"-artifact_prefix={options.reproducers}/", *limits], ends_alike)
        atheris.Fuzz()


def _parser():
    parser = argparse.ArgumentParser(prog="python -m fuzz.guided", description=__doc__.split("\n\n", 1)[1])
    parser.add_argument("--seconds", type=int, default=60, help="how long (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of the damage (default: %(default)s)")
    parser.add_argument(
        "--reproducers", type=pathlib.Path, default=pathlib.Path("fuzz-reproducers"), help="directory for files (default: %(default)s)"
    )
    return parser


if __name__ == "__main__":
    main()
