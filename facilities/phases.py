"""What stands when: a site at one of its phases, and what it generates or stores besides."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
from pydantic import Field, StrictBool, StrictStr

from facilities.quantity import Energy, Model, PositiveCount, RackCount, SitePower, Text, Time, UnitPower

if TYPE_CHECKING:
    from facilities.schema import Facility


class Phase(Model):
    """What stands from a date on."""

    name: Annotated[StrictStr, Field(pattern=r"^[a-z0-9][a-z0-9_]*$")]
    """`twin replay SITE@NAME` replays the site as it then is."""
    date: date
    halls: PositiveCount
    """The first of the site's halls, with their racks."""
    it_power: SitePower | None = None
    """As published; what the halls draw follows from their racks."""
    facility_power: SitePower | None = None
    """As published."""
    rating: SitePower | None = None
    """Of the connection in this phase; that of the whole site without it."""
    planned: StrictBool = False
    """Not in service when the file was written."""


class Supply(Model):
    """Generation or storage on the site or tied to it; stated, and not yet part of a run."""

    kind: Literal[
        "battery", "combined_cycle", "diesel", "fuel_cell", "gas_engine", "gas_turbine", "rack_battery", "solar", "ups"
    ]
    role: Literal["backup", "behind the meter", "islanded", "on the grid"]
    units: PositiveCount | None = None
    unit_power: UnitPower | None = None
    power: SitePower | None = None
    """Of all units, where that is what is published."""
    energy: Energy | None = None
    start_time: Time | None = None
    from_date: date | None = None
    about: Text | None = None


def at_phase(facility: Facility, name: str) -> Facility:
    """
    Give a site as it stands in one of its phases.

    Parameters
    ----------
    facility : Facility
        The whole site.
    name
        Of the phase.

    Returns
    -------
    Facility
        With the halls and racks of the phase, and its connection.

    Raises
    ------
    StopIteration
        When the site has no such phase.
    """
    phase = next(phase for phase in facility.phases if phase.name == name)
    halls, built = facility.arrangement.halls.count, phase.halls.count
    first, *others = facility.racks
    empty = facility.arrangement.empty_places
    places = facility.racks[first].count.count + len(empty)
    standing = int(np.arange(halls + 1)[built] * places // halls)
    counts = {first: standing - sum(place <= standing for place in empty)}
    for kind in others:
        count = facility.racks[kind].count.count
        counts[kind] = int(np.sum(np.arange(count) * halls // max(count, 1) < built))
    source = f"racks of the first {built} of {halls} halls, phase {name}"
    racks = {
        kind: racks.model_copy(update={"count": _count(counts[kind], source)})
        for kind, racks in facility.racks.items()
        if counts[kind]
    }
    arrangement = facility.arrangement.model_copy(
        update={"halls": phase.halls, "empty_places": tuple(place for place in empty if place <= standing)}
    )
    connection = facility.connection
    if phase.rating is not None:
        connection = connection.model_copy(update={"rating": phase.rating})
    return facility.model_copy(
        update={
            "name": f"{facility.name}_{name}",
            "title": f"{facility.title}: phase {name}, {phase.date:%B %Y}{', planned' if phase.planned else ''}",
            "arrangement": arrangement,
            "racks": racks,
            "connection": connection,
            "phases": (),
        }
    )


class _Counted(Model):
    count: RackCount


def _count(number: int, source: str) -> RackCount:
    return _Counted.model_validate({"count": {"value": f"{number} rack", "basis": "derived", "source": source}}).count
