"""
Conversion stages from the chip to the point of connection: loss curves, load sharing, and the chains built from them.

A stage is described by what it loses, never by an efficiency: a loss stays positive at no load, adds up, and is zero
only where nothing is converted. Losses are interpolated linearly between tabulated points, so that the same table
serves the replay kernel and every array function here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.interpolate import PchipInterpolator

from twin.site import Floats, LossCurve, PowerChain, Stage

CURVE_POINTS = 129
"""Points at which a loss curve is tabulated between no load and twice its rating."""

HIGHEST_LOAD = 2.0
"""Load [1] up to which curves and chains are tabulated; beyond it the last slope goes on."""


class RackStage(NamedTuple):
    """
    One conversion stage inside a rack.

    Attributes
    ----------
    name : text
        Such as ``shelf``.
    units : [1]
        Units in a rack that share the load equally.
    rating : [W]
        Rated output of one unit.
    curve : LossCurve
        Loss of one unit.
    joins : [W]
        Constant auxiliary power of the rack that is drawn at this stage's output.
    """

    name: str
    units: float
    rating: float
    curve: LossCurve
    joins: float


class ChainFlows(NamedTuple):
    """
    Power along the facility's chain.

    Attributes
    ----------
    hall_losses : (stage, hall, time) [W]
        Losses of the hall path, from the racks upwards.
    mechanical_losses : (stage, time) [W]
        Losses of the path that feeds cooling and house load.
    common_losses : (stage, time) [W]
        Losses of the path that both share.
    connection : (time,) [W]
        Power drawn at the point of connection.
    """

    hall_losses: Floats
    mechanical_losses: Floats
    common_losses: Floats
    connection: Floats


def efficiency_curve(load: Sequence[float], efficiency: Sequence[float], no_load_loss: float) -> LossCurve:
    """
    Make a loss curve from published efficiencies.

    Parameters
    ----------
    load : (point,) [1]
        Output over rating of each published point, rising, greater than zero.
    efficiency : (point,) [1]
        Efficiency at that load, between 0 and 1.
    no_load_loss : [1]
        Loss over rating at no load.

    Returns
    -------
    LossCurve
        Tabulated loss; beyond the last published point its slope goes on.

    Raises
    ------
    ValueError
        When the points do not rise or an efficiency is not between 0 and 1.

    Notes
    -----
    The loss at a published point is load * (1 / efficiency - 1). Between points it follows a monotone cubic (PCHIP),
    which cannot fall below its points, as a parabola through published points does.

    References
    ----------
    .. [1] F. N. Fritsch and J. Butland, SIAM J. Sci. Stat. Comput. 5(2), 1984 (monotone piecewise cubic interpolation)
    """
    points = np.asarray(load, dtype=float)
    values = np.asarray(efficiency, dtype=float)
    if points.size == 0 or points[0] <= 0 or np.any(np.diff(points) <= 0):
        message = f"load fractions must rise from above zero; got {list(load)}"
        raise ValueError(message)
    if np.any(values <= 0) or np.any(values > 1) or no_load_loss < 0:
        message = f"efficiencies must lie in (0, 1] and no-load loss must not be negative; got {list(efficiency)}"
        raise ValueError(message)
    at = np.concatenate([[0.0], points])
    loss = np.concatenate([[no_load_loss], points * (1 / values - 1)])
    smooth = PchipInterpolator(at, loss)
    inside = np.union1d(np.linspace(0.0, at[-1], CURVE_POINTS), at)
    return LossCurve(inside, np.asarray(smooth(inside), dtype=float))


def quadratic_curve(no_load_loss: float, load_loss: float) -> LossCurve:
    """
    Make the loss curve of a transformer.

    Parameters
    ----------
    no_load_loss : [1]
        Core loss over rating.
    load_loss : [1]
        Winding loss over rating at full load.

    Returns
    -------
    LossCurve
        no_load_loss + load_loss * load^2, tabulated to twice the rating.

    Notes
    -----
    Winding loss goes with the square of current at constant voltage and power factor.

    References
    ----------
    .. [1] IEC 60076-1, load loss and no-load loss
    """
    load = np.linspace(0.0, HIGHEST_LOAD, CURVE_POINTS)
    return LossCurve(load, no_load_loss + load_loss * load**2)


def affine_curve(fixed: float, slope: float) -> LossCurve:
    """
    Make a loss curve that is a straight line.

    Parameters
    ----------
    fixed : [1]
        Loss over rating at no load.
    slope : [1]
        Rise of the loss for each unit of output.

    Returns
    -------
    LossCurve
        Two points; exact at every load.
    """
    return LossCurve(np.array([0.0, HIGHEST_LOAD]), np.array([fixed, fixed + slope * HIGHEST_LOAD]))


def curve_loss(curve: LossCurve, load: Floats) -> Floats:
    """
    Give the loss of a unit over its rating.

    Parameters
    ----------
    curve : LossCurve
        Tabulated loss.
    load : (any,) [1]
        Output over rating.

    Returns
    -------
    (any,) [1]
        Loss over rating; linear between the points, the last slope beyond them.
    """
    inside = np.interp(load, curve.load, curve.loss)
    slope = (curve.loss[-1] - curve.loss[-2]) / (curve.load[-1] - curve.load[-2])
    return np.asarray(inside + slope * np.maximum(load - curve.load[-1], 0.0), dtype=float)


def chain_grid(highest: float) -> Floats:
    """
    Give the powers at which a rack's chain is tabulated.

    Parameters
    ----------
    highest : [W]
        Highest accelerator plus host power expected of a rack.

    Returns
    -------
    (point,) [W]
        Evenly spaced from zero to twice `highest`.
    """
    return np.linspace(0.0, HIGHEST_LOAD * highest, 4 * (CURVE_POINTS - 1) + 1)


def rack_chain(power: Floats, stages: Sequence[RackStage]) -> Floats:
    """
    Give the losses of a rack's conversion stages.

    Parameters
    ----------
    power : (point,) [W]
        Accelerator plus host power.
    stages : sequence of RackStage
        From the chips towards the rack inlet.

    Returns
    -------
    (point, stage) [W]
        Loss of each stage, all of its units together.

    Notes
    -----
    Units of a stage share its output equally; auxiliary power joins at the output of the stage that names it.
    """
    carried = np.array(power, dtype=float)
    losses = np.zeros((carried.size, len(stages)))
    for index, stage in enumerate(stages):
        carried = carried + stage.joins
        rating = stage.units * stage.rating
        losses[:, index] = rating * curve_loss(stage.curve, carried / rating)
        carried = carried + losses[:, index]
    return losses


def rack_inlet_power(power: Floats, chain_power: Floats, chain_loss: Floats, auxiliary: float) -> Floats:
    """
    Give the power at the rack inlet.

    Parameters
    ----------
    power : (any,) [W]
        Accelerator plus host power.
    chain_power : (point,) [W]
        Powers at which the chain is tabulated.
    chain_loss : (point, stage) [W]
        Loss of each stage there.
    auxiliary : [W]
        Constant auxiliary power of the rack.

    Returns
    -------
    (any,) [W]
        Power at the rack inlet; beyond the table its last slope goes on.
    """
    return np.asarray(
        power + auxiliary + curve_loss(LossCurve(chain_power, chain_loss.sum(axis=1)), power), dtype=float
    )


def rack_compute_power(inlet: Floats, chain_power: Floats, chain_loss: Floats, auxiliary: float) -> Floats:
    """
    Give the accelerator plus host power behind a measured rack inlet power.

    Parameters
    ----------
    inlet : (any,) [W]
        Power at the rack inlet.
    chain_power : (point,) [W]
        Powers at which the chain is tabulated.
    chain_loss : (point, stage) [W]
        Loss of each stage there.
    auxiliary : [W]
        Constant auxiliary power of the rack.

    Returns
    -------
    (any,) [W]
        Power that `rack_inlet_power` maps to `inlet`; zero where the inlet is below what the idle chain draws.
    """
    table = chain_power + auxiliary + chain_loss.sum(axis=1)
    slope = (chain_power[-1] - chain_power[-2]) / (table[-1] - table[-2])
    inside = np.interp(inlet, table, chain_power)
    return np.asarray(inside + slope * np.maximum(inlet - table[-1], 0.0), dtype=float)


def stage_loss(stage: Stage, output: Floats) -> Floats:
    """
    Give the loss of a facility stage.

    Parameters
    ----------
    stage : Stage
        Conversion stage; its units share the load.
    output : (hall, time) [W]
        Power that leaves the stage towards the load.

    Returns
    -------
    (hall, time) [W]
        Loss of all units together.
    """
    rating = (stage.units * stage.rating)[:, np.newaxis]
    return rating * curve_loss(stage.curve, output / rating)


def facility_flows(chain: PowerChain, racks: Floats, cooling: Floats, voltage: float) -> ChainFlows:
    """
    Give the losses of every stage and the power at the point of connection.

    Parameters
    ----------
    chain : PowerChain
        Stages from the racks to the point of connection.
    racks : (hall, time) [W]
        Power at the rack inlets of each hall.
    cooling : (time,) [W]
        Power of all cooling equipment.
    voltage : [1]
        Voltage at the point of connection, per unit, one step earlier.

    Returns
    -------
    ChainFlows
        Losses by stage, and the power drawn at the point of connection.

    Notes
    -----
    Loads draw constant power, so the stages that both paths share carry a current that rises as the voltage falls: they
    stand on their loss curves at load over voltage. Behind the main transformer's tap changer voltage is taken as
    nominal.
    """
    hall_losses, feeders = path_flows(chain.hall_path, racks, 1.0)
    mechanical_losses, mechanical = path_flows(chain.mechanical_path, cooling[np.newaxis, :] + chain.house, 1.0)
    common_losses, connection = path_flows(chain.common_path, feeders.sum(axis=0, keepdims=True) + mechanical, voltage)
    return ChainFlows(hall_losses, mechanical_losses[:, 0], common_losses[:, 0], connection[0])


def path_flows(stages: tuple[Stage, ...], output: Floats, voltage: float) -> tuple[Floats, Floats]:
    """
    Walk one path of the chain from the load upwards.

    Parameters
    ----------
    stages : tuple of Stage
        From the load upwards; units of as many rows as the output.
    output : (row, time) [W]
        Power that leaves the first stage.
    voltage : [1]
        Per unit, at which every stage works.

    Returns
    -------
    tuple
        Losses (stage, row, time) [W] and the power (row, time) [W] at the path's head.
    """
    losses = np.zeros((len(stages), *output.shape))
    carried = output
    for index, stage in enumerate(stages):
        losses[index] = stage_loss(stage, carried / voltage)
        carried = carried + losses[index]
    return losses, carried
