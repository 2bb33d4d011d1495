"""A macro step: which halls hang together, and that neither the compiler nor their order changes a run."""

from __future__ import annotations

import numpy as np
import pytest

import facilities
from facilities import build
from tests.twin import small_site as small
from twin import simulate
from twin.changes import Change
from twin.record import Record
from twin.site import Site
from twin.thermal import walk

SECONDS = 95


def apart(count: int = 3) -> Site:
    """Give halls of which each of the first two has a loop of its own for all its heat; the third hangs on both."""
    site = small.site(count)
    return site._replace(halls=site.halls._replace(loop=np.arange(count) % 3, air_loop=np.arange(count) % 3))


def replay(site: Site) -> Record:
    """Replay load steps, a pump that coasts, and loads held and capped, in macro steps of several lengths."""
    events = (
        small.pump_trip(0, 7, 0.2, 30.0),
        Change(45, "load", np.array([1, 2]), 0.5),
        Change(70, "power_cap", np.array([3]), 2e4),
    )
    load = small.load(site, [0.3, 1.0, 0.6], 5.0, offsets=(0.0, 3.0))
    return simulate.run(site, load, small.inputs(SECONDS, events), small.curve(site))


def test_halls_that_share_a_loop_are_a_group() -> None:
    """Of five halls the first and fourth share loop 0, the second and fifth loop 1, the third has loop 2."""
    own = walk.groups(apart(5))
    assert own.hall.tolist() == [0, 3, 1, 4, 2]
    assert own.hall_start.tolist() == [0, 2, 4, 5]
    assert own.loop.tolist() == [0, 1, 2]
    # Here one loop takes the heat of every hall's air, and with it all others.
    assert walk.groups(small.site(5)).hall_start.tolist() == [0, 5]


def test_every_hall_of_a_large_site_is_walked_once() -> None:
    site = build.site(facilities.load("prometheus"))
    own, halls = walk.groups(site), len(site.halls.name)
    assert sorted(own.hall) == list(range(halls))
    assert sorted(own.loop) == list(range(len(site.loops.name)))
    of_hall, of_loop = (np.repeat(np.arange(np.size(s) - 1), np.diff(s)) for s in (own.hall_start, own.loop_start))
    group = dict(zip(own.loop.tolist(), of_loop.tolist(), strict=True))
    for hall, number in zip(own.hall, of_hall, strict=True):
        assert group[site.halls.loop[hall]] == group[site.halls.air_loop[hall]] == number
    assert own.hall_start.size == halls + 1


def test_the_compiled_walk_is_the_python_that_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """The interpreter calls the same compiled functions one by one: the tests that put others in their place do so."""
    site = apart()
    compiled = replay(site)
    small.walk_in_python(monkeypatch)
    written = replay(site)
    for name in ("site", "voltage", "halls", "racks", "cdus", "cooling", "limits"):
        np.testing.assert_array_equal(getattr(written, name), getattr(compiled, name), err_msg=name)


def test_groups_know_nothing_of_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    One group after the other, or all together second by second: only sums over groups are taken in another order.

    All together, loops are integrated in the steps of the fastest: the two runs here take one step each.
    """
    site = apart()
    one_by_one = replay(site)
    monkeypatch.setattr(walk, "groups", walk.one_group)
    together = replay(site)
    np.testing.assert_allclose(together.site, one_by_one.site, rtol=1e-12)
    for name in ("halls", "racks", "cdus", "cooling", "limits"):
        np.testing.assert_allclose(getattr(together, name), getattr(one_by_one, name), rtol=1e-12, err_msg=name)
