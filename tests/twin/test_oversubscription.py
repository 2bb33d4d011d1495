"""More racks under a cap, by hand and against a published point."""

from __future__ import annotations

import numpy as np
import pytest

import facilities
from facilities import build
from tests.twin.small_site import FULL, HOST_MAX, LOADED, PACKAGES, classes
from twin.flexibility import performance
from twin.oversubscription import Population, full_power, oversubscribe
from twin.site import RackClasses


def bare() -> RackClasses:
    """Give racks of 72 accelerators of 1,200 W, 200 W at rest, that lose nothing and have nothing else."""
    made = classes()
    zero = np.zeros(2)
    return made._replace(host_idle=zero, host_max=zero, auxiliary_power=zero, chain_loss=0.0 * made.chain_loss)


def racks(level: list[float], weight: list[float], many: float = 10.0) -> Population:
    """Give racks of accelerators at levels between loaded idle and full power."""
    one = np.ones(1)
    return Population(
        np.zeros(1, np.int64),
        many * one,
        PACKAGES * LOADED * one,
        PACKAGES * (FULL - LOADED) * one,
        0.0 * one,
        0.0 * one,
        np.array([level]),
        np.array([weight]),
    )


def test_by_hand() -> None:
    """
    Ten racks of 86.4 kW at full load, half of the time full, half waiting at 240 W a chip; a budget of 864 kW.

    A quarter more racks: 1,200 / 1.25 = 960 W a chip, a cap of 0.8. Full work is done at (760 / 1000)^0.25 = 0.93369 of
    its pace, so that computing is 1 / (0.5 / 0.93369 + 0.5) = 0.96571 of that without a cap: 3.43 % are lost, and the
    whole computes 1.20714 of what ten racks do. Mean power: 12.5 x 72 x (960 + 240) / 2 W = 540 kW.
    """
    found = oversubscribe(bare(), racks([1.0, 0.0], [0.5, 0.5]), 864e3, np.array([1.0, 1.25]))
    pace = 1.0 / (0.5 / 0.76**0.25 + 0.5)
    assert found.cap == pytest.approx([1.0, 0.8], abs=1e-9)
    assert found.throttled == pytest.approx([0.0, 0.5], abs=1e-12)
    assert found.lost == pytest.approx([0.0, 1.0 - pace], abs=1e-9)
    assert found.computing == pytest.approx([1.0, 1.25 * pace], rel=1e-9)
    assert found.power == pytest.approx([10 * 72 * 720.0, 540e3], rel=1e-9)
    assert found.highest == pytest.approx([864e3, 864e3], rel=1e-9)
    assert found.known.tolist() == [True, True]


def test_levels_below_the_cap_lose_nothing() -> None:
    """A load of 0.5 x (1,200 - 240) + 240 = 720 W stays below a cap of 0.8, 960 W; caps below 700 W are not known."""
    found = oversubscribe(bare(), racks([0.5], [1.0]), 864e3, np.array([1.25, 1.8]))
    assert found.lost[0] == 0.0
    assert found.throttled.tolist() == [0.0, 1.0]
    assert found.cap[1] * FULL == pytest.approx(FULL / 1.8, rel=1e-9)
    assert found.known.tolist() == [True, False]


def test_racks_without_work_count_for_power_alone() -> None:
    """Half of the racks idle: as much is lost as without them, and the budget is shared by all at full load."""
    busy, both = racks([1.0], [1.0]), racks([1.0], [1.0])
    two = np.ones(2)
    both = both._replace(
        rack_class=np.zeros(2, np.int64),
        racks=10.0 * two,
        accelerator_base=np.array([PACKAGES * LOADED, PACKAGES * 200.0]),
        accelerator_scale=np.array([PACKAGES * (FULL - LOADED), 0.0]),
        host_base=0.0 * two,
        host_scale=0.0 * two,
        level=np.ones((2, 1)),
        weight=np.ones((2, 1)),
    )
    alone = oversubscribe(bare(), busy, 864e3, np.array([1.25]))
    found = oversubscribe(bare(), both, 2 * 864e3, np.array([1.25]))
    assert found.lost == pytest.approx(alone.lost, rel=1e-9)
    assert found.cap == pytest.approx(alone.cap, abs=1e-9)


def test_less_budget_never_computes_more() -> None:
    found = [
        oversubscribe(bare(), racks([1.0, 0.3], [0.7, 0.3]), budget, np.ones(1)) for budget in (900e3, 800e3, 600e3)
    ]
    assert [float(one.computing[0]) for one in found] == sorted(
        (float(one.computing[0]) for one in found), reverse=True
    )
    assert found[0].cap[0] == 1.0


def test_hosts_and_losses_do_not_yield_to_the_cap() -> None:
    """At a cap of one a rack of the small site draws its nameplate within the losses' table; hosts stay at any cap."""
    whole = racks([1.0], [1.0], many=1.0)
    full, half = full_power(classes(), whole, np.array([1.0, 0.5]))
    assert full - half == pytest.approx(PACKAGES * FULL * 0.5, rel=0.2)
    assert half > HOST_MAX + PACKAGES * FULL * 0.5


def test_a_published_point_of_a_fixed_envelope() -> None:
    """
    GB200 racks at 1,000 W in the place of 1,200 W in one envelope: 5 % less of each, 9 % more in all is reported.

    Ardestani et al., arXiv 2605.24461, through secondary sources. The 5 % is what the law was fitted to; the gain is
    predicted from the rack's parts. What else their racks hold is not said, so that 3 points are left for it.
    """
    made = build.site(facilities.load("prometheus@first"))
    names = made.rack_classes.name
    row = names.index("gb200_nvl72")
    one = np.ones(1)
    chips = made.rack_classes.accelerators[row] * made.rack_classes.accelerator_max[row]
    hosts = made.rack_classes.host_max[row]
    stand = Population(
        np.array([row]), 100.0 * one, 0.0 * one, chips * one, 0.0 * one, hosts * one, np.ones((1, 1)), np.ones((1, 1))
    )
    budget = float(full_power(made.rack_classes, stand, one)[0])
    ratio = budget / full_power(made.rack_classes, stand, np.array([1000.0 / 1200.0]))
    found = oversubscribe(made.rack_classes, stand, budget, ratio)
    assert found.lost[0] == pytest.approx(0.05, abs=0.005)
    assert found.computing[0] == pytest.approx(1.09, abs=0.03)
    assert found.computing[0] == pytest.approx(1.081, abs=5e-4)
    assert found.lost[0] == pytest.approx(
        1.0 - performance(np.array([1000 / 1200]), np.array([200 / 1200]))[0], abs=1e-9
    )
