"""`examples/rescaling_into_a_model.py` tells the story that it is meant to."""

import re
import runpy
from pathlib import Path

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "rescaling_into_a_model.py"


def test_the_example(capsys):
    runpy.run_path(str(EXAMPLE), run_name="__main__")
    printed = capsys.readouterr().out
    assert [line[3] for line in printed.splitlines() if line.startswith("== ")] == ["1", "2", "3", "4", "5"]
    assert float(re.search(r"accuracy on images of 0 to 1: ([\d.]+)", printed)[1]) > 0.8
    differences = re.findall(r"(?:predictions|loading): +(\S+)", printed)
    assert len(differences) == 3 and all(float(difference) < 1e-5 for difference in differences)
    assert "layers: rescaling, conv1, conv2" in printed and "layers: conv1, conv2" in printed
    assert printed.count("error, double-rescaling") == 1 and "nothing speaks against it" in printed
    assert 'Conv2D \'conv1\' cannot absorb it: padding="same" adds zeros' in printed
    assert re.search(r"^conv1 +Conv2D +kernel +0\.0", printed, re.MULTILINE)
