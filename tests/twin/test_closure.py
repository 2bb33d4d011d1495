"""Balances of a record whose numbers are worked by hand."""

from __future__ import annotations

import pytest

from tests.twin import made_record as made
from twin import closure, run
from twin.errors import ClosureError
from twin.record import Energies, Record


def changed(**values: float) -> Record:
    kept = made.calm(made.site())
    return kept._replace(energies=kept.energies._replace(**values))


def test_every_balance_by_hand() -> None:
    """Inflow, outflow and what stayed, from the numbers of the made record."""
    found = {row.balance: row[2:5] for row in closure.balances(made.calm(made.site()), made.site())}
    assert found == {
        # Out: 694 + 6 + 236 + 120 + 12 - 40 + 8 + 4 of plant and halls, 10 with air, 4 + 16 of losses outdoors.
        "whole site": (1120.0, 1070.0, 50.0),
        "power chain": (1120.0, 1120.0, 0.0),
        "racks": (1000.0, 980.0, 20.0),
        "CDUs": (790.0, 785.0, 5.0),
        # In: 745 + 40 of the CDUs, 200 of the racks' air, 50 of losses, 5 of coil fans, 6 of pumps.
        "halls and plant": (1046.0, 1028.0, 18.0),
        "heat pumps": (6.0, 6.0, 0.0),
        # In: 200 through the economiser, 40 of chillers, 3 of pumps.
        "condenser water": (243.0, 236.0, 7.0),
        "water": (4.0, 4.0, 0.0),
    }
    assert all(row.closes for row in closure.balances(made.calm(made.site()), made.site()))


def test_heat_rejected_is_all_that_left_but_for_a_buyers() -> None:
    """1,120 J came and 50 stay; of the 1,070 that left a buyer has 6."""
    assert closure.heat_rejected(made.calm(made.site()), made.site()) == 1064.0


def test_losses_that_do_not_warm_a_hall_go_outdoors() -> None:
    """The same 50 J outdoors: 1,120 J leave, the plant gets 50 J less and must hold 50 J less."""
    site = made.site()
    outside = site.chain.hall_path[0]._replace(heats_hall=False)
    site = site._replace(chain=site.chain._replace(hall_path=(outside,)))
    rows = {row.balance: row for row in closure.balances(made.calm(site), site)}
    assert rows["whole site"].outflow == 1120.0
    assert rows["whole site"].residual == -50.0
    assert rows["halls and plant"].inflow == 996.0


@pytest.mark.parametrize(
    ("field", "broken"),
    [
        ("connection", {"whole site", "power chain"}),
        ("racks", {"power chain", "racks"}),
        ("rack_coolant", {"racks", "CDUs"}),
        ("rack_air", {"racks", "halls and plant"}),
        ("cdu_facility", {"CDUs", "halls and plant"}),
        ("cdu_pumps", {"power chain", "CDUs"}),
        ("hall_fans", {"power chain", "halls and plant"}),
        ("outdoor_fans", {"power chain", "whole site"}),
        ("outdoor_air", {"whole site", "halls and plant"}),
        ("cdu_air", {"CDUs", "halls and plant"}),
        ("pumps", {"power chain", "halls and plant"}),
        ("cooler_fans", {"power chain", "whole site"}),
        ("chillers", {"power chain", "whole site"}),
        ("rejected", {"whole site", "halls and plant"}),
        ("chilled", {"whole site", "halls and plant"}),
        ("economised", {"halls and plant", "condenser water"}),
        ("reused", {"halls and plant", "heat pumps"}),
        ("delivered", {"whole site", "heat pumps"}),
        ("heat_pumps", {"power chain", "heat pumps"}),
        ("condensed", {"whole site", "condenser water"}),
        ("condenser_rejected", {"whole site", "condenser water"}),
        ("condenser_pumps", {"power chain", "condenser water"}),
        ("hall_losses", {"power chain", "halls and plant"}),
        ("mechanical_losses", {"whole site", "power chain"}),
        ("common_losses", {"whole site", "power chain"}),
        ("evaporation", {"water"}),
        ("blowdown", {"water"}),
        ("drift", {"water"}),
        ("make_up", {"water"}),
    ],
)
def test_each_term_is_seen_where_it_belongs(field: str, broken: set[str]) -> None:
    """A millionth of the least term, 3 J of 1,120, is 2.7e-9 of what went in: more than the 1e-9 that is allowed."""
    value = getattr(made.ENERGIES, field) * (1.0 + 1e-6)
    rows = closure.balances(changed(**{field: value}), made.site())
    assert {row.balance for row in rows if not row.closes} == broken


def test_house_load_is_drawn_and_goes_outdoors() -> None:
    """3 J more drawn, for light and offices, close both balances; 3 J that were not drawn open them."""
    drawn = closure.balances(changed(house=3.0, connection=1123.0), made.site())
    assert all(row.closes for row in drawn)
    unpaid = closure.balances(changed(house=3.0), made.site())
    assert {row.balance for row in unpaid if not row.closes} == {"whole site", "power chain"}


def test_tolerance_is_a_billionth_of_the_largest_term() -> None:
    """1,120 x 1e-9 J are allowed: 1.1e-6 J of residual close, 1.2e-6 J do not."""
    near = {row.balance: row for row in closure.balances(changed(rejected=694.0 + 1.1e-6), made.site())}
    far = {row.balance: row for row in closure.balances(changed(rejected=700.0 + 1.2e-6), made.site())}
    assert near["whole site"].tolerance == pytest.approx(1.12e-6, rel=1e-12)
    assert near["whole site"].closes
    assert not far["whole site"].closes


def test_a_site_without_water_closes_at_nothing() -> None:
    none = dict.fromkeys(("evaporation", "blowdown", "drift", "make_up"), 0.0)
    water = closure.balances(changed(**none), made.site())[-1]
    assert water.closes
    assert water.residual == 0.0


def test_an_open_run_is_refused_with_every_open_balance() -> None:
    """10 J more than left: 10 of 1,120 for the site, 10 of 1,046 for the plant."""
    checks = closure.balances(changed(rejected=684.0), made.site())
    with pytest.raises(ClosureError) as caught:
        run.refuse_open(checks)
    assert str(caught.value) == (
        "the run does not close: whole site: 10 J of 1120 J; halls and plant: 10 J of 1046 J. "
        "This is a fault of the model; please report it"
    )
    assert caught.value.exit_code == 1


def test_a_closed_run_is_let_pass() -> None:
    run.refuse_open(closure.balances(made.calm(made.site()), made.site()))


def test_every_energy_is_in_a_balance_or_only_shown() -> None:
    """Accelerators and rack losses are part of the racks' energy, coils and doors inner flows; the rest is above."""
    only_shown = {"accelerators", "rack_losses", "coils", "doors"}
    for field in only_shown:
        rows = closure.balances(changed(**{field: 1e9}), made.site())
        assert all(row.closes for row in rows)
    assert len(Energies._fields) == 29 + len(only_shown) + len({"house"})
