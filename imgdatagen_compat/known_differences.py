"""What differs from the installed original on purpose, and why.

Each entry has a heading in MIGRATION.md, under "Differences from Keras 3", and a test that expects original and drop-in to differ. Whatever
is not listed here, or bounded in `stages`, is meant to be the same.

No TensorFlow here.
"""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True)
class KnownDifference:
    """One difference that is kept.

    Attributes:
        name: identifies the entry, and its test.
        heading: of the section of MIGRATION.md that describes it, Markdown as it stands there.
        reason: why it is kept.
    """

    name: str
    heading: str
    reason: str


KNOWN_DIFFERENCES = (
    # Code that Keras 3 refuses, or takes for something else.
    KnownDifference("next method", "Iterators have `.next()`", "code for Keras 2 calls and overrides it"),
    KnownDifference("worker options", "Options for `fit` go to the `flow` methods", "`fit` of Keras 3 no longer takes them"),
    KnownDifference(
        "tenth argument",
        "`flow` understands a tenth positional argument `subset`",
        "code for Keras up to 2.8 would train on the validation images",
    ),
    KnownDifference("loader", "Files can be read by your own function", "a `load_img` replaced inside Keras has no other place to go"),
    KnownDifference("on_error", "Files that cannot be read can be left out", "one of them ends a long run"),
    KnownDifference("special files", "Named pipes and devices are refused", "the original waits for their end, which may not come"),
    KnownDifference(
        "filenames followed",
        "A directory iterator follows its `filenames`",
        "the original pairs the images it found first with the labels assigned later",
    ),
    KnownDifference(
        "constructor not called",
        "Iterators work without the constructor of their base class",
        "subclasses written for Keras 2 do not call it",
    ),
    KnownDifference("grayscale", "`load_img` takes `grayscale=`", "code for Keras 2 passes it"),
    KnownDifference("saved formats", "`save_img` takes every file name that Pillow takes", "each Keras refuses one that another takes"),
    KnownDifference("older names", "Older names are there", "code for Keras 2 and keras-preprocessing imports them"),
    KnownDifference(
        "keep_aspect_ratio left out",
        "`set_processing_attrs` has a default for `keep_aspect_ratio`",
        "subclasses written before the argument existed leave it out",
    ),
    KnownDifference(
        "axes warning",
        "`apply_affine_transform` warns of the axes it was given",
        "its default axes changed in Keras 2.9, and photographs silently go wrong since",
    ),
    KnownDifference("data_format names", "`data_format` takes Theano's and TensorFlow's names", "old code passes them"),
    KnownDifference("zoom_range types", "`zoom_range` takes NumPy numbers", "they mean what Python's numbers mean"),
    # What the drop-in adds.
    KnownDifference("dataset", "Iterators have `as_dataset()`", "the way to `tf.data`"),
    KnownDifference("pairs", "Generators have `flow_pair()`", "image and mask flows made by hand drift apart"),
    KnownDifference("explain", "Generators and iterators have `explain()`", "most reports of wrong pixels are of a known trap"),
    KnownDifference("fit_iterator", "Generators have `fit_iterator()`", "the images of a directory seldom fit into memory"),
    KnownDifference(
        "layers", "Generators have `to_layers()`, `rescaling_layer()`, `to_native()` and `for_inference()`", "the way into the model"
    ),
    KnownDifference(
        "augment_validation", "`augment_validation=False` leaves the validation subset alone", "a second generator drifts from the first"
    ),
    KnownDifference("pickling", "Iterators can be pickled and copied", "a run that was interrupted can go on in the middle of an epoch"),
    KnownDifference(
        "state",
        "Iterators have `state_dict()` and `load_state_dict()`",
        "so can a run whose arrays or classes have no place in a checkpoint",
    ),
    KnownDifference("cheap import", "Importing is cheap", "a command line, or a test that makes no batch, need not wait for TensorFlow"),
    KnownDifference("messages", "Messages say the remedy", "the class of an error is the interface, its text is for the reader"),
    KnownDifference(
        "bit depth warning",
        "A `BitDepthWarning` tells of bits that `rescale` does not fit",
        "16-bit images that come out white or black, and pixels that are rescaled twice, look like a model that does not learn",
    ),
    # What the compiled path costs.
    KnownDifference(
        "deprecations", "`DeprecationWarning`s of SciPy and Pillow are gone", "they tell of what the original uses and the drop-in does not"
    ),
    KnownDifference(
        "numpy warnings", "NumPy's `RuntimeWarning`s may be missing", "the compiled graph makes the same infinities and NaN without a word"
    ),
    KnownDifference(
        "pillow warnings", "Pillow's remarks on odd metadata may be missing", "the graph reads the pixels alone, and they are the same"
    ),
    KnownDifference(
        "damaged metadata",
        "An image with damaged metadata can be read",
        "its pixels are whole; to refuse it, the metadata of every file would have to be parsed",
    ),
    KnownDifference(
        "files read ahead",
        "Files are read ahead",
        "the next batches are made while the current one is used; file names, not contents, are compared when they are handed out",
    ),
    KnownDifference(
        "replaced functions",
        "Functions replaced inside Pillow, SciPy or the module are not reached",
        "the compiled graph calls none of them; methods of the generator are hooks, and followed",
    ),
    KnownDifference(
        "function called again",
        "A `preprocessing_function` that draws is called again",
        "that it draws shows only when it is called, and then the images before it must be made anew, with the original's draws",
    ),
    KnownDifference(
        "subnormal values",
        "Values below 1.2e-38 become 0",
        "compiled code flushes subnormal numbers to zero; they are 40 digits below the grey level that anyone could see",
    ),
    KnownDifference("sign of zero", "The sign of a zero may differ", "-0.0 equals 0.0 in every comparison and sum that a model makes"),
)
