"""
The connection as a pandapower network: host grid equivalent, point of connection, main transformers, campus bus.

One connection point is modelled and carries its equal share; totals are scaled by their number. The only module that
imports pandapower, which costs seconds and hundreds of megabytes: import it where a response is built, never in a run.

The load that the rest of the model knows is what the point of connection (PCC) draws, main transformer losses inside
it. The network's load stands at the campus bus, behind those transformers; an outer iteration sets it so that the PCC
draws the wanted active power, and the reactive power of the stated power factor, to 1e-10 of the load.
"""

from __future__ import annotations

import contextlib
import copy
import math
from collections.abc import Callable
from functools import partial

import numpy as np
import pandapower as pp
from pandapower import shortcircuit

from twin.errors import FacilityError, Fault
from twin.grid.strength import FaultLevel
from twin.site import Connection, Floats

SOURCE = "connection"
"""What errors name as the place of their faults."""

MEGA = 1e6
"""Watts in the megawatts of pandapower."""

TAP_STEP = 0.00625
"""Voltage [1] of one tap step: 32 steps of 5/8 % from -10 % to +10 % (IEEE C57.12.10). Assumed of main transformers."""

TAP_REACH = 16
"""Tap steps each way."""

BALANCE_TOLERANCE = 1e-10
"""Difference of PCC power from the wanted power, over the wanted apparent power [1]."""

BALANCE_STEPS = 8
"""Steps of the outer iteration: it takes two or three, more only near the loadability limit."""

NEWTON_STEPS = 20
"""Of a power flow: it takes four to six, but gains only a factor of two a step near the loadability limit."""

HALVINGS = 2
"""How often a step of it is halved that no power flow follows: near the loadability limit losses answer steeply."""

QUANTITIES = ("pcc_voltage_pu", "campus_voltage_pu", "transformer_loading", "host_loss_w", "pcc_reactive_power_var")
"""What `solve` gives, in order; the last two for all connection points together."""


def build(connection: Connection, load: float) -> pp.pandapowerNet:
    """
    Build the network of one connection point and solve it.

    Parameters
    ----------
    connection : Connection
        Point of connection, main transformers and host grid.
    load : [W]
        Active power drawn at all points of connection together.

    Returns
    -------
    pandapowerNet
        Buses ``source``, ``pcc`` and ``campus``, with results.

    Raises
    ------
    FacilityError
        When the transformers do not divide among the points, their losses do not fit their impedance, or the host grid
        cannot carry the load.

    Notes
    -----
    Host grid: a source behind Z = U^2 / S_short_circuit with the stated X over R. Main transformers: T model; winding
    resistance from the load loss, so that losses agree with the conversion chain's, the rest of the impedance is
    reactance, and the stated X over R is not read; no magnetising current but that of the no-load loss. The tap is the
    one that brings the campus bus nearest to 1 per unit at half of the rating; nothing regulates it along a run.

    References
    ----------
    .. [1] L. Thurner et al., pandapower, IEEE Transactions on Power Systems 33(6), 2018
    """
    _refuse_inconsistent(connection)
    network = _assemble(connection)
    half = solve(network, connection, 0.5 * connection.rating)
    tap = round((half[QUANTITIES.index("campus_voltage_pu")] - 1.0) / TAP_STEP)
    network.trafo["tap_pos"] = min(max(tap, -TAP_REACH), TAP_REACH)
    solve(network, connection, load)
    return network


def solve(network: pp.pandapowerNet, connection: Connection, load: float) -> Floats:
    """
    Solve the network for a load at the points of connection.

    Parameters
    ----------
    network : pandapowerNet
        From `build`; its load and results are set.
    connection : Connection
        What it was built from.
    load : [W]
        Active power drawn at all points of connection together.

    Returns
    -------
    (quantity,)
        Values of `QUANTITIES`.

    Raises
    ------
    FacilityError
        When no power flow has this load.

    Notes
    -----
    Full AC power flow (Newton-Raphson to 1e-9 MVA from a flat start) inside Broyden's method on the campus load, which
    begins by moving it by what the PCC misses, as the closed form of the host impedance has losses answer the load.
    """
    active = load / connection.points / MEGA
    wanted = np.array([active, active * math.tan(math.acos(connection.power_factor))])
    try:
        ratio = 1.0 + TAP_STEP * float(network.trafo["tap_pos"].iloc[0])
        balanced = _balance(network, wanted, partial(_first_guess, connection, ratio))
    except pp.LoadflowNotConverged:
        balanced = False
    if not balanced:
        message = (
            f"no power flow has a load of {load / MEGA:.6g} MW on {connection.points} point(s) of "
            f"{connection.short_circuit_power / MEGA:.6g} MVA short-circuit power with {connection.transformers} main "
            "transformer(s); give a stronger host grid, more points or transformers, or a smaller rating"
        )
        raise FacilityError(SOURCE, [Fault("short_circuit_power", message)])
    return _values(network, connection)


