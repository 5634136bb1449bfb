"""The page: self-contained, escaped, and red where anything is outside the promise."""

import base64
import html.parser
import io
import math
import re

import numpy as np
import oracles
import pytest
from faulty_generators import BATCH_FAULTS, ITERATOR_FAULTS, faulty_module
from originals import write_class_folders
from PIL import Image

from imgdatagen_compat.migration.cli import main
from imgdatagen_compat.migration.parity import command
from imgdatagen_compat.migration.parity.evidence import Evidence, largest_difference
from imgdatagen_compat.migration.parity.html.charts import histogram, number, times
from imgdatagen_compat.migration.parity.html.markup import Markup, element
from imgdatagen_compat.migration.parity.html.pictures import LONGEST_SIDE, difference_picture, pictured

CLASSES = ("<script>alert(1)<", 'a"onload="b & c')
SMALL = ["--target-size", "16x18", "--batch-size", "4", "--batches", "2"]
FLAGS = ["--rotation-range", "30", "--horizontal-flip", "--rescale", "1/255", *SMALL]


@pytest.fixture(scope="module")
def photographs(tmp_path_factory):
    return write_class_folders(tmp_path_factory.mktemp("photo<graphs"), CLASSES, n=4)


@pytest.fixture
def page_of(photographs, tmp_path, monkeypatch):
    """Runs the command with the original, changed, as the drop-in; returns the exit status and the page."""

    def run(*flags, **changes):
        monkeypatch.setattr(command, "load_dropin", lambda name: faulty_module(oracles.keras, **changes))
        status = main(["parity", photographs, *FLAGS, *flags, "--html", str(tmp_path / "parity.html")])
        return status, (tmp_path / "parity.html").read_text(encoding="utf-8")

    return run


class _Reader(html.parser.HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.elements, self.text, self.open = [], [], []
        self.feed(text)

    def handle_starttag(self, name, attributes):
        self.elements.append((name, dict(attributes)))
        if name not in ("img", "meta", "wbr", "br"):
            self.open.append(name)

    def handle_endtag(self, name):
        assert self.open.pop() == name

    def handle_data(self, data):
        self.text.append(data)


def test_page_is_green_self_contained_and_escaped(page_of):
    status, page = page_of()
    read = _Reader(page)
    assert status == 0
    assert read.open == []
    assert not [name for name, _ in read.elements if name in ("script", "link", "iframe", "object")]
    sources = [attributes["src"] for name, attributes in read.elements if name == "img"]
    assert sources
    assert all(source.startswith("data:image/") for source in sources)
    assert all(not key.startswith("on") for _, attributes in read.elements for key in attributes)
    addresses = [attributes["href"] for _, attributes in read.elements if "href" in attributes]
    assert all(address.startswith("#") for address in addresses)
    assert {address[1:] for address in addresses} == {attributes["id"] for _, attributes in read.elements if "id" in attributes}
    assert not re.search(r"@import|url\(|https?:", page)
    text = " ".join(read.text)
    for words in ("within the promise", "label: <script>alert(1)<", "theta", "time per image", "tensorflow 2.", "rotation_range=30"):
        assert words in text
    assert len(re.findall('class="badge">within the promise', page)) == 1 + 4  # of all, and of each row
    assert ' bad"' not in page


SEEN = {
    "one_pixel_far_off": "difference: up to 1",
    "one_label": "in the drop-in",
    "one_pixel_nan": "numbers that are not finite",
    "no_labels": "none in the drop-in",
    "an_error": "the original raised no error, the drop-in OSError",
}


@pytest.mark.parametrize("fault", [*BATCH_FAULTS, *ITERATOR_FAULTS], ids=lambda fault: fault.__name__)
def test_page_and_exit_status_are_red_for_a_fault(page_of, fault):
    kind = "change_batch" if fault in BATCH_FAULTS else "change_iterator"
    status, page = page_of("--batches", "1", **{kind: fault})
    assert status == 1
    assert '<header class="card bad">' in page
    assert 'class="badge bad">outside the promise' in page
    assert SEEN.get(fault.__name__, "outside the promise") in page


def test_pair_that_differs_is_shown_before_those_that_do_not(page_of):
    def late(batch):
        batch[0][3, 1, 1, 1] += 1
        return batch

    _, page = page_of("--batches", "1", change_batch=late)
    first = page.split('class="pair"')[1]
    assert "difference: up to 1" in first


def test_errors_of_both_sides_leave_a_page_that_compares_nothing(page_of):
    status, page = page_of("--fill-mode", "no such mode")
    assert status == 2
    assert "nothing compared" in page
    assert "both raised" in page


def test_absent_folder_is_said_before_anything_is_compared(photographs, tmp_path, capsys):
    assert main(["parity", photographs, "--html", str(tmp_path / "nowhere" / "a.html")]) == 2
    assert "does not exist. Make it first." in capsys.readouterr().err


@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
@pytest.mark.parametrize(("color_mode", "channels"), [("grayscale", 1), ("rgba", 4)])
def test_evidence_has_the_images_that_were_compared_with_their_draws(photographs, data_format, color_mode, channels):
    evidence = Evidence(3)
    datagen = oracles.keras.ImageDataGenerator(rotation_range=30, data_format=data_format)
    iterator = evidence.watch(datagen.flow_from_directory(photographs, target_size=(10, 12), color_mode=color_mode, batch_size=3, seed=1))
    batches = []
    for _ in range(4):  # the third batch is short, the fourth is of another epoch
        batches.append(next(iterator))
        evidence.add(batches[-1], (batches[-1][0].copy(), batches[-1][1]))
    assert evidence.histograms.sum() == 2 * sum(batch[0].size for batch in batches)
    np.testing.assert_array_equal(*evidence.histograms)
    for index, pair in enumerate(evidence.pairs):
        image = batches[0][0][index]
        np.testing.assert_array_equal(pair.original, image.transpose(1, 2, 0) if data_format == "channels_first" else image)
        assert pair.original.shape == (10, 12, channels)
        assert pair.identical
        # The image is made again from its file and its draw.
        loaded = oracles.loaded(f"{photographs}/{pair.name}", color_mode, (10, 12))
        expected = oracles.keras.ImageDataGenerator().apply_transform(loaded, pair.draw)
        np.testing.assert_array_equal(pair.original, expected)
        assert pair.labels == (pair.name.rsplit("/", 1)[0],) * 2


def test_names_follow_the_order_of_each_epoch():
    x = np.arange(5.0).reshape(5, 1, 1, 1) * np.ones((1, 2, 2, 1))
    evidence = Evidence(100)
    iterator = evidence.watch(oracles.keras.ImageDataGenerator().flow(x, batch_size=2, seed=3))
    for _ in range(7):
        batch = next(iterator)
        evidence.add(batch, batch)
    assert len(evidence.pairs) == 2 + 2 + 1 + 2 + 2 + 1 + 2
    for pair in evidence.pairs:
        assert pair.name == f"image {int(pair.original[0, 0, 0])}"


def test_infinitely_far_is_what_no_number_measures():
    image = np.ones((2, 2, 1))
    assert largest_difference(image, image + 2) == 2
    assert math.isinf(largest_difference(image, image * np.nan))
    assert math.isinf(largest_difference(image, np.ones((2, 3, 1))))


def _pixels(uri):
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(uri.split(",")[1]))).convert("RGB"))


