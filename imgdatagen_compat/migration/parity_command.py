"""`imgdatagen-compat parity`: the original and the drop-in side by side on a folder of images, as a table and an exit status."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from imgdatagen_compat.comparison.iterators import compare_iterators
from imgdatagen_compat.comparison.verdict import Comparison
from imgdatagen_compat.comparison.versions import installed_versions
from imgdatagen_compat.migration.parity_cases import PARITY_CASES, ParityCase
from imgdatagen_compat.migration.parity_report import as_json, print_report
from imgdatagen_compat.sample_photographs import write_sample_photographs

IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".ppm", ".tif", ".tiff")
DESCRIPTION = """\
Runs Keras's legacy ImageDataGenerator and the drop-in over the usual configurations with one seed, and compares every batch
(pixels, labels, dtypes), the iterators' attributes and the np.random state after each batch.

PATH is a folder with one subfolder of images per class, as flow_from_directory reads it. Without one, a small folder of
photograph-like images is made in a temporary directory.
"""
EPILOG = """\
exit status:
  0  every configuration is within its promise
  1  at least one is not
  2  nothing could be compared: wrong usage, no readable images, or no original in the installed TensorFlow

examples:
  imgdatagen-compat parity
  imgdatagen-compat parity photographs/train
  imgdatagen-compat parity photographs/train --target-size 224x224 --batches 20 --json parity.json
"""


class NothingToCompareError(Exception):
    """The comparison cannot start; the message says the remedy."""


def add_parser(subparsers) -> None:
    """Adds the `parity` subcommand to `subparsers` (what `ArgumentParser.add_subparsers` returns)."""
    parser = subparsers.add_parser(
        "parity",
        help="compare the original and the drop-in, batch for batch",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("path", nargs="?", type=Path, metavar="PATH", help="folder with one subfolder of images per class")
    parser.add_argument("--batches", type=_positive, default=8, metavar="N", help="batches per configuration (default: 8)")
    parser.add_argument("--batch-size", type=_positive, default=32, metavar="N", help="images per batch (default: 32)")
    parser.add_argument(
        "--target-size", type=_size, default=(150, 150), metavar="HxW", help="height and width in pixels (default: 150x150); N means NxN"
    )
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="seed of both sides (default: 0)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the results, settings and versions to FILE as well")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Runs the comparison, prints the table and returns the exit status described in `--help`."""
    console = Console() if sys.stdout.isatty() else Console(width=150)
    try:
        with _image_directory(arguments.path) as directory:
            original, dropin = load_original(), load_dropin()
            versions = ", ".join(f"{name} {version}" for name, version in installed_versions().items())
            console.print(f"original: {original.ImageDataGenerator.__module__}; {versions}", highlight=False, soft_wrap=True)
            comparisons = _compare_with_progress(original, dropin, directory, arguments)
    except NothingToCompareError as error:
        print(f"imgdatagen-compat parity: {error}", file=sys.stderr)
        return 2
    print_report(console, PARITY_CASES, comparisons)
    if arguments.json:
        settings = {name: vars(arguments)[name] for name in ("batches", "batch_size", "target_size", "seed")}
        settings["path"] = str(arguments.path) if arguments.path else None
        results = as_json(PARITY_CASES, comparisons, settings)
        arguments.json.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    if not all(comparison.within_promise for comparison in comparisons):
        return 1
    return 0 if any(comparison.comparable for comparison in comparisons) else 2


def load_original():
    """Returns `tf.keras.preprocessing.image` of the installed TensorFlow.

    Raises:
        NothingToCompareError: TensorFlow is missing, or its Keras has no `ImageDataGenerator` any more.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        import tensorflow as tf

        module = tf.keras.preprocessing.image
        module.ImageDataGenerator  # noqa: B018 - looked up to learn whether it is there
    except (ImportError, AttributeError) as error:
        raise NothingToCompareError(
            f"the original is not there to compare with ({error}). Install a TensorFlow that still has "
            "tf.keras.preprocessing.image.ImageDataGenerator: pip install 'tensorflow>=2.16,<2.22'"
        ) from error
    return module


def load_dropin():
    """Returns the module whose `ImageDataGenerator` is checked."""
    import imgdatagen_compat

    return imgdatagen_compat


def compare_cases(
    original,
    dropin,
    directory: Path,
    *,
    cases: Sequence[ParityCase],
    target_size: tuple[int, int] = (150, 150),
    batch_size: int = 32,
    batches: int = 8,
    seed: int = 0,
    after_batch: Callable[[ParityCase], None] = lambda case: None,
) -> list[Comparison]:
    """Compares the `ImageDataGenerator` of two modules on every case.

    Args:
        original, dropin: anything with an attribute `ImageDataGenerator`.
        directory: folder with one subfolder of images per class.
        cases: the configurations.
        target_size: (height, width) in pixels, for cases without their own.
        batch_size: images per batch.
        batches: batches per case.
        seed: of the flows and of the global `np.random` state.
        after_batch: called with the case after each batch.

    Returns:
        One `Comparison` per case, in order.
    """
    comparisons = []
    for case in cases:
        makers = [
            lambda module=module, case=case: case.make_iterator(module, directory, target_size, batch_size, seed)
            for module in (original, dropin)
        ]
        comparisons.append(compare_iterators(*makers, batches=batches, seed=seed, after_batch=lambda case=case: after_batch(case)))
    return comparisons


def _compare_with_progress(original, dropin, directory, arguments):
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("comparing", total=len(PARITY_CASES) * arguments.batches)

        def advance(case):
            progress.update(task, advance=1, description=case.name)

        return compare_cases(
            original,
            dropin,
            directory,
            cases=PARITY_CASES,
            target_size=arguments.target_size,
            batch_size=arguments.batch_size,
            batches=arguments.batches,
            seed=arguments.seed,
            after_batch=advance,
        )


@contextlib.contextmanager
def _image_directory(path):
    if path is not None:
        yield checked_directory(path)
        return
    with tempfile.TemporaryDirectory(prefix="imgdatagen-compat-") as directory:
        write_sample_photographs(directory)
        yield Path(directory)


def checked_directory(path: Path) -> Path:
    """Returns `path` if `flow_from_directory` can read it: a folder that has images in subfolders.

    Raises:
        NothingToCompareError: it is not; the message says what to do.
    """
    if not path.is_dir():
        raise NothingToCompareError(f"{path} is not a folder. Pass the folder that holds one subfolder of images per class.")
    subfolders = [entry for entry in path.iterdir() if entry.is_dir()]
    if any(_is_image(file) for folder in subfolders for file in folder.rglob("*")):
        return path
    if any(_is_image(file) for file in path.iterdir()):
        raise NothingToCompareError(
            f"{path} holds images, but not in one subfolder per class. If it is a class itself, pass the folder above it "
            f"({path.resolve().parent}); otherwise move the images into a subfolder, such as {path / 'images'}."
        )
    raise NothingToCompareError(f"{path} has no images in its subfolders. Files ending in {', '.join(IMAGE_SUFFIXES)} are read.")


def _is_image(file):
    return file.suffix.lower() in IMAGE_SUFFIXES and file.is_file()


def _positive(text):
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a positive whole number")
    return number


def _size(text):
    match = re.fullmatch(r"(\d+)(?:[x,](\d+))?", text)
    if not match or "0" in match.groups():
        raise argparse.ArgumentTypeError(f"{text!r} is not a size in pixels such as 150 or 150x200 (height x width)")
    return int(match[1]), int(match[2] or match[1])
