"""What events amount to: alike ones together, and the one line that answers how long chips rode through."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import polars as pl

from scenarios.page import quantities
from scenarios.report import incidents
from tests.scenarios import fake_run

T = quantities.THIN


def events(*rows: tuple[str, str, float | None, int, str]) -> pl.DataFrame:
    """Give events of kind, asset, margin, seconds after the start and message."""
    return fake_run.frame(
        "events",
        time=[fake_run.START + timedelta(seconds=row[3]) for row in rows],
        kind=[row[0] for row in rows],
        asset=[row[1] for row in rows],
        value=[360.0] * len(rows),
        limit=[350.0] * len(rows),
        margin=[row[2] for row in rows],
        unit=["K"] * len(rows),
        duration_s=[float(row[3]) for row in rows],
        message=[row[4] for row in rows],
    )


STOP = ("scheduled", "cdu_1", None, 1800, "pumps stop")
HOT = tuple(("chip_temp", f"rack_{n}", -1.0, 1900, "hot") for n in (1, 2, 3))


def test_limits_crossed_alike_are_one_row() -> None:
    got = incidents.crossed(events(STOP, *HOT, ("chip_temp", "rack_4", -2.0, 1900, "hotter")))
    assert got["asset"].to_list() == ["rack_4", "rack_1 and 2 more"]
    assert got["alike"].to_list() == [1, 3]
    assert got["margin"].to_list() == [-2.0, -1.0]


def test_the_answer_is_one_line(tmp_path: Path) -> None:
    run = fake_run.write(tmp_path / "run")
    line = incidents.answer(run.metrics, run.manifest, events(STOP, *HOT))
    assert line == (
        f"cdu_1: pumps stop (00:30:00) → time to throttle: 1{T}min 40{T}s; time to shutdown: not reached; "
        "0 chips shut down; 1.25 chip-hours of computing lost"
    )


def test_changes_at_once_are_told_together_and_later_ones_not(tmp_path: Path) -> None:
    run = fake_run.write(tmp_path / "run")
    shut, third = ("scheduled", "cdu_1", None, 1800, "valve shuts"), ("scheduled", "cdu_1", None, 1800, "third")
    later = ("scheduled", "cdu_1", None, 2000, "later")
    line = incidents.answer(run.metrics, run.manifest, events(STOP, shut, third, later))
    assert line.startswith("cdu_1: pumps stop; cdu_1: valve shuts and 1 more (00:30:00)")


def test_nothing_scheduled_asks_nothing(tmp_path: Path) -> None:
    run = fake_run.write(tmp_path / "run")
    assert incidents.answer(run.metrics, run.manifest | {"disturbed": None}, events(*HOT)) == ""


def test_chips_that_throttled_before_say_so(tmp_path: Path) -> None:
    run = fake_run.write(tmp_path / "run")
    reached = {"throttle": fake_run.START.isoformat(), "shutdown": None}
    line = incidents.answer(run.metrics, run.manifest | {"reached": reached}, events(STOP))
    assert "time to throttle: before it;" in line


def test_models_beyond_their_range_are_told_apart() -> None:
    beyond = ("model_range", "plant", 0.0, 60, "a cooler was outside its range for 5 s")
    assert incidents.beyond_range(events(*HOT, beyond)) == ["00:01:00, plant: a cooler was outside its range for 5 s"]


def test_what_is_known_by_the_minute_is_told_by_the_minute() -> None:
    moment = fake_run.START + timedelta(hours=5, minutes=20)
    assert incidents.clock(moment, "cdu_heat") == incidents.clock(moment, "coolant_supply") == "05:20 (minute)"
    assert incidents.clock(moment, "chip_temp") == "05:20:00"
