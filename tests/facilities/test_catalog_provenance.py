"""No number of the catalog without unit, basis and source, and nothing chosen silently."""

from __future__ import annotations

import re

import pytest

from facilities.catalog import FOLDER, builtin
from facilities.parts import Accelerator, Catalog
from facilities.quantity import Number, numbers, walk
from facilities.reader import parsed, toml

SAYS_LITTLE = re.compile(
    r"^(unknown|n/a|tbd|assumption|assumed|estimate|guess|source|various|internet)\.?$", re.IGNORECASE
)
SHORTEST = 10
"""Letters of a source; the shortest are of the kind 'Eaton 9395XR'."""


def test_every_number_of_every_file_is_read() -> None:
    """A table with a value is one of the numbers that the models know: none is passed over."""
    written = sum(len(re.findall(r"\bvalues? = ", path.read_text(encoding="utf-8"))) for path in FOLDER.glob("*.toml"))
    conflicts = sum(len(number.conflicts) for _, number in walk("", builtin()))
    assert written == len(list(walk("", builtin()))) + conflicts
    assert {path.stem for path in FOLDER.glob("*.toml")} == set(Catalog.model_fields)


def test_every_number_says_who_says_so() -> None:
    poor = [one.path for one in numbers("", builtin()) if len(one.source) < SHORTEST or SAYS_LITTLE.match(one.source)]
    assert poor == []


def test_every_assumption_has_a_range_around_it() -> None:
    assumed = [one for one in numbers("", builtin()) if one.basis == "assumed"]
    assert len(assumed) > 100  # there are many, and this reads them
    assert [one.path for one in assumed if not (one.low and one.high)] == []


def test_where_sources_disagree_it_says_what_decided() -> None:
    disagreed = [(path, one) for path, one in walk("", builtin()) if isinstance(one, Number) and one.conflicts]
    assert len(disagreed) > 20
    assert [path for path, number in disagreed if not number.note] == []


def test_what_is_only_circulated_is_an_assumption() -> None:
    """A value that no source was read for may be loaded as an assumption that says so, and as nothing else."""
    said = re.compile(r"circulated|recalled|not verified|not confirmed")
    wrong = [one.path for one in numbers("", builtin()) if said.search(one.source) and one.basis != "assumed"]
    assert wrong == []


@pytest.mark.parametrize("key", ["basis", "source", "value"])
def test_a_number_without_it_is_refused(key: str) -> None:
    entry = toml(FOLDER / "accelerators.toml")["ironwood"]
    del entry["max_power"][key]
    made, faults = parsed(Accelerator, entry)
    assert made is None
    assert [fault.where for fault in faults] == [f"max_power.{key}"]
