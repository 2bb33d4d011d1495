"""Every public function of the physics says its arguments, in their order, each with a unit that pint can read."""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, NamedTuple

import pytest

from tests.source_files import PACKAGES, module_name, place, python_files
from twin import units

NUMBERS = re.compile(r"(?<!Quantity\[)\b(float|Floats)\b")
"""Annotations of values that have a unit."""

BRACKET = re.compile(r"\[([^\]]*)\]")


class Entry(NamedTuple):
    """One entry of a numpydoc section: the names before the colon, and what stands after it."""

    names: tuple[str, ...]
    kind: str


def section(docstring: str | None, title: str) -> list[Entry]:
    """Read the entries of one section of a numpydoc docstring."""
    found = re.search(rf"^{title}\n-+\n(.*?)(?=^\S[^\n]*\n-+$|\Z)", inspect.cleandoc(docstring or ""), re.M | re.S)
    heads = [line for line in (found.group(1) if found else "").splitlines() if line and not line[0].isspace()]
    parts = [head.partition(" : ") for head in heads]
    return [Entry(tuple(name.strip().lstrip("*") for name in names.split(",")), kind) for names, _, kind in parts]


@cache
def public_objects(package: str) -> tuple[tuple[str, Any], ...]:
    """List the public functions, classes and methods that a package's modules define, compiled ones included."""
    return tuple(_public_objects(package))


def _public_objects(package: str) -> Iterator[tuple[str, Any]]:
    for path in python_files(package):
        module = importlib.import_module(module_name(path))
        for name, found in vars(module).items():
            thing = getattr(found, "py_func", found)
            if name.startswith("_") or getattr(thing, "__module__", None) != module.__name__:
                continue
            if inspect.isfunction(thing):
                yield f"{place(path)}:{name}", thing
            elif inspect.isclass(thing):
                yield f"{place(path)}:{name}", thing
                yield from _methods(f"{place(path)}:{name}", thing)


def _methods(where: str, owner: type) -> Iterator[tuple[str, Callable[..., Any]]]:
    for name, found in vars(owner).items():
        method = found.__func__ if isinstance(found, classmethod | staticmethod) else found
        if not name.startswith("_") and inspect.isfunction(method):
            yield f"{where}.{name}", method


def arguments(function: Callable[..., Any]) -> dict[str, str]:
    """Give the names and annotations of a function's arguments, without self and cls."""
    given = inspect.signature(function).parameters
    return {name: str(value.annotation) for name, value in given.items() if name not in {"self", "cls"}}


def is_table(thing: Any) -> bool:
    """Say whether a thing is a NamedTuple."""
    return inspect.isclass(thing) and issubclass(thing, tuple) and hasattr(thing, "_fields")


def readable(unit: str) -> bool:
    """Say whether the project's registry reads a unit."""
    try:
        units.unit(unit)
    except ValueError:
        return False
    return True


def _faults_of_function(where: str, function: Callable[..., Any], *, physics: bool) -> Iterator[str]:
    given = arguments(function)
    entries = section(function.__doc__, "Parameters")
    documented = [name for entry in entries for name in entry.names]
    if documented != list(given) and (physics or documented):
        yield f"{where}: Parameters name {documented}, the signature {list(given)}"
        return
    if physics:
        kinds = {name: entry.kind for entry in entries for name in entry.names}
        yield from _without_unit(where, given, kinds)


def _without_unit(where: str, annotations: dict[str, str], kinds: dict[str, str]) -> Iterator[str]:
    for name, annotation in annotations.items():
        if name in kinds and NUMBERS.search(annotation) and not BRACKET.search(kinds[name]):
            yield f"{where}: {name} is {annotation} and says no [unit]"


def _faults_of_table(where: str, table: Any) -> Iterator[str]:
    entries = section(table.__doc__, "Attributes")
    documented = [name for entry in entries for name in entry.names]
    numbers = NUMBERS.search(" ".join(map(str, table.__annotations__.values())))
    if documented != list(table._fields) and (documented or numbers):
        yield f"{where}: Attributes name {documented}, the fields are {list(table._fields)}"


def _units(thing: Any) -> Iterator[str]:
    for title in ("Parameters", "Attributes", "Returns", "Yields"):
        for entry in section(thing.__doc__, title):
            yield from BRACKET.findall(entry.kind or ", ".join(entry.names))


def test_physics_documents_its_arguments_in_order() -> None:
    faults = [
        fault
        for where, thing in public_objects("twin")
        if inspect.isfunction(thing)
        for fault in _faults_of_function(where, thing, physics=True)
    ]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("package", [name for name in PACKAGES if name != "twin"])
def test_arguments_documented_elsewhere_are_those_of_the_signature(package: str) -> None:
    faults = [
        fault
        for where, thing in public_objects(package)
        if inspect.isfunction(thing)
        for fault in _faults_of_function(where, thing, physics=False)
    ]
    assert not faults, "\n".join(faults)


def test_tables_document_their_fields_in_order() -> None:
    faults = [
        fault for where, thing in public_objects("twin") if is_table(thing) for fault in _faults_of_table(where, thing)
    ]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("package", PACKAGES)
def test_documented_units_can_be_read(package: str) -> None:
    faults = [
        f"{where}: [{unit}]" for where, thing in public_objects(package) for unit in _units(thing) if not readable(unit)
    ]
    assert not faults, "\n".join(faults)


def _sample(first: float, *, second: str) -> None:
    """
    Do nothing.

    Parameters
    ----------
    first : (rack,) [W/K]
        One.
    second : text
        Two: not an entry : although it has a colon.

    Returns
    -------
    (rack,) [furlong/K]
        Nothing.
    """


def test_the_reader_of_docstrings_reads_this_one() -> None:
    assert section(_sample.__doc__, "Parameters") == [Entry(("first",), "(rack,) [W/K]"), Entry(("second",), "text")]
    assert list(_units(_sample)) == ["W/K", "furlong/K"]
    assert list(arguments(_sample)) == ["first", "second"]
    assert readable("W/K")
    assert readable("1")
    assert not readable("wat/K")
