"""Every site of the project: whole, within its ratings, with the power that is published, and it runs."""

from __future__ import annotations

from typing import NamedTuple

import pytest

import facilities
import scenarios
from facilities import build, checks
from facilities.phases import Phase
from twin.site import Site


class Published(NamedTuple):
    """IT power of a site, or of one of its phases, at nameplate [W], and how far the racks may be from it [1]."""

    power: float
    tolerance: float = 0.05


IT_POWER = {
    # 500 nodes of 6.5 kW, 0.28 MW of network, 0.16 MW of storage.
    "aws_p4d_ultracluster": Published(3.69e6),
    # Epoch AI's plan for 2026-10, the buildings that are taken for Trainium2.
    "aws_rainier": Published(1037e6),
    # 1,800 nodes of 10.2 kW, 1.58 MW of network, 0.92 MW of storage.
    "azure_nd_h200_v5": Published(20.9e6),
    # Epoch AI.
    "fairwater": Published(636e6),
    # Epoch AI, planned.
    "fairwater_wisconsin": Published(2263e6),
    # 144 nameplates of 142 kW and 14 %.
    "foxconn_kaohsiung": Published(23.3e6),
    # Ten pods of about 10 MW (Hot Chips 2025), whose racks of optical switches are counted beside them.
    "google_ironwood": Published(100e6),
    # 32,768 chips at 206 W (arXiv 2304.01433, table 6) and 40 % for everything else; 8.8 MW with the 192 W of table 4.
    "google_tpu_v4": Published(9.45e6),
    # 74 cabinets at peak, ExaDigiT/RAPS.
    "frontier": Published(28.016e6),
    # Between what HPL drew of 1,260 nodes of 1,362 and what the supply allows.
    "hpe_isambard_ai": Published(4.07e6, 0.23),
    # 5 GW over a peak ratio of 1.25; Epoch AI gives 1,632 MW for the first phase.
    "hyperion": Published(4000e6),
    # The envelope of 150 MW over Meta's fleet PUE of 1.08; it is over-subscribed, nameplates add up to more.
    "meta_150mw": Published(138.9e6, 0.08),
    # Epoch AI, planned.
    "oracle_abilene": Published(843e6),
    # 1 GW over a peak ratio of 1.30.
    "prometheus": Published(769e6),
    # 600 racks of 8 kW.
    "traditional_enterprise": Published(4.8e6),
}
"""Five per cent: trackers round, and their own band is a factor of 1.4."""

WITHOUT_SUPPLY = {"fairwater", "frontier"}
"""Fairwater has neither UPS nor gensets, on purpose; of Frontier nothing is published."""

PHASES = [(name, phase) for name in facilities.names() for phase in facilities.load(name).phases]


def nameplate(site: Site) -> float:
    return float(site.rack_classes.rated_power[site.racks.rack_class].sum())


def test_every_site_is_here() -> None:
    assert set(facilities.names()) == set(IT_POWER)


@pytest.mark.parametrize("name", facilities.names())
def test_a_site_is_whole_and_within_its_ratings(name: str) -> None:
    facility = facilities.load(name)
    assert list(checks.faults(facility)) == []
    published = IT_POWER[name]
    assert nameplate(build.site(facility)) == pytest.approx(published.power, rel=published.tolerance)
    assert bool(facility.supply) == (name not in WITHOUT_SUPPLY)
    assert facility.arrangement.plan is not None
    assert facility.phases
    numbers = facility.assumptions()
    assert all(number.source for number in numbers)
    assert all(
        number.low and number.high for number in numbers if number.basis == "assumed" and "," not in number.value
    )


@pytest.mark.parametrize(("name", "phase"), PHASES, ids=lambda value: getattr(value, "name", value))
def test_a_phase_is_within_its_ratings_and_near_what_is_published(name: str, phase: Phase) -> None:
    """Halls are whole, and trackers' figures of a moment: a tenth."""
    facility = facilities.load(f"{name}@{phase.name}")
    assert list(checks.faults(facility)) == []
    if phase.it_power is not None:
        assert nameplate(build.site(facility)) == pytest.approx(phase.it_power.si, rel=0.1)


