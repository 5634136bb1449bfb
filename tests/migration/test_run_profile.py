"""`run --profile`: what is counted, for whom, and that the report comes whatever the script does."""

import json
import sys
import threading

import numpy as np
import pytest

import imgdatagen_compat
from imgdatagen_compat.migration import cli
from imgdatagen_compat.migration.run_profile import Profiler, profiled

X = np.arange(10 * 6 * 7 * 3, dtype="uint8").reshape(10, 6, 7, 3)


@pytest.fixture
def profiler():
    profiler = Profiler()
    profiler.start()
    yield profiler
    profiler.stop()


def flow(**options):
    return imgdatagen_compat.ImageDataGenerator(**options).flow(X, batch_size=4)


def test_counts_batches_and_images_of_each_flow(profiler):
    first, second = flow(rotation_range=3), flow(interpolation_order=3, rotation_range=3)
    for _ in range(3):
        next(first)
    second[1]
    flows = profiler.flows
    assert [(flow.flow, flow.samples, flow.batches, flow.images) for flow in flows] == [
        ("NumpyArrayIterator", 10, 3, 10),
        ("NumpyArrayIterator", 10, 1, 4),
    ]
    assert flows[0].path == "compiled graph"
    assert flows[1].path.startswith("per image, because")
    assert all(flow.waited > 0 == flow.background for flow in flows)
    assert all(flow.images_per_second == pytest.approx(flow.images / flow.waited) for flow in flows)


def test_says_where_the_flow_was_made(profiler):
    it = flow()
    line = flow.__code__.co_firstlineno + 1
    assert profiler.flows[0].where.endswith(f"test_run_profile.py:{line}")
    assert profiler.flows[0].images_per_second is None
    assert it.n == 10


def test_other_threads_work_in_the_background(profiler):
    it = flow()
    thread = threading.Thread(target=lambda: next(it))
    thread.start()
    thread.join()
    assert profiler.flows[0].batches == 1
    assert profiler.flows[0].background > 0 == profiler.flows[0].waited


def test_subclasses_without_the_constructor_and_targets(profiler):
    class Own(imgdatagen_compat.Iterator):
        def __init__(self):
            self.n, self.batch_size, self.seed, self.shuffle, self.total_batches_seen, self.index_array = 4, 2, None, False, 0, None

        def _get_batches_of_transformed_samples(self, index_array):
            return [[X[index_array], X[index_array]], X[index_array]], np.zeros(9)

    Own()[0]
    assert (profiler.flows[0].flow, profiler.flows[0].images) == ("Own", 2)
    assert profiler.flows[0].path == "of the iterator's own"


def test_as_dataset_is_noted(profiler):
    flow().as_dataset()
    assert profiler.flows[0].as_dataset
    assert profiler.flows[0].batches == 0


def test_batches_and_draws_are_the_same_and_nothing_is_left_behind():
    def batches():
        it = imgdatagen_compat.ImageDataGenerator(rotation_range=40).flow(X, batch_size=4, seed=1)
        return [next(it) for _ in range(4)] + [it[0]], np.random.get_state()[1]

    before = dict(vars(imgdatagen_compat.Iterator))
    profiler = Profiler()
    profiler.start()
    assert dict(vars(imgdatagen_compat.Iterator)) != before
    profiled_batches, profiled_state = batches()
    profiler.stop()
    assert dict(vars(imgdatagen_compat.Iterator)) == before
    plain_batches, plain_state = batches()
    for profiled_batch, plain_batch in zip(profiled_batches, plain_batches):
        np.testing.assert_array_equal(profiled_batch, plain_batch)
    np.testing.assert_array_equal(profiled_state, plain_state)
    assert profiler.flows[0].batches == 5


@pytest.mark.parametrize("end", [KeyError, SystemExit])
def test_report_comes_after_an_exception(tmp_path, capsys, end):
    with pytest.raises(end), profiled(print_table=True, json_path=tmp_path / "profile.json"):
        next(flow(zoom_range=[0.5, 1.5], interpolation_order=2))
        raise end
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "NumpyArrayIterator of 10" in printed.err
    assert "zoom_range=[0.5, 1.5]" in "".join(printed.err.split("\n"))
    assert "flows: 1" in printed.err
    numbers = json.loads((tmp_path / "profile.json").read_text())
    assert set(numbers) == {"seconds", "flows"}
    assert (numbers["flows"][0]["batches"], numbers["flows"][0]["images"]) == (1, 4)


def test_json_alone_prints_nothing(tmp_path, capsys):
    with profiled(print_table=False, json_path=tmp_path / "profile.json"):
        flow()
    assert capsys.readouterr().err == ""
    assert json.loads((tmp_path / "profile.json").read_text())["flows"][0]["images_per_second"] is None


def test_the_command_profiles_and_keeps_the_status(tmp_path, monkeypatch, capsys):
    (tmp_path / "train.py").write_text("import sys, os; os.chdir('/'); sys.exit(3)")
    monkeypatch.chdir(tmp_path)
    # What a script that takes over the process would leave to the tests that follow.
    monkeypatch.setattr(sys, "argv", sys.argv)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])
    monkeypatch.setattr("imgdatagen_compat.installation.install", lambda **options: None)
    with pytest.raises(SystemExit) as exit_:
        cli.main(["run", "--profile", "--profile-json", "profile.json", "train.py"])
    assert exit_.value.code == 3
    assert "flows: 0" in capsys.readouterr().err
    assert json.loads((tmp_path / "profile.json").read_text())["flows"] == []


def test_profile_that_could_not_be_written_is_said_before_the_script_runs(tmp_path, capsys):
    (tmp_path / "train.py").write_text("raise AssertionError")
    with pytest.raises(SystemExit) as exit_:
        cli.main(["run", "--profile-json", str(tmp_path / "none" / "profile.json"), str(tmp_path / "train.py")])
    assert exit_.value.code == 2
    assert "does not exist. Make it first." in capsys.readouterr().err
