"""Files written with a comment for each key: the content stays, each is explained once, whatever the models have."""

from __future__ import annotations

import re
import tomllib
from datetime import UTC, date, datetime

import pytest
from pydantic import Field

import facilities
from facilities import commented, notes
from facilities.catalog import FOLDER
from facilities.loading import SITES, content
from facilities.parts import Catalog
from facilities.quantity import Model, Text, Volume
from facilities.reader import models, toml
from facilities.schema import Description

SIZE = {"value": "1.2 m^3", "basis": "assumed", "source": "a tape", "range": ["1 m^3", "2 m^3"]}


class Row(Model):
    """A row of racks."""

    name: Text
    size: Volume
    """Of its air."""


class Hall(Model):
    """A hall."""

    built: date
    rows: tuple[Row, ...] = ()
    """In order."""
    doors: dict[Text, Row] = Field(default_factory=dict)
    """By the way they open."""
    spare: Row | None = None


def test_the_content_of_every_site_stays() -> None:
    for name in facilities.names():
        data = content(SITES / f"{name}.toml")
        assert tomllib.loads(commented.text(Description, data)) == data


def test_the_content_of_the_catalog_stays() -> None:
    data = {kind: toml(FOLDER / f"{kind}.toml") for kind in Catalog.model_fields}
    assert tomllib.loads(commented.text(Catalog, data)) == data


@pytest.mark.parametrize(
    "given",
    ['a "quoted" \\ word', "tab\tline\nreturn\r", "\x00\x1f\x7f", "grüße 🌡", "", "# no comment", "'''"],
)
def test_any_text_stays(given: str) -> None:
    assert tomllib.loads(f"key = {commented.value(given)}") == {"key": given}


def test_any_value_stays() -> None:
    given = {
        "whole": 7,
        "real": -1e-09,
        "yes": True,
        "day": date(2026, 7, 15),
        "moment": datetime(2026, 7, 15, 5, tzinfo=UTC),
        "list": [["a"], []],
        "table": {"odd key": 1, "": {}},
    }
    assert tomllib.loads(f"key = {commented.value(given)}") == {"key": given}


def test_tables_lists_and_dates_of_a_model_that_is_not_known_yet() -> None:
    data = {
        "built": date(2026, 7, 15),
        "rows": [{"name": "first", "size": SIZE}, {"name": "second", "size": SIZE}],
        "doors": {"to the left": {"name": "third", "size": SIZE}},
    }
    size = 'size = { value = "1.2 m^3", basis = "assumed", source = "a tape", range = ["1 m^3", "2 m^3"] }'
    assert (
        commented.text(Hall, data)
        == f"""\
# built: Built.
built = 2026-07-15
# May be added:
#   spare: A row of racks.

# A row of racks. In order.
[[rows]]
# name: Short, of small letters, digits and underscores.
name = "first"
# size: Of its air.
{size}

# A row of racks.
[[rows]]
# Keys as in [rows], above.
name = "second"
{size}

# A row of racks. By the way they open.
[doors."to the left"]
# Keys as in [rows], above.
name = "third"
{size}
"""
    )
    assert tomllib.loads(commented.text(Hall, data)) == data


def test_every_key_is_explained_where_it_first_stands() -> None:
    text = commented.text(Description, content(SITES / "prometheus.toml"))
    lines = text.splitlines()
    keys = {line.split(" ")[0] for line in lines if re.match(r"[a-z_]+ = ", line)}
    assert {key for key in keys if not re.search(rf"^# {key}: \S", text, re.M)} == set()
    place = lines.index("# cooler_margin: Rated heat of the coolers over the heat of the loop at rated power.")
    assert lines[place + 1].startswith('cooler_margin = { value = "1.25", basis = "assumed"')
    second = lines.index("[cooling.air.loop]")
    assert lines[second + 1] == "# Keys as in [cooling.liquid.loop], above."
    assert max(len(line) for line in lines if line.startswith("#")) <= commented.WIDTH


def test_remarks_stand_behind_keys_that_name_parts() -> None:
    text = commented.text(
        Description,
        content(SITES / "prometheus.toml"),
        also={"coolers": "Here: one, two.", "converters": "Here: three."},
    )
    meaning = "Name of a part of catalog.coolers, the file's own or the project's. Here: one, two."
    assert f"# cooler: {meaning}\n" in text
    assert re.search(r"^# transformer: .* Here: three\.$", text, re.M)


def test_no_term_stands_where_a_docstring_says_it() -> None:
    used: set[str] = set()
    waiting, seen = [Description], set()
    while waiting:
        model = waiting.pop()
        seen.add(model)
        for name, field in model.model_fields.items():
            used |= {name} if notes.of_field(model, name) == notes.TERMS.get(name) else set()
            waiting += [found for found in models(field.annotation) if found not in seen]
    assert set(notes.TERMS) - used == set()


def test_meanings_come_from_the_docstrings() -> None:
    assert notes.of_model(facilities.Facility) == "A site and the parts that it uses."
    assert notes.of_field(facilities.Facility, "catalog") == "Parts of the site's own."
    assert notes.of_field(facilities.Facility, "title") == "Name for people."
    assert notes.of_field(Row, "size") == "Of its air."
    assert notes.of_field(Hall, "spare") == "A row of racks."
    assert notes.part_kind(Description, "catalog") is None
