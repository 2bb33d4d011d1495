"""Where everything stands on the ground, and on which feeds each rack hangs."""

from __future__ import annotations

import numpy as np

from facilities import layout as places
from facilities.layout import Layout
from facilities.schema import Facility, Plan
from twin.places import Feeds, Ground
from twin.redundancy import GROUPS
from twin.site import Floats, Integers, Site

TWO_CORDS = frozenset(GROUPS)
"""Schemes of redundancy under which a rack hangs on two feeds, each of which can carry it alone."""


def drawn(facility: Facility) -> Ground | None:
    """
    Place everything of a site.

    Parameters
    ----------
    facility : Facility
        From `facilities.load`.

    Returns
    -------
    Ground or None
        Nothing where the site has no plan.
    """
    plan = facility.arrangement.plan
    return None if plan is None else ground(plan, places.layout(facility), facility.cooling.coolant is not None)


def ground(plan: Plan, standing: Layout, coolant: bool) -> Ground:
    """
    Place racks, CDUs, halls and buildings.

    Parameters
    ----------
    plan : Plan
        Pitches and distances.
    standing : Layout
        Racks in order of hall and CDU.
    coolant
        Whether each group of racks has a CDU beside it, which takes a place at its end.

    Returns
    -------
    Ground
        Rows run from west to east and follow each other to the north; halls stand side by side in their building, and
        buildings in lines.
    """
    halls, row_places = len(standing.halls), plan.places_per_row.count
    rack_hall = standing.cdu_hall[standing.rack_cdu]
    hall_start = np.searchsorted(rack_hall, np.arange(halls))
    hall_cdu = np.searchsorted(standing.cdu_hall, np.arange(halls))
    before = standing.rack_cdu - hall_cdu[rack_hall] if coolant else 0
    place = np.arange(rack_hall.size) - hall_start[rack_hall] + before
    ends = np.searchsorted(standing.rack_cdu, np.arange(len(standing.cdus)), side="right")
    cdu_place = ends - hall_start[standing.cdu_hall] + np.arange(ends.size) - hall_cdu[standing.cdu_hall]
    rows = int(max(place.max(), cdu_place.max() if coolant else 0)) // row_places + 1
    margin, width, pitch = plan.hall_margin.si, plan.place_width.si, plan.row_pitch.si
    hall_width, hall_depth = 2.0 * margin + row_places * width, 2.0 * margin + rows * pitch
    side, line = plan.halls_per_building.count, plan.buildings_per_line.count
    building = np.arange(-(-halls // side))
    building_x = np.asarray(building % line * (side * hall_width + plan.building_gap.si), dtype=float)
    building_y = np.asarray(building // line * (hall_depth + plan.building_gap.si), dtype=float)
    hall = np.arange(halls)
    hall_x = building_x[hall // side] + hall % side * hall_width
    hall_y = building_y[hall // side]

    def along(number: Integers, of: Integers) -> tuple[Floats, Floats]:
        x = hall_x[of] + margin + (number % row_places + 0.5) * width
        return x, hall_y[of] + margin + (number // row_places + 0.5) * pitch

    rack_x, rack_y = along(place, rack_hall)
    cdu_x, cdu_y = along(cdu_place, standing.cdu_hall)
    return Ground(
        rack_x=rack_x,
        rack_y=rack_y,
        cdu_x=cdu_x,
        cdu_y=cdu_y,
        row=place // row_places,
        hall_x=hall_x,
        hall_y=hall_y,
        hall_width=hall_width,
        hall_depth=hall_depth,
        building_x=building_x,
        building_y=building_y,
        building_width=side * hall_width,
        place_width=width,
        place_depth=min(pitch, 2.0 * width),
    )


def feeds(facility: Facility, site: Site) -> Feeds:
    """
    Hang racks on the feeds of their hall.

    Parameters
    ----------
    facility : Facility
        For the redundancy of the first stage.
    site : Site
        Racks and stages.

    Returns
    -------
    Feeds
        A hall's racks, one after another, share its feeds as evenly as they can; those with two cords hang on a pair:
        of two sides where everything is there twice, else on a feed and the next of its group of three or four.
    """
    stage, scheme = site.chain.hall_path[0], facility.power.hall[0].redundancy
    units = np.rint(stage.units).astype(np.int64)
    start = np.cumsum(units) - units
    power = site.rack_classes.rated_power[site.racks.rack_class]
    total = places.sums(site.racks.hall, power, units.size)
    hall_start = np.searchsorted(site.racks.hall, np.arange(units.size))
    reached = np.cumsum(power) - 0.5 * power
    part = (reached - (np.cumsum(power) - power)[hall_start][site.racks.hall]) / total[site.racks.hall]
    pair = _pair(scheme, part, units[site.racks.hall])
    rack_feed = start[site.racks.hall][:, np.newaxis] + pair
    count = int(units.sum())
    load = sum((places.sums(rack_feed[:, side], power / 2.0, count) for side in range(2)), np.zeros(count))
    most = load.copy()
    if scheme in TWO_CORDS:
        pairs, which = np.unique(np.sort(rack_feed, axis=1), axis=0, return_inverse=True)
        moved = places.sums(which.reshape(-1), power / 2.0, len(pairs))
        for side in range(2):
            np.maximum.at(most, pairs[:, side], load[pairs[:, side]] + moved)
    hall = np.repeat(np.arange(units.size), units)
    return Feeds(stage.name, rack_feed, load, most, stage.rating, hall)


def _pair(scheme: str, part: Floats, units: Integers) -> Integers:
    """Give the two feeds (rack, 2), among its hall's, of a rack that stands at a part of the hall's power."""
    if scheme not in TWO_CORDS:
        feed = np.minimum((part * units).astype(np.int64), units - 1)
        return np.stack([feed, feed], axis=1)
    if scheme == "2N":
        half = units // 2
        feed = np.minimum((part * half).astype(np.int64), half - 1)
        return np.stack([feed, feed + half], axis=1)
    size = GROUPS[scheme]
    first = np.minimum((part * units).astype(np.int64), units - 1)
    group = first // size * size
    return np.stack([first, group + (first - group + 1) % size], axis=1)
