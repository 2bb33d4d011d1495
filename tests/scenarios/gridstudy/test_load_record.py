"""The site as a load of other tools."""

from __future__ import annotations

import math

import pytest

from facilities import front_ends
from facilities.front_ends import Fed
from scenarios.gridstudy import load_record
from scenarios.gridstudy.ride_through import Part


def parts() -> tuple[Part, ...]:
    kinds = front_ends.names()
    return tuple(
        Part(name, name, Fed(front_ends.load(name), power)) for name, power in zip(kinds, (3e6, 1e6), strict=False)
    )


def test_shares_and_the_names_of_ldelec() -> None:
    """By its law in words: constant above Vd1, 1 over the limit of current; zero below the highest level of ceasing."""
    of = parts()
    table = load_record.electronic(of, 0.98)
    assert table["share"].to_list() == [0.75, 0.25]
    assert table["pfel"].to_list() == [0.98, 0.98]
    levels = load_record.trips(of)
    for row, part in zip(table.iter_rows(named=True), of, strict=True):
        own = [
            level
            for name, quantity, beyond, level, _ in levels.iter_rows()
            if (name, quantity, beyond) == (part.name, "voltage", "below")
        ]
        assert row["Vd1"] == pytest.approx(max(1.0 / part.fed.front_end.current_limit.si, row["Vd2"]))
        assert row["Vd2"] == max(own, default=part.fed.front_end.least_voltage.si)
        assert row["Frcel"] == float(not part.fed.front_end.restarts)


def test_ldelec_is_never_constant_below_where_it_is_zero() -> None:
    """A UPS holds its power down to 0.83 per unit, and ceases below 0.90 after 10 s: the model has one of the two."""
    of = tuple(Part(name, name, Fed(front_ends.load(name), 1e6)) for name in front_ends.names())
    table = load_record.electronic(of, 0.98)
    assert (table["Vd1"] >= table["Vd2"]).all()
    (ups,) = table.filter(part="ups_itic").iter_rows(named=True)
    assert ups["Vd1"] == ups["Vd2"] == 0.9


def test_records_of_two_points() -> None:
    """900 MW at 0.9: 436 Mvar, two thirds of both at the first bus."""
    table = load_record.records((4501, 4502), (2 / 3, 1 / 3), 900e6, 0.9)
    assert table.columns == ["I", "ID", "STATUS", "PL", "QL", "IP", "IQ", "YP", "YQ"]
    assert table["I"].to_list() == [4501, 4502]
    assert table["PL"].to_list() == pytest.approx([600.0, 300.0])
    assert table["QL"].to_list() == pytest.approx(
        [600.0 * math.sqrt(1 - 0.81) / 0.9, 300.0 * math.sqrt(1 - 0.81) / 0.9]
    )
    assert table.select("IP", "IQ", "YP", "YQ").sum_horizontal().to_list() == [0.0, 0.0]
