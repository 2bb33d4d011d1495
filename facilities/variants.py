"""A facility with other numbers in the place of its own: what may vary, and the facility with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from pydantic import BaseModel

from facilities import notes
from facilities.loading import understood
from facilities.quantity import Kind, Number, Provenance, Sourced, walk
from facilities.reader import nearest
from facilities.schema import Facility
from twin.errors import FacilityError, Fault

CHOSEN = "chosen for this variant"
"""Source of a number that was put in the place of another."""

Value = str | dict[str, Any]
"""What may be put somewhere: text of a number with its unit, a name, or a whole table as a facility file has it."""


class Banded(NamedTuple):
    """
    A number with a range.

    Attributes
    ----------
    path : text
        Dotted place, as in `facilities.quantity.Provenance`.
    low, value, high : float
        Least, best and most, in the unit of its field.
    kind : Kind
        What the field wants.
    provenance : Provenance
        Where it comes from.
    """

    path: str
    low: float
    value: float
    high: float
    kind: Kind
    provenance: Provenance

    def text(self, number: float) -> str:
        """Write another number as a facility file would."""
        written = f"{round(number)}" if self.kind.whole else f"{number:.12g}"
        unit = self.kind.unit
        # Text of a number needs a unit that begins with a letter or a sign.
        return (
            written
            if unit == "1"
            else f"{written} {'dimensionless' if unit.startswith('1/') else ''}{unit.removeprefix('1')}"
        )


def banded(facility: BaseModel, above: str = "") -> list[Banded]:
    """
    Find every number of a facility, or of unit costs, that has a range which leaves it a choice.

    Parameters
    ----------
    facility : BaseModel
        With its parts.
    above
        Put before each place, with a dot.

    Returns
    -------
    list of Banded
        In the order of the file; assumed ones, and others that say their range.
    """
    found = []
    for path, number in walk(above, facility):
        if isinstance(number, Number) and number.range is not None and number.ends[0] < number.ends[1]:
            low, high = number.ends
            found.append(Banded(path, low, number.si, high, number.kind, number.provenance(path)))
    return found


class _Place(NamedTuple):
    """A key of the content: the table or list that holds it, and whether a number of the project stands there."""

    holder: Any
    key: Any
    number: bool


class Variants:
    """A facility as the content of a file, of which values may be replaced by their dotted places."""

    def __init__(self, facility: Facility) -> None:
        """Take a facility, its parts included, so that those may be changed as well."""
        self._name = facility.name
        self._content = _lists(facility.model_dump())
        self._places = dict(_places("", facility, self._content))

    def unknown(self, path: str) -> str:
        """
        Say why there is no such place.

        Parameters
        ----------
        path
            Dotted place.

        Returns
        -------
        text
            A sentence that offers the nearest; empty where the place is known.
        """
        if path in self._places:
            return ""
        above = path
        while above and above not in self._places:
            above = above.rpartition(".")[0]
        near = [place.removeprefix(f"{above}.") for place in self._places if place.rpartition(".")[0] == above]
        where = f"{above!r}" if above else f"the facility file of {self._name}"
        return f"there is no such place below {where}.{nearest(path.removeprefix(f'{above}.'), near)}"

    def laid(self, piece: Mapping[str, Any]) -> dict[str, Value]:
        """
        Give the changes that a piece of a facility file makes when it is laid over the facility, as a design is.

        Parameters
        ----------
        piece
            Tables with the keys that change; a number may be text with its unit alone.

        Returns
        -------
        dict of path to Value
            For `facility`. Tables are merged key by key; lists, and tables that it has not, are put as a whole.
        """
        return dict(self._laid("", piece))

    def _laid(self, above: str, piece: Mapping[str, Any]) -> Iterator[tuple[str, Value]]:
        for name, value in piece.items():
            path = f"{above}.{name}" if above else name
            place = self._places.get(path)
            here = None if place is None or place.number else place.holder[place.key]
            if isinstance(value, dict) and isinstance(here, dict | list):
                yield from self._laid(path, value)
            else:
                yield path, value

    def facility(self, changes: Mapping[str, Value]) -> Facility:
        """
        Give the facility with some values replaced.

        Parameters
        ----------
        changes : path to Value
            Numbers as text with their unit, names as text, or whole tables; later ones may reach into earlier ones.

        Returns
        -------
        Facility
            Checked as if it came from a file; a number that was replaced says so.

        Raises
        ------
        FacilityError
            If a place is not known, or with all faults of the facility that this would be.
        """
        faults = [Fault(path, message) for path in changes if (message := self.unknown(path))]
        if faults:
            raise FacilityError(self._name, faults)
        undo: list[tuple[Any, Any, Any]] = []
        try:
            for path, value in changes.items():
                holder, key = self._reached(path)
                undo.append((holder, key, holder[key]))
                holder[key] = self._written(path, value, holder[key])
            return understood(self._content, self._name)
        finally:
            for holder, key, value in reversed(undo):
                holder[key] = value

    def _reached(self, path: str) -> tuple[Any, Any]:
        try:
            return _reached(self._content, path)
        except (LookupError, TypeError, ValueError) as error:
            message = "is gone: another change took its table away; change one of the two alone"
            raise FacilityError(self._name, [Fault(path, message)]) from error

    def _written(self, path: str, value: Value, before: Any) -> Value:  # noqa: ANN401 (content of a file)
        """Write a number that is given as text as a file has it."""
        if not (self._places[path].number and isinstance(value, str)):
            return value
        load = {"load": before["load"]} if isinstance(before, dict) and "load" in before else {}
        return {"value": value, "basis": "assumed", "source": CHOSEN, "range": (value, value), **load}


def _reached(content: Any, path: str) -> tuple[Any, Any]:  # noqa: ANN401 (content of a file)
    """Find the table or list that holds a place now, and its key there."""
    holder, *rest = content, *path.split(".")
    while True:
        name = rest.pop(0)
        if isinstance(holder, list):
            named = [
                row for row, member in enumerate(holder) if isinstance(member, dict) and member.get("name") == name
            ]
            key: Any = named[0] if named else int(name) - 1
        else:
            # Names of a user's parts may hold dots.
            while name not in holder and rest:
                name = f"{name}.{rest.pop(0)}"
            key = name
        if not rest:
            return holder, key
        holder = holder[key]


def _lists(part: Any) -> Any:  # noqa: ANN401 (content of a file)
    """Write tuples as lists, of which members can be replaced, as a file has them."""
    if isinstance(part, dict):
        return {name: _lists(value) for name, value in part.items()}
    return [_lists(value) for value in part] if isinstance(part, list | tuple) else part


def _places(path: str, part: object, data: Any) -> Iterator[tuple[str, _Place]]:  # noqa: ANN401 (content of a file)
    """Find every key of a part's content, and of what is in it; numbers are keys, and not taken apart."""
    if isinstance(part, Sourced):
        return
    for name, key, value, number in _members(part):
        place = f"{path}.{name}" if path else name
        yield place, _Place(data, key, number)
        yield from _places(place, value, data[key])


def _members(part: object) -> Iterator[tuple[str, Any, object, bool]]:
    """Give name, key, value, and whether it is a number, of each member of a part."""
    if isinstance(part, BaseModel):
        for name, field in type(part).model_fields.items():
            kind, value = notes.kind_of(field), getattr(part, name)
            wants = value is None and kind is not None and kind.terms == 1
            yield name, name, value, wants or isinstance(value, Number)
    elif isinstance(part, dict):
        yield from ((name, name, value, isinstance(value, Number)) for name, value in part.items())
    elif isinstance(part, tuple):
        for position, value in enumerate(part):
            yield getattr(value, "name", str(position + 1)), position, value, isinstance(value, Number)
