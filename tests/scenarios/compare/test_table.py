"""The table, worked by hand on fake runs."""

from __future__ import annotations

import pytest

from scenarios.compare import table
from scenarios.compare.table import NO_RUN
from scenarios.page import quantities
from tests.scenarios.compare.side_by_side import design, large, small, subject, with_manifest

T = quantities.THIN


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    """Give a run of 48 racks and one of 24; the worst chip of the second stays 1.9 K under its limit of 88.0 °C."""
    folder = tmp_path_factory.mktemp("runs")
    return large(folder), small(
        folder,
        **{"pue": 1.1, "chip_temp_max": 359.25, "chip_margin_min": 1.9, "throttled_time": 0.0, "water_use": 0.0},
    )


def rows(subjects) -> dict[str, table.Row]:
    return {row.figure.name: row for _, rows in table.groups(subjects) for row in rows}


def texts(row: table.Row) -> list[tuple[str, str]]:
    return [(cell.text, cell.difference) for cell in row.cells]


def test_design_by_hand(pair) -> None:
    """48 racks of 132 kW; 6.336 MW x 1.2 at full load, x 1.5 of connection; 72 packages of 2.5 PFLOP/s in each."""
    found = rows(pair)
    assert found["it_power_design"].label == "IT power, full load [MW]"
    assert texts(found["racks"]) == [("48", ""), ("24", f"−50.0{T}%")]
    assert texts(found["it_power_design"]) == [("6.336", ""), ("3.168", f"−50.0{T}%")]
    assert texts(found["facility_power_design"])[0][0] == "7.603"
    assert texts(found["connection"])[0][0] == "9.504"
    # 48 x 72 x 2.5e15 = 8.64e18, over 7.6032 MW
    assert found["dense_bf16"].label == "Rated computing [EFLOP/s]"
    assert texts(found["dense_bf16"])[0][0] == "8.640"
    assert found["flop_s_per_watt"].label == "Rated computing, full load [EFLOP/s per MW]"
    assert texts(found["flop_s_per_watt"]) == [("1.136", ""), ("1.136", "=")]
    # 8.64e18 over 7.0125 MW, the peak of both runs; half of it in the second
    assert texts(found["flop_s_per_watt_at_peak"]) == [("1.232", ""), ("0.6160", f"−50.0{T}%")]
    # 7.0125 MW of 9.504 MW, and of half of that
    assert texts(found["peak_over_connection"]) == [("73.8", ""), ("147.6", "+73.8")]


def test_temperatures_have_no_percentages(pair) -> None:
    """364.25 K is 91.1 °C and 359.25 K is 86.1 °C; the alarm of the coolant is 318.15 K, its warmest 308.95 K."""
    found = rows(pair)
    assert found["chip_temp_max"].label == "Warmest chip [°C]"
    assert texts(found["chip_temp_max"]) == [("91.1", ""), ("86.1", "−5.0")]
    assert texts(found["chip_margin_min"]) == [("−3.1", ""), ("1.9", "+5.0")]
    assert texts(found["coolant_margin_min"]) == [("9.2", ""), ("9.2", "=")]
    assert not any("%" in cell.difference for row in found.values() for cell in row.cells if row.unit in {"°C", "K"})


def test_differences_that_a_percentage_would_not_tell(pair) -> None:
    found = rows(pair)
    assert texts(found["pue"]) == [("1.150", ""), ("1.100", "−0.050")]
    # 8,120 t of water, and none
    assert texts(found["water_use"]) == [(f"8{T}120", ""), ("0", f"−100.0{T}%")]
    assert texts(found["pcc_voltage_min"]) == [("0.9480", ""), ("0.9480", "=")]
    # from nothing on there is no part of it
    assert texts(rows(pair[::-1])["water_use"])[1] == (f"8{T}120", f"+8{T}120")


def test_only_what_nobody_disputes_is_called_best(pair) -> None:
    best = {name: [cell.best for cell in row.cells] for name, row in rows(pair).items()}
    assert {name: marks for name, marks in best.items() if any(marks)} == {
        "pue": [False, True],
        "chip_margin_min": [False, True],
        "throttled_time": [False, True],
    }


def test_runs_of_different_length_are_not_judged(pair) -> None:
    longer = with_manifest(pair[1], duration_s=7200)
    assert not any(cell.best for row in rows((pair[0], longer)).values() for cell in row.cells)


def test_the_unit_of_a_row_suits_all_its_columns() -> None:
    """4 MW and 5 GW: in gigawatts the first would have no digits left, in megawatts both read well."""
    sites = [subject(name, None, design(it_power_w=power)) for name, power in (("a", 4e6), ("b", 5e9))]
    row = rows(sites)["it_power_design"]
    assert (row.unit, texts(row)) == ("MW", [("4.000", ""), (f"5{T}000", f"1{T}250{T}×")])
    near = [subject(name, None, design(it_power_w=power)) for name, power in (("a", 0.9e9), ("b", 5e9))]
    row = rows(near)["it_power_design"]
    assert (row.unit, texts(row)) == ("GW", [("0.9000", ""), ("5.000", f"+455.6{T}%")])


def test_a_site_has_no_numbers_of_a_run(pair) -> None:
    found = rows((pair[0], subject("plan", None, design())))
    assert texts(found["pue"]) == [("1.150", ""), (NO_RUN, "")]
    assert texts(found["racks"])[1] == ("48", "=")
    alone = rows([subject(name, None, design()) for name in "ab"])
    assert set(alone) == {
        *("halls", "racks", "accelerators", "it_power_design", "facility_power_design", "cooling", "connection"),
        *("liquid_share", "dense_bf16", "flop_s_per_watt"),
    }
    assert alone["cooling"].cells[0].text == "CDUs: dry coolers; hall air: towers"


def test_a_chip_without_a_rating_is_a_dash_with_a_reason(pair) -> None:
    unrated = pair[1]._replace(design=design(1, dense_bf16_flop_s=None, unrated=("Chip X",)))
    found = rows((pair[0], unrated))
    assert [texts(found[name])[1] for name in ("dense_bf16", "flop_s_per_watt")] == [("–", "")] * 2
    assert table.notes((pair[0], unrated)) == ("small: no rated FLOP/s, as the catalogue has none for Chip X.",)


def test_a_run_of_an_older_version_has_dashes_with_a_reason(pair) -> None:
    old = [one._replace(design=None) for one in pair]
    assert [cell.text for cell in rows(old)["connection"].cells] == ["–", "–"]
    why = "the run keeps no design figures, as an older version made it; replay it again."
    assert table.notes(old) == (f"large; small: {why}",)


def test_chips_that_never_throttle_have_no_time_to_it(pair) -> None:
    metrics = {name: figure for name, figure in pair[1].run.metrics.items() if name != "time_to_throttle"}
    calm = pair[1]._replace(run=pair[1].run._replace(metrics=metrics))
    assert texts(rows((pair[0], calm))["time_to_throttle"]) == [("100.0", ""), ("not reached", "")]
    assert "time_to_shutdown" not in rows(pair)


def test_what_rounds_alike_is_not_called_equal(pair) -> None:
    nearly = pair[0]._replace(
        run=pair[0].run._replace(metrics=pair[0].run.metrics | {"pue": {"value": 1.15004, "unit": "1"}})
    )
    assert rows((pair[0], nearly))["pue"].cells[1] == table.Cell(1.15004, "1.150", "≈", best=False)
