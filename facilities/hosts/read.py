"""A user's own network: pandapower JSON, MATPOWER, and what PowSyBl reads, such as PSS/E and CGMES."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandapower as pp
from pandapower.pypower import idx_brch, idx_bus, idx_gen

from facilities.hosts import exchange, matpower
from facilities.hosts.files import Host, Record
from facilities.hosts.matpower import Case, Table
from twin.errors import FacilityError, Fault
from twin.grid.feeding import shared_by_headroom
from twin.grid.power_flow import solve

NEGLIGIBLE = 1e-12
"""Difference [1] of the two ends of a branch that is rounding."""

ASYMMETRIC = [idx_brch.BR_R_ASYM, idx_brch.BR_X_ASYM, idx_brch.BR_G_ASYM, idx_brch.BR_B_ASYM]
"""Columns of pandapower's tables by which a branch differs at its ends."""


UNREAD = ("tcsc", "svc", "ssc", "vsc", "bi_vsc", "b2b_vsc", "line_dc", "load_dc", "source_dc")
"""Parts of pandapower that are controlled by electronics, or of direct current."""


class _Own(NamedTuple):
    """Tables of a user's network, its frequency [Hz] where the format states it, and what to know of the reading."""

    case: Case
    frequency: float | None = None
    notes: tuple[str, ...] = ()


def read(path: Path, frequency: float) -> Host:
    """
    Read a user's own network, and see that it has a power flow.

    Parameters
    ----------
    path
        Ends in ``.json`` (pandapower), ``.m`` or ``.mat`` (MATPOWER), ``.raw`` or ``.rawx`` (PSS/E), ``.zip`` or
        ``.xml`` (CGMES), ``.uct`` (UCTE) or ``.cdf`` (IEEE).
    frequency : [Hz]
        Nominal, of the site; a file that states its own keeps that.

    Returns
    -------
    Host
        All of it may be studied. Units take up changes of load by what they have left; where the file does not say how
        much they can give, the reference alone does.

    Raises
    ------
    FacilityError
        When the file is not read, or is no network that can be solved; says what to mend.
    """
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        message = f"a network ends in {', '.join(READERS)}; got {path.suffix or 'no suffix'!r}"
        raise FacilityError(path.name, [Fault("", message)])
    own = reader(path)
    grid, read_notes = matpower.network(own.case, own.frequency or frequency)
    notes = (*own.notes, *read_notes)
    if len(grid.buses.number) < 0.5 * len(own.case.bus):
        apart = f"falls apart: {read_notes[0]}"
        message = f"{apart}; close the branches that join it, or give the part around the reference alone"
        raise FacilityError(path.name, [Fault("branch", message)])
    grid = shared_by_headroom(grid)
    try:
        solve(grid)
    except FacilityError as error:
        raise FacilityError(path.name, error.faults) from error
    count = len(grid.buses.number)
    return Host(
        grid, np.ones(count, dtype=bool), np.zeros(len(grid.branches.start), dtype=bool), _record(path, notes, count)
    )


