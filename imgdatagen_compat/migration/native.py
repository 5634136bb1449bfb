"""`to_native()` of a configuration and of one's own images, for the commands."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Mapping
from typing import Any

from imgdatagen_compat.migration.configuration import Configuration, ConfigurationError
from imgdatagen_compat.migration.parity.cases import FEATUREWISE
from imgdatagen_compat.migration.parity.data import Data

SAMPLE_IMAGES = 16


def native_conversion(
    configuration: Configuration, data: Data | None = None, *, image_size: tuple[int, int] | None = None, seed: int | None = None
):
    """Converts a configuration to stock Keras layers.

    Args:
        configuration: the user's.
        data: images to measure the differences on, and to take statistics from where the configuration needs them; None for images made
            for it, and no statistics.
        image_size: (height, width) in pixels of a batch's images; None for what the configuration's flow says.
        seed: of the first layer that draws.

    Returns:
        What `to_native()` returns. What is printed meanwhile goes to standard error.

    Raises:
        ConfigurationError: the generator or `to_native()` refuses it.
    """
    from imgdatagen_compat import ImageDataGenerator

    with contextlib.redirect_stdout(sys.stderr):
        try:
            datagen = ImageDataGenerator(**configuration.generator)
            size = image_size or configuration.flow.get("target_size")
            if data is None:
                return datagen.to_native(image_size=size, seed=seed)
            plain = ImageDataGenerator(data_format=datagen.data_format, bit_depth=datagen.bit_depth)
            raw = data.flow(plain, _reading(data, configuration.flow, size))
            if any(getattr(datagen, name) for name in FEATUREWISE):
                datagen.fit_iterator(raw, verbose=0)
            batch = next(raw)
            return datagen.to_native(batch[0] if isinstance(batch, tuple) else batch, image_size=image_size, seed=seed)
        except (ValueError, TypeError) as error:
            raise ConfigurationError(f"{configuration.origin or 'no configuration'}: {error}") from error


def _reading(data: Data, flow: Mapping[str, Any], size) -> dict[str, Any]:
    """Arguments of a flow of the same images, in their order and without labels."""
    told = {**flow, "batch_size": SAMPLE_IMAGES, "shuffle": False, "class_mode": None} | ({} if size is None else {"target_size": size})
    return {name: value for name, value in told.items() if data.takes(name)}


def is_whole(conversion) -> bool:
    """Whether every setting has stock layers, or needs none."""
    return not any(line.left_out for line in conversion.report.lines)
