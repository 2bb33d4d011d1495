"""What stands when: a site at one of its phases, and what it generates or stores besides."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, StrictBool, StrictStr

from facilities.quantity import AnyRackCount, Count, Energy, Model, PositiveCount, SitePower, Text, Time, UnitPower

if TYPE_CHECKING:
    from facilities.schema import Facility


class Phase(Model):
    """What stands from a date on."""

    name: Annotated[StrictStr, Field(pattern=r"^[a-z0-9][a-z0-9_]*$")]
    """`twin replay SITE@NAME` replays the site as it then is."""
    date: date
    halls: PositiveCount
    """The first of the site's halls, with their racks."""
    racks: dict[Text, AnyRackCount] = Field(default_factory=dict)
    """Racks of a kind of which not those of the halls stand: spread over all halls, then counted in those."""
    it_power: SitePower | None = None
    """As published; what the halls draw follows from their racks."""
    facility_power: SitePower | None = None
    """As published."""
    rating: SitePower | None = None
    """Of the connection in this phase; that of the whole site without it."""
    planned: StrictBool = False
    """Not in service when the file was written."""


class Supply(Model):
    """Generation or storage on the site or tied to it: part of a planning year and of a grid study, not of a replay."""

    kind: Literal[
        "battery", "combined_cycle", "diesel", "fuel_cell", "gas_engine", "gas_turbine", "rack_battery", "solar", "ups"
    ]
    role: Literal["backup", "behind the meter", "islanded", "on the grid"]
    units: PositiveCount | None = None
    unit_power: UnitPower | None = None
    power: SitePower | None = None
    """Of all units, where that is what is published."""
    generator: Text | None = None
    spare: Count | None = None
    """Units beyond those that the load needs, N+k: out by failure or for upkeep."""
    energy: Energy | None = None
    start_time: Time | None = None
    from_date: date | None = None
    about: Text | None = None


def check_phases(phases: Sequence[Phase], halls: int, kinds: Collection[str]) -> None:
    """
    Refuse phases that a site cannot have.

    Parameters
    ----------
    phases : sequence of Phase
        As they stand in the file.
    halls : [1]
        Of the whole site.
    kinds : collection of text
        Of its racks.

    Raises
    ------
    ValueError
        With the first thing that does not fit.
    """
    names = [phase.name for phase in phases]
    if len(set(names)) < len(names):
        message = f"phases must have different names; got {', '.join(names)}"
        raise ValueError(message)
    for phase in phases:
        if phase.halls.count > halls:
            message = f"phase {phase.name} has {phase.halls.count} halls, the whole site {halls}"
            raise ValueError(message)
        unknown = [kind for kind in phase.racks if kind not in kinds]
        if unknown or not any(kind not in phase.racks or phase.racks[kind].count for kind in kinds):
            message = f"phase {phase.name} must have racks of {', '.join(kinds)}; got {', '.join(phase.racks)}"
            raise ValueError(message)
    if any(later.date < earlier.date for earlier, later in pairwise(phases)):
        message = "phases must stand in order of their dates"
        raise ValueError(message)


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
        With the halls and racks of the phase, its connection, and the supply that stands by then.

    Raises
    ------
    StopIteration
        When the site has no such phase.
    """
    phase = next(phase for phase in facility.phases if phase.name == name)
    arrangement = facility.arrangement.model_copy(update={"standing": phase.halls})
    racks = {
        kind: each.model_copy(update={"count": phase.racks.get(kind, each.count)})
        for kind, each in facility.racks.items()
        if kind not in phase.racks or phase.racks[kind].count
    }
    supply = {
        name: each for name, each in facility.supply.items() if each.from_date is None or each.from_date <= phase.date
    }
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
            "supply": supply,
            "phases": (),
        }
    )
