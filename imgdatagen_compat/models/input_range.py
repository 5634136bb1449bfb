"""`check_input_range`: does a model get the range of values that it was made for?"""

from __future__ import annotations

import dataclasses
import functools
import sys

import keras
import numpy as np
from rich.console import Console

from imgdatagen_compat.explanation import explain_generator, explain_iterator
from imgdatagen_compat.iterators.base import Iterator
from imgdatagen_compat.iterators.pairs import PairIterator
from imgdatagen_compat.models.applications import OPTIONAL
from imgdatagen_compat.models.batches import first_inputs
from imgdatagen_compat.models.copying import check_model
from imgdatagen_compat.models.graph import graph_of, input_named
from imgdatagen_compat.models.value_flow import value_flow
from imgdatagen_compat.per_image import PerImageMethods
from imgdatagen_compat.report_console import print_line, report_console, text_of
from imgdatagen_compat.traps.sample import value_range

_SHRINKS = 1 / 16  # a factor up to this is one for grey levels: 1/255, 1/127.5, the ImageNet deviations of 58
_UNIT_LIKE = 5.0  # largest magnitude of values that are rescaled or standardized already
_TOO_LARGE = 20.0  # magnitude that no rescaling or standardization leaves
_TOLERANCE = 0.05  # of a range, past either end
_NOMINAL = ((0, 1), (-1, 1), (0, 255), (0, 65535))
_TRAPS = ("rescale-with-preprocess-input", "featurewise-not-fit")  # those of a generator that change its range
_LEAST_SHARE = 0.6  # of a range that images should fill


@dataclasses.dataclass(frozen=True)
class InputRangeFinding:
    """Something that does not fit.

    Attributes:
        code: "double-rescaling", "no-rescaling", "application-range", "augmentation-value-range"; or the code of a trap of `explain()`,
            "rescale-with-preprocess-input" or "featurewise-not-fit".
        severity: "error" where the model cannot see its images as meant, "warning" where that depends on how it was trained.
        what: what happens, a sentence.
        advice: what to change, a sentence.
    """

    code: str
    severity: str
    what: str
    advice: str


@dataclasses.dataclass(frozen=True, repr=False)
class InputRangeReport:
    """What `check_input_range` found. `str()` of it is what was printed.

    Attributes:
        fed: smallest and largest value that the model gets.
        rescaling: names of the layers and operations in the model that rescale, before the first weights.
        reaches: the range that reaches the first weights; None where a layer that normalizes stands before them.
        in_order: False where the order of the layers is a guess, as for subclassed models.
        findings: what does not fit; empty if all does.
    """

    fed: tuple[float, float]
    rescaling: tuple[str, ...]
    reaches: tuple[float, float] | None
    in_order: bool
    findings: tuple[InputRangeFinding, ...]

    def print(self, console: Console | None = None) -> None:
        """Prints it: with colours on a terminal, as plain text elsewhere."""
        line = functools.partial(print_line, report_console(console))
        line(f"fed to the model: {_shown(self.fed)}")
        line(f"rescaling inside the model: {', '.join(self.rescaling) or 'none'}{'' if self.in_order else ' (its order is a guess)'}")
        if self.reaches is not None:
            line(f"at its first weights: {_shown(self.reaches)}")
        if not self.findings:
            line("nothing speaks against it", "green")
        for finding in self.findings:
            line(f"{finding.severity}, {finding.code}", "bold red" if finding.severity == "error" else "bold yellow")
            line(f"  {finding.what}")
            line(f"  -> {finding.advice}")

    def __str__(self):
        return text_of(self.print)

    def __repr__(self):
        return f"<{type(self).__name__}: {', '.join(finding.code for finding in self.findings) or 'no findings'}>"


