"""How limits are called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenarios.capacity.study import binding as rows

if TYPE_CHECKING:
    from twin.capacity import Limits, Usable

LABELS = {
    "places": "Places for racks",
    "cdus": "CDUs",
    "sidecars": "Sidecars",
    "hall_air": "Air of the halls",
    "liquid_plant": "Plant of the racks' water",
    "air_plant": "Plant of the halls' water",
    "plant": "Plant",
    "ups": "UPS",
    "connection": "Grid connection",
    "main_transformer": "Main transformers",
}
"""Labels of limits whose names do not say them."""


def label(name: str) -> str:
    """Call a limit as a page does."""
    return LABELS.get(name, name.replace("_", " ").capitalize())


def inside(name: str) -> str:
    """Call a limit within a sentence."""
    words = label(name)
    return words if words[:2].isupper() else words[0].lower() + words[1:]


def binding(limits: Limits, usable: Usable) -> str:
    """Name the limits that bind, within a sentence."""
    return ", ".join(inside(name) for name in rows(limits, usable))
