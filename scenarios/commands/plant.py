"""The cooling plant of a site as tables: loops of facility water, coolers with their water, chillers."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from rich.table import Table

from scenarios.page.quantities import difference, duration, quantity
from twin.facility_water import TOWER_LAWS
from twin.outline import cooled

if TYPE_CHECKING:
    from collections.abc import Callable

    from twin.facility_water import Loops
    from twin.site import Site

NONE = "none"
"""Stands for equipment that a loop does without."""

Cells = tuple[str, ...]


def tables(site: Site) -> list[Table]:
    """Give the tables, loops that are alike together."""
    loops = site.loops
    return [
        _table(
            site,
            "facility water",
            ("set point", "alarm", "pumps", "flow", "each pipe", "tank"),
            lambda loop: _water(loops, loop),
        ),
        _table(
            site,
            "coolers",
            ("coolers", "fans", "condenser water", "make-up water", "free cooling"),
            lambda loop: _coolers(loops, loop),
        ),
        _table(
            site,
            "chillers",
            ("rated heat", "units", "performance", "restart", "to full load", "heat reuse"),
            lambda loop: _chillers(loops, loop),
        ),
    ]


def _table(site: Site, title: str, columns: Cells, cells: Callable[[int], Cells]) -> Table:
    """Make a table of loops, those alike together, without the columns of what no loop has."""
    every = range(len(site.loops.name))
    rows = Counter((" and ".join(cooled(site, loop)) or "nothing", *cells(loop)) for loop in every)
    heads = ("cool", *columns)
    kept = [place for place in range(len(heads)) if any(row[place] not in {NONE, ""} for row in rows)]
    table = Table(title=title, title_justify="left")
    for column in ("loops", *(heads[place] for place in kept)):
        table.add_column(column, overflow="fold")
    for row, count in rows.items():
        table.add_row(f"{count:,}", *(row[place] for place in kept))
    return table


def _water(loops: Loops, loop: int) -> Cells:
    set_point, rise = quantity(float(loops.supply_set_point[loop]), "K"), float(loops.reset.rise[loop])
    stream = float(loops.water_stream[loop])
    transport = [float(part[loop]) / stream for part in (loops.return_capacity, loops.tank_capacity)]
    least = f"{loops.pumps.least_flow[loop]:.0%}"
    return (
        f"{set_point}, {difference(rise, 'K')} more in the cold" if rise > 0.0 else set_point,
        quantity(float(loops.supply_alarm[loop]), "K"),
        quantity(float(loops.pump_power[loop]), "W", 3),
        f"{least} to full" if loops.pumps.variable[loop] else "constant",
        duration(transport[0]),
        f"{duration(transport[1])} of flow" if transport[1] > 0.0 else NONE,
    )


def _coolers(loops: Loops, loop: int) -> Cells:
    units, condenser = float(loops.cooler_units[loop]), loops.condenser
    evaporative, padded = bool(loops.evaporative[loop]), bool(loops.pads.saturation[loop] > 0.0)
    law = TOWER_LAWS[int(loops.tower_law[loop])].replace("_", " ")
    several = "" if round(units) == 1 else "s"
    dry = f"dry cooler{several} with wetted pads" if padded else f"dry cooler{several}"
    kind = f"tower cell{several} ({law})" if evaporative else dry
    basin = float(loops.basin[loop])
    held = f", basins hold {quantity(basin, 'kg')}" if basin > 0.0 else ""
    cycles = f"{float(loops.cycles_of_concentration[loop]):g} cycles{held}"
    economiser = "with economiser" if condenser.economiser_conductance[loop] > 0.0 else "without economiser"
    always = loops.chiller_capacity[loop] == 0.0
    return (
        f"{units:.0f} {kind}",
        quantity(float(loops.cooler_fan_power[loop]) * units, "W", 3),
        f"pumps {quantity(float(condenser.pump_power[loop]), 'W')}, {economiser}" if condenser.fitted[loop] else NONE,
        cycles if evaporative else "pads only" if padded else NONE,
        "always" if always else f"from {difference(float(loops.economy[loop]), 'K')} under return",
    )


def _chillers(loops: Loops, loop: int) -> Cells:
    chillers, rated = loops.chillers, float(loops.chiller_capacity[loop])
    reused = float(loops.reuse.heat[loop])
    reuse = f"{quantity(reused, 'W')} at {quantity(float(loops.reuse.hot[loop]), 'K')}" if reused > 0.0 else NONE
    if rated == 0.0:
        return (NONE, "", "", "", "", reuse)
    fraction, ramp = f"{loops.chiller_carnot_fraction[loop]:.0%}", float(chillers.ramp[loop])
    return (
        quantity(rated, "W", 3),
        f"{rated / float(chillers.unit_capacity[loop]):.0f}",
        "published fit" if chillers.electric[loop] else f"{fraction} of Carnot",
        duration(float(chillers.restart_time[loop])) if chillers.restart_time[loop] > 0.0 else "at once",
        duration(1.0 / ramp) if ramp < 1.0 else "at once",
        reuse,
    )
