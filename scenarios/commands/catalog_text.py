"""The catalog in words: tables of accelerators and racks, one entry in full, and where sources disagree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import get_args

from facilities.catalog import builtin
from facilities.computing import operations_per_joule, rack_performance
from facilities.parts import Catalog
from facilities.quantity import Basis, Model, Number, numbers, walk
from facilities.racks import model
from scenarios.page.quantities import MISSING, digits
from twin.errors import UnknownNameError

Cells = tuple[str, ...]

SURE = "p/r/d/m/a"
"""How many numbers are primary, reported, derived, measured and assumed."""
ACCELERATORS = ("name", "idle W", "most W", "bf16 TFLOP/s", "fp8 TFLOP/s", "bf16 TFLOP/s/W", "memory GB", SURE)
RACKS = ("name", "chips", "rated kW", "parts kW", "at rest kW", "bf16 PFLOP/s", "EFLOP/s/MW", "to coolant", SURE)
CONFLICTS = ("number", "taken", "also published", "why")
ENTRY = ("number", "who says so")

COOLANT = 313.15
"""Coolant [K] at which racks are told; their power does not depend on it."""


def accelerators() -> list[Cells]:
    """Give a row for each accelerator, with the columns of `ACCELERATORS`; operations are of dense matrices."""
    rows: list[Cells] = []
    for name, chip in builtin().accelerators.items():
        optional = (chip.dense_bf16, chip.dense_fp8, chip.memory)
        bf16, fp8, memory = (None if one is None else one.si for one in optional)
        powers = (_in(chip.idle_power.si, 1.0, 3), _in(chip.max_power.si, 1.0, 3))
        rates = (_in(bf16, 1e12, 4), _in(fp8, 1e12, 4), _in(operations_per_joule(chip)[0], 1e12, 3))
        rows.append((name, *powers, *rates, _in(memory, 1e9, 3), _counts(chip)))
    return rows


def racks() -> list[Cells]:
    """Give a row for each rack, with the columns of `RACKS`; its numbers are its own, its node's and its chip's."""
    parts = builtin()
    rows: list[Cells] = []
    for name, rack in parts.racks.items():
        made, operations = model(parts, name, COOLANT), rack_performance(parts, name).bf16.operations or None
        density = None if operations is None else operations / rack.rated_power.si
        powers = (_in(power, 1e3, 3) for power in (rack.rated_power.si, made.full_power, made.rest_power))
        rates = (_in(operations, 1e15, 3), _in(density, 1e12, 3))
        counts = _counts(rack, made.node, made.accelerator)
        rows.append((name, f"{made.packages:.0f}", *powers, *rates, f"{made.liquid_fraction:.0%}", counts))
    return rows


def _in(value: float | None, factor: float, significant: int) -> str:
    return MISSING if value is None else digits(value / factor, significant)


def _counts(*parts: Model | None) -> str:
    counts = Counter(number.basis for part in parts for number in numbers("", part))
    return "/".join(str(counts[basis]) for basis in get_args(Basis))


def sureness(*parts: Model | None) -> str:
    """Count the numbers of parts by their basis."""
    counts = Counter(number.basis for part in parts for number in numbers("", part))
    return ", ".join(f"{counts[basis]} {basis}" for basis in get_args(Basis) if counts[basis])


def others() -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """
    Name the parts of the other kinds.

    Yields
    ------
    tuple
        A kind, and the name and title of each of its parts.
    """
    for kind in Catalog.model_fields:
        if kind not in {"accelerators", "racks"}:
            yield kind, [(name, part.title) for name, part in getattr(builtin(), kind).items()]


def entries(name: str) -> list[tuple[str, Model]]:
    """
    Find the parts of a name.

    Parameters
    ----------
    name
        Of one part or more, of different kinds.

    Returns
    -------
    list of tuple
        Kind and part.

    Raises
    ------
    UnknownNameError
        When no part has that name.
    """
    kinds = [(kind, getattr(builtin(), kind)) for kind in Catalog.model_fields]
    found = [(kind, parts[name]) for kind, parts in kinds if name in parts]
    if not found:
        kind = "part of the catalog"
        raise UnknownNameError(kind, name, sorted(other for _, parts in kinds for other in parts))
    return found


def rows(part: Model) -> list[Cells]:
    """Give a row for each number of a part, with the columns of `ENTRY`."""
    return [
        (
            f"{one.path}\n  {one.value}" + (f"\n  {one.low} to {one.high}" if one.low else ""),
            f"{one.basis}: {one.source}" + (f"\n{one.note}" if one.note else ""),
        )
        for one in numbers("", part)
    ]


def names_in(part: Model) -> list[Cells]:
    """Give what a part says in words: its title, the other parts that it names, and laws."""
    said = ((field, getattr(part, field)) for field in type(part).model_fields)
    return [(field, value) for field, value in said if isinstance(value, str)]


def conflicts() -> list[Cells]:
    """Give a row for each number of which sources disagree, with the columns of `CONFLICTS`."""
    disagreed = [
        (path, number) for path, number in walk("", builtin()) if isinstance(number, Number) and number.conflicts
    ]
    return [
        (
            path,
            f"{number.value} ({number.source})",
            "; ".join(f"{one.value} ({one.source})" for one in number.conflicts),
            number.note,
        )
        for path, number in disagreed
    ]
