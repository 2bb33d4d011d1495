"""
JSON Schema of files: what an editor needs to complete and check them.

Draft 7, with `definitions` and without keywords beside a reference: what editors of TOML understand best. A schema sees
unknown and missing keys, wrong types, and a number without its unit, basis, source or range; that values fit together
only `twin check` sees.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from facilities import notes
from facilities.catalog import builtin
from facilities.loading import designs
from facilities.parts import Catalog
from facilities.quantity import BARE, Kind, Number, Sourced
from facilities.reader import models
from facilities.schema import Description
from twin import units

_WITH_UNIT, _PERHAPS_WITH_UNIT = "with_unit", "perhaps_with_unit"
_TEXT = "text"
"""Key that stands for a reference to one of `_TEXTS` while a schema is made."""
_TEXTS: dict[str, JsonSchemaValue] = {
    _WITH_UNIT: {"type": "string", "pattern": f"^{units.WITH_UNIT}$"},
    _PERHAPS_WITH_UNIT: {"type": "string", "pattern": f"^{units.PERHAPS_WITH_UNIT}$"},
}
"""Whether a unit is one of the right kind, only reading it tells."""

DIALECT = "http://json-schema.org/draft-07/schema#"
FOLDER = "schemas"
"""Folder of a package in which its schemas lie."""


def made(model: type[BaseModel], title: str, terms: Mapping[str, str] = notes.TERMS) -> dict[str, Any]:
    """
    Make the schema of a file.

    Parameters
    ----------
    model
        Of the file.
    title
        Of the schema.
    terms
        Meanings of keys that no docstring explains.

    Returns
    -------
    dict
        As JSON has it.
    """
    generator = type("Generator", (_Generator,), {"terms": terms})
    found = model.model_json_schema(schema_generator=generator, ref_template="#/definitions/{model}")
    definitions = {**_TEXTS, **found.pop("$defs", {})}
    return _whole(title, _pointed(found), _pointed(definitions))


def of_facility() -> dict[str, Any]:
    """
    Make the schema of a facility file, whose tables may lean on designs.

    Returns
    -------
    dict
        As JSON has it: without designs, what a site needs is required; with them, no key of a table is.
    """
    whole = made(Description, "gigatwin facility file")
    names = {"type": "string", "anyOf": [{"enum": designs()}, {"pattern": r"\.toml$"}]}
    about = (
        "Designs that the tables of this file lie over, the later over the earlier: names, or files beside this one."
    )
    whole["properties"]["designs"] = {"description": about, "type": "array", "items": names}
    alone = _needs(Description)
    for name in _tables(Description):
        whole["definitions"].get(name, {}).pop("required", None)
    return {**whole, "required": ["name", "title", "about"], "if": {"not": {"required": ["designs"]}}, "then": alone}


def of_design() -> dict[str, Any]:
    """
    Make the schema of a design: a facility file of which any part may be left out.

    Returns
    -------
    dict
        As JSON has it.
    """
    whole = of_facility()
    for key in ("if", "then"):
        del whole[key]
    return {**whole, "title": "gigatwin design", "required": ["about"]}


def _needs(model: type[BaseModel]) -> dict[str, Any]:
    """Say which keys a table, and each table in it, must have."""
    needed = [name for name, field in model.model_fields.items() if field.is_required()]
    inside: dict[str, Any] = {}
    for name, inner in _inner(model):
        named = notes.by_name(model, name)
        inside[name] = {"additionalProperties": _needs(inner)} if named else _needs(inner)
    return {"required": needed, **({"properties": inside} if inside else {})}


def _tables(model: type[BaseModel]) -> Iterator[str]:
    """Name the models of the tables that designs may give a part of."""
    for _, inner in _inner(model):
        yield inner.__name__
        yield from _tables(inner)


def _inner(model: type[BaseModel]) -> Iterator[tuple[str, type[BaseModel]]]:
    """Give the tables in a table that are merged with those of designs; lists and numbers are replaced as a whole."""
    for name, field in model.model_fields.items():
        found = list(models(field.annotation))
        if len(found) == 1 and not issubclass(found[0], Sourced | Catalog) and not notes.listed(model, name):
            yield name, found[0]


def of_parts(kind: str) -> dict[str, Any]:
    """
    Make the schema of a file of the catalog.

    Parameters
    ----------
    kind
        Such as ``coolers``.

    Returns
    -------
    dict
        As JSON has it: parts by name.
    """
    whole = made(Catalog, "")
    return _whole(f"gigatwin catalog: {kind.replace('_', ' ')}", whole["properties"][kind], whole["definitions"])


def _whole(title: str, content: Mapping[str, Any], definitions: Mapping[str, Any]) -> dict[str, Any]:
    return {"$schema": DIALECT, "title": title, **content, "definitions": _reached(content, definitions)}


def _pointed(part: JsonSchemaValue) -> JsonSchemaValue:
    """Put references where texts are named, which pydantic would not know."""
    if _TEXT in part:
        return {"$ref": f"#/definitions/{part[_TEXT]}"}
    return {name: _pointed_inside(inside) for name, inside in part.items()}


def _pointed_inside(part: object) -> object:
    if isinstance(part, dict):
        return _pointed(part)
    return [_pointed_inside(inside) for inside in part] if isinstance(part, list) else part


def _reached(part: object, definitions: Mapping[str, Any]) -> dict[str, Any]:
    """Give the definitions that a part of a schema leads to."""
    found: dict[str, Any] = {}
    waiting = [part]
    while waiting:
        here = waiting.pop()
        if isinstance(here, dict):
            name = str(here.get("$ref", "")).rpartition("/")[2]
            if name and name not in found:
                found[name] = definitions[name]
                waiting.append(definitions[name])
            waiting += here.values()
        elif isinstance(here, list):
            waiting += here
    return dict(sorted(found.items()))


class _Generator(GenerateJsonSchema):
    """Describes every key by its docstring, and leaves out what a TOML file cannot hold."""

    terms: Mapping[str, str]

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        found = super().model_schema(schema)
        model = cast("type[BaseModel]", schema["cls"])
        found.pop("title", None)
        found["description"] = notes.of_model(model)
        keys = found.get("properties", {})
        found["properties"] = {name: self._described(model, name, part) for name, part in keys.items()}
        if issubclass(model, Number):
            found["if"] = {"properties": {"basis": {"const": "assumed"}}, "required": ["basis"]}
            found["then"] = {"required": ["range"]}
        return found

    def _described(self, model: type[BaseModel], name: str, part: JsonSchemaValue) -> JsonSchemaValue:
        kind = notes.kind_of(model.model_fields[name])
        words = " ".join(filter(None, (notes.of_field(model, name, self.terms), _wanted(kind))))
        if not isinstance(part.get("default", ""), str | bool):
            del part["default"]
        if "$ref" in part:
            part = {"allOf": [{"$ref": part.pop("$ref")}, *_written(kind)], **part}
        parts = notes.part_kind(model, name)
        if parts is not None:
            part = {"anyOf": [{"type": "string", "enum": sorted(getattr(builtin(), parts))}, part]}
        return {"description": words, **part}

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def tagged_union_schema(self, schema: core_schema.TaggedUnionSchema) -> JsonSchemaValue:
        found = super().tagged_union_schema(schema)
        found.pop("discriminator", None)
        return found

    def tuple_schema(self, schema: core_schema.TupleSchema) -> JsonSchemaValue:
        found = super().tuple_schema(schema)
        terms = found.pop("prefixItems", None)
        return found if terms is None else {**found, "items": terms[0]}

    def field_title_should_be_set(self, schema: object) -> bool:
        return False


def _written(kind: Kind | None) -> list[JsonSchemaValue]:
    """Say what the texts of a number, or of a series, look like."""
    if kind is None:
        return []
    text = {_TEXT: _PERHAPS_WITH_UNIT if kind.unit in BARE else _WITH_UNIT}
    if kind.terms == 1:
        return [{"properties": {"value": text, "range": {"items": text}}}]
    return [{"properties": {"values": {"items": text, "minItems": kind.terms, "maxItems": kind.terms}}}]


def _wanted(kind: Kind | None) -> str:
    """Say what a number looks like and how far it may go."""
    if kind is None:
        return ""
    unit = "" if kind.unit == "1" else f" {kind.unit}"
    return f"Such as '{kind.example}'; from {kind.low:g} to {kind.high:g}{unit}."
