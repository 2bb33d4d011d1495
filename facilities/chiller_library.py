"""
A library of electric chillers: a table of published fits, one machine a row.

The table is a CSV file with the columns of `COLUMNS`, temperatures in degrees Celsius, as the records of the Modelica
Buildings Library and of EnergyPlus have them. `entry` writes a machine as an entry of a facility's catalog.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from facilities.chillers import Condenser, misrated
from twin.cooling.chillers import CELSIUS, ElectricChillers, LoadCurve, rescaled
from twin.errors import FacilityError, Fault, UnknownNameError
from twin.site import Floats

_CONDENSERS: dict[str, Condenser] = {"WaterCooled": "water", "AirCooled": "air"}


class _Approach(NamedTuple):
    """What a table does not say, but the law outside its range asks: an assumption."""

    value: float
    low: float
    high: float
    source: str


_EVAPORATOR = _Approach(3.0, 2.0, 5.0, "flooded evaporators: 2 to 4 K")
_CONDENSER = {
    "water": _Approach(7.0, 5.0, 9.0, "water-cooled condensers: 5 K of rise and 2 K at the outlet"),
    "air": _Approach(12.0, 8.0, 15.0, "air-cooled condensers: 10 to 15 K"),
}

_LIMITS = ("t_chw_leaving_min_degC", "t_chw_leaving_max_degC", "t_cond_entering_min_degC", "t_cond_entering_max_degC")
_RATING = ("q_ref_W", "cop_ref", "t_chw_leaving_ref_degC", "t_cond_entering_ref_degC")
_LOAD = ("plr_min", "plr_min_unload", "plr_max", "eta_motor")
_CURVES = {"capft": 6, "eirft": 6, "eirfplr": 3}
_NUMBERS = (
    *_RATING,
    *_LOAD,
    *_LIMITS,
    *(f"{name}_c{term}" for name, terms in _CURVES.items() for term in range(terms)),
)

COLUMNS = ("name", "description", "condenser_type", *_NUMBERS)
"""Columns that a table must have; more do no harm."""


class Library(NamedTuple):
    """
    The machines of a table.

    Attributes
    ----------
    names : (machine,) text
        In the order of the table.
    titles : (machine,) text
        As a reader knows them.
    condensers : (machine,) text
        ``air`` or ``water``.
    machines : ElectricChillers
        A row each, as published.
    """

    names: tuple[str, ...]
    titles: tuple[str, ...]
    condensers: tuple[Condenser, ...]
    machines: ElectricChillers


def read(path: Path) -> Library:
    """
    Read a table of electric chillers.

    Parameters
    ----------
    path
        CSV file with the columns of `COLUMNS`.

    Returns
    -------
    Library
        All machines, those included whose fits miss their own rated point: `chosen` refuses them.

    Raises
    ------
    FacilityError
        With all missing columns, or all cells that are no number or no kind of condenser.
    """
    with path.open(encoding="utf-8", newline="") as stream:
        table = csv.DictReader(stream)
        missing = [name for name in COLUMNS if name not in (table.fieldnames or ())]
        if missing:
            raise FacilityError(path.name, [Fault("line 1", f"has no column {', '.join(missing)}; add it")])
        rows = [(table.line_num, row) for row in table]
    faults: list[Fault] = []
    numbers = {name: _column(name, rows, faults) for name in _NUMBERS}
    kinds = [_condenser(line, row["condenser_type"], faults) for line, row in rows]
    if faults or not rows:
        raise FacilityError(path.name, faults or [Fault("", "has no machine; give a row for each")])
    return Library(
        tuple(row["name"] for _, row in rows),
        tuple(row["description"] for _, row in rows),
        tuple(kinds),
        _machines(numbers, kinds),
    )


def chosen(library: Library, names: Sequence[str], *, rescale: bool = False) -> ElectricChillers:
    """
    Take machines of a library by name.

    Parameters
    ----------
    library
        From `read`.
    names
        Of the machines, a row each.
    rescale
        Whether to scale each fit to one at its rated point; takes machines that miss it by far, too.

    Returns
    -------
    ElectricChillers
        A row each.

    Raises
    ------
    UnknownNameError
        When the library has no machine of that name.
    FacilityError
        With each machine whose fit misses its own rated point by more than a tenth, unless rescaled.
    """
    rows = [_row(library, name) for name in names]
    machines = library.machines
    taken = ElectricChillers(
        load=LoadCurve(*(column[rows] for column in machines.load)),
        **{name: getattr(machines, name)[rows] for name in ElectricChillers._fields if name != "load"},
    )
    if rescale:
        return rescaled(taken)
    faults = list(misrated(names, taken))
    if faults:
        kind = "library of chillers"
        raise FacilityError(kind, faults)
    return taken


def entry(library: Library, name: str, key: str, source: str, *, rescale: bool = False) -> str:
    """
    Write a machine as an entry of a catalog.

    Parameters
    ----------
    library
        From `read`.
    name
        Of the machine.
    key
        Name of the entry.
    source
        Where the library comes from.
    rescale
        As in `chosen`.

    Returns
    -------
    text
        TOML, for ``catalog/chillers.toml`` or, with the key ``catalog.chillers.<name>``, for a facility file.

    Raises
    ------
    UnknownNameError
        When the library has no machine of that name.
    FacilityError
        When its fit misses its own rated point by more than a tenth, unless rescaled.
    """
    chosen(library, [name], rescale=rescale)
    row = _row(library, name)
    machine, condenser = library.machines, library.condensers[row]
    same = "the same record"

    def number(of: Floats, unit: str = "", said: str = same) -> str:
        text = f"{of[row]:.10g} {unit}".strip()
        return f'{{ value = "{text}", basis = "primary", source = "{said}" }}'

    def celsius(of: Floats) -> str:
        return number(of - CELSIUS, "degC")

    def series(of: Floats) -> str:
        texts = ", ".join(f'"{value:.10g}"' for value in of[row])
        return f'{{ values = [{texts}], basis = "primary", source = "{same}" }}'

    lines = {
        "title": f'"{library.titles[row]}"',
        "law": '"electric_eir"',
        "condenser": f'"{condenser}"',
        "capacity": number(machine.capacity, "W", f"{source}, record {name}"),
        "performance": number(machine.performance),
        "rated_leaving": celsius(machine.rated_leaving),
        "rated_entering": celsius(machine.rated_entering),
        "capacity_curve": series(machine.capacity_curve),
        "power_curve": series(machine.power_curve),
        "load_curve": series(machine.load.coefficients),
        "least_load": number(machine.load.least),
        "least_unloaded": number(machine.load.least_unloaded),
        "most_load": number(machine.load.most),
        "motor_share": number(machine.load.motor_share),
        "least_leaving": celsius(machine.leaving_range[:, 0]),
        "most_leaving": celsius(machine.leaving_range[:, 1]),
        "least_entering": celsius(machine.entering_range[:, 0]),
        "most_entering": celsius(machine.entering_range[:, 1]),
        "evaporator_approach": _assumed(_EVAPORATOR),
        "condenser_approach": _assumed(_CONDENSER[condenser]),
        **({"rescaled": "true"} if rescale else {}),
    }
    return "\n".join([f"[{key}]", *(f"{field} = {value}" for field, value in lines.items()), ""])


def _row(library: Library, name: str) -> int:
    if name not in library.names:
        kind = "chiller"
        raise UnknownNameError(kind, name, library.names)
    return library.names.index(name)


def _assumed(approach: _Approach) -> str:
    value, low, high = (f'"{number:g} delta_degC"' for number in approach[:3])
    return f'{{ value = {value}, basis = "assumed", source = "{approach.source}", range = [{low}, {high}] }}'


def _column(name: str, rows: Iterable[tuple[int, dict[str, str]]], faults: list[Fault]) -> Floats:
    values = []
    for line, row in rows:
        try:
            values.append(float(row[name]))
        except (TypeError, ValueError):
            faults.append(Fault(f"line {line}: {name}", f"give a number; got {row[name]!r}"))
    return np.array(values)


def _condenser(line: int, text: str, faults: list[Fault]) -> Condenser:
    if text not in _CONDENSERS:
        faults.append(Fault(f"line {line}: condenser_type", f"give {' or '.join(_CONDENSERS)}; got {text!r}"))
    return _CONDENSERS.get(text, "water")


def _machines(numbers: dict[str, Floats], kinds: Sequence[Condenser]) -> ElectricChillers:
    def curve(name: str) -> Floats:
        return np.stack([numbers[f"{name}_c{term}"] for term in range(_CURVES[name])], axis=-1)

    capacity, performance, leaving, entering = (numbers[name] for name in _RATING)
    limits = np.stack([numbers[name] for name in _LIMITS], axis=-1) + CELSIUS
    return ElectricChillers(
        capacity=capacity,
        performance=performance,
        rated_leaving=leaving + CELSIUS,
        rated_entering=entering + CELSIUS,
        capacity_curve=curve("capft"),
        power_curve=curve("eirft"),
        load=LoadCurve(curve("eirfplr"), *(numbers[name] for name in _LOAD)),
        leaving_range=limits[:, :2],
        entering_range=limits[:, 2:],
        evaporator_approach=np.full(capacity.size, _EVAPORATOR.value),
        condenser_approach=np.array([_CONDENSER[kind].value for kind in kinds]),
    )
