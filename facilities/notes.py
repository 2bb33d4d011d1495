"""What the keys of a file mean, in words: read from the docstrings of its models, where they are written once."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import pairwise
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from facilities.parts import Catalog
from facilities.quantity import Kind
from facilities.reader import models

TERMS: dict[str, str] = {
    "about": "What it is, and what of it is known.",
    "air_flow": "At the rating point, fans at full speed.",
    "alarm": "Inlet air above which an alarm is told.",
    "annual_highest_wet_bulb": "Mean of the highest wet bulbs of single years.",
    "annual_highest_wet_bulb_spread": "Standard deviation of the highest wet bulbs of single years.",
    "annual_lowest": "Mean of the lowest dry bulbs of single years.",
    "annual_lowest_spread": "Standard deviation of the lowest dry bulbs of single years.",
    "attributions": "Whom the data must be credited to; printed with every report.",
    "buildings_per_line": "Side by side, before the next line begins.",
    "campus_voltage": "Behind the main transformers.",
    "capacity_per_rack": "Heat that the hall's air, and what it touches, stores for a kelvin, over the racks.",
    "carnot_fraction": "Performance over Carnot's between evaporating and condensing temperature.",
    "chip_capacity": "Heat that the chip and its lid store for a kelvin.",
    "common": "Stages that halls and plant share, up to the main transformers.",
    "condenser": "What it rejects its heat to.",
    "constant_loss": "Lost whatever the load.",
    "control_band": "Rise of the supply above its set point over which the whole plant comes to work.",
    "count": "How many.",
    "cycles_of_concentration": "Salt in the circulating water over that in the make-up water.",
    "design_dry_bulb": "Warmest air for which the plant is sized.",
    "design_wet_bulb": "Highest wet bulb for which the plant is sized.",
    "dew_point": "Mean of each month, January to December.",
    "drift_fraction": "Water carried off as drops, over what circulates.",
    "dry_bulb": "Mean of each month, January to December.",
    "facility_power": "Of the whole site, as published.",
    "film_exponent": "Of the flow, in the resistance of the film.",
    "frequency": "Of the grid.",
    "from_date": "When it is there.",
    "halls": "Rooms of racks; each has its own air and water.",
    "heats_hall": "Whether the stage stands in the hall and its loss warms it.",
    "host_max_power": "At full load.",
    "impedance": "Short-circuit voltage over the rated one.",
    "latitude": "North of the equator.",
    "law": "Which model the entry is for.",
    "leakage": "Rise of the power for each kelvin above the reference.",
    "least_entering": "Coldest condenser fluid of the fit's range.",
    "least_leaving": "Coldest leaving water of the fit's range.",
    "least_off_time": "Shortest time that a chiller stays off.",
    "least_run_time": "Shortest time that a chiller runs.",
    "longitude": "East of Greenwich; west is negative.",
    "low": "Outdoors; at and below it the whole rise holds.",
    "max_power": "Of the package at full load.",
    "most_entering": "Warmest condenser fluid of the fit's range.",
    "most_leaving": "Warmest leaving water of the fit's range.",
    "most_load": "Part load up to which the machine runs.",
    "name": "Short, of small letters, digits and underscores.",
    "no_load_loss": "Lost whatever the load.",
    "plate_capacity": "Heat that the cold plate or heat sink stores for a kelvin.",
    "points": "Substations that share the load.",
    "power_factor": "Of the load, lagging.",
    "rated_power": "At full load.",
    "rating": "Most that it is built to carry.",
    "reactance_ratio": "Reactance over resistance.",
    "return_volume": "Coolant on its way back from the racks.",
    "role": "What it is for.",
    "saturation": "Fall of the air's temperature over its wet-bulb depression.",
    "set_point": "Air at the racks' inlets that is asked for.",
    "short_circuit_power": "Strength of the host grid at each point.",
    "shutdown_temperature": "Chip temperature at which the rack switches off.",
    "source_voltage": "Of the grid behind its impedance, over nominal.",
    "station": "Whose weather this is.",
    "supply_alarm": "Supply above which an alarm is told.",
    "supply_temperature": "Supply that is asked for.",
    "supply_volume": "Coolant on its way to the racks.",
    "throttle_gain": "Power taken away for each kelvin above the throttle temperature.",
    "throttle_temperature": "Chip temperature above which power is taken away.",
    "title": "Name for people.",
    "valve_gain": "Of the controller that holds the coolant's supply by the valve.",
    "valve_integral_time": "Of the same controller.",
    "valve_stroke_time": "From shut to open.",
    "voltage": "Of the grid at the point of connection.",
    "voltage_high": "Over nominal; above it an alarm is told.",
    "voltage_low": "Over nominal; below it an alarm is told.",
    "water_inlet": "Water that comes to be cooled, at the rating point.",
    "water_outlet": "Water that leaves cooled, at the rating point.",
    "wet_bulb": "Of the air at the rating point.",
}
"""Keys that mean the same in every table they stand in; a docstring under the field goes before."""

_NAMED_OTHERWISE = {"transformer": "converters"}
"""Keys that name a part and are not called as its kind is."""


def of_model(model: type[BaseModel]) -> str:
    """
    Say what a table is.

    Parameters
    ----------
    model
        Its model.

    Returns
    -------
    text
        First paragraph of its docstring, in one line.
    """
    return _line(inspect.cleandoc(model.__doc__ or "").split("\n\n")[0])


def of_field(model: type[BaseModel], name: str, terms: Mapping[str, str] = TERMS) -> str:
    """
    Say what a key means.

    Parameters
    ----------
    model
        Of its table.
    name
        The key.
    terms
        Meanings of keys that no docstring explains.

    Returns
    -------
    text
        The docstring under the field, or what `terms` has, or what its kind tells.
    """
    for base in model.__mro__:
        found = _documented(base.__module__).get(base.__qualname__, {}).get(name) if base is not object else None
        if found:
            return found
    field = model.model_fields[name]
    kind = part_kind(model, name)
    if kind is not None:
        return f"Name of a part of catalog.{kind}, the file's own or the project's."
    return terms.get(name) or _told(name, field)


def part_kind(model: type[BaseModel], name: str) -> str | None:
    """
    Say in which table of the catalog the parts stand that a key names.

    Parameters
    ----------
    model
        Of the key's table.
    name
        The key.

    Returns
    -------
    text or None
        Such as ``coolers``; none where the key names no part.
    """
    kind = _NAMED_OTHERWISE.get(name, f"{name}s")
    names_a_part = kind in Catalog.model_fields and not list(models(model.model_fields[name].annotation))
    return kind if names_a_part and str in _plain(model.model_fields[name].annotation) else None


def by_name(model: type[BaseModel], name: str) -> bool:
    """
    Say whether a key holds tables by name.

    Parameters
    ----------
    model
        Of the key's table.
    name
        The key.

    Returns
    -------
    bool
        Such as for ``racks``.
    """
    return _holds(dict, model.model_fields[name].annotation)


def listed(model: type[BaseModel], name: str) -> bool:
    """
    Say whether a key holds a list.

    Parameters
    ----------
    model
        Of the key's table.
    name
        The key.

    Returns
    -------
    bool
        Such as for ``power.hall``.
    """
    return _holds(tuple, model.model_fields[name].annotation)


def kind_of(field: FieldInfo) -> Kind | None:
    """
    Give what a number's field asks for.

    Parameters
    ----------
    field
        Of a model.

    Returns
    -------
    Kind or None
        None where it holds no number.
    """
    return next(_kinds((field.annotation, *field.metadata)), None)


def _holds(kind: type, annotation: object) -> bool:
    return get_origin(annotation) is kind or any(_holds(kind, part) for part in get_args(annotation))


def _kinds(found: object) -> Iterator[Kind]:
    if isinstance(found, Kind):
        yield found
    for part in found if isinstance(found, tuple) else get_args(found):
        yield from _kinds(part)


def _plain(annotation: object) -> set[Any]:
    inner = get_args(annotation)
    if get_origin(annotation) in {dict, tuple, Literal}:
        return set()
    return {annotation} if not inner else {found for part in inner for found in _plain(part)}


def _told(name: str, field: FieldInfo) -> str:
    """Say what can be said of a key that nobody explained: its name in words, and its kind."""
    words = name.replace("_", " ").capitalize()
    held = [of_model(model) for model in models(field.annotation) if kind_of(field) is None]
    return held[0] if len(held) == 1 and held[0] else f"{words}."


def _line(text: str) -> str:
    return " ".join(text.split())


@cache
def _documented(module: str) -> dict[str, dict[str, str]]:
    """Read the docstrings that stand under the fields of each class of a module."""
    found = sys.modules[module]
    if not getattr(found, "__file__", None):
        return {}
    classes = [part for part in ast.parse(inspect.getsource(found)).body if isinstance(part, ast.ClassDef)]
    return {part.name: dict(_fields(part.body)) for part in classes}


def _fields(body: list[ast.stmt]) -> Iterator[tuple[str, str]]:
    for field, after in pairwise(body):
        if (
            isinstance(field, ast.AnnAssign)
            and isinstance(field.target, ast.Name)
            and isinstance(after, ast.Expr)
            and isinstance(after.value, ast.Constant)
        ):
            yield field.target.id, _line(inspect.cleandoc(str(after.value.value)))
