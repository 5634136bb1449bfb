"""The semantics levels: what the same draws mean, in the eras of Keras and as documented.

Every place where the levels differ reads it from the record of its level. No TensorFlow here.
"""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True)
class Semantics:
    """One meaning of a configuration.

    Attributes:
        name: the value of the constructor argument `semantics`.
        centre_offset: added to half a side, in pixels, to give the coordinate of the pivot; -0.5 is the true centre.
        swaps_axes: whether the affine matrix has rows and columns exchanged at the end, which turns and shears the other way and zooms
            the other axis.
        places_before_swap: whether shifts and pivot are exchanged beforehand, so that the exchange at the end leaves them where they
            belong; without it, `tx` moves columns, and the pivot of an image that is not square is off its centre.
        checks_axes: whether `apply_affine_transform` refuses axes, and ranks of images, that it was not made for.
        stretches_contrast: whether brightness first stretches an image from its own minimum and maximum to 0-255, for good.
        image_dtype: dtype of images that were loaded or brightened; None for the Keras global `floatx`.
        zca_attribute: name of the attribute of the generator that holds the whitening matrix; it decides how `fit` makes it, too.
        whitens_noise: whether that matrix multiplies, by 1/sqrt(zca_epsilon), the directions in which the images do not vary: what is left
            of an image there is rounding, and only the product of one image with the matrix, as the original forms it, has the same.
        sorts_classes: whether a dataframe iterator sorts the classes that it is given.
    """

    name: str
    centre_offset: float = -0.5
    swaps_axes: bool = True
    places_before_swap: bool = False
    checks_axes: bool = True
    stretches_contrast: bool = False
    image_dtype: str | None = None
    zca_attribute: str = "zca_whitening_matrix"
    whitens_noise: bool = False
    sorts_classes: bool = False

    @property
    def tx_moves_columns(self) -> bool:
        """Whether shifts end up on the other axis than `tx` and `ty` are drawn for, and the pivot off the centre of oblong images."""
        return self.swaps_axes and not self.places_before_swap

    def pivot(self, height: int, width: int) -> tuple[float, float]:
        """The pivot of an image of these sides in pixels: its first and second coordinate before the exchange of axes."""
        row, col = float(height) / 2 + self.centre_offset, float(width) / 2 + self.centre_offset
        return (col, row) if self.places_before_swap else (row, col)

    def shifts(self, params) -> tuple:
        """The shifts of `TransformParams`, in pixels: along the first and the second coordinate before the exchange of axes."""
        return (params.ty, params.tx) if self.places_before_swap else (params.tx, params.ty)


KERAS = Semantics("keras")

KERAS_PREPROCESSING = Semantics(
    "keras_preprocessing",
    centre_offset=0.5,
    swaps_axes=False,
    checks_axes=False,
    stretches_contrast=True,
    image_dtype="float32",
    zca_attribute="principal_components",
    whitens_noise=True,
    sorts_classes=True,
)

DOCUMENTED = Semantics("documented", places_before_swap=True)

LEVELS = {level.name: level for level in (KERAS, KERAS_PREPROCESSING, DOCUMENTED)}


def semantics_level(name) -> Semantics:
    """The level of this name.

    Raises:
        ValueError: there is none; the message lists them.
    """
    if name not in LEVELS:
        raise ValueError(f"`semantics` should be one of {', '.join(map(repr, LEVELS))}. Received: {name!r}")
    return LEVELS[name]


def semantics_of(datagen) -> Semantics:
    """The level of a generator; "keras" for None and for generators that know no levels."""
    return LEVELS.get(getattr(datagen, "semantics", None), KERAS)


def whitening_matrix(datagen):
    """The ZCA matrix of a generator, whatever its level calls it; None until it is fit."""
    return getattr(datagen, semantics_of(datagen).zca_attribute, None)
