"""The changes that `.ci/mutants` makes, and the importer that puts them in place."""

import importlib
import importlib.util
import pathlib
import sys

import pytest

SOURCE = '''"""A module."""
TABLE = {"on": True}

def clipped(x: int = 3, low=0):
    """Docstring."""
    if x is None:
        raise ValueError(f"`x` is {x}")
    return -x if low < x and x else low * 2
'''
CHANGES = [
    'module: TABLE = {"on": True}  |  "on" -> "onx"',
    'module: TABLE = {"on": True}  |  True -> False',
    "clipped: def clipped(x: int=3, low=0):  |  3 -> 4",
    "clipped: def clipped(x: int=3, low=0):  |  0 -> 1",
    "clipped: if x is None:  |  x is None -> x is not None",
    'clipped: raise ValueError(f"`x` is {x}")  |  raise ValueError(f"`x` is {x}") -> pass',
    "clipped: return -x if low < x and x else low * 2  |  return -x if low < x and x else low * 2 -> return None",
    "clipped: return -x if low < x and x else low * 2  |  low < x and x -> low < x or x",
    "clipped: return -x if low < x and x else low * 2  |  low < x -> low <= x",
    "clipped: return -x if low < x and x else low * 2  |  -x -> x",
    "clipped: return -x if low < x and x else low * 2  |  low * 2 -> low / 2",
    "clipped: return -x if low < x and x else low * 2  |  2 -> 3",
]


@pytest.fixture(scope="module")
def mutation():
    path = pathlib.Path(__file__).parent.parent / ".ci" / "mutation.py"
    spec = importlib.util.spec_from_file_location("mutation", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules["mutation"] = module  # a dataclass looks its module up
    spec.loader.exec_module(module)
    yield module
    del sys.modules["mutation"]


def test_every_change_of_a_module(mutation):
    assert [mutant.text.replace("'", '"') for mutant in mutation.mutants(SOURCE)] == CHANGES


def test_the_same_change_twice_is_numbered(mutation):
    assert [mutant.text.partition("  |  ")[2] for mutant in mutation.mutants("x = 1, 1")] == ["1 -> 2", "1 -> 2  #2"]


def test_a_mutant_differs_from_the_module_in_one_place(mutation):
    namespaces = []
    for mutant in mutation.mutants(SOURCE):
        if mutant.text.endswith(("low < x -> low <= x", "2 -> 3")):
            namespaces.append({})
            exec(compile(mutant.tree(), "mutant", "exec"), namespaces[-1])
    assert [namespace["clipped"](2, 2) for namespace in namespaces] == [-2, 6]


def test_a_mutant_is_imported_in_the_place_of_its_source(mutation, tmp_path, monkeypatch):
    (tmp_path / "half_open.py").write_text("def within(x):\n    return x < 3\n")
    monkeypatch.syspath_prepend(tmp_path)
    (tree,) = (mutant.tree() for mutant in mutation.mutants((tmp_path / "half_open.py").read_text()) if mutant.text.endswith("x <= 3"))
    finder = mutation.MutantFinder("half_open", tree)
    monkeypatch.setattr(sys, "meta_path", [finder, *sys.meta_path])
    assert not finder.was_asked
    try:
        assert importlib.import_module("half_open").within(3)
        assert finder.was_asked
    finally:
        sys.modules.pop("half_open", None)
