"""`assert_parity`: one configuration and one's own data on the original and on the drop-in."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from imgdatagen_compat.comparison.originals import load_dropin, load_original
from imgdatagen_compat.comparison.verdict import Comparison
from imgdatagen_compat.stages import STAGES, arguments_alone
from imgdatagen_compat.testing.assertions import compare_flows, fail_unless_same

_NEED_FIT = ("featurewise_center", "featurewise_std_normalization", "zca_whitening")


def assert_parity(
    config: Mapping[str, Any],
    data: Any,
    *,
    flow: Mapping[str, Any] | None = None,
    fit: np.ndarray | None = None,
    against: str | Callable[..., Any] = "keras",
    generator: Callable[..., Any] | None = None,
    batches: int = 3,
    tolerance: float | None = None,
    seed: int | None = 0,
    allow_refusal: bool = False,
) -> Comparison:
    """Fails unless the drop-in gives the batches of the installed original for this configuration and these data.

    Compared is what `assert_same_flow` compares, and the statistics of `fit`. On failure, the stages that are switched on are tried one by
    one, and the message says which of them differ alone.

    Args:
        config: keyword arguments of `ImageDataGenerator`.
        data: images, [N, H, W, C] or [N, C, H, W], for `flow`; a tuple `(images, labels)` or `(images, labels, sample_weight)`; the path of
            a folder of classes, for `flow_from_directory`; or a pandas `DataFrame`, for `flow_from_dataframe`.
        flow: further keyword arguments of that method: `batch_size`, `target_size`, `class_mode`, `directory`, `x_col`, …
        fit: images for `fit`, where the configuration needs it; those of `data` if they are arrays.
        against: the original: "keras" (that of the installed TensorFlow), "tf_keras", "keras_preprocessing" (what Keras 2.2.3 to 2.8 did),
            or anything to call with `config`, such as a class of your own.
        generator: what is called with `config` on the other side; by default the drop-in for `against`.
        batches: how many to compare.
        tolerance: see `assert_same_flow`.
        seed: of the flow (unless `flow` has one), of `fit` and of the `np.random` state; None gives the flow none.
        allow_refusal: whether it is enough that both sides raise errors of the same class and give no batch, as for random configurations.
            False, because a folder that is not there is refused by both.

    Returns:
        The `Comparison`.

    Raises:
        FlowsDifferError: they differ, or both refuse the configuration or the data; an `AssertionError` with the `comparison`.
        NoOriginalError: the original is not installed; an `ImportError` that says how to install it.
        ValueError: no such original, or the drop-in itself; `fit` is needed and there are no images for it; `batches` or `tolerance` out of
            range.
    """
    __tracebackhide__ = True
    case = _Case(dict(config), data, dict(flow or {}), fit, seed)
    case.check()
    sides = _sides(against, generator)
    comparison = case.compare(*sides, batches, tolerance)
    hints = case.blame(*sides, batches, tolerance) if comparison.problems else ()
    if comparison.problems or not (allow_refusal and comparison.notes):
        fail_unless_same(comparison, *hints)
    return comparison


def _sides(against, generator):
    original = load_original(against).ImageDataGenerator if isinstance(against, str) else against
    if generator is None:
        generator = load_dropin(against if isinstance(against, str) else "keras").ImageDataGenerator
    if original is generator:
        raise ValueError(
            f"`against` and `generator` are one class, which agrees with itself: after install(), that is what code finds under Keras's "
            f'names. Pass against="keras". Received: {original!r}'
        )
    return original, generator


@dataclasses.dataclass(frozen=True)
class _Case:
    """What both sides are made of."""

    config: dict[str, Any]
    data: Any
    flow: dict[str, Any]
    fit: np.ndarray | None
    seed: int | None

    def check(self):
        if self._fits and self._images_to_fit is None:
            names = [name for name in _NEED_FIT if self.config.get(name)]
            raise ValueError(f"{', '.join(names)} need statistics: pass fit=images, as datagen.fit takes them. Received: fit=None")

    def compare(self, original, dropin, batches, tolerance) -> Comparison:
        makers = [lambda make_generator=side: self._make_iterator(make_generator) for side in (original, dropin)]
        return compare_flows(*makers, batches=batches, tolerance=tolerance, seed=self.seed or 0)

    def blame(self, original, dropin, batches, tolerance) -> list[str]:
        """A line that says which stages differ when each is alone; none where only one is switched on, or the generator cannot be made."""
        try:
            datagen = original(**self.config)
        except Exception:  # told already: it is the problem, or one of them
            return []
        active = [stage for stage in STAGES if stage.is_active(datagen)]
        if len(active) < 2:
            return []
        alone = {stage.name: dataclasses.replace(self, config=arguments_alone(stage, self.config)) for stage in active}
        differing = [name for name, case in alone.items() if case.compare(original, dropin, batches, tolerance).problems]
        names = ", ".join(differing) or "none; it takes several of them, or what is no stage (files, labels, order)"
        return [f"Each stage alone ({', '.join(alone)}): differing: {names}"]

    @property
    def _fits(self):
        return any(self.config.get(name) for name in _NEED_FIT)

    @property
    def _images_to_fit(self):
        """The images to fit on, or None."""
        if self.fit is not None or self._is_folder or self._is_dataframe:
            return self.fit
        images = self.data[0] if isinstance(self.data, tuple) else self.data
        return images[0] if isinstance(images, tuple) else images  # with further inputs, the images come first

    @property
    def _is_folder(self):
        return isinstance(self.data, (str, os.PathLike))

    @property
    def _is_dataframe(self):
        return hasattr(self.data, "columns")

    def _make_iterator(self, make_generator):
        datagen = make_generator(**self.config)
        if self._fits:
            datagen.fit(np.array(self._images_to_fit), seed=self.seed)
        arguments = {} if self.seed is None else {"seed": self.seed}
        arguments.update(self.flow)
        if self._is_folder:
            return datagen.flow_from_directory(os.fspath(self.data), **arguments)
        if self._is_dataframe:
            return datagen.flow_from_dataframe(self.data.copy(), **arguments)
        images, *rest = self.data if isinstance(self.data, tuple) else (self.data,)
        arguments = {**dict(zip(("y", "sample_weight"), rest)), **arguments}
        return datagen.flow(_copied(images), **arguments)


def _copied(images):
    """A copy for each side: what one does to its images must not reach the other."""
    return (np.array(images[0]), *images[1:]) if isinstance(images, tuple) else np.array(images)
