"""
What can go wrong, and how it is said.

    TwinError                  anything the user can mend; the command line prints it and exits
    ├── InputError             faults in a file or an argument, all at once
    │   ├── FacilityError      facility and catalog files
    │   ├── ScenarioError      scenario files
    │   ├── TelemetryError     telemetry and weather files
    │   └── UnknownNameError   a name that is not in a table
    ├── StateError             a run that leaves the states that the model knows
    ├── OutputError            the run cannot be written
    ├── RecordingError         nothing can be recorded on this machine
    └── ClosureError           a run whose energy or water does not close: a fault of ours, never of the user
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from typing import NamedTuple

READABLE = 40
"""Names that a message lists; of more it tells the nearest."""

NEAREST = 8
"""Names that are told of a longer list."""


class Fault(NamedTuple):
    """One fault of an input: where it is, and a sentence with what was given, what is wanted and what to do."""

    where: str
    message: str

    def __str__(self) -> str:
        return f"{self.where}: {self.message}" if self.where else self.message


class TwinError(Exception):
    """Stand above every error that a user can mend; its text is the whole message."""

    exit_code = 2


class InputError(TwinError):
    """Carry all faults of one source."""

    def __init__(self, source: str, faults: Iterable[Fault]) -> None:
        self.source = source
        self.faults: tuple[Fault, ...] = tuple(faults)
        super().__init__(_message(source, self.faults))


class FacilityError(InputError):
    """Report faults of a facility or catalog file."""


class ScenarioError(InputError):
    """Report faults of a scenario file or of a replay's arguments."""


class TelemetryError(InputError):
    """Report faults of a telemetry or weather file."""


class UnknownNameError(InputError):
    """Say that a name is not in a table, list the known ones, or of many the nearest, and offer the nearest."""

    def __init__(self, kind: str, name: str, known: Sequence[str]) -> None:
        near = difflib.get_close_matches(name, known, n=1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        message = f"unknown {kind} {name!r}; known: {listed(name, sorted(known))}.{hint}"
        super().__init__("", [Fault("", message)])


class StateError(TwinError):
    """Say where, when and why a run left the states that the model knows, and what to do."""


class OutputError(TwinError):
    """Say why a run cannot be written, and what to do."""


class RecordingError(TwinError):
    """Say why nothing can be recorded on this machine, and what to do."""


class ClosureError(TwinError):
    """Say which balance of a run does not close and by how much."""

    exit_code = 1


def listed(name: str, known: Sequence[str]) -> str:
    """
    Write names that are known, or of many how many they are, and which are nearest.

    Parameters
    ----------
    name
        As given.
    known
        Names that would do, in order.

    Returns
    -------
    text
        Without a stop at its end.
    """
    if len(known) <= READABLE:
        return ", ".join(known)
    likely = difflib.get_close_matches(name, known, n=NEAREST, cutoff=0.0)
    return f"{len(known)}, of which these are nearest: {', '.join(likely)}"


def _message(source: str, faults: tuple[Fault, ...]) -> str:
    if len(faults) == 1:
        return f"{source}: {faults[0]}" if source else str(faults[0])
    lines = "\n".join(f"  {fault}" for fault in faults)
    return f"{len(faults)} faults in {source}:\n{lines}" if source else f"{len(faults)} faults:\n{lines}"
