"""Typed fields of scenario files: text with a unit outside, SI numbers inside."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from twin import units

TERMS: dict[str, str] = {
    "cap": "Most that each accelerator may draw.",
    "cap_share": "The same, as a part of its full power.",
    "cdus": "'all', 'rest', a list of names, or a table.",
    "end": "Counted from the start of the run; its end if not given.",
    "halls": "By their names.",
    "kind": "What happens.",
    "level": "Part of full load.",
    "loops": "'all', a list of names, or a table.",
    "name": "Letters, digits and underscores.",
    "offset": "Added to what it would be.",
    "position": "Of the valve: 0 is shut; where it is, if not given.",
    "pumps_on_ups": "Part of the circulating pumps that goes on.",
    "racks": "'all', 'rest', a list of names, or a table.",
    "share": "Part of them.",
    "speed": "Part of full speed to which they coast.",
    "start": "Counted from the start of the run.",
    "start_time_constant": "Of the pumps as they start again.",
    "temperature": "What is asked for.",
    "time_constant": "Of the pumps as they coast.",
}
"""Keys that mean the same in every table they stand in; a docstring under the field goes before."""

_ROUNDING = 1e-6
"""[s] by which a number of whole seconds may be off after a change of unit."""


class Model(BaseModel):
    """Stand above all parts of a scenario: frozen, and without unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _quantity(given: object, unit: str, example: str) -> float:
    """Read text with a unit as an SI number; a number that is one already comes from Python, never from a file."""
    if not isinstance(given, str):
        message = f"give text with a unit, such as {example!r}; got {given!r}"
        raise ValueError(message)  # noqa: TRY004  pydantic gives the place of a ValueError only
    try:
        return units.si(units.read_ratio(given) if unit == "1" else units.read(given), unit)
    except ValueError as error:
        message = f"give a value such as {example!r}; got {given!r} ({error})"
        raise ValueError(message) from error


def _field(unit: str, example: str) -> BeforeValidator:
    looks = f"^{units.PERHAPS_WITH_UNIT if unit == '1' else units.WITH_UNIT}$"
    return BeforeValidator(
        partial(_quantity, unit=unit, example=example),
        json_schema_input_type=Annotated[str, Field(pattern=looks, examples=[example])],
    )


def _whole_seconds(seconds: float) -> float:
    if abs(seconds - round(seconds)) > _ROUNDING:
        message = f"give whole seconds; got {seconds} s"
        raise ValueError(message)
    return float(round(seconds))


def _instant(given: object) -> datetime:
    """Read a moment that says its zone, from text or from TOML's own date-time."""
    wanted = "give a date and time with its zone, such as '2026-07-15T05:00:00Z'"
    if isinstance(given, str):
        try:
            given = datetime.fromisoformat(given)
        except ValueError as error:
            message = f"{wanted}; got {given!r}"
            raise ValueError(message) from error
    if not isinstance(given, datetime) or given.tzinfo is None:
        message = f"{wanted}; got {given!s}"
        raise ValueError(message)
    return given.astimezone(UTC)


Seconds = Annotated[float, Field(ge=0), AfterValidator(_whole_seconds), _field("s", "24 h")]
"""[s], whole."""
Duration = Annotated[float, Field(gt=0), AfterValidator(_whole_seconds), _field("s", "24 h")]
"""[s], whole, longer than zero."""
TimeConstant = Annotated[float, Field(ge=0), _field("s", "1.5 s")]
"""[s]."""
Power = Annotated[float, Field(gt=0), _field("W", "800 W")]
"""[W]."""
Share = Annotated[float, Field(ge=0, le=1), _field("1", "60 %")]
"""[1], between 0 and 1."""
Rate = Annotated[float, Field(gt=0), _field("Hz", "0.5 Hz")]
"""[1/s]."""
Count = Annotated[float, Field(gt=0), _field("1", "405e9")]
"""[1], above zero."""
Temperature = Annotated[float, Field(gt=200, lt=400), _field("K", "40 degC")]
"""[K]."""
Difference = Annotated[float, Field(ge=-50, le=50), _field("delta_degC", "8 delta_degC")]
"""[K], a difference."""
Instant = Annotated[datetime, BeforeValidator(_instant, json_schema_input_type=str)]
"""A moment in UTC."""