def with_outage(network: pp.pandapowerNet, connection: Connection, out: int) -> tuple[pp.pandapowerNet, Connection]:
    """
    Take main transformers of each point out of service.

    Parameters
    ----------
    network : pandapowerNet
        From `build`; it is left as it is.
    connection : Connection
        What it was built from.
    out : [1]
        Transformers taken out at each point; one at least must be left.

    Returns
    -------
    tuple
        Network and connection for `solve`; the tap stays where it was, as nothing regulates it.
    """
    left = connection._replace(transformers=connection.transformers - out * connection.points)
    changed = copy.deepcopy(network)
    changed.trafo["parallel"] = left.transformers // left.points
    return changed, left


def short_circuit(connection: Connection, transformers: int) -> tuple[FaultLevel, FaultLevel]:
    """
    Solve the highest three-phase short circuits at a point of connection and at its campus bus.

    Parameters
    ----------
    connection : Connection
        Point of connection, main transformers and host grid.
    transformers : [1]
        Main transformers in service at the point.

    Returns
    -------
    tuple of FaultLevel
        At the point and at the campus bus, by pandapower's calculation after IEC 60909.
    """
    network = _assemble(connection)
    network.ext_grid["bus"] = 1  # the short-circuit power itself stands for the host grid
    network.ext_grid["s_sc_max_mva"] = connection.short_circuit_power / MEGA
    network.ext_grid["rx_max"] = 1.0 / connection.reactance_ratio
    network.impedance["in_service"] = False
    network.bus.loc[0, "in_service"] = False
    network.trafo["parallel"] = transformers
    network.trafo["power_station_unit"] = False
    shortcircuit.calc_sc(network, case="max", branch_results=False)
    solved = network.res_bus_sc
    pcc, campus = (
        FaultLevel(
            float(solved["skss_mw"][bus]) * MEGA,
            float(solved["ikss_ka"][bus]) * 1e3,
            float(solved["xk_ohm"][bus] / solved["rk_ohm"][bus]),
        )
        for bus in (1, 2)
    )
    return pcc, campus


def _refuse_inconsistent(connection: Connection) -> None:
    """Say what no network can be made of."""
    faults = []
    if connection.transformers < 1 or connection.transformers % connection.points:
        message = (
            f"{connection.transformers} main transformers do not divide equally among {connection.points} points; "
            "give a multiple"
        )
        faults.append(Fault("transformers", message))
    resistance = connection.transformer_load_loss / connection.transformer_rating
    if resistance >= connection.transformer_impedance:
        message = (
            f"a load loss of {connection.transformer_load_loss:g} W is {resistance:.4g} of the rating, more than the "
            f"whole impedance of {connection.transformer_impedance:g}; give a smaller loss or a larger impedance"
        )
        faults.append(Fault("transformer_load_loss", message))
    if not 0.0 < connection.power_factor <= 1.0:
        message = f"a power factor lies above 0 and up to 1; got {connection.power_factor:g}"
        faults.append(Fault("power_factor", message))
    if faults:
        raise FacilityError(SOURCE, faults)


def _assemble(connection: Connection) -> pp.pandapowerNet:
    """Put source, host impedance, PCC, transformers, campus bus and an empty load together."""
    network = pp.create_empty_network(f_hz=connection.frequency, sn_mva=connection.transformer_rating / MEGA)
    source = pp.create_bus(network, vn_kv=connection.voltage / 1e3, name="source")
    pcc = pp.create_bus(network, vn_kv=connection.voltage / 1e3, name="pcc")
    campus = pp.create_bus(network, vn_kv=connection.campus_voltage / 1e3, name="campus")
    pp.create_ext_grid(network, source, vm_pu=connection.source_voltage)
    resistance = 1.0 / math.hypot(1.0, connection.reactance_ratio)
    pp.create_impedance(
        network,
        source,
        pcc,
        rft_pu=resistance,
        xft_pu=resistance * connection.reactance_ratio,
        sn_mva=connection.short_circuit_power / MEGA,
        name="host grid",
    )
    no_load_loss = connection.transformer_no_load_loss / connection.transformer_rating
    pp.create_transformer_from_parameters(
        network,
        pcc,
        campus,
        sn_mva=connection.transformer_rating / MEGA,
        vn_hv_kv=connection.voltage / 1e3,
        vn_lv_kv=connection.campus_voltage / 1e3,
        vkr_percent=100.0 * connection.transformer_load_loss / connection.transformer_rating,
        vk_percent=100.0 * connection.transformer_impedance,
        pfe_kw=connection.transformer_no_load_loss / 1e3,
        i0_percent=100.0 * no_load_loss,
        tap_side="hv",
        tap_neutral=0,
        tap_min=-TAP_REACH,
        tap_max=TAP_REACH,
        tap_step_percent=100.0 * TAP_STEP,
        tap_pos=0,
        tap_changer_type="Ratio",
        parallel=connection.transformers // connection.points,
        name="main transformers",
    )
    pp.create_load(network, campus, p_mw=0.0, q_mvar=0.0, name="campus")
    return network


