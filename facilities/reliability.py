"""How often parts of a power chain fail and how long they are out, as data with source and range."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated

from facilities.quantity import Kind, Model, Number
from facilities.reader import parsed, toml
from twin.errors import FacilityError, Fault

FILE = Path(__file__).with_name("reliability.toml")

BetweenFailures = Annotated[Number, Kind("s", 1e5, 1e12, "20 year")]
Repair = Annotated[Number, Kind("s", 60, 1e9, "24 h")]


class Reliability(Model):
    """A kind of part, one unit."""

    between_failures: BetweenFailures
    """Mean time that it works."""
    repair: Repair
    """Mean time until it works again."""


@cache
def known() -> dict[str, Reliability]:
    """
    Read all kinds of parts.

    Returns
    -------
    dict
        By the name that their stage has in facility files.

    Raises
    ------
    FacilityError
        With all faults of the file.
    """
    found, wrong = dict[str, Reliability](), list[Fault]()
    for name, content in toml(FILE).items():
        entry, faults = parsed(Reliability, content)
        wrong += [Fault(f"{name}.{fault.where}", fault.message) for fault in faults]
        if entry is not None:
            found[name] = entry
    if wrong:
        raise FacilityError(FILE.name, wrong)
    return found
