"""
A transmission network as a pandapower network: real transformers with taps and ratings, for a user to go on with.

And a second solver of the same power flow, beside which the first is held. Like `twin.grid.network` it is imported only
where it is used, as pandapower costs seconds and hundreds of megabytes.
"""

from __future__ import annotations

import math

import numpy as np
import pandapower as pp

from twin.arrays import Complexes
from twin.errors import FacilityError, Fault
from twin.grid.host import HostGrid, rows_of
from twin.grid.network import MEGA, TAP_STEP
from twin.grid.power_flow import NEWTON_STEPS, SOURCE, TOLERANCE
from twin.site import Floats

UNLIMITED = 1e5
"""Rating [MVA, kA] of what states none: more than any branch carries."""


def build(grid: HostGrid) -> pp.pandapowerNet:
    """
    Build the pandapower network of a transmission network.

    Parameters
    ----------
    grid : HostGrid
        The network.

    Returns
    -------
    pandapowerNet
        Its buses have the rows of `Buses` as index; lines and transformers tell their branch in the column ``branch``.

    Notes
    -----
    Lines are pi sections. Transformers are pandapower's, high side first, on the rating of the branch, their taps in
    steps of `TAP_STEP` on the side of the branch's start. pandapower's transformer knows a magnetising current but no
    charging, so what a file states of charging becomes shunts at both of its buses: (b / 2) / ratio^2 at the start and
    b / 2 at the end. Solve it by `solve`, or by `runpp` with ``trafo_model="pi"``.

    References
    ----------
    .. [1] L. Thurner et al., pandapower, IEEE Transactions on Power Systems 33(6), 2018
    """
    network = pp.create_empty_network(f_hz=grid.frequency, sn_mva=grid.base_power / MEGA)
    buses = grid.buses
    pp.create_buses(
        network,
        len(buses.number),
        vn_kv=buses.nominal_voltage / 1e3,
        name=[name or str(number) for name, number in zip(buses.name, buses.number, strict=True)],
        min_vm_pu=buses.voltage_min,
        max_vm_pu=buses.voltage_max,
    )
    network.bus["latitude"], network.bus["longitude"] = buses.latitude, buses.longitude
    loaded = np.flatnonzero((buses.load_active != 0.0) | (buses.load_reactive != 0.0))
    pp.create_loads(network, loaded, p_mw=buses.load_active[loaded] / MEGA, q_mvar=buses.load_reactive[loaded] / MEGA)
    _add_shunts(network, buses.shunt_conductance, buses.shunt_susceptance)
    _add_units(network, grid)
    _add_lines(network, grid)
    _add_transformers(network, grid)
    return network


def solve(network: pp.pandapowerNet, grid: HostGrid) -> Complexes:
    """
    Solve the power flow by pandapower.

    Parameters
    ----------
    network : pandapowerNet
        From `build`; results are set.
    grid : HostGrid
        What it was built from.

    Returns
    -------
    (bus,) [1]
        Complex voltages; the angle of the reference bus is zero.

    Raises
    ------
    FacilityError
        When no power flow is found.

    Notes
    -----
    Newton-Raphson to `TOLERANCE` from the DC power flow's angles; shares decide who takes up what is missing unless the
    reference alone does.
    """
    try:
        pp.runpp(
            network,
            init="dc",
            trafo_model="pi",
            calculate_voltage_angles=True,
            distributed_slack=bool((grid.units.share > 0.0).sum() > 1),
            tolerance_mva=TOLERANCE,  # read per unit of the base power, whatever its name says
            max_iteration=NEWTON_STEPS,
            numba=False,
            lightsim2grid=False,  # else pandapower takes it where it is installed, and were no second solver
            check_connectivity=False,
        )
    except pp.LoadflowNotConverged as error:
        message = "pandapower finds no power flow; reduce the load or correct the network"
        raise FacilityError(SOURCE, [Fault("", message)]) from error
    angle = np.radians(network.res_bus["va_degree"].to_numpy(dtype=float))
    return np.asarray(network.res_bus["vm_pu"].to_numpy(dtype=float) * np.exp(1j * (angle - angle[grid.reference])))


