"""The JSON Schemas that editors read: as the models are, true of every shipped file, and sharp enough for slips."""

from __future__ import annotations

import json
import re
import runpy
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from facilities.parts import Catalog
from facilities.reader import parsed
from facilities.schema import Description
from scenarios.schema import Scenario
from tests.facilities.sites import changed

FACILITY, DESIGN = "facilities/schemas/facility.json", "facilities/schemas/design.json"
SCENARIO = "scenarios/schemas/scenario.json"
LATITUDE = 'latitude = { value = "40.0657 deg", basis = "reported", source = "Epoch AI, AI Data Centers (CC BY 4.0)" }'
PRESSURE = 'pressure = { value = "98.8 kPa", basis = "derived", source = "mean of NREL TMY3 station 724280" }'

SLIPS = [
    ("latitude = {", "latitud = {", "'latitud' was unexpected"),
    (LATITUDE, "", "'latitude' is a required property"),
    (LATITUDE, LATITUDE.replace('basis = "reported", ', ""), "'basis' is a required property"),
    (LATITUDE, LATITUDE.replace('"reported"', '"rumour"'), "'rumour' is not one of ['primary'"),
    (LATITUDE, LATITUDE.replace('"reported"', '"assumed"'), "'range' is a required property"),
    (PRESSURE, PRESSURE.replace('"98.8 kPa"', "98.8"), "98.8 is not of type 'string'"),
    (PRESSURE, PRESSURE.replace("98.8 kPa", "98.8"), "'98.8' does not match"),
    (PRESSURE, "pressure = 98.8", "98.8 is not of type 'object'"),
    ('range = ["12", "38"]', 'range = ["12"]', "['12'] is too short"),
    ('values = ["-2.5 degC", ', "values = [", "is too short"),
    ("heats_hall = true", 'heats_hall = "yes"', "'yes' is not of type 'boolean'"),
    ('name = "prometheus"', 'name = "My site"', "'My site' does not match"),
]
"""A text of a site, what it was changed to, and what the schema says of it."""

QUESTION = """
name = "question"
start = 2026-07-15T05:00:00Z
duration = "1 h"
weather = "columbus.epw"

[[jobs]]
name = "one"
racks = { share = "60 %" }
trace = "training"
mode = "synchronous"

[[events]]
kind = "heat"
start = "10 min"
offset = "8 delta_degC"
"""

SCENARIO_SLIPS = [
    ('duration = "1 h"', "duration = 3600", "3600 is not of type 'string'"),
    ('duration = "1 h"', 'duration = "3600"', "'3600' does not match"),
    ('trace = "training"', 'trace = "trainig"', "'trainig' is not one of"),
    ('mode = "synchronous"', 'mode = "both"', "'both' is not one of"),
    ('kind = "heat"', 'kind = "heet"', "is not valid under any of the given schemas"),
    ('racks = { share = "60 %" }', 'racks = "some"', "is not valid under any of the given schemas"),
    ("weather", "wether", "'wether' was unexpected"),
]


def validator(root: Path, place: str) -> Draft7Validator:
    schema = json.loads((root / place).read_text(encoding="utf-8"))
    Draft7Validator.check_schema(schema)
    return Draft7Validator(schema)


def as_json(given: Any) -> Any:
    """Give dates as the text that an editor holds against a schema."""
    if isinstance(given, dict):
        return {key: as_json(value) for key, value in given.items()}
    if isinstance(given, list):
        return [as_json(value) for value in given]
    return given.isoformat() if isinstance(given, date) else given


def faults(check: Draft7Validator, text: str) -> list[str]:
    found = check.iter_errors(as_json(tomllib.loads(text)))
    return [error.message for error in found]


