"""Designs solved one after another, by several processes of this machine, or by the workers of a Dask cluster."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from itertools import islice
from multiprocessing.connection import wait as wait_for
from typing import Any

from scenarios.setting import ARGUMENTS
from scenarios.sweep import point
from scenarios.sweep.point import Result, Task
from twin.errors import Fault, ScenarioError, StateError

AHEAD = 2
"""Tasks given out for each process before the first of them is back."""

CLUSTER_AHEAD = 4
"""The same for each thread of a cluster."""

PATIENCE = 30.0
"""Time [s] until a cluster must answer."""

Done = Iterator[tuple[str, Result]]
"""Keys and results, in any order."""


def alone(tasks: Iterable[Task]) -> Done:
    """
    Solve designs one after another.

    Parameters
    ----------
    tasks
        The designs.

    Yields
    ------
    tuple of text and Result
        As each is done.
    """
    for task in tasks:
        yield task.key, point.solve(task)


def processes(tasks: Iterable[Task], count: int) -> Done:
    """
    Solve designs by several processes of this machine.

    Parameters
    ----------
    tasks
        The designs.
    count
        Processes.

    Yields
    ------
    tuple of text and Result
        As each is done.

    Raises
    ------
    StateError
        If a process ends before its work is done.
    """
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(count, mp_context=context, initializer=_end_with_parent) as pool:
        try:
            yield from _through(tasks, lambda task: pool.submit(point.solve, task), AHEAD * count, _first_of)
        except BrokenProcessPool as error:
            message = (
                "a process of the sweep was ended, perhaps for want of memory. What is done is kept: start the same "
                "sweep again, with fewer --processes if it was memory"
            )
            raise StateError(message) from error
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _end_with_parent() -> None:
    """End this process when the one that started it ends, however that happens."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        sentinel = parent.sentinel

        def watch() -> None:
            wait_for([sentinel])
            os._exit(1)

        threading.Thread(target=watch, daemon=True).start()


def _first_of(waiting: Iterable[Future[Result]]) -> set[Future[Result]]:
    return wait(waiting, return_when=FIRST_COMPLETED).done


def _through(
    tasks: Iterable[Task], submit: Callable[[Task], Any], ahead: int, first_of: Callable[[Iterable[Any]], Iterable[Any]]
) -> Done:
    """Give out a few tasks more than can be worked at, and one for each that comes back."""
    queue, waiting = iter(tasks), dict[Any, str]()
    while True:
        for task in islice(queue, ahead - len(waiting)):
            waiting[submit(task)] = task.key
        if not waiting:
            return
        for future in first_of(list(waiting)):
            yield waiting.pop(future), future.result()


def cluster(tasks: Iterable[Task], address: str) -> Done:
    """
    Solve designs by the workers of a Dask cluster.

    Parameters
    ----------
    tasks
        The designs.
    address
        Of the cluster's scheduler, such as ``tcp://10.0.0.1:8786``.

    Yields
    ------
    tuple of text and Result
        As each is done; what a worker that is lost was at is given to another.

    Raises
    ------
    ScenarioError
        If the cluster cannot be reached, has no worker, or has another version of the program.
    """
    with _client(address) as client:
        threads = sum(client.nthreads().values())
        if not threads:
            raise _refused(address, "has no worker; start some, such as: dask worker ADDRESS")
        from distributed import wait as wait_of_cluster

        def submit(task: Task) -> Any:  # noqa: ANN401 (a future of the library)
            return client.submit(point.solve, task, key=f"gigatwin-{task.key}", pure=True)

        def first_of(waiting: Iterable[Any]) -> Iterable[Any]:
            return list(wait_of_cluster(list(waiting), return_when=FIRST_COMPLETED).done)

        for key, result in _through(tasks, submit, CLUSTER_AHEAD * threads, first_of):
            if result["code"] != point.code():
                raise _refused(address, "has workers with another version of gigatwin; install this one there")
            yield key, result


@contextmanager
def _client(address: str) -> Iterator[Any]:
    """Open a cluster."""
    try:
        from distributed import Client
    except ImportError as error:
        message = "needs Dask, which is not installed: pip install 'gigatwin[cluster]'"
        raise ScenarioError(ARGUMENTS, [Fault("--cluster", message)]) from error
    try:
        client = Client(address, timeout=PATIENCE)
    except (OSError, TimeoutError, ValueError) as error:
        raise _refused(address, f"cannot be reached ({error})") from error
    with client:
        yield client


def _refused(address: str, what: str) -> ScenarioError:
    return ScenarioError(ARGUMENTS, [Fault(f"--cluster {address}", what)])