def check_input_range(model, data, *, input: str | None = None) -> InputRangeReport:
    """Compares what a model does with its input to what it is fed; prints what it finds, and returns it as data.

    Looks for rescaling twice or not at all, `preprocess_input` after `rescale`, the wrong values for a model of `keras.applications`, and
    augmentation layers with another `value_range` than that of the values. Inside the model it follows the input through Rescaling,
    Normalization, arithmetic with numbers, augmentation and layers without weights, in nested models too. A subclassed model has no
    graph: its layers are taken in the order of its attributes, and the report says so. Models of `keras.applications` are known by the
    names that Keras gives them; whether their weights are those of ImageNet is not known, so that findings about them are warnings.

    Args:
        model: of Keras 3; or of tf_keras, which is taken as a subclassed one.
        data: an `ImageDataGenerator`, judged by what it makes of black, white and grey 8-bit images; one of its iterators, judged by up to
            eight of its images, those of a pair without the masks, without moving it; or a dataset, an iterator, an array or a tensor,
            judged by its first batch (taken from an iterator that cannot be restarted). A batch that is a tuple begins with the inputs.
        input: name of the model's input that is meant; needed where there are several.

    Returns:
        The report.

    Raises:
        TypeError: no model, or no data of these kinds.
        ValueError: no images or no finite values in the data, or an unknown input.
    """
    if not _is_tf_keras(model):
        check_model(model)
    fed, datagen, traps = _fed(model, data, input)
    if fed is None or not np.isfinite(fed).all():
        raise ValueError(f"`data` has no finite range of values to judge by. Received: values {fed}")
    flow = value_flow(model, *fed, input)
    findings = (
        *(InputRangeFinding(trap.code, "error", trap.happens, trap.remedy) for trap in traps if trap.code in _TRAPS),
        *_double_rescaling(model, fed, flow, datagen),
        *_applications(flow, datagen),
        *_no_rescaling(flow, datagen),
        *_augmentation(flow),
    )
    reaches = value_range([np.concatenate([arriving.low, arriving.high]) for _, arriving in flow.first_weights])
    report = InputRangeReport(fed, tuple(dict.fromkeys(flow.rescaling)), reaches, flow.in_order, findings)
    report.print()
    return report


def rescales_input(model, input: str | None = None) -> bool:
    """Whether a model shrinks grey levels itself before its first weights."""
    return any(arriving.gain <= _SHRINKS for _, arriving in value_flow(model, 0.0, 255.0, input).first_weights)


def _fed(model, data, input):
    """The range of the data; the generator, if there is one; the codes of its traps."""
    if isinstance(data, PerImageMethods):
        explanation = explain_generator(data, _grey_images(model, data, input), target_size=(32, 32), color_mode="rgb")
        datagen = data
    elif isinstance(data, PairIterator):
        return _fed(model, data.images, input)
    elif isinstance(data, Iterator) and hasattr(data, "_source"):
        explanation, datagen = explain_iterator(data), data.image_data_generator
    else:
        return value_range([_of_input(model, first_inputs(data), input)]), None, ()
    return explanation.steps[-1].value_range, datagen, explanation.traps


def _grey_images(model, datagen, input):
    """Black, white and a ramp, uint8 [3, H, W, C] or [3, C, H, W], of the size of the model's input where that is known."""
    shape = () if graph_of(model) is None else input_named(model, input).shape[1:]
    shape = shape if len(shape) == 3 else (32, 32, 3)
    is_first = keras.config.image_data_format() == "channels_first"
    height, width, channels = (side or 32 for side in ((*shape[1:], shape[0]) if is_first else shape))
    ramp = np.linspace(0, 255, height * width).reshape(height, width, 1).repeat(channels if channels in (1, 3, 4) else 3, axis=2)
    images = np.stack([np.zeros_like(ramp), np.full_like(ramp, 255), ramp]).astype(np.uint8)
    return images.transpose(0, 3, 1, 2) if datagen.data_format == "channels_first" else images


def _of_input(model, inputs, name):
    if isinstance(inputs, dict):
        if name not in inputs and len(inputs) > 1:
            raise ValueError(f"`input` should be one of {sorted(inputs)}. Received: input={name!r}")
        return np.asarray(inputs[name] if name in inputs else next(iter(inputs.values())))
    if isinstance(inputs, (list, tuple)) and graph_of(model) is not None:
        names = [tensor.name for tensor in graph_of(model).inputs]
        return np.asarray(inputs[names.index(name) if name in names else 0])
    return np.asarray(inputs)


