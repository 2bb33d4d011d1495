"""
Questions asked of a twin: what happens to a site, how its run is made, and how it is read.

The names below load what they need when they are first used, so that the command line can answer ``--help`` at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scenarios.schema import Scenario, load, names
    from scenarios.study import replay
    from scenarios.validate import validate

__all__ = ["Scenario", "load", "names", "replay", "validate"]


def __getattr__(name: str) -> object:
    if name in {"Scenario", "load", "names"}:
        from scenarios import schema

        return getattr(schema, name)
    if name == "replay":
        from scenarios.study import replay

        return replay
    if name == "validate":
        from scenarios.validate import validate

        return validate
    message = f"module 'scenarios' has no attribute {name!r}"
    raise AttributeError(message)
