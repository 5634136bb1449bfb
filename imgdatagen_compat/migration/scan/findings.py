"""What is to be said of a folder: what stops a flow, what it silently does to pixels and labels, and what helps."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from imgdatagen_compat.bit_depth import EIGHT_BITS
from imgdatagen_compat.migration.scan.folders import FolderSurvey, Group
from imgdatagen_compat.migration.scan.tally import Tally

ERROR, WARNING, NOTE = SEVERITIES = ("error", "warning", "note")
IMBALANCE = 10  # times as many images in the largest class as in the smallest: from there on it is said
_NAMED_CLASSES = 3
_SPLITS = frozenset(("train", "training", "val", "valid", "validation", "test", "testing", "dev"))
_SCAN_BITS = (10, 12, 14)  # bits of scanners and cameras that come in containers of 16

#: Key of a trait -> (severity, what, advice).
TRAITS = {
    "turned": (
        WARNING,
        "viewers turn them by their EXIF orientation; a flow reads the pixels as they are stored",
        "Turn the pixels once, with PIL.ImageOps.exif_transpose, and save them.",
    ),
    "transparent": (
        WARNING,
        'transparent pixels; color_mode="rgb" drops the transparency and shows the colours that lie under it',
        "Compose them on a background first, or load them with color_mode=\"rgba\".",
    ),
    "cmyk": (
        WARNING,
        "CMYK; Pillow makes RGB of them without their colour profile, and the colours shift",
        "Convert them once, with their profile: PIL.ImageCms.profileToProfile.",
    ),
    "frames": (NOTE, "several images in one file, of which a flow reads the first", "Save the others as files of their own if they count."),
    "huge": (
        WARNING,
        "more pixels than PIL.Image.MAX_IMAGE_PIXELS; Pillow warns of each as a decompression bomb (they are not decoded here)",
        "Save them smaller: reading them takes most of an epoch.",
    ),
    "misnamed": (NOTE, "the extension of another format; read all the same", "Rename them for other programs' sake."),
}  # fmt: skip


@dataclasses.dataclass(frozen=True)
class Finding:
    """Something that is so of several files or folders.

    Attributes:
        severity: "error": a flow stops or finds nothing; "warning": it goes on with other pixels or labels than one may think; "note".
        code: of the kind of finding.
        count: of the files or folders.
        what: is so, continuing "<count> files: ".
        advice: what to do, a sentence.
        examples: the first few.
    """

    severity: str
    code: str
    count: int
    what: str
    advice: str
    examples: tuple[str, ...] = ()


def findings(survey: FolderSurvey, tally: Tally) -> list[Finding]:
    """All findings, errors first."""
    found = [*_of_folders(survey), *_of_classes(survey), *_of_files(tally)]
    return sorted(found, key=lambda finding: SEVERITIES.index(finding.severity))


def rescale_advice(tally: Tally) -> str | None:
    """Which `rescale` and `bit_depth` fit the files; None if none can be read."""
    whites = set(tally.whites)
    if not whites:
        return None
    if whites == {EIGHT_BITS.white}:
        return "All files have 8 bits: rescale=1/255 brings them to [0, 1]."
    if None in whites:
        files = "No file tells" if len(whites) == 1 else f"{tally.whites[None]:,} files do not tell"
        return f'{files} where white is (floats, 32-bit integers): bit_depth="auto" keeps their values, and rescale has to be a number.'
    if whites == {1.0}:
        return 'All files are floats in [0, 1]: bit_depth="auto" keeps them, and rescale is left out.'
    scans = sorted({_scan_bits(text, tally) for text in tally.depth_problems} - {None})
    if len(whites) > 1:
        advice = 'Depths are mixed: bit_depth="auto", rescale="auto" keeps all bits and brings each file to [0, 1] by its own white.'
        if scans:
            advice += f" Scans of {scans[0]} bits in 16 come out dark by it: give them a flow of their own, with bit_depth={scans[0]}."
        return advice
    if len(scans) == 1 and len(tally.depth_problems) == 1:
        return f'Values fill {scans[0]} bits: bit_depth={scans[0]}, rescale="auto" keeps them and brings them to [0, 1].'
    return 'bit_depth="auto", rescale="auto" keeps all bits and brings the files to [0, 1].'


def _of_folders(survey):
    if not survey.classes and survey.loose.count:
        advice = "Put them into one folder for each class, or scan (and pass to the flow) the folder above."
        yield _finding(ERROR, "no-classes", survey.loose, "in no class folder, for there is none: a flow finds no images", advice)
    elif survey.loose.count:
        yield _finding(WARNING, "loose", survey.loose, "beside the class folders, and not read", "Move them into a class folder.")
    elif not survey.images:
        yield Finding(ERROR, "no-images", 0, "nothing here that a flow would read", "One folder of images for each class is expected.")
    group = survey.images_of_other_formats
    if group.count:
        advice = "Convert them to PNG or JPEG; flows read .png, .jpg, .jpeg, .bmp, .ppm, .tif and .tiff."
        yield _finding(WARNING, "other-formats", group, "images by their extension, and not read, without a word", advice)
    if survey.other_extensions:
        named = ", ".join(f"{extension} ({count})" for extension, count in survey.other_extensions.most_common(5))
        what = f"other extensions, and not read: {named}"
        yield Finding(NOTE, "other-files", survey.other_extensions.total(), what, "Nothing has to be done.")
    if survey.links_not_followed.count:
        advice = "Pass follow_links=True to flow_from_directory, and --follow-links here."
        yield _finding(WARNING, "links", survey.links_not_followed, "links to folders, whose images are not read", advice)
    if survey.unlistable.count:
        what = "folders that cannot be listed; a flow takes them for empty"
        yield _finding(WARNING, "unlistable", survey.unlistable, what, "Give yourself the permission to read them.")
    if survey.same_stem.count:
        what = "named as another file of their folder but for the extension"
        yield _finding(NOTE, "same-name", survey.same_stem, what, "Both are read; remove one if they show the same.")


def _of_classes(survey):
    names = list(survey.classes)
    hidden = [name for name in names if name.startswith((".", "__"))]
    if hidden:
        what = "hidden folders, and classes to a flow: each is one more label"
        yield _classes(WARNING, "hidden-class", hidden, what, "Remove them, or name the classes: flow_from_directory(…, classes=[…]).")
    empty = [name for name in names if not survey.classes[name] and name not in hidden]
    if empty and survey.images:
        what = "without images, and classes all the same: the model has an output for each that it never sees"
        yield _classes(WARNING, "empty-class", empty, what, "Remove them, or name the classes: flow_from_directory(…, classes=[…]).")
    if len(names) > 1 and all(name.lower() in _SPLITS for name in names):
        example = f"{survey.directory.rstrip('/')}/{names[0]}"
        what = "parts of a data set by their names, not classes: a model learns to tell training from test"
        yield _classes(WARNING, "splits-as-classes", names, what, f"Scan, and pass to the flow, each of them: {example}.")
        return
    sizes = [count for count in survey.classes.values() if count]
    if sizes and max(sizes) >= IMBALANCE * min(sizes):
        large, small = (choose((name for name in names if survey.classes[name]), key=survey.classes.get) for choose in (max, min))
        what = f"the largest has {max(sizes) / min(sizes):.0f} times the images of the smallest"
        advice = "Pass class_weight to fit, or judge by a score that weighs classes alike."
        yield Finding(NOTE, "imbalance", len(sizes), what, advice, (large, small))


def _of_files(tally) -> Iterator[Finding]:
    for reason, group in tally.problems.items():
        yield _finding(ERROR, "unreadable", group, reason, "Fetch them again, or remove them.")
    for text, group in tally.depth_problems.items():
        what, _, advice = text.rpartition(". ")
        bits = _scan_bits(text, tally)
        if text in tally.value_ranges:
            low, high = tally.value_ranges[text]
            what += f"; values from {low:,.6g} to {high:,.6g}"
        if bits is not None:
            alone = "" if len(tally.whites) == 1 else "In a flow of their own, "
            advice = f"{alone}bit_depth={bits} keeps all bits of these scans, and knows their white."
        yield _finding(WARNING, "depth", group, what, advice)
    for trait, (severity, what, advice) in TRAITS.items():
        if trait in tally.traits:
            yield _finding(severity, trait, tally.traits[trait], what, advice)
    if tally.duplicates_across.count:
        what = "the contents of a file of another class: one of the two labels is wrong"
        yield _finding(WARNING, "duplicates-across-classes", tally.duplicates_across, what, "Decide which, and remove the other.")
    if tally.duplicates.count:
        advice = "Remove one of each, lest the same image is in the training and in the validation subset."
        yield _finding(NOTE, "duplicates", tally.duplicates, "the contents of another file of their class", advice)


def _scan_bits(text, tally):
    """The bits that a scan of 10, 12 or 14 bits fills in a container of 16, told by its highest value; None for other files."""
    if text not in tally.value_ranges or not text.startswith("16 bits"):
        return None
    _, high = tally.value_ranges[text]
    return next((bits for bits in _SCAN_BITS if 2 ** (bits - 1) <= high < 2**bits), None)


def _finding(severity, code, group: Group, what, advice):
    return Finding(severity, code, group.count, what, advice, tuple(group.examples))


def _classes(severity, code, names, what, advice):
    return Finding(severity, code, len(names), what, advice, tuple(names[:_NAMED_CLASSES]))
