"""Migration in steps, as `examples/gradual_migration.py` shows it; each of the other examples is tested beside what it shows."""

import math
import re
import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
GUIDE = (ROOT / "MIGRATION.md").read_text(encoding="utf-8")
ROW = re.compile(r"^(\d\. .*?) +([0-9a-f]{8}) +((?:\d\.\d{6} ?)+)$", re.MULTILINE)


@pytest.mark.filterwarnings("ignore:Imported before install")  # by other test modules
def test_batches_and_losses_are_equal_until_the_last_step(capsys):
    runpy.run_path(str(ROOT / "examples" / "gradual_migration.py"), run_name="__main__")
    steps, digests, losses = zip(*ROW.findall(capsys.readouterr().out))
    assert [step[0] for step in steps] == ["0", "1", "2", "3", "4"]
    assert steps == tuple(step for step, *_ in ROW.findall(GUIDE))  # its numbers are those of one machine
    assert len(set(digests[:4])) == len(set(losses[:4])) == 1
    assert digests[4] != digests[0] and losses[4] != losses[0]
    for line in losses:
        values = [float(value) for value in line.split()]
        assert len(values) == 3 and all(map(math.isfinite, values)) and values[-1] < values[0]


@pytest.mark.parametrize("example", sorted(path.name for path in (ROOT / "examples").glob("*.py")))
def test_each_is_named_in_the_guide(example):
    assert f"python examples/{example}" in GUIDE
