"""Every trap of units that was measured once, and what is read and refused."""

from __future__ import annotations

import pytest

from twin import units


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("132 kW", "W", 132e3),
        ("132kW", "W", 132e3),
        ("1e3 kW", "W", 1e6),
        ("1_000 kW", "W", 1e6),
        ("-40 L/min", "m^3/s", -40e-3 / 60),
        ("25 degC", "K", 298.15),
        ("25 °C", "K", 298.15),
        ("-5 degC", "K", 268.15),
        ("0 degC", "K", 273.15),
        ("32 degF", "K", 273.15),
        ("8 K", "delta_degC", 8.0),
        ("8 delta_degC", "delta_degC", 8.0),
        ("8 Δ°C", "delta_degC", 8.0),
        ("5 %", "1", 0.05),
        ("5 %/K", "1/K", 0.05),
        ("20 W/K", "W/K", 20.0),
        ("1.5 L/min/kW", "m^3/s/W", 1.5e-3 / 60 / 1e3),
        ("90 MVA", "V*A", 9e7),
        ("34.5 kV * kA", "V*A", 34.5e6),
        ("9 Mvar", "var", 9e6),
        ("700 W/gpu", "W/gpu", 700.0),
        ("10 gpm", "L/s", 0.630901964),  # 231 cubic inches of (25.4 mm)^3 a minute
        ("60 rpm", "revolution/s", 1.0),
        ("60 Hz", "1/s", 60.0),
        ("40.07 deg", "deg", 40.07),
    ],
)
def test_text_becomes_a_number(text: str, unit: str, value: float) -> None:
    assert units.si(units.read(text), unit) == pytest.approx(value, rel=1e-9)  # pint's factors are exact to 1e-15


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("25", "write a number and its unit, such as '132 kW'; got '25'"),
        ("", "write a number and its unit, such as '132 kW'; got ''"),
        ("kW", "write a number and its unit, such as '132 kW'; got 'kW'"),
        ("nan kW", "write a number and its unit, such as '132 kW'; got 'nan kW'"),
        ("inf W", "write a number and its unit, such as '132 kW'; got 'inf W'"),
        ("1,000 kW", "write a number and its unit, such as '132 kW'; got '1,000 kW'"),
        ("25 C", "C is the coulomb; write a temperature as '25 degC'; got '25 C'"),
        ("132 kVolts", "unknown unit 'kVolts'"),
        ("3 MVAr", "unknown unit 'MVAr'"),
        ("3 kW +", "unknown unit 'kW +'"),
        ("3 kW)", "unknown unit 'kW)'"),
        ("3 $", "unknown unit '$'"),
    ],
)
def test_what_is_no_quantity_is_refused(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        units.read(text)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("text", "unit", "message"),
    [
        ("90 MVA", "W", "MVA is apparent power; wanted active power in W"),
        ("9 Mvar", "W", "Mvar is reactive power; wanted active power in W"),
        ("9 MW", "V*A", "MW is active power; wanted apparent power in A * V"),
        ("9 kvar", "V*A", "kvar is reactive power; wanted apparent power in A * V"),
        ("8 degC", "delta_degC", "°C is a temperature; wanted a temperature difference in Δ°C"),
        ("8 delta_degC", "K", "Δ°C is a temperature difference; wanted a temperature in K"),
        ("60 rpm", "Hz", "rpm is a rotation of dimension 1 / [time]; wanted a quantity of dimension 1 / [time] in Hz"),
        ("3 deg", "1", "deg is an angle; wanted a ratio in a plain number"),
        ("5 kg", "m", "kg is a quantity of dimension [mass]; wanted a quantity of dimension [length] in m"),
        (
            "700 W/gpu",
            "W",
            "W / gpu is a quantity of dimension [mass] * [length] ** 2 / [time] ** 3 / [accelerator]; "
            "wanted active power in W",
        ),
    ],
)
def test_another_kind_of_quantity_is_refused(text: str, unit: str, message: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        units.si(units.read(text), unit)
    assert str(caught.value) == message


def test_ratios_and_counts_may_stand_alone() -> None:
    assert units.si(units.read_ratio("0.871"), "1") == 0.871
    assert units.si(units.read_ratio("96 %"), "1") == pytest.approx(0.96, rel=1e-15)
    assert units.si(units.read_ratio("72 gpu"), "gpu") == 72.0
    with pytest.raises(ValueError, match="wanted a ratio"):
        units.si(units.read_ratio("74 rack"), "1")


def test_milliwatts_are_read_as_such() -> None:
    """The unit cannot know that megawatts were meant; plausible ranges of the fields do."""
    assert units.si(units.read("132 mW"), "W") == pytest.approx(0.132, rel=1e-15)


def test_the_registry_is_the_applications() -> None:
    assert units.read("1 kW") + units.read("1 kW") == units.registry.Quantity(2000.0, "W")
