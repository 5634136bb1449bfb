"""The known traps: settings that do what they say, and not what they were meant to.

One small function each, in the modules of this package, and one table. A function reads the settings, and whatever is known of the images;
where it does not know enough it says nothing.

No TensorFlow here.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from imgdatagen_compat.config import GeneratorConfig
from imgdatagen_compat.traps import geometry, grey_levels, use
from imgdatagen_compat.traps.sample import Sample


@dataclasses.dataclass(frozen=True)
class Finding:
    """A trap that a configuration is in.

    Attributes:
        code: of the trap.
        title: what it is about.
        happens: what happens, a sentence.
        remedy: what to do, a sentence.
    """

    code: str
    title: str
    happens: str
    remedy: str


@dataclasses.dataclass(frozen=True)
class Trap:
    """One row of the table.

    Attributes:
        code: identifies it.
        title: what it is about.
        advise: takes `(config, sample)` to what happens and what to do, or None when it does not apply.
    """

    code: str
    title: str
    advise: Callable[[GeneratorConfig, Sample], tuple[str, str] | None]

    def check(self, config: GeneratorConfig, sample: Sample) -> Finding | None:
        """The finding for these settings and images, or None."""
        advice = self.advise(config, sample)
        return None if advice is None else Finding(self.code, self.title, *advice)


TRAPS = (
    Trap("brightness-of-unit-range", "brightness on data in [0, 1]", grey_levels.brightness_of_unit_range),
    Trap("brightness-stretches-contrast", "brightness that stretches the contrast", grey_levels.brightness_stretches_contrast),
    Trap("rescale-with-preprocess-input", "rescale together with preprocess_input", grey_levels.rescale_with_preprocess_input),
    Trap("bit-depth", "bits of the images, their loading and rescale", grey_levels.bit_depth),
    Trap("shear-below-one-degree", "shear below one degree", geometry.shear_below_one_degree),
    Trap("rotation-below-one-degree", "rotation below one degree", geometry.rotation_below_one_degree),
    Trap("integer-shift", "shifts that are ints", geometry.integer_shift),
    Trap("axes-swapped", "rows and columns exchanged in images that are not square", geometry.axes_swapped),
    Trap("shifts-swapped", "height and width shift exchanged", geometry.shifts_swapped),
    Trap("validation-augmented", "augmentation of the validation subset", use.validation_augmented),
    Trap("featurewise-not-fit", "featurewise normalization without fit", use.featurewise_not_fit),
    Trap("fit-augments-rescaled", "fit on images that are augmented after they were rescaled", grey_levels.fit_augments_rescaled),
    Trap("interpolated-labels", "masks that are interpolated", geometry.interpolated_labels),
    Trap("channel-shift-unit", "channel shift in another unit than the pixels", grey_levels.channel_shift_unit),
    Trap("zoom-through-zero", "zoom factors of zero and below", geometry.zoom_through_zero),
)


def find_traps(config: GeneratorConfig, sample: Sample) -> tuple[Finding, ...]:
    """Every trap that applies, in the order of `TRAPS`."""
    findings = (trap.check(config, sample) for trap in TRAPS)
    return tuple(finding for finding in findings if finding is not None)
