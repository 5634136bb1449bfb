"""`assert_same_flow`: two iterators, batch by batch, and a message that says where and why they part. No TensorFlow here."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from imgdatagen_compat.comparison.iterators import compare_iterators
from imgdatagen_compat.comparison.verdict import Comparison

SHOWN_PROBLEMS = 5


class FlowsDifferError(AssertionError):
    """Two flows are not the same, or nothing could be compared.

    Attributes:
        comparison: the `Comparison` that was made.
    """

    def __init__(self, message: str, comparison: Comparison):
        super().__init__(message)
        self.comparison = comparison


def assert_same_flow(
    old: Iterable[Any], new: Iterable[Any], *, batches: int = 3, tolerance: float | None = None, seed: int = 0
) -> Comparison:
    """Fails unless two flows are the same: values, dtypes, shapes, labels, weights, structure, order, and the `np.random` state left.

    Both are advanced by `batches`, each on a global `np.random` state of its own that starts from `seed`; the state outside is left as it
    was. Errors, printed text, warnings, and what can be read off an iterator (`class_indices`, `filenames`, `batch_index`, …) are compared
    too, where `old` has them.

    Args:
        old: the flow that is right; "the original" in messages. An iterator of Keras or anything else that can be iterated over, such as
            the `zip` of images and masks; batches are NumPy arrays, and tuples, lists and dictionaries of them. `(batch for batch in
            flow)` hides what else can be read off an iterator.
        new: the flow to check; "the drop-in" in messages.
        batches: how many to take of each; more than an epoch goes on into the next.
        tolerance: largest difference allowed in the images, as a fraction of the largest magnitude in a batch of `old`. None allows what
            `imgdatagen_compat.stages` states for the settings of `old`: identical values, or 1e-5 with `zca_whitening`. Labels and weights
            have to be identical.
        seed: of the `np.random` state that both start from.

    Returns:
        The `Comparison`, with what was counted and measured.

    Raises:
        FlowsDifferError: they differ, or neither gave a batch; an `AssertionError` with the `comparison`. The message names the first
            batch, sample and pixel, the largest difference, and the stage that is likely.
        TypeError: a `tf.data.Dataset`, whose batches are tensors.
        ValueError: `batches` or `tolerance` out of range.
    """
    __tracebackhide__ = True
    old, new = _iterator("old", old), _iterator("new", new)
    comparison = compare_flows(lambda: old, lambda: new, batches=batches, tolerance=tolerance, seed=seed)
    fail_unless_same(comparison)
    return comparison


def _iterator(name, flow):
    if hasattr(flow, "as_numpy_iterator"):
        raise TypeError(
            f"`{name}` must give NumPy batches: pass dataset.as_numpy_iterator(), and (batch for batch in iterator) for what it is "
            f"compared with. Received: {name}={flow!r}"
        )
    return iter(flow)


def compare_flows(make_old, make_new, *, batches, tolerance, seed) -> Comparison:
    """`compare_iterators` without the clock, its arguments checked."""
    if batches < 1:
        raise ValueError(f"`batches` must be 1 or more, or nothing is compared. Received: batches={batches}")
    if tolerance is not None and not 0 <= tolerance < 1:
        raise ValueError(
            "`tolerance` is a fraction of the largest magnitude in a batch: 0 asks for identical values, 1e-5 is usual for another order "
            f"of float32 operations. Received: tolerance={tolerance}"
        )
    return compare_iterators(make_old, make_new, batches=batches, tolerance=tolerance, seed=seed, timed=False)


def fail_unless_same(comparison: Comparison, *hints: str) -> None:
    """Raises the `FlowsDifferError` that `comparison` calls for, if any; `hints` are further lines of its message."""
    __tracebackhide__ = True
    if comparison.problems:
        raise FlowsDifferError("\n".join([*_summary(comparison), *hints, *_problems(comparison)]), comparison)
    if not comparison.comparable:
        reasons = "; ".join(comparison.notes) or "they are empty"
        raise FlowsDifferError(f"No batch was compared, so nothing is known of the flows: {reasons}", comparison)


def _summary(comparison):
    lines = [f"The flows differ ({comparison.batches} batches compared, {comparison.images} images)."]
    if comparison.first_difference:
        lines.append(f"First: {comparison.first_difference}")
    if comparison.batches:
        lines.append(
            f"Largest difference in the images: {comparison.largest:.3g} of the largest magnitude in a batch; allowed: "
            f"{comparison.tolerance:.3g}. State of np.random: {'equal' if comparison.random_state_equal else 'differs'}."
        )
    if comparison.likely:
        lines.append(f"Likely: {comparison.likely}")
    return lines


def _problems(comparison):
    more = len(comparison.problems) - SHOWN_PROBLEMS
    return ["All:", *(f"  {line}" for line in comparison.problems[:SHOWN_PROBLEMS]), *([f"  … and {more} more"] if more > 0 else [])]
