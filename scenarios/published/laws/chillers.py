"""Electric chillers by published fits."""

from __future__ import annotations

import numpy as np

from facilities.chillers import misrated
from scenarios.published.laws.law import Law, Outputs
from twin.cooling import chillers
from twin.cooling.chillers import ElectricChillers, LoadCurve
from twin.site import Floats

_MACHINE = {
    "capacity": "W",
    "performance": "1",
    "rated_leaving": "K",
    "rated_entering": "K",
    "capacity_curve": "1",
    "power_curve": "1",
    "load_curve": "1",
    "least_load": "1",
    "least_unloaded": "1",
    "most_load": "1",
    "motor_share": "1",
    "leaving_range": "K",
    "entering_range": "K",
}
_PARTS = {"capacity_curve": 6, "power_curve": 6, "load_curve": 3, "leaving_range": 2, "entering_range": 2}


def _machines(given: dict[str, Floats]) -> ElectricChillers:
    """Give a machine for each row; approaches serve outside the range only, where no case compares."""
    unused = np.ones(given["capacity"].size)
    load = ("least_load", "least_unloaded", "most_load", "motor_share")
    rest = {name: value for name, value in given.items() if name not in {*load, "load_curve"}}
    curve = LoadCurve(given["load_curve"], *(given[name] for name in load))
    return ElectricChillers(**rest, load=curve, evaporator_approach=unused, condenser_approach=unused)


def _rating(**given: Floats) -> Outputs:
    """Ask the fits for their own rated point, where each is one by definition."""
    machines = _machines(given)
    off = chillers.mismatch(machines)
    rows = [str(row) for row in range(off.capacity.size)]
    refused = {fault.where for fault in misrated(rows, machines)}
    full = chillers.full_load(machines, machines.rated_leaving, machines.rated_entering)
    return {
        "capacity": full.capacity,
        "performance": full.performance,
        "capacity_ratio": 1.0 + off.capacity,
        "power_ratio": 1.0 + off.power,
        "load_ratio": 1.0 + off.load,
        "mismatch": np.max(np.abs(off), axis=0),
        "refused": np.array([float(row in refused) for row in rows]),
    }


def _part_load(leaving_water: Floats, condenser_entering: Floats, part_load: Floats, **given: Floats) -> Outputs:
    """Run machines at a share of what they can do at these temperatures."""
    machines = _machines(given)
    full = chillers.full_load(machines, leaving_water, condenser_entering)
    found = chillers.at_load(machines.load, full, part_load * full.capacity)
    return {"performance": found.heat / found.power, "outside_range": np.where(full.inside, 0.0, 1.0)}


def _water(
    leaving_water: Floats,
    condenser_entering: Floats,
    entering_water: Floats,
    set_point: Floats,
    water_flow: Floats,
    water_heat: Floats,
    **given: Floats,
) -> Outputs:
    """Run machines that are to cool their water to a set point."""
    machines = _machines(given)
    full = chillers.full_load(machines, leaving_water, condenser_entering)
    found = chillers.at_load(machines.load, full, water_flow * water_heat * (entering_water - set_point))
    return {
        "part_load": found.part_load,
        "held_part_load": found.held_part_load,
        "cycling": found.cycling,
        "performance": found.heat / found.power,
        "outside_range": np.where(full.inside, 0.0, 1.0),
    }


RATING = Law(
    _rating,
    _MACHINE,
    {
        "capacity": "W",
        **{name: "1" for name in ("performance", "capacity_ratio", "power_ratio", "load_ratio", "mismatch", "refused")},
    },
    _PARTS,
)
PART_LOAD = Law(
    _part_load,
    {**_MACHINE, "leaving_water": "K", "condenser_entering": "K", "part_load": "1"},
    {"performance": "1", "outside_range": "1"},
    _PARTS,
)
WATER = Law(
    _water,
    {
        **_MACHINE,
        "leaving_water": "K",
        "condenser_entering": "K",
        "entering_water": "K",
        "set_point": "K",
        "water_flow": "kg/s",
        "water_heat": "J/(kg*K)",
    },
    {name: "1" for name in ("part_load", "held_part_load", "cycling", "performance", "outside_range")},
    _PARTS,
)
