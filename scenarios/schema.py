"""
The scenario file: when, for how long, what runs where, and what happens.

Values are text with a unit in the file and SI numbers here. Times of jobs and events count from the start of the run.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import (
    Field,
    WithJsonSchema,
    model_validator,
)

from facilities.reader import parsed, toml
from facilities.weather import DESIGN_DAYS, FORMATS
from scenarios.fields import (
    Difference,
    Duration,
    Instant,
    Model,
    Power,
    Seconds,
    Share,
    Temperature,
    TimeConstant,
)
from scenarios.sweep_schema import Sweep
from scenarios.workload_schema import GIVEN as GIVEN
from scenarios.workload_schema import Chosen
from scenarios.workload_schema import Job as Job
from scenarios.workload_schema import Selection as Selection
from twin.errors import FacilityError, ScenarioError, UnknownNameError

NORMALS = "normals"
"""What a scenario writes for synthetic days from the site's monthly normals."""

SYNTHETIC_YEAR = "synthetic_year"
"""What a scenario writes for the same, with days that differ from one another as the seed says."""

WEATHER: dict[str, str] = {
    NORMALS: "every day as the site's monthly normals say",
    SYNTHETIC_YEAR: "the same with days that differ from one another, as the seed says",
    **{name: choice.about for name, choice in DESIGN_DAYS.items()},
}
"""What a scenario may write for weather, besides a file; with what it is."""

_LIBRARY = Path(__file__).parent / "library"


class _Event(Model):
    start: Seconds
    end: Duration | None = None

    @model_validator(mode="after")
    def _forward(self) -> Self:
        if self.end is not None and self.end <= self.start:
            message = "end must be later than start"
            raise ValueError(message)
        return self


class PumpTrip(_Event):
    """CDU pumps coast to another speed; at the end they start again."""

    kind: Literal["pump_trip"]
    cdus: Chosen
    speed: Share = 0.0
    time_constant: TimeConstant = 1.5
    start_time_constant: TimeConstant = 5.0


class PowerCap(_Event):
    """Accelerators are held below a power, each, or below a share of their full power."""

    kind: Literal["power_cap"]
    racks: Chosen = Selection()
    cap: Power | None = None
    cap_share: Share | None = None

    @model_validator(mode="after")
    def _one_cap(self) -> Self:
        if (self.cap is None) == (self.cap_share is None):
            message = (
                "give either cap, such as '800 W' for each accelerator, or cap_share, such as '80 %' of its full power"
            )
            raise ValueError(message)
        return self


class _SetPoint(_Event):
    temperature: Temperature | None = None
    offset: Difference | None = None

    @model_validator(mode="after")
    def _one_wish(self) -> Self:
        if (self.temperature is None) == (self.offset is None):
            message = (
                "give either temperature, such as '32 degC', or offset from the site's own, such as '2 delta_degC'"
            )
            raise ValueError(message)
        return self


class SupplySetPoint(_SetPoint):
    """CDUs are asked for another coolant supply temperature."""

    kind: Literal["supply_set_point"]
    cdus: Chosen


class CduLoss(_Event):
    """CDUs stop: their pumps coast down and their facility water valves shut; at the end they start again."""

    kind: Literal["cdu_loss"]
    cdus: Chosen
    time_constant: TimeConstant = 1.5
    start_time_constant: TimeConstant = 5.0


class ValveStuck(_Event):
    """The facility water valves of some CDUs stay where they are, or run to a position and stay there."""

    kind: Literal["valve_stuck"]
    cdus: Chosen
    position: Share | None = None


class Fouling(_Event):
    """Deposits take a share of the clean conductance of some CDUs' exchangers."""

    kind: Literal["fouling"]
    cdus: Chosen
    share: Share

    @model_validator(mode="after")
    def _something_is_left(self) -> Self:
        if self.share >= 1.0:
            message = "share must leave some of the conductance; give less than 100 %"
            raise ValueError(message)
        return self


class LoadStep(_Event):
    """Racks run at a part of full load, whatever their jobs ask."""

    kind: Literal["load_step"]
    racks: Chosen = Selection()
    level: Share


class LoopSetPoint(_SetPoint):
    """Facility loops are asked for another supply temperature."""

    kind: Literal["loop_set_point"]
    loops: Chosen


class CoolersLost(_Event):
    """Part of the towers or dry coolers of some loops is out of service."""

    kind: Literal["coolers_lost"]
    loops: Chosen
    share: Share


class ChillerTrip(_Event):
    """Chillers of some loops stop; at the end they wait their restart time, and load up along their ramp."""

    kind: Literal["chiller_trip"]
    loops: Chosen
    share: Share = 1.0
    """Of the chillers; whole ones stop."""


class LoopPumpTrip(_Event):
    """Circulating pumps of some loops stop, but for a part, and the water coasts; at the end they start again."""

    kind: Literal["loop_pump_trip"]
    loops: Chosen
    running: Share = 0.0
    """Part of the pumps that goes on."""
    time_constant: TimeConstant = 10.0
    start_time_constant: TimeConstant = 20.0


class MakeUpLoss(_Event):
    """No make-up water reaches the towers of some loops: their basins drain, then they stand dry."""

    kind: Literal["make_up_loss"]
    loops: Chosen


class PowerGap(_Event):
    """
    The plant of some loops is without supply, as between loss of the grid and start of generators.

    Fans of the coolers, chillers and condenser pumps stop, and circulating pumps but for those on UPS; pumps and fans
    of the halls are taken to be on UPS.
    """

    kind: Literal["power_gap"]
    loops: Chosen = Selection()
    pumps_on_ups: Share = 0.0
    time_constant: TimeConstant = 10.0
    start_time_constant: TimeConstant = 20.0


