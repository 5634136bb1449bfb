"""Many files looked at in several processes: bounded memory, and a file that kills its process is a result, not the end."""

from __future__ import annotations

import itertools
import multiprocessing
import signal
from collections.abc import Callable, Iterable, Iterator
from multiprocessing import connection
from typing import TypeVar

Fact = TypeVar("Fact")
CHUNK = 32  # paths handed to a process at once


def inspected(paths: Iterable[str], inspect: Callable[[str], Fact], jobs: int) -> Iterator[tuple[str, Fact | None]]:
    """Calls a function for every path, in several processes.

    No more than `jobs` chunks of paths and results are under way at any time. Leaving the iterator stops the processes at once.

    Args:
        paths: of the files; taken as they are needed.
        inspect: function from a path to its result; both can be pickled.
        jobs: number of processes; 1 means this one.

    Yields:
        (path, result), in no certain order; the result is None where the process died of the file.
    """
    if jobs == 1:
        yield from ((path, inspect(path)) for path in paths)
        return
    paths, suspects = iter(paths), []
    processes, under_way = {}, {}  # by the pipe to each

    def start():
        pipe, process = _start(inspect)
        processes[pipe] = process
        hand_out(pipe)

    def hand_out(pipe):
        # A suspect goes alone, so that its end is nobody else's.
        chunk = [suspects.pop()] if suspects else list(itertools.islice(paths, CHUNK))
        if chunk:
            pipe.send(chunk)
            under_way[pipe] = chunk
        else:
            pipe.close()
            processes.pop(pipe).join()

    try:
        for _ in range(jobs):
            start()
        while under_way:
            for pipe in connection.wait(list(under_way)):
                chunk = under_way.pop(pipe)
                try:
                    results = pipe.recv()
                except (EOFError, ConnectionError):
                    processes.pop(pipe).join()
                    if len(chunk) == 1:
                        yield chunk[0], None
                    else:
                        suspects += chunk
                    start()
                else:
                    yield from zip(chunk, results)
                    hand_out(pipe)
    finally:
        for process in processes.values():
            process.terminate()
            process.join()


def _start(inspect):
    # Spawned, not forked: the caller may have threads, such as that of a progress bar.
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_work, args=(theirs, inspect), daemon=True)
    process.start()
    theirs.close()
    return ours, process


def _work(pipe, inspect):
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that waits for this one
    while True:
        try:
            chunk = pipe.recv()
        except EOFError:
            return
        pipe.send([inspect(path) for path in chunk])
