"""Limits crossed, one of each kind, on a record made by hand."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.twin import made_record as made
from twin import alarms
from twin.cooling.ranges import LAWS
from twin.record import COOLING_FIELDS, Record
from twin.site import Site


def listed(kept: Record, site: Site | None = None) -> list[alarms.Row]:
    return alarms.alarms(kept, made.site() if site is None else site, made.START)


def only(kept: Record) -> tuple[object, ...]:
    """Give what is listed of the one alarm: kind, asset, seconds after the start, value, limit, margin, duration."""
    (row,) = listed(kept)
    after = (row["time"] - made.START).total_seconds()
    return row["kind"], row["asset"], after, row["value"], row["limit"], row["margin"], row["duration_s"], row["unit"]


def kernel_rack(kept: Record, site_rack: int) -> int:
    return int(kept.layout.member[site_rack])


def test_a_calm_run_lists_nothing() -> None:
    assert listed(made.calm(made.site())) == []


def test_chips_over_their_throttle_limit() -> None:
    """360.15 K is 2 K over 358.15 K: a margin of -0.2. All four racks that one kernel rack stands for are named."""
    kept = made.calm(made.site())
    kept.limits[:, kernel_rack(kept, 0)] = (360.15, 50.0, 7.0, 48.0, 0.0, -1.0, 0.0, 0.0)
    rows = listed(kept)
    assert [row["asset"] for row in rows] == [f"hall_1/cdu_1/rack_{n}" for n in (1, 2, 3, 4)]
    row = rows[0]
    assert (row["kind"], row["value"], row["limit"], row["duration_s"]) == ("chip_temp", 360.15, 358.15, 7.0)
    assert row["margin"] == pytest.approx(-0.2, abs=1e-12)
    assert row["time"] == made.START + timedelta(seconds=48)
    assert row["message"].startswith("worst chip 2.0 K over its ")


def test_chips_over_their_shutdown_limit() -> None:
    """383.15 K is 5 K over 378.15 K: a margin of -0.5."""
    kept = made.calm(made.site())
    kept.limits[:, kernel_rack(kept, 0)] = (383.15, 50.0, 30.0, 20.0, 30.0, 44.0, 12.0, 2.0)
    rows = listed(kept)
    row, throttled = rows[0], next(row for row in rows if row["kind"] == "chip_temp")
    assert (row["kind"], row["limit"], row["margin"]) == ("shutdown_temp", 378.15, pytest.approx(-0.5, abs=1e-12))
    assert row["duration_s"] == 2.0
    # The throttle limit was crossed first, at 20 s, and for longer.
    assert (throttled["limit"], throttled["duration_s"]) == (358.15, 30.0)
    assert throttled["time"] == made.START + timedelta(seconds=20)
    assert row["message"] == "worst chip 5.0 K over its shutdown limit; it switched off; 12 s of computing lost"
    assert row["time"] == made.START + timedelta(seconds=44)


def test_a_measured_rack_follows_its_measurement() -> None:
    kept = made.calm(made.site())
    rack = kernel_rack(kept, 0)
    kept.layout.variant[rack] += 1
    kept.limits[:, rack] = (383.15, 50.0, 30.0, 20.0, 0.0, 44.0, 0.0, 9.0)
    assert listed(kept)[0]["message"].endswith("shutdown limit; it follows its measurement all the same")


def test_coolant_supply() -> None:
    """320.65 K is 2.5 K over 318.15 K, in the second minute, which has 35 s."""
    kept = made.calm(made.site(), 95)
    kept.cdus[4, 1, 2] = 320.65
    found = only(kept)
    assert found[:3] == ("coolant_supply", "hall_2/cdu_3", 60.0)
    # Single precision: 3e-5 K.
    assert found[3] == pytest.approx(320.65, abs=3e-5)
    assert found[4:] == (318.15, pytest.approx(-0.25, abs=3e-6), 35.0, "K")


def test_cdu_heat() -> None:
    """125 kW of 100 kW rated: a quarter over, for both minutes."""
    kept = made.calm(made.site())
    kept.cdus[2, :, 1] = 110e3, 125e3
    assert only(kept) == ("cdu_heat", "hall_1/cdu_2", 0.0, 125e3, 1e5, pytest.approx(-0.25), 120.0, "W")
    assert listed(kept)[0]["message"] == "cdu heat beyond its limit by 25 kW"


@pytest.mark.parametrize(
    ("excess", "told"),
    [(0.4, "0.4 W"), (335.6e3, "336 kW"), (999.7e3, "1 MW"), (1.234e6, "1.23 MW"), (2.5e9, "2.5 GW")],
)
def test_watts_over_a_limit_have_the_prefix_that_fits(excess: float, told: str) -> None:
    """999.7 kW are 1 MW in three digits."""
    kept = made.calm(made.site())
    kept.site[5, 7] = made.site().connection.rating + excess
    assert listed(kept)[0]["message"] == f"connection beyond its limit by {told}"


def test_loop_supply() -> None:
    """The air's loop may reach 297.15 K; 300.15 K is 3 K over."""
    kept = made.calm(made.site())
    kept.cooling[COOLING_FIELDS.index("supply_temp_k"), 1, 2] = 300.15
    found = only(kept)
    assert found[:3] == ("loop_supply", "loop_air", 60.0)
    assert found[4:] == (297.15, pytest.approx(-0.3, abs=3e-6), 60.0, "K")


