"""Cells: numbers, units, and what stands for no value."""

import polars as pl
import pytest

from telemetry import cells
from telemetry.source import Source, load
from telemetry.table import tabulate


def column(file, *texts):
    return tabulate(load(file("a.csv", "t,p\n" + "".join(f"0,{text}\n" for text in texts))))


def read(source, wanted="W", unit=""):
    return cells.numbers(source, "p", wanted, unit)


@pytest.mark.parametrize(
    ("unit", "wanted", "number", "si"),
    [
        ("kW", "W", 1.386, 1386.0),
        ("mW", "W", 70070.0, 70.07),
        ("degC", "K", 8.5, 281.65),  # 8.5 + 273.15
        ("degF", "K", 50.0, 283.15),  # (50 - 32) / 1.8 = 10 degC
        ("%", "1", 66.0, 0.66),
        ("min", "s", 1.5, 90.0),
        ("W", "W", 71.25, 71.25),
    ],
)
def test_scale(unit, wanted, number, si):
    factor, offset = cells.scale(unit, wanted)
    assert factor * number + offset == pytest.approx(si, rel=1e-13)  # a few roundings of a float64


def test_cells_may_name_their_unit(file):
    found = read(column(file, "71.25 W", "0.07 kW", "70", "1e2W"), unit="W")
    assert found.values.to_list() == [71.25, pytest.approx(70.0, rel=1e-15), 70.0, 100.0]
    assert found.faults == []
    assert found.read_as == "W or kW"


def test_missing_cells_are_counted_by_what_they_say(file):
    found = read(column(file, "1", "", "NaN", "[N/A]", "[GPU is lost]", "[N/A]", "[Not Supported]"), unit="W")
    assert found.values.to_list() == [1.0] + [None] * 6
    assert found.missing == {"NaN": 1, "[GPU is lost]": 1, "[N/A]": 2, "[Not Supported]": 1, "empty": 1}


def test_faults_are_told_with_their_lines(file):
    found = read(column(file, "1", "lots", "0x10", "7 furlong", "8 V", "9"), unit="W")
    told = [str(fault) for fault in found.faults]
    assert told[0] == "line 3, p: 'lots' is no number"
    assert told[1].startswith("line 4, p: the unit 'x10' is not read as W: ")
    assert told[2].startswith("line 5, p: the unit 'furlong' is not read as W: ")
    assert told[3].startswith("line 6, p: the unit 'V' is not read as W: ")
    assert found.values.to_list() == [1.0, None, None, None, None, 9.0]


def test_a_unit_is_never_guessed(file):
    told = [str(fault) for fault in read(column(file, "70")).faults]
    assert told == ["line 2, p: no unit is given; write it in the cells or the header, such as [W]"]


def test_a_long_list_is_cut(file):
    told = [str(fault) for fault in read(column(file, *["lots"] * 133), unit="W").faults]
    assert len(told) == 21
    assert told[-1] == "and 113 more like the last"  # 133 - 20


def test_typed_columns(tmp_path):
    frame = pl.DataFrame({"p": [1, 2, None], "q": [1.0, float("nan"), 3.0], "r": [True, False, True]})
    frame.write_parquet(tmp_path / "a.parquet")
    source: Source = tabulate(load(tmp_path / "a.parquet"))
    assert cells.numbers(source, "p", "W", "kW").values.to_list() == [1000.0, 2000.0, None]
    found = cells.numbers(source, "q", "W", "W")
    assert found.values.to_list() == [1.0, None, 3.0]
    assert found.missing == {"NaN": 1}
    assert str(cells.numbers(source, "r", "W", "W").faults[0]) == "r: holds Boolean, wanted numbers"
