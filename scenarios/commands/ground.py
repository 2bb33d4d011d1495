"""A site on the ground as a table: its size, its buildings and halls, and the feeds of its racks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table

from facilities import plan
from scenarios.page.quantities import quantity

if TYPE_CHECKING:
    from facilities import Facility
    from twin.site import Site

HECTARE = 1e4
"""Square metres."""


def table(facility: Facility, site: Site) -> Table:
    """Tell the size of the site and of its parts, and what hangs on the feeds of its racks."""
    shown = Table(title="on the ground", title_justify="left", show_header=False)
    ground, feeds = plan.drawn(facility), plan.feeds(facility, site)
    if ground is None:
        shown.add_row(
            "plan", r'none: give \[arrangement.plan], or take one with designs = ["plan_campus"]', style="dim"
        )
    else:
        pitches = facility.arrangement.plan
        places = pitches.places_per_row.count if pitches is not None else 0
        buildings, halls = ground.building_x.size, ground.hall_x.size
        width = float(ground.building_x.max()) + ground.building_width
        depth = float(ground.building_y.max()) + ground.hall_depth
        for row in (
            ("site", f"{_metres(width, depth)}, {width * depth / HECTARE:.3g} ha"),
            ("buildings", f"{buildings:,} of {_metres(ground.building_width, ground.hall_depth)}"),
            ("halls", f"{halls:,} of {_metres(ground.hall_width, ground.hall_depth)}"),
            ("rows", f"up to {int(ground.row.max()) + 1:,} a hall, {places:,} places each"),
        ):
            shown.add_row(*row)
    loaded, lost = (f"{float(carried.max()) / feeds.rating:.0%}" for carried in (feeds.load, feeds.most))
    two = bool((feeds.rack_feed[:, 0] != feeds.rack_feed[:, 1]).any())
    cords = f"two a rack; {lost} with another lost" if two else "one a rack"
    name = feeds.stage.replace("_", " ")
    shown.add_row(
        "feeds", f"{feeds.load.size:,} of {name}, {quantity(feeds.rating, 'W')}; highest loaded {loaded}; {cords}"
    )
    return shown


def _metres(width: float, depth: float) -> str:
    return f"{width:,.0f} m by {depth:,.0f} m"
