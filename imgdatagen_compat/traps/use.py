"""Traps of how a generator is used. See `Trap.advise` for what each function takes and returns."""

from __future__ import annotations

from imgdatagen_compat.stages import STAGES, TRANSFORM


def validation_augmented(config, sample):
    is_used = sample.subset == "validation" if sample.subset is not None else bool(sample.validation_split)
    if not is_used or not config.augment_validation or not _augments(config):
        return None
    return (
        'Images of `subset="validation"` are augmented like those for training: the score is not that of the images as they are.',
        "Pass `augment_validation=False`.",
    )


def featurewise_not_fit(config, sample):
    if not sample.not_fit:
        return None
    return (
        f"{' and '.join(f'`{name}`' for name in sample.not_fit)} without statistics: skipped with a warning, in every batch.",
        "Call `datagen.fit(images)` with an array of raw training images first, or `datagen.fit_iterator(batches)` with an iterator, or "
        "assign `datagen.mean` and `datagen.std`.",
    )


def _augments(config) -> bool:
    """Whether any stage before the standardization does something."""
    return any(stage.is_active(config) for stage in STAGES if stage.method == TRANSFORM)