def described(schema: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Give the description of every key, and of every table."""
    if isinstance(schema, dict):
        for name, part in schema.get("properties", {}).items():
            if "items" not in path and "allOf" not in path:
                yield f"{path}.{name}", part.get("description", "")
        for name, part in schema.items():
            yield from described(part, f"{path}.{name}")
    elif isinstance(schema, list):
        for number, part in enumerate(schema):
            yield from described(part, f"{path}.{number}")


def test_they_are_as_the_models_are(root: Path) -> None:
    made = runpy.run_path(str(root / "docs" / "make_schemas.py"))["pages"]()
    stale = [place for place, text in made.items() if (root / place).read_text(encoding="utf-8") != text]
    assert stale == [], "run `make docs`"
    kept = {path.relative_to(root).as_posix() for path in root.glob("*/schemas/**/*.json")}
    assert kept - set(made) == set()


@pytest.mark.parametrize("kind", Catalog.model_fields)
def test_the_catalog_keeps_to_its_schema(root: Path, kind: str) -> None:
    check = validator(root, f"facilities/schemas/catalog/{kind}.json")
    assert faults(check, (root / "facilities" / "catalog" / f"{kind}.toml").read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("folder", "place"),
    [("facilities/sites", FACILITY), ("facilities/designs", DESIGN), ("scenarios/library", SCENARIO)],
    ids=["sites", "designs", "scenarios"],
)
def test_shipped_files_keep_to_their_schema(root: Path, folder: str, place: str) -> None:
    check = validator(root, place)
    found = {path.name: faults(check, path.read_text(encoding="utf-8")) for path in (root / folder).glob("*.toml")}
    assert len(found) > 2
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize(("old", "new", "said"), SLIPS, ids=[slip[2] for slip in SLIPS])
def test_slips_in_a_site_are_seen(root: Path, tmp_path: Path, old: str, new: str, said: str) -> None:
    text = changed(tmp_path, "prometheus", (old, new)).read_text(encoding="utf-8")
    text = re.sub(r"^designs = .*$", "", text, flags=re.M)  # so that all is required
    assert any(said in fault for fault in faults(validator(root, FACILITY), text))
    assert parsed(Description, tomllib.loads(text))[1]  # what a schema refuses, reading refuses too


def test_with_designs_a_site_may_leave_out_what_they_give(root: Path, tmp_path: Path) -> None:
    check = validator(root, FACILITY)
    text = changed(tmp_path, "frontier", ("pressure = ", "# pressure = ")).read_text(encoding="utf-8")
    text = re.sub(r"^designs = .*$", "", text, flags=re.M)
    assert "'pressure' is a required property" in faults(check, text)
    assert faults(check, f'designs = ["power_open", "mine.toml"]\n{text}') == []
    assert any("'pover_open'" in fault for fault in faults(check, f'designs = ["pover_open"]\n{text}'))
    assert "'title' is a required property" in faults(check, 'designs = ["power_open"]\nname = "mine"\nabout = "it"')


@pytest.mark.parametrize(("old", "new", "said"), SCENARIO_SLIPS, ids=[slip[1] for slip in SCENARIO_SLIPS])
def test_slips_in_a_scenario_are_seen(root: Path, old: str, new: str, said: str) -> None:
    check = validator(root, SCENARIO)
    assert faults(check, QUESTION) == []
    assert parsed(Scenario, tomllib.loads(QUESTION))[1] == []
    text = QUESTION.replace(old, new)
    assert any(said in fault for fault in faults(check, text))
    assert parsed(Scenario, tomllib.loads(text))[1]


@pytest.mark.parametrize("place", [FACILITY, SCENARIO])
def test_every_key_says_what_it_is(root: Path, place: str) -> None:
    schema = json.loads((root / place).read_text(encoding="utf-8"))
    silent = [path for path, words in described(schema) if not words and ".then" not in path and ".if" not in path]
    assert silent == []
    assert all(table.get("description") for name, table in schema["definitions"].items() if "properties" in table)


def test_a_number_says_its_unit_and_how_far_it_may_go(root: Path) -> None:
    loop = json.loads((root / FACILITY).read_text(encoding="utf-8"))["definitions"]["WaterLoop"]["properties"]
    assert loop["cooler_margin"]["description"] == (
        "Rated heat of the coolers over the heat of the loop at rated power. Such as '1.25'; from 0.1 to 100."
    )
    assert loop["residence_time"]["description"].endswith("Such as '60 s'; from 0.1 to 100000 s.")
    named = loop["cooler"]["anyOf"][0]["enum"]
    assert {"dry_cooler_3mw", "tower_7mw"} <= set(named)
    assert re.search("catalog.coolers", loop["cooler"]["description"])
