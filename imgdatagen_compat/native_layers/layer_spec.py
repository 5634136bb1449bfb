"""One stock Keras layer as its name and arguments: to be built, or written as code."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import keras
import numpy as np

from imgdatagen_compat.config import CHANNELS_FIRST


class LayerUnavailableError(Exception):
    """The installed Keras has no such layer, or its layer refuses the arguments; the message says which."""


@dataclasses.dataclass(frozen=True)
class LayerSpec:
    """A layer that has not been built.

    Attributes:
        name: of the class in `keras.layers`.
        arguments: of its constructor, Python numbers, strings, and tuples and lists of them.
    """

    name: str
    arguments: Mapping[str, Any]

    def build(self) -> keras.layers.Layer:
        """A new layer.

        Raises:
            LayerUnavailableError: the installed Keras has none, or refuses these arguments.
        """
        layer = getattr(keras.layers, self.name, None)
        if layer is None:
            raise LayerUnavailableError(f"Keras {keras.__version__} has no `{self.name}`")
        try:
            return layer(**self.arguments)
        except (TypeError, ValueError, NotImplementedError) as error:
            raise LayerUnavailableError(f"`{self.name}` of Keras {keras.__version__} refuses its arguments: {error}") from error

    def try_out(self) -> None:
        """Builds it and, if it draws, has it work on two small images.

        Raises:
            LayerUnavailableError: it cannot be built, or fails: the layers of some releases do with images that have the channels first.
        """
        layer = self.build()
        if not self.is_random:
            return
        try:
            layer(np.zeros((2, 3, 8, 8) if self.is_channels_first else (2, 8, 8, 3), np.float32), training=True)
        except Exception as error:  # each backend of Keras has classes of its own
            raise LayerUnavailableError(f"`{self.name}` of Keras {keras.__version__} fails with these arguments") from error

    def having(self, **arguments) -> LayerSpec:
        """The same layer with these arguments added, or in place of its own."""
        return LayerSpec(self.name, {**self.arguments, **arguments})

    @property
    def is_random(self) -> bool:
        """Whether it draws, and so takes a `seed`."""
        return self.name.startswith("Random")

    @property
    def is_channels_first(self) -> bool:
        """Whether it takes the first axis of an image for the channels."""
        return self.arguments.get("data_format", keras.config.image_data_format()) == CHANNELS_FIRST

    @property
    def path(self) -> str:
        """The class, for code with `import keras`."""
        return f"keras.layers.{self.name}"

    @property
    def argument_code(self) -> tuple[str, ...]:
        """Each argument as `name=value`."""
        return tuple(f"{name}={_literal(value)}" for name, value in self.arguments.items())

    @property
    def code(self) -> str:
        """The expression that builds it."""
        return f"{self.path}({', '.join(self.argument_code)})"


def _literal(value):
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, tuple):
        return f"({', '.join(map(_literal, value))}{',' if len(value) == 1 else ''})"
    return repr(value)
