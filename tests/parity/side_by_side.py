"""Every call twice, on the original and on the drop-in, each with its own random stream; everything that can be seen is compared."""

from __future__ import annotations

import dataclasses
import pathlib
import re
from collections import Counter

import numpy as np

from imgdatagen_compat.bit_depth import BitDepthWarning
from imgdatagen_compat.comparison.differences import Difference, compare_batches, compare_values, named_arrays
from imgdatagen_compat.comparison.iterators import ITERATOR_ATTRIBUTES
from imgdatagen_compat.comparison.random_stream import RandomStream
from imgdatagen_compat.comparison.verdict import Comparison

# Said by SciPy to the original only, which uses a name that SciPy is about to drop.
_NOT_COMPARED = re.compile(r"Please import `\w+` from the `scipy\.ndimage` namespace")
# What the drop-in says on purpose where the original is silent.
_OURS_ALONE = re.compile("An image of shape .* looks channels-last")
_OURS_ALONE_CATEGORIES = (BitDepthWarning,)


class SideBySide:
    """Two streams that start from one seed, and what was found so far.

    Attributes:
        result: the `Comparison`.
        failed: whether a call raised, on either side; nothing more can be compared then.
    """

    def __init__(self, seed: int = 0):
        self.streams = RandomStream(seed), RandomStream(seed)
        self.result = Comparison()
        self.failed = False

    def call(self, where, function, *pairs, pixels_within=None, labels_within=0.0):
        """Calls `function` once with the first and once with the second of each pair.

        Args:
            where: what reports call it.
            function: what to call.
            *pairs: the original's argument and the drop-in's.
            pixels_within: largest difference allowed in the pixels of batches that it returns, as a fraction of the largest magnitude;
                None when what it returns is not compared.
            labels_within: the same for the labels, which are pixels with `class_mode="input"`.

        Returns:
            The pair of values; two times None where an error was raised.
        """
        outcomes = [stream.call(lambda arguments=arguments: function(*arguments)) for stream, arguments in zip(self.streams, zip(*pairs))]
        original, dropin = (
            dataclasses.replace(outcome, warnings=tuple(w for w in outcome.warnings if not _NOT_COMPARED.match(str(w.message))))
            for outcome in outcomes
        )
        both_returned = self.result.record_outcomes(original, dropin, where)
        self._compare_warnings(original, dropin, where)
        self._compare_random_states(where)
        if not both_returned:
            self.failed = True
            return None, None
        if pixels_within is not None:
            self._compare_returned(original.value, dropin.value, where, {"pixels": pixels_within, "labels": labels_within})
        return original.value, dropin.value

    def compare(self, where, name, original, dropin, within=0.0):
        """Compares two values: arrays, scalars, and lists, tuples and dictionaries of them."""
        if isinstance(original, (list, tuple)) and type(original) is type(dropin) and len(original) == len(dropin):
            for number, pair in enumerate(zip(original, dropin)):
                self.compare(where, f"{name} {number}", *pair, within)
        elif isinstance(original, dict) and isinstance(dropin, dict) and list(original) == list(dropin):
            for key in original:
                self.compare(where, f"{name} {key}", original[key], dropin[key], within)
        else:
            self._record(compare_values(name, original, dropin), where, within)

    def compare_attributes(self, where, original, dropin):
        """Compares what a caller can read off an iterator."""
        for name in ITERATOR_ATTRIBUTES:
            if hasattr(original, name):
                self.compare(where, f"attribute {name}", getattr(original, name), getattr(dropin, name, None))

    def _compare_returned(self, original, dropin, where, within):
        if isinstance(original, dict) and isinstance(dropin, dict) and len(original) == len(dropin):
            for number in original:  # what a loop collected
                self._compare_batch(original[number], dropin[number], where, within)
        elif isinstance(original, (tuple, list, np.ndarray)):
            self._compare_batch(original, dropin, where, within)
        else:
            self.compare(where, "value", original, dropin)

    def _compare_batch(self, original, dropin, where, within):
        for difference in compare_batches(original, dropin):
            allowed = within.get(difference.name.removesuffix(" 0"), 0.0)
            if allowed or difference.name.startswith("pixels"):
                self.result.largest = max(self.result.largest, difference.largest)
            self._record(difference, where, allowed)
        self.result.batches += 1
        for batch in (original, dropin):
            for name, array in named_arrays(batch):
                if isinstance(array, np.ndarray) and array.dtype.kind in "uif" and array.size:
                    if not array.flags.writeable or not array.flags.c_contiguous:
                        self.result.record(Difference(name, False, np.inf, f"read-only or not contiguous: {array.flags}"), where)
                    else:
                        array[...] = 77  # the caller's to change: must show in no later batch

    def _record(self, difference, where, within):
        if within == 0 and not difference.identical:  # identical bits are promised: -0.0 is not 0.0
            difference = dataclasses.replace(difference, largest=np.inf)
        self.result.record(difference, where, within)

    def _compare_warnings(self, original, dropin, where):
        # One warning too few is a problem already; here, one too many.
        ours = [w for w in dropin.warnings if w.category not in _OURS_ALONE_CATEGORIES and not _OURS_ALONE.match(str(w.message))]
        if original.error is not None:
            # The drop-in reads the files of a batch together, so Pillow has warned of some that come after the one that cannot be read.
            ours = [warning for warning in ours if pathlib.PurePath(warning.filename).parent.name != "PIL"]
        said, expected = (Counter(warning.category.__name__ for warning in warnings) for warnings in (ours, original.warnings))
        for category in said - expected:
            text = next(str(warning.message) for warning in ours if warning.category.__name__ == category)
            self.result.record(Difference("warnings", False, np.inf, f"the drop-in alone gave a {category}: {text}"), where)

    def _compare_random_states(self, where):
        states = [stream.state for stream in self.streams]
        if not all(np.array_equal(left, right) for left, right in zip(*states)):
            self.result.random_state_equal = False
            self.result.record(Difference("np.random state", False, np.inf, "differs"), where)
