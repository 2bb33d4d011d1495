"""Facilities with other numbers in the place of their own."""

from __future__ import annotations

import pytest

import facilities
from facilities import build
from facilities.variants import CHOSEN, Variants, banded
from twin.errors import FacilityError


@pytest.mark.parametrize("name", facilities.names())
def test_a_site_without_changes_is_itself(name: str) -> None:
    """The content of a facility, read again, is the facility; each number with a range is found in it."""
    site = facilities.load(name)
    variants = Variants(site)
    assert variants.facility({}) == site
    assert not [each.path for each in banded(site) if variants.unknown(each.path)]


def test_numbers_with_a_range_are_all_that_have_one() -> None:
    """Against the list of all numbers: those whose range leaves a choice."""
    site = facilities.load("frontier")
    listed = [row.path for row in site.assumptions() if row.low and row.low != row.high]
    assert [each.path for each in banded(site)] == listed


def test_a_number_is_written_so_that_it_is_read_again() -> None:
    """Each at its least, in its own unit: counts without decimals, rates a kelvin as a ratio a kelvin."""
    site = facilities.load("prometheus")
    found = {each.path: each for each in banded(site)}
    assert found["catalog.accelerators.gb200.throttle_gain"].text(0.02) == "0.02 dimensionless/K"
    assert found["arrangement.racks_per_cdu"].text(11.6) == "12"
    for path, each in found.items():
        assert each.kind.read(each.text(each.low)) == pytest.approx(each.low, rel=1e-11), path


def test_changes_reach_the_site_and_leave_no_trace() -> None:
    """Other coolant, a part of the catalog, and a name; the next variant has none of it."""
    site = facilities.load("prometheus")
    variants = Variants(site)
    other = variants.facility(
        {
            "cooling.liquid.supply_temperature": "38 degC",
            "catalog.racks.gb200_nvl72.rated_power": "125 kW",
            "cooling.liquid.loop.pump": "facility_pump",
        }
    )
    liquid = other.cooling.liquid
    assert liquid is not None
    assert liquid.supply_temperature.si == pytest.approx(311.15)
    assert liquid.supply_temperature.source == CHOSEN
    assert other.catalog.racks["gb200_nvl72"].rated_power.si == pytest.approx(125e3)
    assert build.site(other).cdus.supply_set_point.max() == pytest.approx(311.15)
    assert variants.facility({}) == site


def test_faults_name_the_place() -> None:
    """An unknown place, with the nearest; a unit of another kind; numbers that do not fit together."""
    variants = Variants(facilities.load("prometheus"))
    with pytest.raises(FacilityError, match=r"below 'cooling.liquid'.*Did you mean 'supply_temperature'"):
        variants.facility({"cooling.liquid.supply_temprature": "38 degC"})
    with pytest.raises(FacilityError, match=r"cooling.liquid.supply_temperature: give a value such as '40 degC'"):
        variants.facility({"cooling.liquid.supply_temperature": "38 kW"})
    with pytest.raises(FacilityError, match="no lower than the one before"):
        variants.facility({"cooling.liquid.supply_temperature": "0 degC"})
