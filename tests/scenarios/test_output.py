"""Runs are there whole or not at all, and never in place of something else."""

from __future__ import annotations

import errno
from datetime import UTC, datetime

import pytest

from scenarios import output
from twin.errors import OutputError

START = datetime(2026, 7, 15, 5, tzinfo=UTC)


def stop(target, failure):
    with output.whole(target) as folder:
        (folder / "half").write_text("1")
        raise failure


def come_second(target):
    with output.whole(target):
        target.mkdir()
        (target / "first").write_text("1")


def test_runs_without_a_place_are_numbered(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    first = output.choose(None, "small", "heat", START)
    assert first.as_posix() == "runs/small-heat-20260715T050000Z"
    first.mkdir(parents=True)
    assert output.choose(None, "small", "heat", START).name == "small-heat-20260715T050000Z-2"


def test_an_empty_folder_may_be_used(tmp_path) -> None:
    assert output.choose(tmp_path, "s", "x", START) == tmp_path


def test_a_run_is_replaced_only_when_forced(tmp_path) -> None:
    (tmp_path / output.MANIFEST).write_text("{}")
    with pytest.raises(OutputError, match="holds a run already; give another --out, or --force to replace it"):
        output.choose(tmp_path, "s", "x", START)
    assert output.choose(tmp_path, "s", "x", START, force=True) == tmp_path


def test_what_is_no_run_is_never_replaced(tmp_path) -> None:
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(OutputError, match=r"is not empty and is no run; give another --out \(nothing was touched\)"):
        output.choose(tmp_path, "s", "x", START, force=True)


def test_a_whole_run_takes_its_place(tmp_path) -> None:
    target = tmp_path / "deep" / "run"
    with output.whole(target) as folder:
        (folder / "a").write_text("1")
        assert not target.exists()
    assert (target / "a").read_text() == "1"
    assert [path.name for path in target.parent.iterdir()] == ["run"]


def test_a_forced_run_replaces_the_old_one_whole(tmp_path) -> None:
    target = tmp_path / "run"
    target.mkdir()
    (target / "old").write_text("1")
    with output.whole(target, force=True) as folder:
        (folder / "new").write_text("2")
    assert [path.name for path in target.iterdir()] == ["new"]
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_a_run_that_came_first_is_not_replaced_unasked(tmp_path) -> None:
    """Two replays may have chosen one folder while it was not there yet."""
    target = tmp_path / "run"
    with pytest.raises(OutputError, match="another run was put there meanwhile"):
        come_second(target)
    assert (target / "first").read_text() == "1"
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


@pytest.mark.parametrize("failure", [KeyboardInterrupt(), ValueError("ours")])
def test_a_run_that_stops_leaves_nothing(tmp_path, failure) -> None:
    with pytest.raises(type(failure)):
        stop(tmp_path / "run", failure)
    assert list(tmp_path.iterdir()) == []


def test_a_stopped_run_leaves_the_one_it_would_have_replaced(tmp_path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "old").write_text("1")
    with pytest.raises(KeyboardInterrupt), output.whole(tmp_path / "run"):
        raise KeyboardInterrupt
    assert (tmp_path / "run" / "old").read_text() == "1"


@pytest.mark.parametrize(
    ("number", "advice"),
    [
        (errno.ENOSPC, "the disk is full; free some space, or give --out on another disk"),
        (errno.EACCES, "you may not write there"),
        (errno.EROFS, "the disk is read-only"),
    ],
)
def test_what_the_disk_refuses_is_said_with_advice(tmp_path, number, advice) -> None:
    with pytest.raises(OutputError) as caught:
        stop(tmp_path / "run", OSError(number, "as the system says it"))
    assert advice in str(caught.value)
    assert str(caught.value).endswith("nothing was left behind")
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_the_way_is_told(tmp_path) -> None:
    (tmp_path / "file").write_text("1")
    with pytest.raises(OutputError, match="part of the path is a file"), output.whole(tmp_path / "file" / "run"):
        pass