def case_of(network: pp.pandapowerNet, source: str) -> Case:
    """
    Bring a pandapower network to the tables of a case.

    Parameters
    ----------
    network : pandapowerNet
        Loads are taken as constant power, transformers as pi sections; results are set.
    source : text
        What errors call it.

    Returns
    -------
    Case
        Buses that closed switches join are one, under the lowest index and all names, joined by " + ".

    Raises
    ------
    FacilityError
        When pandapower finds no power flow of it, or it has branches that differ at their ends.
    """
    _refuse_unread(network, source)
    _refuse_without_slack(network, source)
    options = {"trafo_model": "pi", "calculate_voltage_angles": True, "numba": False, "lightsim2grid": False}
    try:
        pp.runpp(network, init="dc", voltage_depend_loads=False, **options)
    except (pp.LoadflowNotConverged, UserWarning, ValueError, KeyError, IndexError, ZeroDivisionError) as error:
        message = (
            f"pandapower finds no power flow of it: {error or 'it does not converge'}; the load lies beyond the "
            "loadability limit, or an impedance or voltage is wrong; correct it until `pandapower.runpp` solves it"
        )
        raise FacilityError(source, [Fault("", message)]) from error
    tables = network["_ppc"]
    bus, branch = tables["bus"][:, :13].real.copy(), tables["branch"].real
    if np.abs(branch[:, ASYMMETRIC]).max(initial=0.0) > NEGLIGIBLE:
        message = "has impedances that differ at their two ends; give symmetric ones"
        raise FacilityError(source, [Fault("impedance", message)])
    numbers, names = _named(network, len(bus))
    _conductance_to_buses(bus, branch, float(tables["baseMVA"]))
    gen = _units(network, tables["gen"].real.copy())
    bus[:, idx_bus.BUS_I], gen[:, idx_gen.GEN_BUS] = numbers, numbers[gen[:, idx_gen.GEN_BUS].astype(int)]
    lines = branch[:, : matpower.LEAST_COLUMNS["branch"]].copy()
    lines[:, :2] = numbers[branch[:, :2].astype(int)]
    lines[:, idx_brch.RATE_A : idx_brch.TAP] = 0.0
    _rate(network, lines)
    # pandapower leaves an empty row where switches join a bus with another, and no load where nothing supplies it
    inside = network["_pd2ppc_lookups"]["bus"]
    standing = np.isin(np.arange(len(bus)), inside[network.bus.index])
    dark = bus[:, idx_bus.BUS_TYPE] == matpower.ISOLATED
    loads = network.load[network.load.in_service]
    asked = np.bincount(inside[loads.bus], loads.p_mw * loads.scaling, len(bus))
    bus[dark, idx_bus.PD] = asked[dark]
    kept = np.flatnonzero(standing | ~dark)
    return Case(source, float(tables["baseMVA"]), bus[kept], gen, lines, tuple(names[row] for row in kept))


def _refuse_unread(network: pp.pandapowerNet, source: str) -> None:
    """Say which parts have no place in the tables, rather than leave them out."""
    present = [name for name in UNREAD if len(network.get(name, ()))]
    if present:
        message = f"has parts that are not read: {', '.join(present)}; put loads, units or shunts in their place"
        raise FacilityError(source, [Fault("", message)])


def _refuse_without_slack(network: pp.pandapowerNet, source: str) -> None:
    """Say that nothing fixes the angle, which pandapower says in words of its own."""
    fixed = network.ext_grid.in_service.any() or (network.gen.in_service & network.gen.slack.astype(bool)).any()
    if not fixed:
        message = "no slack: no external grid and no generator with `slack` in service; make a large unit the slack"
        raise FacilityError(source, [Fault("ext_grid", message)])
    lines = network.line[network.line.in_service]
    zero = lines[np.hypot(lines.r_ohm_per_km, lines.x_ohm_per_km) == 0.0]
    if len(zero):
        ends = ", ".join(f"{row.from_bus}-{row.to_bus}" for row in zero.itertuples())
        message = f"lines without impedance: {ends}; put a closed bus-bus switch in their place, or give r and x"
        raise FacilityError(source, [Fault("line", message)])


def _named(network: pp.pandapowerNet, count: int) -> tuple[np.ndarray[Any, np.dtype[np.float64]], tuple[str, ...]]:
    """Give pandapower's internal buses the user's indices and names; auxiliary ones come after all others."""
    inside = network["_pd2ppc_lookups"]["bus"]
    numbers = network.bus.index.max() + 1.0 + np.arange(count)
    names: list[list[str]] = [[] for _ in range(count)]
    for index in sorted(network.bus.index, reverse=True):
        row = int(inside[index])
        numbers[row] = index
        name = network.bus.at[index, "name"]
        names[row] = [*([str(name)] if name else []), *names[row]]
    return numbers, tuple(" + ".join(dict.fromkeys(several)) for several in names)


