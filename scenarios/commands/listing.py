"""``twin list``: every name that other commands take."""

from __future__ import annotations

import json

from rich.console import Console
from rich.table import Table

import facilities
from facilities import catalog
from scenarios import schema
from telemetry import FORMATS
from telemetry.language_models import MODELS
from telemetry.traces import TRACES
from telemetry.training import KINDS

Names = dict[str, dict[str, str]]


def show(*, as_json: bool) -> None:
    """Print all names, with what each is."""
    found = names()
    console = Console(highlight=False, soft_wrap=as_json)
    if as_json:
        console.print(json.dumps(found, indent=2), markup=False)
        return
    for kind, entries in found.items():
        table = Table(title=kind, title_justify="left", show_header=False)
        for name, description in entries.items():
            table.add_row(name, description)
        console.print(table)


def names() -> Names:
    """
    Give all names by kind.

    Returns
    -------
    dict
        Kind -> name -> what it is.
    """
    parts = catalog.builtin()
    return {
        "sites": {name: facilities.load(name).title for name in facilities.names()},
        "racks": {name: rack.title for name, rack in parts.racks.items()},
        "accelerators": {name: accelerator.title for name, accelerator in parts.accelerators.items()},
        "weather": dict(schema.WEATHER),
        "scenarios": {name: schema.load(name).description for name in schema.names()},
        "synthetic traces": {name: make(0, 1).description for name, make in TRACES.items()},
        "kinds of training": {name: kind.about for name, kind in KINDS.items()},
        "served models": {
            name: f"{model.parameters / 1e9:g}e9 parameters, {model.active / 1e9:g}e9 for each token"
            for name, model in MODELS.items()
        },
        "telemetry formats": {name: found.description for name, found in FORMATS.items()},
    }
