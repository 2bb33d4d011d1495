"""Write a file as TOML in which every table and every key says what it is."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterator, Mapping
from datetime import date, time
from typing import Any, get_args

from pydantic import BaseModel

from facilities import notes
from facilities.quantity import Sourced
from facilities.reader import models

WIDTH = 120
"""Columns of a comment; values are as long as they are."""

_Tables = Mapping[str, Any] | list[Mapping[str, Any]]
"""A table, tables by name, or a list of them."""

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def text(
    model: type[BaseModel],
    data: Mapping[str, Any],
    terms: Mapping[str, str] = notes.TERMS,
    also: Mapping[str, str] = {},
) -> str:
    """
    Write the content of a file, each table and key explained where it first stands.

    Parameters
    ----------
    model
        Of the file.
    data
        Its content, as TOML gives it; good for `model`.
    terms
        Meanings of keys that no docstring explains.
    also
        Further remarks by key, put behind what the key means.

    Returns
    -------
    text
        TOML of the same content.
    """
    return "\n".join(_Writer(terms, also).table("", model, data)).strip() + "\n"


def comment(words: str, indent: str = "# ") -> list[str]:
    """
    Set words as comment lines.

    Parameters
    ----------
    words
        One paragraph.
    indent
        What a line begins with; later lines are indented as far.

    Returns
    -------
    list of text
        Lines without their ends.
    """
    later = "#" + " " * (len(indent) - 1)
    return textwrap.wrap(words, WIDTH, initial_indent=indent, subsequent_indent=later, break_long_words=False)


def value(given: object) -> str:
    """
    Write one value as TOML, in one line.

    Parameters
    ----------
    given
        Text, number, truth value, date, list or table.

    Returns
    -------
    text
        As it stands behind the equals sign.
    """
    if isinstance(given, bool):
        return "true" if given else "false"
    if isinstance(given, str):
        return json.dumps(given, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(given, date | time):
        return given.isoformat()
    if isinstance(given, Mapping):
        inside = ", ".join(f"{_key(name)} = {value(part)}" for name, part in given.items())
        return f"{{ {inside} }}" if inside else "{}"
    if isinstance(given, list | tuple):
        return f"[{', '.join(map(value, given))}]"
    return repr(given)


class _Writer:
    """Remembers what has been explained."""

    def __init__(self, terms: Mapping[str, str], also: Mapping[str, str]) -> None:
        self._terms = terms
        self._also = also
        self._explained: dict[tuple[type[BaseModel], str], str] = {}
        self._offered: set[type[BaseModel]] = set()

    def table(self, path: str, model: type[BaseModel], data: Mapping[str, Any]) -> Iterator[str]:
        """Write plain keys first, as TOML wants it, then what may be added, then tables; each in the model's order."""
        data = {name: data[name] for name in model.model_fields if name in data}
        inner = {name: given for name, given in data.items() if _is_table(model, name, given)}
        yield from self._keys(path, model, {name: given for name, given in data.items() if name not in inner})
        yield from self._addable(model, data)
        for name, given in inner.items():
            yield from self._inside(f"{path}.{_key(name)}" if path else _key(name), model, name, given)

    def _keys(self, path: str, model: type[BaseModel], plain: Mapping[str, Any]) -> Iterator[str]:
        new = [name for name in plain if (model, name) not in self._explained]
        if plain and not new:
            first = self._explained[model, next(iter(plain))]
            yield f"# Keys as in [{first}], above."
        for name, given in plain.items():
            if name in new:
                self._explained[model, name] = path
                yield from comment(f"{name}: {self._meaning(model, name)}")
            yield f"{_key(name)} = {value(given)}"

    def _meaning(self, model: type[BaseModel], name: str) -> str:
        found = list(models(model.model_fields[name].annotation))
        of_table = "" if len(found) != 1 or issubclass(found[0], Sourced) else notes.of_model(found[0])
        meaning = _joined(notes.of_field(model, name, self._terms), of_table)
        return " ".join(filter(None, (meaning, self._also.get(notes.part_kind(model, name) or ""))))

    def _addable(self, model: type[BaseModel], data: Mapping[str, Any]) -> Iterator[str]:
        """Say what a table may have besides, the first time it stands without it."""
        absent = [name for name in model.model_fields if name not in data]
        if not absent or model in self._offered:
            return
        self._offered.add(model)
        yield "# May be added:"
        for name in absent:
            yield from comment(f"{name}: {self._meaning(model, name)}", "#   ")

    def _inside(self, path: str, model: type[BaseModel], name: str, given: _Tables) -> Iterator[str]:
        about = notes.of_field(model, name, self._terms)
        if isinstance(given, dict) and not list(models(model.model_fields[name].annotation)):
            yield from ["", *comment(about), f"[{path}]", *_free(given)]
            return
        if isinstance(given, list):
            for number, part in enumerate(given):
                yield from self._section(
                    f"[[{path}]]", path, "" if number else about, _fitting(model, name, part), part
                )
            return
        if not notes.by_name(model, name):
            yield from self._section(f"[{path}]", path, about, _fitting(model, name, given), given)
            return
        for number, (key, part) in enumerate(given.items()):
            place = f"{path}.{_key(key)}"
            yield from self._section(f"[{place}]", place, "" if number else about, _fitting(model, name, part), part)

    def _section(
        self, head: str, path: str, about: str, model: type[BaseModel], data: Mapping[str, Any]
    ) -> Iterator[str]:
        yield ""
        yield from comment(_joined(about, notes.of_model(model)))
        yield head
        yield from self.table(path, model, data)


def _joined(about: str, of_table: str) -> str:
    return of_table if about == of_table else f"{of_table} {about}".strip()


def _free(given: Mapping[str, Any], above: str = "") -> Iterator[str]:
    """Write a table of which no model says what is in it, with dots between the keys of tables within it."""
    for name, part in given.items():
        path = f"{above}{_key(name)}"
        if isinstance(part, Mapping) and part:
            yield from _free(part, f"{path}.")
        else:
            yield f"{path} = {value(part)}"


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else value(name)


def _is_table(model: type[BaseModel], name: str, given: object) -> bool:
    """Say whether a value stands under a heading of its own; numbers and short tables stand in one line."""
    parts = [part for part in (given if isinstance(given, list) else [given]) if isinstance(part, dict)]
    if not parts or notes.by_name(model, name):
        return bool(parts)
    plain = not any(isinstance(inside, dict | list) for inside in parts[0].values())
    return not issubclass(_fitting(model, name, parts[0]), Sourced) and not (plain and isinstance(given, dict))


def _fitting(model: type[BaseModel], name: str, data: Mapping[str, Any]) -> type[BaseModel]:
    """Choose the model of a table, of several that whose fixed keys (law, kind) are the table's."""
    found = list(models(model.model_fields[name].annotation))
    return next((one for one in found if _fixed(one, data)), found[0])


def _fixed(model: type[BaseModel], data: Mapping[str, Any]) -> bool:
    allowed = {
        name: get_args(field.annotation) for name, field in model.model_fields.items() if name in {"law", "kind"}
    }
    return all(data.get(name) in choices for name, choices in allowed.items())
