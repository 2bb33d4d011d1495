"""Cases of the catalog: what racks draw by their parts, and what their chips are rated to compute, without a run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal, NamedTuple, Self

import numpy as np
from pydantic import Field, model_validator

from facilities.catalog import builtin
from facilities.computing import rack_performance
from facilities.racks import Model as RackModel
from facilities.racks import model
from facilities.reader import nearest
from scenarios.fields import Model
from scenarios.published import tables
from scenarios.published.checks import Case, CaseFile, Check, nothing_compared
from telemetry.cells import scale
from twin import power
from twin.errors import Fault

COOLANT = 313.15
"""Coolant [K] at which racks are taken; their power does not depend on it."""

PER_CENT = "%"


class Activity(NamedTuple):
    """How active chips and hosts are, from rest (0) to full load (1)."""

    chips: float
    hosts: float


class Sum(NamedTuple):
    """What may be asked of racks: its unit in SI, and its value of one rack at an activity of its chips and hosts."""

    unit: str
    of: Callable[[str, RackModel, Activity], float]


def _inlet(_: str, rack: RackModel, activity: Activity) -> float:
    at = _chips("", rack, activity) + _hosts(rack, activity)
    return at + rack.auxiliary + float(power.rack_chain(np.array([at]), rack.stages).sum())


def _chips(_: str, rack: RackModel, activity: Activity) -> float:
    chip = rack.accelerator
    if chip is None:
        return 0.0
    return rack.packages * (chip.idle_power.si + activity.chips * (chip.max_power.si - chip.idle_power.si))


def _hosts(rack: RackModel, activity: Activity) -> float:
    rest = 0.0 if rack.node is None else rack.nodes * rack.node.host_idle_power.si
    return rest + activity.hosts * (rack.host_max - rest)


def _node_rating(_: str, rack: RackModel, __: Activity) -> float:
    return 0.0 if rack.node is None else rack.nodes * rack.node.rated_power.si


def _node_rest(_: str, rack: RackModel, __: Activity) -> float:
    return 0.0 if rack.node is None or rack.node.idle_power is None else rack.nodes * rack.node.idle_power.si


SUMS: dict[str, Sum] = {
    "inlet": Sum("W", _inlet),
    "chips": Sum("W", _chips),
    "nameplate": Sum("W", lambda _, rack, __: rack.rack.rated_power.si),
    "node_rating": Sum("W", _node_rating),
    "node_rest": Sum("W", _node_rest),
    "bf16": Sum("FLOP/s", lambda name, _, __: rack_performance(builtin(), name).bf16.operations),
    "fp8": Sum("FLOP/s", lambda name, _, __: rack_performance(builtin(), name).fp8.operations),
}
"""
Sums over racks by name: power at their inlets, by their parts; that of their chips; nameplates of racks; ratings of
their nodes, and what those draw at rest, as published; rated operations of dense matrices.
"""


class Comparison(Model):
    """A sum over racks against a value or a range; without a tolerance its error is only reported."""

    quantity: str
    of: str
    racks: Annotated[dict[str, int], Field(min_length=1)]
    """How many of each."""
    chip: str | None = None
    """Power of each chip; hosts, and what follows the load, are then as active as the chips of the first racks."""
    activity: str = "100 %"
    """Of chips and hosts, from rest to full load, where no power of a chip is given."""
    host: str | None = None
    """Activity of hosts, where it is not the chips'."""
    per: Literal["site", "node", "chip"] = "site"
    unit: str
    expected: str | None = None
    between: tuple[str, str] | None = None
    tolerance: str | None = None
    """A share of what is expected, or a difference."""
    reason: str = ""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if (self.expected is None) == (self.between is None):
            message = "give either expected or between"
            raise ValueError(message)
        if (self.tolerance or self.between) and not self.reason:
            message = "a tolerance or a range needs its reason"
            raise ValueError(message)
        return self


class CatalogCase(CaseFile):
    """A folder's case.toml whose kind is ``catalog``."""

    kind: Literal["catalog"]
    compare: tuple[Comparison, ...]


def faults(case: CatalogCase) -> list[Fault]:
    """Say which racks, sums and units are not known."""
    found = nothing_compared(case.compare)
    for place, one in enumerate(case.compare, start=1):
        where = f"compare.{place}"
        unknown = [name for name in one.racks if name not in builtin().racks]
        found += [Fault(f"{where}.racks", f"{name!r} is no rack.{nearest(name, builtin().racks)}") for name in unknown]
        if one.of not in SUMS:
            found.append(Fault(f"{where}.of", f"{one.of!r} is no sum.{nearest(one.of, SUMS)}"))
        elif not unknown:
            try:
                _checked(Case("", "", "", ""), one)
            except ValueError as error:
                found.append(Fault(where, str(error)))
    return found


def run(case: CatalogCase, name: str, folder: Path, public: Path | None) -> list[Check]:
    """Run a case; it needs neither its folder nor public data."""
    del folder, public
    return [_checked(case.named(name), one) for one in case.compare]


def _checked(about: Case, one: Comparison) -> Check:
    unit = SUMS[one.of].unit
    shown, got = scale(one.unit, unit), _value(one)
    if one.between is not None:
        low, high = (tables.number(text, unit) / shown.factor for text in one.between)
        return about.within(one.quantity, one.unit, (low, high), got / shown.factor, one.unit, one.reason)
    expected = tables.number(str(one.expected), unit)
    relative = one.tolerance is None or PER_CENT in one.tolerance
    factor, error_unit = (expected / 100.0, PER_CENT) if relative else (shown.factor, one.unit)
    tolerance = None
    if one.tolerance is not None:
        tolerance = (
            100.0 * tables.number(one.tolerance, "1") if relative else tables.number(one.tolerance, unit) / factor
        )
    pair = expected / shown.factor, got / shown.factor
    return about.check(one.quantity, one.unit, *pair, abs(got - expected) / factor, tolerance, error_unit, one.reason)


def _value(one: Comparison) -> float:
    parts = builtin()
    made = {name: (count, model(parts, name, COOLANT)) for name, count in one.racks.items()}
    activity = tables.number(one.activity, "1")
    if one.chip is not None:
        activity = _activity(next(iter(made.values()))[1], tables.number(one.chip, "W"))
    at = Activity(activity, activity if one.host is None else tables.number(one.host, "1"))
    total = sum(count * SUMS[one.of].of(name, rack, at) for name, (count, rack) in made.items())
    over = {
        "site": 1.0,
        "node": sum(count * rack.nodes for count, rack in made.values()),
        "chip": sum(count * rack.packages for count, rack in made.values()),
    }
    return total / over[one.per]


def _activity(rack: RackModel, chip: float) -> float:
    if rack.accelerator is None:
        message = "gives a chip's power of racks that have none"
        raise ValueError(message)
    rest, most = rack.accelerator.idle_power.si, rack.accelerator.max_power.si
    if not rest <= chip <= most:
        message = f"a chip of the first racks draws {rest:g} to {most:g} W; got {chip:g} W"
        raise ValueError(message)
    return (chip - rest) / (most - rest)
