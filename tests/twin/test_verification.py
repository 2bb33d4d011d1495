"""A run that checks itself against the oracle, and what it says when something is wrong."""

from __future__ import annotations

import numpy as np
import pytest

from tests.twin import small_site as small
from twin import simulate, verification
from twin.changes import Change


def watched(duration: int = 420, begin: int = 180, events=()):
    site = small.site()
    load = small.load(site, [0.1, 0.9, 0.4], 50.0, offsets=(0.0, 20.0, 70.0))
    inputs = small.inputs(duration, events)
    watch = range(begin, begin + 121)
    kept = simulate.run(site, load, inputs, small.curve(site), watch=watch)
    return verification.verify(site, load, inputs, kept)


def test_a_window_amid_a_run_with_changes_agrees_with_the_oracle() -> None:
    """One change before the window (a pump at 60 % of its flow), one within it (a load step)."""
    racks = np.arange(16)
    found = watched(events=(small.pump_trip(0, 100, 0.6, 2.0), Change(230, "load", racks, 1.0)))
    assert (found.begin, found.seconds) == (180, 120)
    assert {row.what for row in found.differences} >= {"chip", "worst", "supply", "water", "hall"}
    assert 0.0 < found.largest < found.accepted


def test_a_wrong_kernel_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Were the kernel's steps a thousandth off, the oracle would say so."""
    site = small.site()
    load = small.load(site, [0.1, 0.9, 0.4], 50.0)
    inputs = small.inputs(240)
    fixed = simulate._fixed

    def wrong(*arguments):
        made = fixed(*arguments)
        return made._replace(racks=made.racks._replace(chain=1.001 * made.racks.chain))

    monkeypatch.setattr(simulate, "_fixed", wrong)
    kept = simulate.run(site, load, inputs, small.curve(site), watch=range(60, 181))
    assert verification.verify(site, load, inputs, kept).largest > verification.ACCEPTED


def test_the_window_is_the_seed_s_and_lies_in_the_run() -> None:
    inputs = small.inputs(86400)
    windows = {verification.window(inputs, seed, 120.0) for seed in range(200)}
    assert verification.window(inputs, 3, 120.0) == verification.window(inputs, 3, 120.0)
    assert len(windows) > 150
    assert all(part.start % 60 == 0 and part[-1] <= 86400 for part in windows)
    changed = small.inputs(86400, (small.pump_trip(0, 40000, 0.0, 1.5),))
    around = {verification.window(changed, seed, 300.0) for seed in range(50)}
    assert len(around) == 5
    assert all(40000 in part for part in around)
    assert verification.window(small.inputs(90), 1, 120.0) == range(91)
    assert verification.window(inputs, 5, 1e9) == range(86401)


def test_a_run_that_was_not_watched_cannot_be_verified() -> None:
    site = small.site()
    load, inputs = small.load(site, [0.5]), small.inputs(60)
    kept = simulate.run(site, load, inputs, small.curve(site), watch=range(30))
    with pytest.raises(ValueError, match="watches its window only if"):
        verification.verify(site, load, inputs, kept)
