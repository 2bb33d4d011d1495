"""The designs of a sweep: what each changes, and every fault of the sweep at once."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any, NamedTuple

from facilities import Facility
from facilities.loading import DESIGNS, designs, merged
from facilities.reader import nearest, toml
from facilities.variants import Value, Variants
from scenarios.sweep_schema import Sweep
from twin import units
from twin.errors import FacilityError, Fault, ScenarioError
from twin.metrics import Metric

MOST = 10_000
"""Designs of a sweep; more would be days of years."""

DESIGNS_KEY = "designs"
"""Key of a choice that names designs to be laid before it."""


class Axis(NamedTuple):
    """
    What is varied.

    Attributes
    ----------
    name : text
        A place in the facility file, or the name of choices.
    values : tuple of text
        As the sweep writes them.
    changes : tuple of dict of path to Value
        Of each value.
    """

    name: str
    values: tuple[str, ...]
    changes: tuple[dict[str, Value], ...]


class Bound(NamedTuple):
    """
    What a figure must hold.

    Attributes
    ----------
    name : text
        Of the figure.
    low, high : float
        In its unit; infinite where there is none.
    text : text
        As the sweep writes it.
    """

    name: str
    low: float
    high: float
    text: str


class Planned(NamedTuple):
    """
    A sweep that has no fault.

    Attributes
    ----------
    axes : tuple of Axis
        In the order of the file.
    objectives : tuple of text and float
        Figures, and 1 where small ones are wanted, else -1.
    bounds : tuple of Bound
        What must hold.
    """

    axes: tuple[Axis, ...]
    objectives: tuple[tuple[str, float], ...]
    bounds: tuple[Bound, ...]

    @property
    def size(self) -> int:
        """How many designs there are."""
        return math.prod(len(axis.values) for axis in self.axes)


def planned(sweep: Sweep | None, source: str, facility: Facility, known: Mapping[str, Metric]) -> Planned:
    """
    Plan a sweep, and find its faults.

    Parameters
    ----------
    sweep
        Of a scenario.
    source
        Name of the scenario, for messages.
    facility : Facility
        Whose designs.
    known : dict of text to Metric
        Figures of the site's own year.

    Returns
    -------
    Planned
        Ready to be solved.

    Raises
    ------
    ScenarioError
        With all faults.
    """
    if sweep is None or not (sweep.axes or sweep.choices):
        message = "is missing, or has no axes; name what varies, such as [sweep.axes] and in it a place with its values"
        raise ScenarioError(source, [Fault("sweep", message)])
    variants, faults = Variants(facility), list[Fault]()
    axes = [_axis(path, values, variants, faults) for path, values in sweep.axes.items()]
    axes += [_choices(name, pieces, variants, faults) for name, pieces in sweep.choices.items()]
    faults += _against(axes)
    size = math.prod(len(axis.values) for axis in axes)
    if size > MOST:
        message = f"has {size:,} designs, and {MOST:,} are the most; take values or axes away"
        faults.append(Fault("sweep", message))
    objectives = tuple((name.removeprefix("-"), -1.0 if name.startswith("-") else 1.0) for name in sweep.objectives)
    for name, times in Counter(name for name, _ in objectives).items():
        faults += _unknown(name, "sweep.objectives", known)
        if times > 1:
            faults.append(Fault("sweep.objectives", f"has {name!r} more than once; give each figure once"))
    bounds = _bounds(sweep, known, faults)
    if faults:
        raise ScenarioError(source, faults)
    return Planned(tuple(axes), objectives, bounds)


def _against(axes: Sequence[Axis]) -> list[Fault]:
    """Find places that two axes change, of which a design could have the value of one alone."""
    places = [(axis.name, path) for axis in axes for path in {path: None for each in axis.changes for path in each}]
    by = Counter(path for _, path in places)
    return [
        Fault(
            "sweep",
            f"{path} is changed by {' and by '.join(name for name, own in places if own == path)}; by one alone",
        )
        for path, times in by.items()
        if times > 1
    ]


def _bounds(sweep: Sweep, known: Mapping[str, Metric], faults: list[Fault]) -> tuple[Bound, ...]:
    """Read what must hold."""
    bounds = []
    for name, limit in sweep.limits.items():
        where = f"sweep.limits.{name}"
        missing = _unknown(name, "sweep.limits", known)
        faults += missing
        if not missing:
            low = _amount(limit.at_least, f"{where}.at_least", known[name]["unit"], -math.inf, faults)
            high = _amount(limit.at_most, f"{where}.at_most", known[name]["unit"], math.inf, faults)
            if low > high:
                message = f"at_least, {limit.at_least}, lies above at_most, {limit.at_most}: nothing can keep both"
                faults.append(Fault(where, message))
            told = {"at least": limit.at_least, "at most": limit.at_most}
            text = ", ".join(f"{word} {value}" for word, value in told.items() if value is not None)
            bounds.append(Bound(name, low, high, text))
    return tuple(bounds)


def _axis(path: str, values: tuple[str, ...], variants: Variants, faults: list[Fault]) -> Axis:
    where = f"sweep.axes.{path}"
    changes: tuple[dict[str, Value], ...] = tuple({path: value} for value in values)
    unknown = variants.unknown(path)
    if unknown:
        faults.append(Fault(where, unknown))
        return Axis(path, values, changes)
    faults += _few(where, values)
    for change in changes:
        faults += _wrong(where, change, variants)
    return Axis(path, values, changes)


def _few(where: str, values: tuple[str, ...]) -> list[Fault]:
    """Find what is wrong with the values as such."""
    if not values:
        return [Fault(where, "has no values; give at least one, or leave the axis out")]
    twice = [value for value, times in Counter(values).items() if times > 1]
    return [Fault(where, f"has {value!r} more than once; give each value once") for value in twice]


def _choices(name: str, pieces: Mapping[str, Mapping[str, Any]], variants: Variants, faults: list[Fault]) -> Axis:
    where = f"sweep.choices.{name}"
    faults += _few(where, tuple(pieces))
    changes = []
    for choice, piece in pieces.items():
        place = f"{where}.{choice}"
        whole, missing = _over_designs(piece, place)
        change = variants.laid(whole)
        unknown = [Fault(f"{place}.{path}", message) for path in change if (message := variants.unknown(path))]
        faults += missing + unknown or _wrong(place, change, variants)
        changes.append(change)
    return Axis(name, tuple(pieces), tuple(changes))


def _over_designs(piece: Mapping[str, Any], where: str) -> tuple[dict[str, Any], list[Fault]]:
    """Lay a choice over the designs that it names."""
    named, known, faults = piece.get(DESIGNS_KEY, []), designs(), list[Fault]()
    if not isinstance(named, list) or not all(isinstance(name, str) for name in named):
        return {}, [Fault(f"{where}.{DESIGNS_KEY}", f"give a list of names; got {named!r}")]
    whole: dict[str, Any] = {}
    for name in named:
        if name in known:
            content = toml(DESIGNS / f"{name}.toml")
            whole = merged(whole, {key: value for key, value in content.items() if key != "about"})
        else:
            faults.append(Fault(f"{where}.{DESIGNS_KEY}", f"{name!r} is none.{nearest(name, known)}"))
    return merged(whole, {key: value for key, value in piece.items() if key != DESIGNS_KEY}), faults


def _wrong(where: str, change: Mapping[str, Value], variants: Variants) -> list[Fault]:
    """
    Find what no facility could have at the places of a change.

    What only does not fit to the rest of the site is no fault: another axis may make it fit.
    """
    try:
        variants.facility(change)
    except FacilityError as error:
        own = [fault for fault in error.faults if _below(fault.where, change)]
        return [Fault(_place(where, fault.where, change), fault.message) for fault in own]
    return []


def _below(place: str, change: Mapping[str, Value]) -> bool:
    return any(place == path or place.startswith(f"{path}.") for path in change)


def _place(where: str, place: str, change: Mapping[str, Value]) -> str:
    """Name a place of a change; of an axis it is that of the axis."""
    return where if where.endswith(place) and len(change) == 1 else f"{where}.{place}"


def _unknown(name: str, where: str, known: Mapping[str, Metric]) -> list[Fault]:
    return [] if name in known else [Fault(where, f"a year has no figure {name!r}.{nearest(name, known)}")]


def _amount(text: str | None, where: str, unit: str, otherwise: float, faults: list[Fault]) -> float:
    """Read a limit in the unit of its figure."""
    if text is None:
        return otherwise
    try:
        return float(units.si(units.read_ratio(text) if unit == "1" else units.read(text), unit))
    except ValueError as error:
        faults.append(Fault(where, f"give a value in {'no unit' if unit == '1' else unit}; got {text!r} ({error})"))
        return otherwise


def combinations(plan: Planned) -> Iterator[tuple[tuple[str, ...], dict[str, Value]]]:
    """
    Give every design of a sweep.

    Parameters
    ----------
    plan : Planned
        The sweep.

    Yields
    ------
    tuple of tuple of text and dict of path to Value
        The value on each axis, and what changes; the last axis goes fastest.
    """
    for places in product(*(range(len(axis.values)) for axis in plan.axes)):
        chosen = tuple(axis.values[place] for axis, place in zip(plan.axes, places, strict=True))
        changes: dict[str, Value] = {}
        # Choices first: a number on an axis may stand in a table that a choice puts.
        for axis, place in sorted(
            zip(plan.axes, places, strict=True), key=lambda pair: pair[0].name in pair[0].changes[0]
        ):
            changes |= axis.changes[place]
        yield chosen, changes