def test_hall_air() -> None:
    """Air may reach 305.15 K; 306.15 K is 1 K over."""
    kept = made.calm(made.site())
    kept.cooling[COOLING_FIELDS.index("air_temp_k"), 0, 2] = 306.15
    found = only(kept)
    assert found[:3] == ("hall_air", "loop_air", 0.0)
    assert found[4:] == (305.15, pytest.approx(-0.1, abs=3e-6), 60.0, "K")


def test_feeder() -> None:
    """220 kW on 200 kW from second 30 to 40, first crossed by 201 kW."""
    kept = made.calm(made.site())
    kept.halls[0, 30:40, 1] = 201e3
    kept.halls[0, 35, 1] = 220e3
    assert only(kept) == ("feeder", "hall_2", 30.0, 220e3, 2e5, pytest.approx(-0.1), 10.0, "W")


def test_connection() -> None:
    """600 kW on 500 kW in two seconds apart; the first is the time."""
    kept = made.calm(made.site())
    kept.site[5, [7, 99]] = 510e3, 600e3
    assert only(kept) == ("connection", "site", 7.0, 600e3, 5e5, pytest.approx(-0.2), 2.0, "W")


def test_voltage_on_either_side() -> None:
    """0.93 pu is 0.02 under 0.95 and 1.08 pu 0.03 over 1.05; a tenth of a unit counts as one. The worse is first."""
    kept = made.calm(made.site())
    kept.voltage[11], kept.voltage[12] = 0.93, 1.08
    rows = listed(kept)
    assert [(row["asset"], row["value"], row["limit"]) for row in rows] == [
        ("PCC, high", 1.08, 1.05),
        ("PCC, low", 0.93, 0.95),
    ]
    assert [row["margin"] for row in rows] == [pytest.approx(-0.3), pytest.approx(-0.2)]
    assert rows[1]["time"] == made.START + timedelta(seconds=11)
    assert rows[1]["message"] == "voltage beyond its limit by 0.02"


def test_models_outside_their_range() -> None:
    """The first loop's chillers in the second step of 95 s, which is 35 s; the grid for three seconds."""
    kept = made.calm(made.site(), 95)
    kept.inside[1, LAWS.index("chillers"), 0] = False
    kept.on_curve[20:23] = False
    name = made.site().loops.name[0]
    found = {row["asset"]: row for row in listed(kept)}
    assert set(found) == {name, "host grid"}
    assert (found[name]["duration_s"], found["host grid"]["duration_s"]) == (35.0, 3.0)
    assert found[name]["time"] == made.START + timedelta(seconds=60)
    assert found["host grid"]["time"] == made.START + timedelta(seconds=20)
    assert found[name]["message"] == (
        "chillers: outside the range of the law for 35 s; values there are an extrapolation"
    )
    assert {row["kind"] for row in found.values()} == {"model_range"}


def test_a_row_for_each_law_and_kind_of_loop() -> None:
    """Two liquid loops of one law share a row, that of the longer; an air loop, and another law, have their own."""
    of = made.site()
    of = of._replace(loops=of.loops._replace(name=("hall_1/liquid", "hall_2/liquid", "site/air")))
    kept = made.calm(of, 180)
    towers, chillers = LAWS.index("towers"), LAWS.index("chillers")
    kept.inside[0, towers, 0] = False
    kept.inside[1:3, towers, 1] = False
    kept.inside[2, towers, 2] = False
    kept.inside[1, chillers, 1] = False
    found = [(row["asset"], row["duration_s"], row["time"], row["message"]) for row in listed(kept, of)]
    outside, end = "outside the range of the law for", "values there are an extrapolation"
    minute = [made.START + timedelta(minutes=n) for n in range(3)]
    assert sorted(found) == sorted(
        [
            (
                "hall_2/liquid",
                120.0,
                minute[0],
                f"towers: {outside} 120 s; so were those of 1 more of its kind, for no longer; {end}",
            ),
            ("site/air", 60.0, minute[2], f"towers: {outside} 60 s; {end}"),
            ("hall_2/liquid", 60.0, minute[1], f"chillers: {outside} 60 s; {end}"),
        ]
    )


def test_the_worst_comes_first() -> None:
    """Margins -0.2 (connection), -0.1 (feeder), 0 (range)."""
    kept = made.calm(made.site())
    kept.inside[0, 0, 0] = False
    kept.halls[0, 30, 1] = 220e3
    kept.site[5, 99] = 600e3
    assert [row["kind"] for row in listed(kept)] == ["connection", "feeder", "model_range"]


def test_a_value_at_its_limit_has_not_crossed_it() -> None:
    kept = made.calm(made.site())
    kept.site[5, 9] = made.site().connection.rating
    kept.voltage[3] = 0.95
    assert listed(kept) == []


def test_groups_without_coolant_are_not_watched() -> None:
    kept = made.calm(made.site())
    kept.cdus[4, :, 0] = 400.0
    site = made.site()
    conductance = site.cdus.exchanger_conductance.copy()
    conductance[0] = 0.0
    dry = site._replace(cdus=site.cdus._replace(exchanger_conductance=conductance))
    assert listed(kept, dry) == []
