"""Pipes, pumps and fans."""

from __future__ import annotations

import numpy as np

from scenarios.published.laws.law import Law, Outputs
from twin.cooling import hydraulics, pipes
from twin.site import Floats


def _pipe(reynolds: Floats, roughness: Floats) -> Outputs:
    return {"friction": pipes.darcy_friction(reynolds, roughness)}


def _pump(
    rated_flow: Floats,
    rated_head: Floats,
    shut_off_ratio: Floats,
    efficiency: Floats,
    fixed: Floats,
    friction: Floats,
    speed: Floats,
) -> Outputs:
    """Find where the pump's curve meets its circuit's; motor and drive are left out."""
    pump = hydraulics.rated_pump(rated_flow, rated_head, shut_off_ratio, efficiency)
    zero = np.zeros_like(speed)
    drive = hydraulics.Drive(rated_flow * rated_head / efficiency, zero, zero, zero)
    found = hydraulics.operating_point(pump, drive, hydraulics.Circuit(fixed, friction), speed)
    return {"flow": found.flow, "head": found.head, "shaft_power": found.shaft_power}


def _fan(speed: Floats) -> Outputs:
    return {"power": hydraulics.fan_power(speed)}


PIPE = Law(_pipe, {"reynolds": "1", "roughness": "1"}, {"friction": "1"})
PUMP = Law(
    _pump,
    {
        "rated_flow": "m^3/s",
        "rated_head": "Pa",
        "shut_off_ratio": "1",
        "efficiency": "1",
        "fixed": "Pa",
        "friction": "Pa*s^2/m^6",
        "speed": "1",
    },
    {"flow": "m^3/s", "head": "Pa", "shaft_power": "W"},
)
FAN = Law(_fan, {"speed": "1"}, {"power": "1"})
