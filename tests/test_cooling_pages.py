"""The pages of the heat path name code and keys that exist, headings that are there, and an example that is good."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel

import facilities
from facilities.schema import Description
from scenarios.schema import EVENTS
from tests.facilities.sites import changed

PAGES = ["cooling.md", "cooling_racks.md", "cooling_plant.md", "cooling_yours.md"]
DOTTED = r"`((?:twin|facilities|scenarios)(?:\.\w+)+)`"
KEY = r"`((?:cooling|catalog)(?:\.(?:\w+|\*))+)`"


def read(root: Path, page: str) -> str:
    return (root / "docs" / page).read_text(encoding="utf-8")


def resolves(name: str) -> bool:
    """Say whether a dotted name is a module, or something in one."""
    parts = name.split(".")
    for end in range(len(parts), 0, -1):
        try:
            found: Any = importlib.import_module(".".join(parts[:end]))
        except ModuleNotFoundError:
            continue
        for part in parts[end:]:
            found = getattr(found, part, None)
        return found is not None
    return False


@pytest.mark.parametrize("page", PAGES)
def test_code_that_the_pages_name_exists(root: Path, page: str) -> None:
    named = re.findall(DOTTED, read(root, page))
    assert [name for name in named if not resolves(name)] == []


def models(annotation: object) -> Iterable[type[BaseModel]]:
    """Give every model that an annotation holds."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from models(part)


def known(place: str) -> bool:
    """Say whether a facility file has a place; `*` is any name or key."""
    here: set[type[BaseModel]] = {Description}
    for part in place.split("."):
        inner: set[type[BaseModel]] = set()
        found = False
        for model in here:
            for name, field in model.model_fields.items():
                if part in {name, "*"}:
                    found = True
                    inner.update(models(field.annotation))
        # A star after a table of parts is the name of one, and leads no deeper.
        if part == "*" and place.startswith("catalog."):
            continue
        if not found:
            return False
        here = inner
    return True


@pytest.mark.parametrize("page", PAGES)
def test_keys_that_the_pages_name_exist(root: Path, page: str) -> None:
    named = re.findall(KEY, read(root, page))
    assert [name for name in named if not known(name)] == []


def test_wrong_names_are_seen() -> None:
    assert known("cooling.*.loop.condenser.tower_approach")
    assert known("catalog.coolers.*.wet_bulb")
    assert not known("cooling.*.loop.dwel")
    assert not known("catalog.coolers.*.rangeability")
    assert not resolves("twin.cooling.towers.merkle")


@pytest.mark.parametrize("page", PAGES)
def test_headings_that_the_pages_point_to_exist(root: Path, page: str) -> None:
    for target, heading in re.findall(r"\]\((\w+\.md)#([^)]+)\)", read(root, page)):
        titles = re.findall(r"^#+ (.*)$", read(root, target), re.M)
        slugs = {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
        assert heading in slugs


def test_every_kind_of_event_is_explained(root: Path) -> None:
    explained = set(re.findall(r"`(\w+)`", read(root, "cooling_plant.md")))
    assert set(EVENTS) <= explained


def test_the_example_is_a_plant_that_can_be_built(root: Path, tmp_path: Path) -> None:
    """In the place of a site's own."""
    example = re.findall(r"```toml\n(.*?)```", read(root, "cooling_yours.md"), re.S)[0]
    path = changed(tmp_path, "prometheus", ('name = "prometheus"', 'name = "mine"'))
    text = path.read_text(encoding="utf-8")
    before, after = text.index("[cooling.liquid]"), text.index("[power]")
    path.write_text(f"{text[:before]}{example}\n{text[after:]}", encoding="utf-8")
    assert facilities.check(path) == ()
    loop = facilities.load(path).cooling.air.loop
    assert loop.condenser is not None
    assert loop.staging is not None
