"""What stands when: a site at one of its phases, and what it generates or stores besides."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, StrictBool, StrictStr

from facilities.quantity import Energy, Model, PositiveCount, SitePower, Text, Time, UnitPower

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
    arrangement = facility.arrangement.model_copy(update={"standing": phase.halls})
    connection = facility.connection
    if phase.rating is not None:
        connection = connection.model_copy(update={"rating": phase.rating})
    return facility.model_copy(
        update={
            "name": f"{facility.name}_{name}",
            "title": f"{facility.title}: phase {name}, {phase.date:%B %Y}{', planned' if phase.planned else ''}",
            "arrangement": arrangement,
            "connection": connection,
            "phases": (),
        }
    )