def _double_rescaling(model, fed, flow, datagen):
    magnitude = np.abs(fed).max()
    for name, arriving in flow.first_weights:
        steps = ", ".join(dict.fromkeys(flow.rescaling))
        low, high = arriving.ends
        if arriving.gain <= _SHRINKS and magnitude <= _UNIT_LIKE:
            advice = f"{_leave_out(datagen)}: the model takes raw pixels of 0 to 255"
            if any(family.rescales == OPTIONAL for family, _, _ in flow.applications):
                advice += "; or build it with `include_preprocessing=False`"
            what = f"Values of {_shown(fed)} are rescaled again inside the model ({steps}): {_shown((low, high))} reaches {name!r}."
            return [InputRangeFinding("double-rescaling", "error", what, f"{advice}.")]
        if arriving.gain <= _SHRINKS**2 and high - low < _SHRINKS and len(set(flow.rescaling)) > 1:
            what = f"The model rescales more than once ({steps}): of {_shown(fed)}, {_shown((low, high))} reaches {name!r}."
            return [InputRangeFinding("double-rescaling", "error", what, "Take one of them out of the model.")]
    return []


def _applications(flow, datagen):
    for family, rescales, arriving in flow.applications:
        low, high = family.weights_take
        reached, past = arriving.ends, _TOLERANCE * (high - low)
        fits = low - past <= reached[0] and reached[1] <= high + past and reached[1] - reached[0] >= _LEAST_SHARE * (high - low)
        if rescales or fits:
            continue
        function = f"keras.applications.{family.module}.preprocess_input"
        remedy = f"`preprocessing_function={function}`" if datagen is not None else f"`{function}`"
        if family.rescales == OPTIONAL:
            advice = f"Feed {_shown(family.weights_take)}, or build the model with `include_preprocessing=True` and feed raw pixels."
        else:
            advice = f"Use {remedy} on raw pixels" + (", without `rescale`." if getattr(datagen, "rescale", None) else ".")
        what = (
            f"This looks like a model of `keras.applications.{family.module}`, which does not rescale: its ImageNet weights take "
            f"{_shown(family.weights_take)}, and {_shown(reached)} comes."
        )
        yield InputRangeFinding("application-range", "warning", what, advice)


def _no_rescaling(flow, datagen):
    if any(not rescales for _, rescales, _ in flow.applications):
        return
    for name, arriving in flow.first_weights:
        low, high = arriving.ends
        if max(abs(low), abs(high)) > _TOO_LARGE:
            is_grey = low >= 0 and high <= 255
            factor = "`rescale=1 / 255`" if is_grey else "`rescale=1 / white`, with the value of white"
            where = f"Pass {factor} to the generator" if datagen is not None else "Rescale the data to 0 to 1"
            happens = "after all rescaling" if flow.rescaling else "with no rescaling on the way"
            what = f"Values of {_shown((low, high))} reach {name!r} {happens}: weights are initialized for values of about 1."
            yield InputRangeFinding("no-rescaling", "warning", what, f"{where}, or put it into the model with `prepend_rescaling`.")
            return


def _augmentation(flow):
    for layer, arriving in flow.augmentation:
        (low, high), (start, end) = arriving.ends, layer.value_range
        past, share = _TOLERANCE * (end - start), (high - low) / (end - start)
        if low < start - past or high > end + past or 0 < share < 1 / 8:
            what = f"{type(layer).__name__} {layer.name!r} is made for values of {_shown((start, end))}, and gets {_shown((low, high))}."
            nominal = next((ends for ends in _NOMINAL if ends[0] <= low and high <= ends[1]), None)
            fitting = f"Give it `value_range={nominal}`, or put it" if nominal else "Put it"
            advice = f"{fitting} where the values are what it is made for."
            yield InputRangeFinding("augmentation-value-range", "error", what, advice)


def _leave_out(datagen):
    if datagen is None:
        return "Leave the rescaling out of the data"
    found = [name for name in ("rescale", "preprocessing_function") if getattr(datagen, name, None)]
    return f"Leave {' and '.join(f'`{name}`' for name in found)} out of the generator" if found else "Leave the rescaling out of the data"


def _is_tf_keras(model):
    return "tf_keras" in sys.modules and isinstance(model, sys.modules["tf_keras"].Model)


def _shown(found):
    return f"{found[0]:.4g} to {found[1]:.4g}"
