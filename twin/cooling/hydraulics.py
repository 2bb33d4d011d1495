"""
Fans and pumps away from full speed: flow, head and power of a pump where its curve meets that of its circuit.

Of several equal pumps side by side, give a circuit with its friction times the square of their number, and take as many
times the flow and the power.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.interpolate import PchipInterpolator

from twin.site import Floats

FAN_SPEED = tuple(np.linspace(0.0, 1.0, 11))
"""Speeds [1] of the published fan curve."""

FAN_POWER = (
    0.0,
    0.020982275,
    0.027843038,
    0.046465108,
    0.082729139,
    0.142515786,
    0.231705701,
    0.356179538,
    0.521817952,
    0.734501596,
    1.0,
)
"""Power over full-speed power [1] at `FAN_SPEED`: drive losses keep it above the cube of the speed at low speed."""

_SPEED = np.linspace(0.0, 1.0, 401)
FAN_TABLE = PchipInterpolator(FAN_SPEED, FAN_POWER)(_SPEED)
"""That [1] at as many evenly spaced speeds."""

FLOW_RANGE = (0.3, 1.4)
"""
Flow over the flow of best efficiency, at the same speed [1], for which the parabola of efficiency is used: pumps
recirculate below, and cavitate above. Assumed; makers allow 0.5 to 1.2 for good.
"""


class PumpCurve(NamedTuple):
    """
    What a pump does at full speed.

    Attributes
    ----------
    shut_off : (any,) [Pa]
        Head without flow, greater than zero.
    slope : (any,) [Pa*s/m^3]
        Rise of the head with the first flow, zero or less for a curve that falls from the start.
    curvature : (any,) [Pa*s^2/m^6]
        Head over flow squared, less than zero.
    best_flow : (any,) [m^3/s]
        Flow of best efficiency.
    best_efficiency : (any,) [1]
        Hydraulic over shaft power, at that flow.
    """

    shut_off: Floats
    slope: Floats
    curvature: Floats
    best_flow: Floats
    best_efficiency: Floats


class Drive(NamedTuple):
    """
    Losses of a motor with its variable-speed drive, over the rating.

    Attributes
    ----------
    rating : (any,) [W]
        Rated shaft power.
    fixed : (any,) [1]
        Loss while it turns.
    linear : (any,) [1]
        Loss at rated shaft power that goes with the load.
    square : (any,) [1]
        Loss at rated shaft power that goes with the load squared.
    """

    rating: Floats
    fixed: Floats
    linear: Floats
    square: Floats


class Circuit(NamedTuple):
    """
    What a circuit asks of its pump: fixed + friction * flow^2.

    Attributes
    ----------
    fixed : (any,) [Pa]
        Pressure that does not change with flow: lift, or a difference that a controller holds.
    friction : (any,) [Pa*s^2/m^6]
        Pressure over flow squared.
    """

    fixed: Floats
    friction: Floats


class OperatingPoint(NamedTuple):
    """
    A pump at work.

    Attributes
    ----------
    flow : (any,) [m^3/s]
        Through the pump.
    head : (any,) [Pa]
        Pressure that it adds; what it has at rest of flow where a check valve holds the circuit's fixed pressure.
    efficiency : (any,) [1]
        Hydraulic over shaft power.
    shaft_power : (any,) [W]
        Into the pump; all of it warms the water.
    power : (any,) [W]
        Electric, with the losses of motor and drive.
    inside : (any,) bool
        Whether flow over speed lies in `FLOW_RANGE`, or the pump stands.
    """

    flow: Floats
    head: Floats
    efficiency: Floats
    shaft_power: Floats
    power: Floats
    inside: npt.NDArray[np.bool_]


def fan_power(speed: Floats) -> Floats:
    """
    Give the power of a tower or cooler fan with a variable-speed drive.

    Parameters
    ----------
    speed : (any,) [1]
        Speed over full speed, from 0 to 1; values outside count as the nearer end.

    Returns
    -------
    (any,) [1]
        Power over full-speed power; rises with speed everywhere.

    Notes
    -----
    Monotone cubic through the eleven published points, tabulated at 401.

    References
    ----------
    .. [1] Modelica Buildings Library, Fluid/HeatExchangers/CoolingTowers/Validation/MerkelEnergyPlus.mo
    """
    return np.interp(speed, _SPEED, FAN_TABLE)


def rated_pump(flow: Floats, head: Floats, shut_off_ratio: Floats, efficiency: Floats) -> PumpCurve:
    """
    Make the curve of a pump from its duty point.

    Parameters
    ----------
    flow : (any,) [m^3/s]
        At duty, which is taken for the flow of best efficiency.
    head : (any,) [Pa]
        At duty.
    shut_off_ratio : (any,) [1]
        Head without flow over that at duty, greater than one; 1.1 to 1.4 for centrifugal pumps of low specific speed.
    efficiency : (any,) [1]
        Hydraulic over shaft power at duty.

    Returns
    -------
    PumpCurve
        A parabola with its peak at no flow.

    References
    ----------
    .. [1] J. F. Guelich, Centrifugal Pumps, 3rd edition, 2014, sections 4.1 and 11.1
    """
    curvature = (1.0 - shut_off_ratio) * head / np.square(flow)
    return PumpCurve(shut_off_ratio * head, 0.0 * curvature, curvature, flow, efficiency)


def operating_point(pump: PumpCurve, drive: Drive, circuit: Circuit, speed: Floats) -> OperatingPoint:
    """
    Find where a pump's curve meets its circuit's.

    Parameters
    ----------
    pump : PumpCurve
        At full speed.
    drive : Drive
        Its motor and drive.
    circuit : Circuit
        What it works against.
    speed : (any,) [1]
        Speed over full speed.

    Returns
    -------
    OperatingPoint
        Flow, head, efficiency and power.

    Notes
    -----
    a0 s^2 + a1 s Q + a2 Q^2 = fixed + k Q^2, the greater root; no flow while a0 s^2 is at or below the fixed pressure,
    where a check valve is shut. Efficiency follows a parabola over Q / s through zero, the best point and zero again at
    twice that flow, so that the shaft power stays finite without flow. Without fixed pressure flow, head and shaft
    power go with s, s^2 and s^3 (affinity); with it they do not. Change of efficiency with speed (about 1 % at half
    speed) is left out.

    References
    ----------
    .. [1] J. F. Guelich, Centrifugal Pumps, 3rd edition, 2014, sections 3.9 and 11.1
    """
    lifted = pump.shut_off * np.square(speed) - circuit.fixed
    resistance = circuit.friction - pump.curvature
    linear = pump.slope * speed
    root = np.sqrt(np.square(linear) + 4.0 * resistance * np.maximum(lifted, 0.0))
    flow = np.where(lifted > 0.0, (linear + root) / (2.0 * resistance), 0.0)
    head = speed * (pump.shut_off * speed + pump.slope * flow) + pump.curvature * np.square(flow)
    return _at_work(pump, drive, flow, head, speed)


def speed_for_flow(pump: PumpCurve, circuit: Circuit, flow: Floats) -> Floats:
    """
    Give the speed at which a pump moves a flow.

    Parameters
    ----------
    pump : PumpCurve
        At full speed.
    circuit : Circuit
        What it works against.
    flow : (any,) [m^3/s]
        Wanted flow; at zero, the speed at which flow begins.

    Returns
    -------
    (any,) [1]
        Speed over full speed; above one where the pump is too small.

    Notes
    -----
    The positive root of a0 s^2 + a1 Q s = fixed + (k - a2) Q^2.
    """
    linear = pump.slope * flow
    wanted = circuit.fixed + (circuit.friction - pump.curvature) * np.square(flow)
    root = np.sqrt(np.square(linear) + 4.0 * pump.shut_off * wanted)
    return np.asarray((root - linear) / (2.0 * pump.shut_off), dtype=float)


def drive_power(drive: Drive, shaft_power: Floats) -> Floats:
    """
    Give the electric power of a motor with its drive.

    Parameters
    ----------
    drive : Drive
        Its losses.
    shaft_power : (any,) [W]
        At the shaft; at zero the drive is off.

    Returns
    -------
    (any,) [W]
        Shaft power and losses.

    Notes
    -----
    Loss over rating is fixed + linear x + square x^2 with the load x. With 0.02, 0.035 and 0.032 the efficiency is 92 %
    at rated load, 92 % at half and 89 % at a quarter.

    References
    ----------
    .. [1] IEC 61800-9-2:2017, losses of motor systems as a polynomial of load
    """
    load = shaft_power / drive.rating
    loss = drive.fixed + load * (drive.linear + load * drive.square)
    return np.asarray(shaft_power + np.where(load > 0.0, drive.rating * loss, 0.0), dtype=float)


def _at_work(pump: PumpCurve, drive: Drive, flow: Floats, head: Floats, speed: Floats) -> OperatingPoint:
    turning = np.greater(speed, 0.0)
    best = np.where(turning, pump.best_flow * speed, pump.best_flow)
    ratio = flow / best
    inside = ((ratio >= FLOW_RANGE[0]) & (ratio <= FLOW_RANGE[1])) | ~turning
    ratio = np.minimum(ratio, FLOW_RANGE[1])
    # Head times flow over efficiency, with the flow cancelled: finite without flow.
    shaft_power = np.where(turning, head * best / (pump.best_efficiency * (2.0 - ratio)), 0.0)
    efficiency = pump.best_efficiency * ratio * (2.0 - ratio)
    return OperatingPoint(flow, head, efficiency, shaft_power, drive_power(drive, shaft_power), inside)