class Heat(_Event):
    """It is warmer outdoors than the weather says."""

    kind: Literal["heat"]
    offset: Difference
    wet_bulb_offset: Difference | None = None
    """Of the wet bulb; that of the dry bulb where none is given."""


Event = Annotated[
    PumpTrip
    | CduLoss
    | ValveStuck
    | Fouling
    | LoadStep
    | PowerCap
    | SupplySetPoint
    | LoopSetPoint
    | CoolersLost
    | ChillerTrip
    | LoopPumpTrip
    | MakeUpLoss
    | PowerGap
    | Heat,
    Field(discriminator="kind"),
]
EVENTS: dict[str, type[_Event]] = {
    "pump_trip": PumpTrip,
    "cdu_loss": CduLoss,
    "valve_stuck": ValveStuck,
    "fouling": Fouling,
    "load_step": LoadStep,
    "power_cap": PowerCap,
    "supply_set_point": SupplySetPoint,
    "loop_set_point": LoopSetPoint,
    "coolers_lost": CoolersLost,
    "chiller_trip": ChillerTrip,
    "loop_pump_trip": LoopPumpTrip,
    "make_up_loss": MakeUpLoss,
    "power_gap": PowerGap,
    "heat": Heat,
}
"""Kinds of events by name."""


class Scenario(Model):
    """One question asked of a site; without jobs, the telemetry of the command line or the default jobs run."""

    name: str = Field(pattern=r"^[A-Za-z0-9_]+$")
    description: str = ""
    """What is asked, in a sentence."""
    start: Instant | None = None
    """Date and time with its zone, such as 2026-07-15T05:00:00Z; the telemetry's or the default's if not given."""
    duration: Duration | None = None
    """Such as '24 h'; the telemetry's or the default's if not given."""
    seed: int = Field(default=1, ge=0)
    """Of all that is drawn by chance: the same seed gives the same run."""
    tz: str | None = None
    """Zone of the telemetry's times that name none."""
    weather: Annotated[str, WithJsonSchema({"anyOf": [{"enum": list(WEATHER)}, {"type": "string"}]})] = NORMALS
    """A name that `twin list` has, or an EPW or TMY3 file from the scenario's folder."""
    jobs: tuple[Job, ...] = ()
    events: tuple[Event, ...] = ()
    """In any order, each by its kind."""
    sweep: Sweep | None = None
    """Designs that `twin sweep` holds against each other; other commands do not read it."""

    @model_validator(mode="after")
    def _inside_the_run(self) -> Self:
        repeated = sorted({job.name for job in self.jobs if [other.name for other in self.jobs].count(job.name) > 1})
        complaints = [f"two jobs are named {name!r}" for name in repeated]
        if self.weather not in WEATHER and Path(self.weather).suffix.lower() not in FORMATS:
            known = ", ".join(WEATHER)
            complaints.append(
                f"weather must be one of {known}, or a file that ends in {', '.join(FORMATS)}; got {self.weather!r}"
            )
        if self.duration is not None:
            complaints += [
                f"{what} starts at {part.start:.0f} s, but the run lasts {self.duration:.0f} s"
                for what, part in self._parts()
                if part.start >= self.duration
            ]
        if complaints:
            raise ValueError("; ".join(complaints))
        return self

    def _parts(self) -> list[tuple[str, Job | _Event]]:
        jobs: list[tuple[str, Job | _Event]] = [(f"job {job.name!r}", job) for job in self.jobs]
        return jobs + [(f"event {number} ({event.kind})", event) for number, event in enumerate(self.events, start=1)]


def names() -> list[str]:
    """List the scenarios that come with the project."""
    return sorted(path.stem for path in _LIBRARY.glob("*.toml"))


def path_of(name_or_path: str | Path) -> Path:
    """
    Find the file of a scenario.

    Raises
    ------
    UnknownNameError
        If it is neither a file nor the name of a ready scenario.
    """
    path = Path(name_or_path)
    if path.suffix == ".toml":
        return path
    if str(name_or_path) in names():
        return _LIBRARY / f"{name_or_path}.toml"
    raise UnknownNameError(kind="scenario", name=str(name_or_path), known=names())


def load(name_or_path: str | Path) -> Scenario:
    """
    Load a scenario by its name or from a file.

    Parameters
    ----------
    name_or_path
        Name of a ready scenario, or a path that ends in ``.toml``.

    Returns
    -------
    Scenario
        Checked and frozen.

    Raises
    ------
    ScenarioError
        With all faults of the file, each with its place.
    UnknownNameError
        If no ready scenario has that name.
    """
    path = path_of(name_or_path)
    try:
        data = toml(path)
    except FacilityError as error:
        raise ScenarioError(path.name, error.faults) from error
    scenario, faults = parsed(Scenario, data)
    if scenario is None:
        raise ScenarioError(path.name, faults)
    return _beside(scenario, path.parent)


def _beside(scenario: Scenario, folder: Path) -> Scenario:
    """Let paths of a scenario file count from its own folder."""
    jobs = tuple(
        job.model_copy(
            update={
                name: str(folder / given)
                for name in ("telemetry", "mapping")
                if (given := getattr(job, name)) not in {None, GIVEN} and not _shipped(name, given)
            }
        )
        for job in scenario.jobs
    )
    weather = scenario.weather if scenario.weather in WEATHER else str(folder / scenario.weather)
    return scenario.model_copy(update={"jobs": jobs, "weather": weather})


def _shipped(name: str, given: str) -> bool:
    """Say whether a mapping is one of the project's own, by its name."""
    return name == "mapping" and not given.endswith(".toml")
