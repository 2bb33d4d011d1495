"""The table `[sweep]` of a scenario file: designs of a site that are held against each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from scenarios.fields import Model

_TABLE = {"type": "object"}


def _axes(given: object) -> object:
    """Join keys that TOML took apart at their dots: a list is an axis, a table is on the way to one."""
    if not isinstance(given, Mapping):
        return given
    axes = dict(_joined("", given))
    wrong = [f"{path} = {values!r}" for path, values in axes.items() if not _texts(values)]
    if wrong:
        message = f"give each axis a list of texts, such as ['30 degC', '35 degC']; got {'; '.join(wrong)}"
        raise ValueError(message)
    return axes


def _texts(values: object) -> bool:
    return isinstance(values, list | tuple) and all(isinstance(value, str) for value in values)


def _joined(above: str, tables: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in tables.items():
        path = f"{above}.{name}" if above else name
        if isinstance(value, Mapping):
            yield from _joined(path, value)
        else:
            yield path, value


class Limit(Model):
    """What a figure of a year must hold, as text with its unit."""

    at_least: str | None = None
    at_most: str | None = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.at_least is None and self.at_most is None:
            message = "give at_least, at_most, or both, such as at_most = '1.1'"
            raise ValueError(message)
        return self


class Sweep(Model):
    """Designs of a site: every value of each axis with every one of the others, a year each."""

    axes: Annotated[dict[str, tuple[str, ...]], BeforeValidator(_axes), WithJsonSchema(_TABLE)] = Field(
        default_factory=dict
    )
    """Place in the facility file, such as cooling.liquid.supply_temperature = ['30 degC', '35 degC']; names as well."""
    choices: Annotated[
        dict[str, dict[str, dict[str, Any]]],
        WithJsonSchema({"type": "object", "additionalProperties": {"type": "object", "additionalProperties": _TABLE}}),
    ] = Field(default_factory=dict)
    """
    Axes that change several keys at a time: by a name, the choices by theirs, each a piece of a facility file that is
    laid over the site as a design is; its key designs names designs to be laid before it.
    """
    objectives: tuple[str, ...] = Field(default=("pue", "facility_energy"), min_length=1, max_length=3)
    """Figures of a year that are to be small; with a minus before its name, one that is to be large."""
    limits: dict[str, Limit] = Field(default_factory=dict)
    """Figures that must hold, such as chip_margin_min = { at_least = '5 K' }."""
