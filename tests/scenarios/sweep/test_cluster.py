"""A sweep by the workers of a Dask cluster, one of which is killed in the middle of it."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from scenarios.sweep import spread
from scenarios.sweep.point import Result, Task
from scenarios.sweep.study import sweep
from tests.scenarios.command import twin
from tests.scenarios.sweep.designs import SITE, SWEEP, content, written

distributed = pytest.importorskip("distributed", reason="needs the extra [cluster]: pip install 'gigatwin[cluster]'")


@pytest.fixture
def cluster() -> Iterator[distributed.LocalCluster]:
    """Start two workers, each a process of its own."""
    settings = {"n_workers": 2, "threads_per_worker": 1, "processes": True, "dashboard_address": None}
    with distributed.LocalCluster(**settings) as started:
        yield started


def test_a_worker_that_is_killed_loses_nothing(cluster, monkeypatch, tmp_path: Path) -> None:
    """Killed once the first design is back, while others are at work: the folder is that of a sweep in one process."""
    scenario = written(tmp_path, SWEEP.replace('"1.2", "1.3", "1.4"', '"1.2", "1.4"'))
    given = spread.cluster

    def killing(tasks: Iterator[Task], address: str) -> Iterator[tuple[str, Result]]:
        for number, done in enumerate(given(tasks, address)):
            if number == 0:
                os.kill(next(iter(cluster.workers.values())).pid, signal.SIGKILL)
            yield done

    monkeypatch.setattr(spread, "cluster", killing)
    found, _ = sweep(SITE, scenario, out=tmp_path / "spread", address=cluster.scheduler_address)
    assert len(found.results) == 4
    sweep(SITE, scenario, out=tmp_path / "alone", count=1)
    assert content(tmp_path / "spread") == content(tmp_path / "alone")


def test_a_cluster_that_is_not_there_is_told(capsys, monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setattr(spread, "PATIENCE", 0.5)
    asked = ("sweep", SITE, "--scenario", written(tmp_path), "--out", tmp_path / "out")
    done = twin(capsys, monkeypatch, *asked, "--cluster", "tcp://127.0.0.1:9")
    assert done.code == 2
    assert "--cluster tcp://127.0.0.1:9: cannot be reached" in done.err