def _conductance_to_buses(bus: Table, branch: Table, base: float) -> None:
    """Move what branches conduct to earth to shunts at their ends, which the case format has."""
    half = 0.5 * base * branch[:, idx_brch.BR_G] * (branch[:, idx_brch.BR_STATUS] > 0)
    ratio = np.where(branch[:, idx_brch.TAP] == 0.0, 1.0, branch[:, idx_brch.TAP])
    np.add.at(bus[:, idx_bus.GS], branch[:, 0].astype(int), half / ratio**2)
    np.add.at(bus[:, idx_bus.GS], branch[:, 1].astype(int), half)


def _units(network: pp.pandapowerNet, gen: Table) -> Table:
    """Give units the limits that the file states; one that states none gives no more than it does."""
    gen[:, idx_gen.QMAX], gen[:, idx_gen.QMIN], gen[:, idx_gen.PMAX] = np.inf, -np.inf, gen[:, idx_gen.PG]
    for kind in ("gen", "ext_grid"):
        inside, table = network["_pd2ppc_lookups"].get(kind), network[kind]
        if inside is None:
            continue
        table = table[table.in_service & (table.index < len(inside))]
        rows = inside[table.index]
        for column, name in ((idx_gen.QMAX, "max_q_mvar"), (idx_gen.QMIN, "min_q_mvar"), (idx_gen.PMAX, "max_p_mw")):
            if name in table:
                stated = table[name].to_numpy(dtype=float)
                known = np.isfinite(stated) & (rows >= 0)
                gen[rows[known], column] = stated[known]
    return gen


def _rate(network: pp.pandapowerNet, lines: Table) -> None:
    """Give lines and transformers the ratings [MVA] that the file states."""
    places = network["_pd2ppc_lookups"]["branch"]
    if len(network.line):
        nominal = network.bus.vn_kv.loc[network.line.from_bus].to_numpy(dtype=float)
        current = network.line.max_i_ka * network.line.df * network.line.parallel
        _put(lines, places["line"], math.sqrt(3.0) * current.to_numpy(dtype=float) * nominal)
    if len(network.trafo):
        rating = network.trafo.sn_mva * network.trafo.df * network.trafo.parallel
        _put(lines, places["trafo"], rating.to_numpy(dtype=float))


def _put(lines: Table, place: tuple[int, int], rating: np.ndarray[Any, np.dtype[np.float64]]) -> None:
    """Write ratings; none is zero, as in the case format."""
    lines[slice(*place), idx_brch.RATE_A] = np.nan_to_num(rating, nan=0.0)


def _record(path: Path, notes: tuple[str, ...], count: int) -> Record:
    """Say of a user's network what is known."""
    return Record(
        title=path.name,
        note="; ".join(notes) or "Read as it stands.",
        origin="The user's own network",
        attribution="the user",
        licence="as the user holds it",
        licence_link="none",
        changes="Units are merged by bus; all of them take up a change of load, by what they have left",
        case=path.name,
        latitude=None,
        longitude=None,
        radius=None,
        study_radius=None,
        buses=count,
        power_factor=1.0,
    )


def _read_matpower(path: Path) -> _Own:
    return _Own(matpower.read(path))


def _read_pandapower(path: Path) -> _Own:
    try:
        network = pp.from_json(str(path))
    except Exception as error:  # by what the file lacks: warnings, missing modules, attributes, recursion, encoding
        message = f"is no network of pandapower: {error}; write it by `pandapower.to_json`"
        raise FacilityError(path.name, [Fault("", message)]) from error
    if not isinstance(network, pp.pandapowerNet):
        message = "is no network of pandapower; write it by `pandapower.to_json`"
        raise FacilityError(path.name, [Fault("", message)])
    return _Own(case_of(network, path.name), float(network.f_hz))


def _read_exchanged(path: Path) -> _Own:
    case, notes = exchange.read(path)
    return _Own(case, notes=notes)


READERS: dict[str, Callable[[Path], _Own]] = {
    ".json": _read_pandapower,
    ".m": _read_matpower,
    ".mat": _read_matpower,
    ".raw": _read_exchanged,
    ".rawx": _read_exchanged,
    ".zip": _read_exchanged,
    ".xml": _read_exchanged,
    ".uct": _read_exchanged,
    ".cdf": _read_exchanged,
}
"""By suffix."""
