"""Python code run in an interpreter of its own, for what depends on the first import or may hang."""

import json
import os
import subprocess
import sys


def run_python(code, **environment):
    """Runs `code` with this process's environment, extended; returns its last line of output, read as JSON. Fails after five minutes."""
    command = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", code]
    done = subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])
