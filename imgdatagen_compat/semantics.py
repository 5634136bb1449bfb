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
        swaps_axes: whether the affine matrix has rows and columns exchanged at the end, which makes `tx` move columns and puts the pivot of
            a non-square image off its centre.
    """

    name: str
    centre_offset: float
    swaps_axes: bool


KERAS = Semantics("keras", centre_offset=-0.5, swaps_axes=True)

LEVELS = {level.name: level for level in (KERAS,)}


def semantics_level(name) -> Semantics:
    """The level of this name.

    Raises:
        ValueError: there is none; the message lists them.
    """
    if name not in LEVELS:
        raise ValueError(f"`semantics` should be one of {', '.join(map(repr, LEVELS))}. Received: {name!r}")
    return LEVELS[name]
