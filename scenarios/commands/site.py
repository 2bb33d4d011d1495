"""``twin show``: a site as tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import get_args

import numpy as np
from rich.console import Console
from rich.table import Table
from rich.tree import Tree

import facilities
from facilities import Facility, build
from facilities.phases import at_phase
from facilities.quantity import Basis, Provenance
from scenarios.commands import computing, ground, plant
from scenarios.page.quantities import MISSING, quantity
from twin.site import Site, Stage

SHOWN = 12
"""Assumptions, and sources, in the tables; all with ``--all``."""

NAMES = {"class", "phase"}
"""Columns of names to type again: never broken over two lines."""


def show(name: str, *, every: bool) -> None:
    """Print a site: power, racks, cooling, electrical one-line, assumptions, sources."""
    facility = facilities.load(name)
    site = build.site(facility)
    numbers = facility.assumptions()
    console = Console(highlight=False)
    console.print(f"{facility.title}\n{facility.about}\n", markup=False)
    rated = computing.tables(facilities.performance(facility))
    here = (_power(site), *rated, _racks(site), ground.table(facility, site), *_phases(facility))
    for table in (*here, *plant.tables(site), *_supply(facility)):
        console.print(table)
    console.print(_one_line(site))
    console.print(_known(numbers))
    assumed = [number for number in numbers if number.basis == "assumed"]
    console.print(_assumptions(assumed, every=every))
    console.print(_sources([number for number in numbers if number.basis != "assumed"], every=every))
    for credit in facility.attributions:
        console.print(f"credit: {credit}", markup=False)


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", show_header=bool(columns))
    for column in columns:
        table.add_column(column, overflow="fold", no_wrap=column in NAMES)
    return table


def _power(site: Site) -> Table:
    table = _table("power")
    racks = site.rack_classes.rated_power[site.racks.rack_class].sum()
    accelerators = site.rack_classes.accelerators[site.racks.rack_class].sum()
    rows = (
        ("racks", _where(site)),
        ("accelerators", f"{accelerators:,.0f}"),
        ("rated power of all racks", quantity(float(racks), "W")),
        ("connection", quantity(site.connection.rating, "W")),
    )
    for row in rows:
        table.add_row(*row)
    return table


def _where(site: Site) -> str:
    """Say in how many halls the racks stand, and on how many units that take their coolant."""
    cooled = int(np.sum(site.cdus.rated_heat > 0.0))
    unit = "sidecar" if site.cdus.sidecar.any() else "CDU"
    units = f", on {_number(cooled, unit)}" if cooled else ", cooled by air"
    return f"{len(site.racks.name):,} in {_number(len(site.halls.name), 'hall')}{units}"


def _number(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _racks(site: Site) -> Table:
    classes = site.rack_classes
    counts = np.bincount(site.racks.rack_class, minlength=len(classes.name))
    table = _table("racks", "class", "number", "rated", "accelerators", "each, idle to full", "heat to coolant")
    for row, name in enumerate(classes.name):
        idle, full = (quantity(float(power[row]), "W") for power in (classes.accelerator_idle, classes.accelerator_max))
        table.add_row(
            name,
            f"{counts[row]:,}",
            quantity(float(classes.rated_power[row]), "W"),
            f"{classes.accelerators[row]:.0f}",
            f"{idle} to {full}" if classes.accelerators[row] else "",
            f"{classes.liquid_fraction[row]:.1%}",
        )
    return table


def _phases(facility: Facility) -> Iterator[Table]:
    """Tell what stands when; each phase is a site of its own, ``SITE@PHASE``."""
    if not facility.phases:
        return
    title = "phases: SITE@PHASE is the site as it then stands"
    table = _table(title, "phase", "from", "halls", "racks", "rated power", "published")
    for phase in facility.phases:
        built = build.site(at_phase(facility, phase.name))
        power = float(built.rack_classes.rated_power[built.racks.rack_class].sum())
        published = [
            f"{kind} {power.value}"
            for kind, power in (("IT", phase.it_power), ("facility", phase.facility_power))
            if power is not None
        ]
        table.add_row(
            phase.name,
            f"{phase.date:%b %Y}{', planned' if phase.planned else ''}",
            f"{phase.halls.count:,}",
            f"{len(built.racks.name):,}",
            quantity(power, "W"),
            ", ".join(published),
        )
    yield table


def _supply(facility: Facility) -> Iterator[Table]:
    """List generation and storage, which are stated and not yet part of a run."""
    if not facility.supply:
        return
    table = _table("own supply (stated, not part of a run yet)", "name", "kind", "role", "power", "basis", "about")
    for name, supply in facility.supply.items():
        given = supply.power or supply.unit_power
        units = f"{supply.units.count:,} of " if supply.units is not None else "each " if supply.power is None else ""
        power = "" if given is None else f"{units}{given.value}"
        kind, basis = supply.kind.replace("_", " "), "" if given is None else given.basis
        table.add_row(name.replace("_", " "), kind, supply.role, power, basis, supply.about or "")
    yield table


def _known(numbers: list[Provenance]) -> Table:
    """Count how sure the numbers are; the site's own, and those of its parts from the catalog."""
    table = _table("how sure the numbers are", "", *get_args(Basis))
    for title, part in (("site", False), ("its parts", True)):
        counts = Counter(number.basis for number in numbers if number.path.startswith("catalog.") == part)
        table.add_row(title, *(str(counts[basis]) for basis in get_args(Basis)))
    return table


def _one_line(site: Site) -> Tree:
    """Draw the way of power from the host grid to the racks."""
    grid = site.connection
    tree = Tree("electrical one-line")
    strength = f"{grid.short_circuit_power / 1e9:.3g} GVA"
    host = tree.add(f"host grid, {grid.voltage / 1e3:g} kV, short circuit {strength} at each point")
    points = "one point" if grid.points == 1 else f"{grid.points} points"
    common = host.add(
        f"{points} of connection (PCC) for {quantity(grid.rating, 'W')}; campus at {grid.campus_voltage / 1e3:g} kV"
    )
    for stage in reversed(site.chain.common_path):
        common = common.add(_stage(stage))
    for title, path in (("halls", site.chain.hall_path), ("cooling", site.chain.mechanical_path)):
        branch = common.add(title)
        for stage in reversed(path):
            branch = branch.add(_stage(stage))
    return tree


def _stage(stage: Stage) -> str:
    warm = "loss warms the halls" if stage.heats_hall else "loss goes outdoors"
    return f"{stage.name}: {stage.units.sum():,.0f} of {quantity(stage.rating, 'W')}; {warm}"


def _assumptions(numbers: list[Provenance], *, every: bool) -> Table:
    shown = numbers if every else numbers[:SHOWN]
    table = _table(f"assumptions: {len(numbers)}{_some(shown, numbers)}", "number", "value", "range", "why")
    for number in shown:
        span = f"{number.low} to {number.high}" if number.low else MISSING
        table.add_row(number.path, number.value, span, number.source)
    return table


def _sources(numbers: list[Provenance], *, every: bool) -> Table:
    counts = Counter((number.source, number.basis) for number in numbers).most_common()
    shown = counts if every else counts[:SHOWN]
    table = _table(f"sources: {len(counts)}{_some(shown, counts)}", "source", "basis", "numbers")
    for (source, basis), count in shown:
        table.add_row(source, basis, str(count))
    return table


def _some(shown: Iterable[object], everything: Iterable[object]) -> str:
    left = len(list(everything)) - len(list(shown))
    return f" ({left} more with --all)" if left else ""