@pytest.mark.parametrize(("height", "width"), [(30, 40), (1000, 700), (3, 900)])
def test_one_pixel_is_seen_in_the_difference_however_large_the_images_are(height, width):
    original = np.zeros((height, width, 3), np.float32)
    dropin = original.copy()
    dropin[height // 2, width // 3, 1] = 0.25
    uri, brightest = difference_picture(original, dropin)
    shown = _pixels(uri)
    assert brightest == 0.25
    assert shown.max() > 250
    assert (shown.max(axis=-1) > 100).mean() < 0.01
    assert max(shown.shape) <= LONGEST_SIDE


@pytest.mark.parametrize(("low", "high"), [(0, 1), (0, 255), (-1, 1), (-3, 900)])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_black_and_white_are_those_of_the_values(low, high, channels):
    image = np.full((120, 130, channels), low, np.float32)
    image[:, 65:] = high
    left, right = (_pixels(uri).astype(int) for uri in pictured(image, image))
    assert left.shape == (120, 130, 3)
    assert left[:, :50].max() < 8
    assert left[:, 80:].min() > 247
    np.testing.assert_array_equal(left, right)


def test_histogram_draws_what_differs_and_equal_ones_alike():
    edges = np.linspace(0, 1, 5)
    equal = histogram(np.array([[1, 2, 3, 4]] * 2), edges)
    area, line = re.findall(r' d="M([^"]*)"', equal)
    assert line in area.replace("0,96 L", "", 1)
    other = histogram(np.array([[1, 2, 3, 4], [1, 2, 3, 5]]), edges)
    area, line = re.findall(r' d="M([^"]*)"', other)
    assert line not in area


def test_times_are_drawn_only_where_they_were_measured():
    assert times(math.nan, 1.0) is None
    assert "width:100.0%" in times(4.0, 1.0)
    assert "width:25.0%" in times(4.0, 1.0)


def test_text_is_escaped_and_markup_is_not():
    assert element("p", "<b>", Markup("<i>"), class_='"') == '<p class="&quot;">&lt;b&gt;<i></p>'
    assert number(-0.5) == "\N{MINUS SIGN}0.5"