def _balance(network: pp.pandapowerNet, wanted: Floats, guess: Callable[[Floats], Floats]) -> bool:
    """Move the campus load until the PCC draws what is wanted [MW, Mvar]; say whether it does."""
    size = max(float(np.hypot(*wanted)), 1.0)
    tolerance = BALANCE_TOLERANCE * size
    campus = guess(wanted)
    # How the campus load answers the PCC's, by differences of the guess: losses answer steeply near the limit.
    nudge = 1e-4 * size
    gain = np.stack([(campus - guess(wanted - side)) / nudge for side in nudge * np.eye(2)], axis=1)
    missed = wanted - _drawn(network, campus)
    for _ in range(BALANCE_STEPS):
        if np.abs(missed).max() <= tolerance:
            return True
        step, drawn = _stepped(network, campus, gain @ missed)
        campus = campus + step
        before, missed = missed, wanted - drawn
        answer = gain @ (before - missed)
        gain = gain + np.outer(step - answer, step @ gain) / (step @ answer)
    return False


def _stepped(network: pp.pandapowerNet, campus: Floats, step: Floats) -> tuple[Floats, Floats]:
    """Go as much of a step [MW, Mvar] as has a power flow, and give it with what the PCC draws there."""
    for _ in range(HALVINGS):
        with contextlib.suppress(pp.LoadflowNotConverged):
            return step, _drawn(network, campus + step)
        step = 0.5 * step
    return step, _drawn(network, campus + step)


def _drawn(network: pp.pandapowerNet, campus: Floats) -> Floats:
    """Give active and reactive power [MW, Mvar] drawn at one PCC for a load at its campus bus."""
    network.load.loc[0, ["p_mw", "q_mvar"]] = campus
    options = {"tolerance_mva": 1e-9, "max_iteration": NEWTON_STEPS, "numba": False, "check_connectivity": False}
    pp.runpp(network, init="flat", lightsim2grid=False, **options)
    return np.asarray(network.res_trafo[["p_hv_mw", "q_hv_mvar"]].iloc[0], dtype=float)


def _first_guess(connection: Connection, ratio: float, wanted: Floats) -> Floats:
    """
    Take transformer losses from the power wanted at the PCC [MW, Mvar].

    At the voltage that the host impedance leaves and the tap's ratio [1]: near the loadability limit a guess at nominal
    voltage asks the campus bus for more than any power flow has.
    """
    impedance = np.array([1.0, connection.reactance_ratio]) * MEGA / connection.short_circuit_power
    impedance /= math.hypot(1.0, connection.reactance_ratio)
    middle = 0.5 * connection.source_voltage**2 - impedance @ wanted
    apart = float(middle**2 - (impedance @ impedance) * (wanted @ wanted))
    if apart < 0.0 or middle < 0.0:  # more than the host grid alone can deliver, whatever the transformers
        raise pp.LoadflowNotConverged
    squared_voltage = max(float(middle) + math.sqrt(apart), 0.25 * connection.source_voltage**2)
    units = connection.transformers // connection.points
    rating = units * connection.transformer_rating / MEGA
    squared_load = float(wanted @ wanted) * ratio**2 / rating**2 / squared_voltage
    loss = units * (connection.transformer_no_load_loss + connection.transformer_load_loss * squared_load) / MEGA
    resistance = connection.transformer_load_loss / connection.transformer_rating
    reactance = math.sqrt(connection.transformer_impedance**2 - resistance**2)
    lost = np.array([loss, reactance * rating * squared_load])
    return np.asarray(wanted - lost, dtype=float)


def _values(network: pp.pandapowerNet, connection: Connection) -> Floats:
    """Read the quantities from the results."""
    drawn = np.asarray(network.res_trafo[["p_hv_mw", "q_hv_mvar"]].iloc[0], dtype=float)
    rating = connection.transformers // connection.points * connection.transformer_rating / MEGA
    return np.array(
        [
            network.res_bus["vm_pu"].iloc[1],
            network.res_bus["vm_pu"].iloc[2],
            np.hypot(*drawn) / rating,
            network.res_impedance["pl_mw"].iloc[0] * connection.points * MEGA,
            drawn[1] * connection.points * MEGA,
        ]
    )
