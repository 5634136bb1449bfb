"""`imgdatagen-compat run`: a script meets what `python SCRIPT` would give it, and the drop-in. No TensorFlow for scripts without it."""

import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from imgdatagen_compat.migration import cli

OURS = [sys.executable, "-m", "imgdatagen_compat", "run"]

SCRIPTS = {
    "arguments": "import sys; print(sys.argv)",
    "main module": "print(__name__, __file__, __spec__, __package__, __cached__, __doc__, __import__('sys').modules['__main__'].__file__)",
    "sibling": "import sibling; print(sibling.__file__)",
    "guard": "if __name__ == '__main__': print('main')",
    "future": "from __future__ import annotations\ndef f(x: nothing): return x\nprint(f.__annotations__)",
    "encoding": "# -*- coding: latin-1 -*-\nprint('caf\\xe9')",
    "exit with a number": "import sys; sys.exit(3)",
    "exit with a message": "import sys; sys.exit('enough')",
    "exit without": "import sys; sys.exit()",
    "exception": "def f():\n    return 1 / 0\n\nf()",
    "chained exception": "try:\n    {}['a']\nexcept KeyError as error:\n    raise ValueError('no a') from error",
    "syntax error": "x = = 1",
    "import of a broken sibling": "import broken",
    "own excepthook": "import sys\nsys.excepthook = lambda *error: print('hook', error[0].__name__, error[2].tb_lineno)\n1 / 0",
    "interrupt": "raise KeyboardInterrupt",
    "pickling a class of the script": "import pickle\nclass A: pass\nprint(type(pickle.loads(pickle.dumps(A()))) is A)",
    "at exit": "import atexit\ny = 5\natexit.register(lambda: print('end', y))",
    "thread that goes on": "import threading, time\ny = 5\nthreading.Thread(target=lambda: (time.sleep(0.2), print(y))).start()",
}


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "sibling.py").write_text("")
    (tmp_path / "work" / "broken.py").write_text("def f(:\n")
    package = tmp_path / "package"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "__main__.py").write_text("import sys; print(__name__, __spec__.name, __package__, sys.argv, sys.path[0])")
    (package / "train.py").write_text("import sys; print(__name__, __spec__.name, __package__, sys.argv[1:]); from . import missing")
    return tmp_path


def run_command(command, folder):
    """The status, standard output and standard error, with the frames of `python -m` that lead to `-m` modules left out."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path or os.getcwd() for path in sys.path), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, timeout=60)
    errors = re.sub(r'  File "<frozen runpy>".*\n', "", done.stderr.decode(errors="replace"))
    return done.returncode, done.stdout, errors


def run_both(command, folder):
    """What Python and the command make of the same arguments, at the same time."""
    with ThreadPoolExecutor(2) as pool:
        return pool.map(run_command, ([sys.executable, *command], [*OURS, *command]), (folder, folder))


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_runs_as_under_python(folder, script):
    (folder / "work" / "train.py").write_bytes(SCRIPTS[script].encode("latin-1"))
    command = ["work/train.py", "--epochs", "3", "-m", "--help", "--"]
    theirs, ours = run_both(command, folder)
    if script == "interrupt":
        assert theirs[0] == -2  # killed by the signal; the command ends as a shell reports that
        theirs = (130, *theirs[1:])
    assert ours == theirs


@pytest.mark.parametrize("module", ["package", "package.train"])
def test_a_module_runs_as_under_python(folder, module):
    command = ["-m", module, "--epochs", "3", "--help"]
    theirs, ours = run_both(command, folder)
    assert ours == theirs
    assert module.encode() in theirs[1]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "name a script, or a module after -m"),
        (["-m"], "name a script, or a module after -m"),
        (["nowhere.py"], "there is no file nowhere.py"),
        (["work"], "work is a folder"),
        (["-m", "nowhere.at_all"], "there is no module nowhere.at_all"),
        (["-m", "package.nothing"], "there is no module package.nothing"),
        (["-m", "sys"], "not written in Python"),
        (["--semantics", "mine", "x.py"], "invalid choice: 'mine'"),
    ],
)
def test_nothing_to_start_exits_2(folder, monkeypatch, capsys, arguments, message):
    monkeypatch.chdir(folder)
    with pytest.raises(SystemExit) as exit_:
        cli.main(["run", *arguments])
    assert exit_.value.code == 2
    assert message in capsys.readouterr().err


def test_help_has_examples(capsys):
    with pytest.raises(SystemExit):
        cli.main(["run", "--help"])
    assert "imgdatagen-compat run --semantics keras_preprocessing keras_2_4.py" in capsys.readouterr().out


SPAWNING = """
import multiprocessing
from keras_preprocessing.image import list_pictures

def report(queue):
    queue.put(list_pictures.__module__)

if __name__ == "__main__":
    context = multiprocessing.get_context("spawn")
    queue = context.Queue()
    process = context.Process(target=report, args=(queue,))
    process.start()
    print(queue.get(timeout=30), list_pictures.__module__)
    process.join()
"""


def test_spawned_processes_find_the_drop_in(folder):
    (folder / "train.py").write_text(SPAWNING)
    status, printed, errors = run_command([*OURS, "train.py"], folder)
    assert (status, printed) == (0, b"imgdatagen_compat.image_io imgdatagen_compat.image_io\n"), errors


def test_a_script_imports_numpy_and_tensorflow_first(folder):
    code = "import sys; print([name for name in ('numpy', 'tensorflow', 'keras', 'rich') if name in sys.modules])"
    (folder / "train.py").write_text(code)
    assert run_command([*OURS, "--profile", "train.py"], folder)[1] == b"[]\n"
