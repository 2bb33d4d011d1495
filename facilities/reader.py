"""Read TOML, and say what pydantic finds in the words of the project."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from twin.errors import FacilityError, Fault, listed

Schema = TypeVar("Schema", bound=BaseModel)

_PLACE = re.compile(r"(.*) \(at line (\d+), column (\d+)\)")


def toml(path: Path) -> dict[str, Any]:
    """
    Read a TOML file.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    dict
        Its content.

    Raises
    ------
    FacilityError
        When the file cannot be read or is not TOML; says the line.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise FacilityError(path.name, [Fault("", f"cannot be read: {error.strerror}")]) from error
    except UnicodeDecodeError as error:
        raise FacilityError(path.name, [Fault("", f"is not UTF-8 text (byte {error.start})")]) from error
    except tomllib.TOMLDecodeError as error:
        raise FacilityError(path.name, [_syntax(str(error))]) from error


def _syntax(message: str) -> Fault:
    found = _PLACE.fullmatch(message)
    if found is None:
        return Fault("", f"is not TOML: {message}")
    return Fault(f"line {found[2]}, column {found[3]}", f"is not TOML: {found[1]}")


def parsed(schema: type[Schema], data: dict[str, Any], prefix: str = "") -> tuple[Schema | None, list[Fault]]:
    """
    Check data against a schema.

    Parameters
    ----------
    schema
        Model of the data.
    data
        Content of a file, or a part of it.
    prefix
        Dotted place of `data` in its file.

    Returns
    -------
    tuple
        The model, or none and all faults.
    """
    try:
        return schema.model_validate(data), []
    except ValidationError as error:
        items = error.errors(include_url=False)
        return None, [_fault(schema, item, data, prefix) for item in items]


def _fault(schema: type[BaseModel], item: ErrorDetails, data: dict[str, Any], prefix: str) -> Fault:
    where = _place(item["loc"], data, prefix)
    if item["type"] == "extra_forbidden":
        return Fault(where, f"unknown key.{nearest(str(item['loc'][-1]), _keys(schema, item['loc'][:-1]))}")
    if item["type"] == "missing":
        return Fault(where, "is missing; add it")
    if item["type"] == "value_error":
        return Fault(where, str(item["ctx"]["error"]))
    if item["type"] in {"union_tag_invalid", "union_tag_not_found"}:
        return _kind(where, item)
    return Fault(where, f"{_said(item)}; got {item['input']!r}")


def _said(item: ErrorDetails) -> str:
    """Say what is wanted, in words of the file, which knows lists and no tuples."""
    if item["type"] == "tuple_type":
        return "give a list"
    if item["type"] == "too_long":
        return f"has {item['ctx']['actual_length']} entries, and {item['ctx']['max_length']} are the most"
    message = str(item["msg"])
    return f"{message[:1].lower()}{message[1:]}"


def _kind(where: str, item: ErrorDetails) -> Fault:
    """Say which kinds an entry may be of; the entry itself would fill a page."""
    context, given = item["ctx"], item["input"]
    key = str(context["discriminator"]).strip("'")
    if item["type"] == "union_tag_not_found":
        return Fault(f"{where}.{key}", "is missing; add it" if isinstance(given, dict) else f"got {given!r}")
    known = [name.strip(" '") for name in str(context["expected_tags"]).split(",")]
    return Fault(f"{where}.{key}", f"{context['tag']!r} is none.{nearest(str(context['tag']), known)}")


def nearest(name: str, known: Iterable[str]) -> str:
    """
    Offer the known name nearest to one that is not known.

    Parameters
    ----------
    name
        As given.
    known
        Names that would do.

    Returns
    -------
    text
        A sentence that lists them, or of many the nearest, and asks whether the nearest was meant.
    """
    names = sorted(known)
    near = difflib.get_close_matches(name, names, n=1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    return (f" Known here: {listed(name, names)}." if names else "") + hint


def _place(location: Sequence[Any], data: object, prefix: str) -> str:
    """Name a place by its keys, rows of an array by their number from one; leave out what only the schema knows."""
    words = [prefix] if prefix else []
    for position, key in enumerate(location):
        last = position == len(location) - 1
        if isinstance(data, list) and isinstance(key, int):
            data = data[key] if key < len(data) else None
            words.append(str(key + 1))
        elif isinstance(data, dict) and key in data:
            data = data[key]
            words.append(str(key))
        elif last and isinstance(data, dict):
            words.append(str(key))
    return ".".join(words)


def _keys(schema: object, location: Sequence[Any]) -> list[str]:
    """List the keys that a schema knows at a place."""
    known = list(models(schema))
    for key in location:
        inner = [model.model_fields[key].annotation for model in known if key in model.model_fields]
        known = [found for annotation in inner for found in models(annotation)] or known
    return sorted({name for model in known for name in model.model_fields})


def models(annotation: object) -> Iterable[type[BaseModel]]:
    """
    Find the models that an annotation holds.

    Parameters
    ----------
    annotation
        Of a field.

    Yields
    ------
    type
        In their order.
    """
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from models(part)