def _add_shunts(network: pp.pandapowerNet, conductance: Floats, susceptance: Floats) -> None:
    """Add shunts [W, var] where there are any."""
    rows = np.flatnonzero((conductance != 0.0) | (susceptance != 0.0))
    pp.create_shunts(network, rows, q_mvar=-susceptance[rows] / MEGA, p_mw=conductance[rows] / MEGA)


def _add_units(network: pp.pandapowerNet, grid: HostGrid) -> None:
    """Add the units; the one at the reference fixes the angle."""
    units = grid.units
    pp.create_gens(
        network,
        units.bus,
        p_mw=units.active / MEGA,
        vm_pu=units.voltage,
        max_p_mw=units.active_max / MEGA,
        min_q_mvar=units.reactive_min / MEGA,
        max_q_mvar=units.reactive_max / MEGA,
        slack=units.bus == grid.reference,
        slack_weight=units.share,
    )


def _add_lines(network: pp.pandapowerNet, grid: HostGrid) -> None:
    """Add the lines, in ohms and nanofarads of the whole length."""
    rows = np.flatnonzero(~grid.branches.transformer)
    branches = rows_of(grid.branches, rows)
    nominal = grid.buses.nominal_voltage[branches.start]
    ohms = nominal**2 / grid.base_power
    made = pp.create_lines_from_parameters(
        network,
        branches.start,
        branches.end,
        length_km=1.0,
        r_ohm_per_km=branches.resistance * ohms,
        x_ohm_per_km=branches.reactance * ohms,
        c_nf_per_km=branches.charging / ohms / (2.0 * math.pi * grid.frequency) * 1e9,
        max_i_ka=np.minimum(branches.rating / math.sqrt(3.0) / nominal / 1e3, UNLIMITED),
        in_service=branches.in_service,
    )
    network.line.loc[made, "branch"] = rows


def _add_transformers(network: pp.pandapowerNet, grid: HostGrid) -> None:
    """Add the transformers, high side first, and their charging as shunts."""
    rows = np.flatnonzero(grid.branches.transformer)
    branches, nominal = rows_of(grid.branches, rows), grid.buses.nominal_voltage / 1e3
    turned = nominal[branches.end] > nominal[branches.start]
    high = np.where(turned, branches.end, branches.start)
    low = np.where(turned, branches.start, branches.end)
    rating = np.where(np.isfinite(branches.rating), branches.rating, grid.base_power)
    percent = 100.0 * rating / grid.base_power
    impedance = np.hypot(branches.resistance, branches.reactance)
    made = pp.create_transformers_from_parameters(
        network,
        high,
        low,
        sn_mva=rating / MEGA,
        vn_hv_kv=nominal[high],
        vn_lv_kv=nominal[low],
        vkr_percent=branches.resistance * percent,
        vk_percent=np.copysign(impedance, branches.reactance) * percent,
        pfe_kw=0.0,
        i0_percent=0.0,
        shift_degree=np.degrees(np.where(turned, -branches.phase_shift, branches.phase_shift)),
        tap_side=np.where(turned, "lv", "hv"),
        tap_neutral=0.0,
        tap_step_percent=100.0 * TAP_STEP,
        tap_pos=(branches.ratio - 1.0) / TAP_STEP,
        tap_changer_type="Ratio",
        in_service=branches.in_service,
        max_loading_percent=np.where(np.isfinite(branches.rating), 100.0, np.nan),
    )
    network.trafo.loc[made, "branch"] = rows
    half = 0.5 * branches.charging * branches.in_service * grid.base_power
    count = len(nominal)
    charging = np.bincount(branches.start, half / branches.ratio**2, count) + np.bincount(branches.end, half, count)
    _add_shunts(network, np.zeros(count), charging.astype(float))
