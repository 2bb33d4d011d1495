"""What drawings say of a site's parts."""

from __future__ import annotations

import facilities
from facilities.design import design
from twin.outline import AIR, CDUS

PROMETHEUS = facilities.load("prometheus")


def test_stages_have_part_scheme_and_voltage() -> None:
    got = design(PROMETHEUS)
    assert [stage["law"] for stage in got["halls"]] == ["conductor", "transformer"]
    assert [stage["redundancy"] for stage in got["mechanical"]] == ["N"]
    # One spare beside those that the rating needs; what they give is the campus's 34.5 kV.
    assert got["common"][-1] == {
        "part": PROMETHEUS.catalog.converters[PROMETHEUS.connection.transformer].title,
        "law": "transformer",
        "redundancy": "N+1 at each point",
        "voltage_v": 34.5e3,
    }


def test_each_loop_has_its_parts() -> None:
    got = design(PROMETHEUS)
    assert set(got["water"]) == {CDUS, AIR}
    assert got["cdu"] == PROMETHEUS.catalog.cdus["in_row_1200kw"].title
    # Water with a quarter of glycol takes 4.0 MJ a cubic metre and kelvin: 1,020 kg/m^3 of 3.92 kJ/kg/K.
    assert abs(got["water"][CDUS]["heat_j_m3_k"] / 4.0e6 - 1.0) < 0.02


def test_own_supply_is_told_in_words() -> None:
    assert [text.split(":")[0] for text in design(PROMETHEUS)["supply"]] == [
        name.replace("_", " ") for name in PROMETHEUS.supply
    ]


def test_a_voltage_may_be_given_with_a_stage() -> None:
    low = PROMETHEUS.connection.campus_voltage.model_copy(update={"value": "415 V"})
    stage = PROMETHEUS.power.hall[1].model_copy(update={"voltage": low})
    power = PROMETHEUS.power.model_copy(update={"hall": (PROMETHEUS.power.hall[0], stage)})
    assert design(PROMETHEUS.model_copy(update={"power": power}))["halls"][1]["voltage_v"] == low.si
