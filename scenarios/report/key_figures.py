"""The figures of a run that a planner asks for first, in words and fitting units."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from scenarios.page import quantities

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Metrics: TypeAlias = Mapping[str, Mapping[str, Any]]


NOT_REACHED, BEFORE = "not reached", "before it"
"""Stand for the time to a limit that no chip came to, or one came to before anything was scheduled."""


class Tile(NamedTuple):
    """
    A key figure.

    Attributes
    ----------
    label, value : text
        Its name, and the number with its unit.
    note : text
        Definition or caveat, under it.
    """

    label: str
    value: str
    note: str = ""


class Group(NamedTuple):
    """Key figures that belong together."""

    title: str
    tiles: tuple[Tile, ...]


def groups(metrics: Metrics, manifest: Mapping[str, Any]) -> tuple[Group, ...]:
    """
    Give the key figures of a run, those left out that it does not have.

    Parameters
    ----------
    metrics
        Of the run.
    manifest
        Of the run.

    Returns
    -------
    tuple of Group
        In reading order.
    """
    definitions, level = manifest["definitions"], manifest["labels"]["level"]
    tile = partial(_tile, metrics)
    of_facility = partial(_of_facility, metrics)
    lost = tile("Computing lost", "compute_lost", _chip_hours, "Chip-hours at the power asked.")
    drawn = (
        (
            "After the disturbance",
            _time_to("throttle", metrics, manifest),
            _time_to("shutdown", metrics, manifest),
            tile("Chips shut down", "chips_shut_down", _number) if manifest["disturbed"] else None,
            lost if manifest["disturbed"] else None,
        ),
        (
            "Energy",
            tile("IT energy", "it_energy", note=definitions["it_power"]),
            tile("Facility energy", "facility_energy", note="Drawn at the point of connection (PCC)."),
            tile("PUE", "pue", note=f"{definitions['pue']} {level}".strip()),
            _reuse(metrics),
            tile("Conversion losses", "loss_energy", note=of_facility("loss_energy")),
            tile("Cooling energy", "cooling_energy", note=of_facility("cooling_energy")),
        ),
        (
            "Power",
            tile("Peak facility power", "facility_power_peak"),
            tile("Peak IT power", "it_power_peak"),
            tile("Largest change in 1 s", "ramp_1s_max"),
            tile("Largest change in 15 s", "ramp_15s_max"),
            tile("Largest change in 1 min", "ramp_1min_max"),
        ),
        (
            "Temperature",
            tile("Worst chip", "chip_temp_max"),
            tile(
                "Least chip margin",
                "chip_margin_min",
                quantities.difference,
                "Of the worst chip to its throttle limit.",
            ),
            tile("Throttled", "throttled_time", _chip_hours, "Chip-hours held back by temperature."),
            tile("Warmest coolant supply", "coolant_supply_temp_max"),
            None if manifest["disturbed"] else lost,
        ),
        (
            "Water and grid",
            tile("Water use", "water_use", _water, _ways_of_water(metrics)),
            tile("WUE", "wue", note=definitions["wue"]),
            tile("PCC voltage, lowest", "pcc_voltage_min", _per_unit),
            tile("PCC voltage, highest", "pcc_voltage_max", _per_unit),
            tile("Energy balance, residual", "energy_closure", note="Of all energy that came in."),
        ),
    )
    found = [Group(title, tuple(tile for tile in tiles if tile)) for title, *tiles in drawn]
    work = (tile(label, name, how, definitions.get(name, "")) for name, label, how in _WORK)
    found.append(Group("Work", tuple(one for one in work if one)))
    return tuple(group for group in found if group.tiles)


def ride_through(metrics: Metrics, manifest: Mapping[str, Any]) -> dict[str, str]:
    """
    Say when chips came to their limits after a disturbance.

    Parameters
    ----------
    metrics
        Of the run.
    manifest
        Of the run.

    Returns
    -------
    dict
        ``throttle`` and ``shutdown``: the time from the first scheduled change, or a plain word where that is no time;
        empty if nothing was scheduled.
    """
    if manifest["disturbed"] is None:
        return {}
    said = {}
    for name, moment in manifest["reached"].items():
        if moment is None:
            said[name] = NOT_REACHED
        elif datetime.fromisoformat(moment) < datetime.fromisoformat(manifest["disturbed"]):
            said[name] = BEFORE
        else:
            said[name] = quantities.duration(metrics[f"time_to_{name}"]["value"])
    return said


def _time_to(limit: str, metrics: Metrics, manifest: Mapping[str, Any]) -> Tile | None:
    said = ride_through(metrics, manifest)
    if not said:
        return None
    since = datetime.fromisoformat(manifest["disturbed"])
    return Tile(f"Time to {limit}", said[limit], f"Of the first chip, from {since:%H:%M:%S} UTC.")


def _tile(
    metrics: Metrics,
    label: str,
    name: str,
    text: Callable[[float, str], str] = quantities.quantity,
    note: str = "",
) -> Tile | None:
    figure = metrics.get(name)
    return Tile(label, text(figure["value"], figure["unit"]), note) if figure else None


def _reuse(metrics: Metrics) -> Tile | None:
    reused = "ere" in metrics and metrics["ere"]["value"] != metrics["pue"]["value"]
    return _tile(metrics, "ERE", "ere", note="As PUE, less the heat that is reused.") if reused else None


def _ways_of_water(metrics: Metrics) -> str:
    lost = {name: metrics[name]["value"] for name in ("evaporation", "blowdown", "drift") if name in metrics}
    total = sum(lost.values())
    if total <= 0.0:
        return ""
    said = ", ".join(f"{name} {quantities.share(mass / total)}" for name, mass in lost.items())
    return f"{said[0].upper()}{said[1:]} of what the towers lose."


def _of_facility(metrics: Metrics, name: str) -> str:
    if name not in metrics or not metrics["facility_energy"]["value"]:
        return ""
    return f"{quantities.share(metrics[name]['value'] / metrics['facility_energy']['value'])} of the facility's."


def _chip_hours(value: float, _unit: str) -> str:
    return f"{quantities.digits(value, 3)}{quantities.THIN}h"


def _number(value: float, _unit: str) -> str:
    return quantities.count(round(value))


def _water(value: float, unit: str) -> str:
    return quantities.water(value) if unit == "kg" else quantities.quantity(value, unit)


def _per_unit(value: float, _unit: str) -> str:
    return f"{value:.4f}{quantities.THIN}pu"


_WORK = (
    ("training_operations", "Training", quantities.quantity),
    ("training_operations_per_joule", "Training for each joule", quantities.quantity),
    ("training_tokens", "Tokens trained on", quantities.quantity),
    ("interruptions", "Interruptions of jobs", _number),
    ("requests", "Requests answered", quantities.quantity),
    ("output_tokens", "Tokens given out", quantities.quantity),
    ("output_tokens_per_joule", "Tokens for each joule", quantities.quantity),
    ("jobs", "Jobs that ran", _number),
)
"""What jobs did: figure, name, and how it is written; see `scenarios.asked.delivered`."""
