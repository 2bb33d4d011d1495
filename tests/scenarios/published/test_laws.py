"""Adaptors of laws whose cases need public data, on inputs with an answer worked by hand."""

from __future__ import annotations

import inspect

import numpy as np
import pytest

from scenarios.published.laws import LAWS
from scenarios.published.laws.law import one
from twin import units

CELSIUS = 273.15


def ask(law: str, **given: float | list[float]) -> dict[str, float]:
    """Ask a law for one row, all arguments in SI."""
    assert set(given) == set(LAWS[law].arguments)
    answer = LAWS[law].function(**{name: np.array([value]) for name, value in given.items()})
    assert set(answer) == set(LAWS[law].outputs)
    return {name: float(np.asarray(value)[0]) for name, value in answer.items()}


# York YK 5170 kW, coefficients as in the Modelica Buildings Library
MACHINE = {
    "capacity": 5.1695e6,
    "performance": 7.15,
    "rated_leaving": CELSIUS + 6.67,
    "rated_entering": CELSIUS + 26.11,
    "capacity_curve": [0.1675697, -0.1191228, -0.004328384, 0.1355905, -0.005171251, 0.01039840],
    "power_curve": [0.5894383, -0.02926530, -0.001900238, 0.02849479, -0.0005105015, 0.001702334],
    "load_curve": [0.2497273, 0.1011288, 0.6499847],
    "least_load": 0.15,
    "least_unloaded": 0.15,
    "most_load": 1.08,
    "motor_share": 1.0,
    "leaving_range": [CELSIUS + 4.44, CELSIUS + 8.89],
    "entering_range": [CELSIUS + 15.56, CELSIUS + 29.44],
}


@pytest.mark.parametrize("name", LAWS)
def test_units_of_laws_can_be_read_and_names_are_those_of_the_function(name: str) -> None:
    law = LAWS[name]
    assert all(units.unit(unit) is not None for unit in (*law.arguments.values(), *law.outputs.values()))
    named = [
        parameter.name
        for parameter in inspect.signature(law.function).parameters.values()
        if parameter.kind is not parameter.VAR_KEYWORD
    ]
    assert set(named) <= set(law.arguments)


def test_rating_of_a_chiller() -> None:
    """The source gives 5201.7 kW at the rated point: 1.00623 of 5169.5 kW."""
    found = ask("chiller_rating", **MACHINE)
    assert found["capacity"] == pytest.approx(5201.7e3, rel=1e-5)
    assert found["capacity_ratio"] == pytest.approx(5201.7 / 5169.5, rel=1e-5)
    assert found["performance"] == pytest.approx(7.15 / found["power_ratio"], rel=1e-12)
    # Sum of the three coefficients
    assert found["load_ratio"] == pytest.approx(1.0008408, abs=1e-9)
    assert found["mismatch"] == pytest.approx(5201.7 / 5169.5 - 1, abs=1e-5)
    assert found["refused"] == 0


def test_a_record_that_misses_its_rating_is_refused() -> None:
    doubled = [2 * value for value in MACHINE["power_curve"]]
    assert ask("chiller_rating", **MACHINE | {"power_curve": doubled})["refused"] == 1


def test_water_of_a_chiller_at_part_load() -> None:
    """
    Half of what it can do at 8.89 and 20 degC, for which the source gives a performance of 9.12.

    Capacity there, by hand: 0.1675697 - 1.0590017 - 0.3420837 + 2.71181 - 2.0685004 + 1.8488355 = 1.2586294 of 5169.5
    kW, 6506.5 kW; half of it warms 77.754 kg/s of water by 10 K.
    """
    given = {
        "leaving_water": CELSIUS + 8.89,
        "condenser_entering": CELSIUS + 20,
        "entering_water": CELSIUS + 18.89,
        "set_point": CELSIUS + 8.89,
        "water_flow": 77.754,
        "water_heat": 4184.0,
    }
    found = ask("chiller_water", **MACHINE, **given)
    assert found["part_load"] == pytest.approx(0.5, abs=1e-4)
    assert found["held_part_load"] == found["part_load"]
    assert found["performance"] == pytest.approx(9.12, abs=0.01)
    assert (found["cycling"], found["outside_range"]) == (1, 0)