@pytest.mark.parametrize(("name", "units", "heat"), [("fairwater", 672, 794.9e6), ("oracle_abilene", 640, 1125e6)])
def test_chillers_are_as_many_as_are_counted_from_the_air(name: str, units: int, heat: float) -> None:
    """Epoch AI: 1.25 and 1.34 times the IT power there."""
    plants = build.sized(facilities.load(name)).plants
    capacity = sum(float(plant.chiller_capacity.sum()) for plant in plants)
    assert capacity == pytest.approx(heat, rel=1e-3)
    assert capacity / (heat / units) == pytest.approx(units, abs=0.5)


def test_meta_holds_83_000_packages_to_960_w() -> None:
    """79.7 MW of 150 (arXiv 2605.24461): 83,016 in whole pods."""
    site = build.site(facilities.load("meta_150mw"))
    chips = (site.rack_classes.accelerators * site.rack_classes.accelerator_max)[site.racks.rack_class]
    assert float(chips.sum()) == pytest.approx(79.7e6, abs=0.05e6)


def test_chips_of_eight_pods_of_tpu_v4() -> None:
    """32,768 chips of 90 W idle and 121 W at least under load (arXiv 2304.01433, table 4): 2.95 and 3.96 MW."""
    site = build.site(facilities.load("google_tpu_v4"))
    chips = site.rack_classes.accelerators[site.racks.rack_class]
    assert chips.sum() == 32768
    idle, loaded = (
        float((chips * each[site.racks.rack_class]).sum())
        for each in (site.rack_classes.accelerator_idle, site.rack_classes.accelerator_loaded)
    )
    assert idle == pytest.approx(2.95e6, abs=0.005e6)
    assert loaded == pytest.approx(3.96e6, abs=0.005e6)


def test_trainium2_with_everything_beside_it() -> None:
    """910 MW over 1,044,980 chips (Epoch AI) are 871 W each; the share of service racks was chosen by it."""
    site = build.site(facilities.load("aws_rainier@now"))
    chips = site.rack_classes.accelerators[site.racks.rack_class].sum()
    assert chips == pytest.approx(1_044_980, rel=1e-3)
    assert nameplate(site) / chips == pytest.approx(871.0, rel=0.01)


@pytest.mark.parametrize("name", facilities.names())
def test_a_site_runs_its_own_scenario(name: str, tmp_path) -> None:
    """Two minutes: that balances close is asserted by the run itself, `twin.closure`, to a part in a million."""
    run = scenarios.replay(name, duration="2 min", out=tmp_path / "run")
    assert all(row["closes"] for row in run.manifest["closure"])
    assert run.manifest["scenario"]["name"] == (facilities.load(name).scenario or "default")
    assert run.metrics["chips_shut_down"]["value"] == 0.0
    assert 1.0 < run.metrics["pue"]["value"] < 1.6
    cooled = facilities.load(name).cooling.coolant is not None
    assert ("coolant_supply_temp_max" in run.metrics) == cooled


@pytest.mark.parametrize("name", facilities.names())
def test_sets_carry_the_design_day_with_one_of_them_lost(name: str) -> None:
    """Where a file says how many stand for the whole site: its sources say one more than the peak needs."""
    facility = facilities.load(name)
    peak = build.sized(facility).peak_power
    for supply in facility.supply.values():
        if supply.kind == "diesel" and supply.units is not None and supply.unit_power is not None:
            assert (supply.units.count - 1) * supply.unit_power.si >= peak


@pytest.mark.parametrize("name", facilities.names())
def test_a_connection_is_made_for_the_peak_and_not_for_much_more(name: str) -> None:
    """Published ratings of sites hold growth and round figures: Frontier's is assumed a third above its peak."""
    facility = facilities.load(name)
    peak = build.sized(facility).peak_power
    assert peak <= facility.connection.rating.si <= 1.34 * peak
