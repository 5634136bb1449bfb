"""Channel shift and brightness as stock layers."""

from __future__ import annotations

from imgdatagen_compat.native_layers.conversion import random_twin
from imgdatagen_compat.rescaling import brightens_in_float

# A multiplication by b changes a grey level x by (b - 1) · x: half of white is where an addition for all levels is least wrong.
_MID_GREY = 0.5


def channel_shift(config, images):
    reach = abs(config.channel_shift_range)

    def factors(draw):
        return {"factor": float(draw["channel_shift_intensity"] * images.gain / images.span)}

    lows, highs = {"channel_shift_intensity": -reach}, {"channel_shift_intensity": reach}
    return random_twin("RandomBrightness", factors, lows, highs, (-1.0, 1.0), value_range=images.value_range)


def brightness(config, images):
    low, high = config.brightness_range

    def factors(draw):
        return {"factor": float((draw["brightness"] - 1) * _MID_GREY)}

    notes = []
    if config.semantics == "keras_preprocessing":
        notes.append("The original stretches the contrast of every image to the whole range first; the layer does not.")
    elif images.span <= 1 and not brightens_in_float(config):
        notes.append("The original truncates to 8 bits and turns images in [0, 1] black; the layer does not.")
    lows, highs = {"brightness": low}, {"brightness": high}
    return random_twin("RandomBrightness", factors, lows, highs, (-1.0, 1.0), notes, value_range=images.value_range)