def test_dry_cooler_at_its_design_point() -> None:
    """10.5 kW out of 2100 W/K: water from 35 to 30 degC, with the films at their design temperatures."""
    design = {
        "design_stream": 2100.0,
        "design_air": 2100 / 1006,
        "design_dry_bulb": CELSIUS + 25,
        "design_water": CELSIUS + 35,
        "design_heat": 10.5e3,
        "design_fan_power": 525.0,
        "fan_exponent": 3.0,
        "water_stream": 2100.0,
        "water_inlet": CELSIUS + 35,
        "dry_bulb": CELSIUS + 25,
    }
    found = ask("dry_cooler", **design, fan_power=525.0)
    assert found["water_outlet"] == pytest.approx(CELSIUS + 30, abs=1e-9)
    # An eighth of the power is half of the air: less heat, and more than half of it
    assert 0.5 < ask("dry_cooler", **design, fan_power=525.0 / 8)["heat"] / found["heat"] < 1


def test_york_calc_tower_at_its_design_point() -> None:
    """Approach 3.89 K at 25.55 degC and a range of 5.56 K set the water ratio: water comes in at 35 degC."""
    given = {
        "design_range": 5.56,
        "design_wet_bulb": CELSIUS + 25.55,
        "design_approach": 3.89,
        "water_inlet": CELSIUS + 35,
        "water_outlet": CELSIUS + 29.44,
        "wet_bulb": CELSIUS + 25.55,
        "water_ratio": 1.0093929399,
        "air_ratio": 1.0,
    }
    found = ask("york_calc_tower", **given)
    assert found["design_water_ratio"] == pytest.approx(1.0093929, abs=5e-8)
    assert found["approach"] == pytest.approx(3.89, abs=1e-8)
    assert found["water_outlet"] == pytest.approx(CELSIUS + 29.44, abs=1e-6)
    assert found["outside_range"] == 0


def test_dew_point_of_saturated_air() -> None:
    """Saturated at 23.020 degC is 35 degC and 50 %: 0.0177655 kg/kg."""
    found = ask("dew_point", dew_point=CELSIUS + 23.020, pressure=101_325.0)
    assert found["humidity_ratio"] == pytest.approx(0.0177655, rel=1e-4)


def test_one_machine_has_one_value() -> None:
    with pytest.raises(ValueError, match="pressure must be the same in all rows"):
        one(np.array([1.0, 2.0]), "pressure")


def test_a_chip_that_follows_its_power() -> None:
    """
    A chip at rest stays there, and after a step goes the way of its one lump.

    The plate and what is behind it hardly warm, 1e9 J/K and 1e6 W/K: rise 500 W x 0.05 K/W x (1 - exp(-t / 2 s)) with
    40 J/K x 0.05 K/W = 2 s; rows 1, 1, 3 s apart.
    """
    time = np.array([0.0, 1.0, 2.0, 5.0])
    chain = {
        "chip_resistance": 0.05,
        "film_resistance": 1e-6,
        "film_exponent": 0.7,
        "chip_capacity": 40.0,
        "plate_capacity": 1e9,
        "coolant_capacity": 100.0,
        "coolant_stream": 1e6,
        "supply": 300.0,
    }
    given = {name: np.full(4, value) for name, value in chain.items()}
    found = LAWS["chip_history"].function(**given, time=time, power=np.array([100.0, 100.0, 600.0, 600.0]))["chip"]
    expected = 305.0 + 25.0 * np.array([0.0, 0.0, 1.0 - np.exp(-0.5), 1.0 - np.exp(-2.0)])
    assert found == pytest.approx(expected, abs=2e-3)  # what 600 W make of 2e-6 K/W behind the chip
