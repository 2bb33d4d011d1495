"""``twin new``: files of one's own that other commands take at once."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

import facilities
from facilities import catalog, loading
from facilities.reader import toml
from facilities.schema import Description
from scenarios import schema
from scenarios.commands import new
from tests.facilities.weather_files import written
from tests.scenarios.command import twin


@pytest.fixture
def run(capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: twin(capsys, monkeypatch, *arguments)


@pytest.mark.parametrize("source", facilities.names())
def test_a_copy_of_every_site_is_as_good_as_the_site(tmp_path: Path, source: str) -> None:
    path = new.write("mine", source, tmp_path)
    copy, original = toml(path), loading.content(loading.file_of(source))
    changed = {"name", "title", "about"}
    assert {key for key in original if copy[key] != original[key]} == changed
    assert copy.keys() == original.keys()
    assert original["title"] in copy["title"]
    assert facilities.check(path) == facilities.check(source)
    kept = [number for number in facilities.load(path).assumptions()]
    assert kept == facilities.load(source).assumptions()


@pytest.mark.parametrize("source", schema.names())
def test_a_copy_of_every_scenario_asks_the_same(tmp_path: Path, source: str) -> None:
    copy, original = (asked(given) for given in (new.write("mine", source, tmp_path), source))
    assert copy.pop("name") == "mine"
    assert original.pop("name") == source
    assert copy == original


def asked(source: str | Path) -> dict[str, Any]:
    """Give what a scenario asks, files by their full names."""
    scenario = schema.load(source).model_dump()
    for job in scenario["jobs"]:
        if job["telemetry"] not in {None, schema.GIVEN}:
            job["telemetry"] = Path(job["telemetry"]).resolve(strict=True)
    return scenario


def test_other_commands_take_the_copy_at_once(run, tmp_path: Path) -> None:
    done = run("new", "mine", "--from", "frontier")
    assert (done.code, done.err) == (0, "")
    assert done.out == (
        "written: mine.toml (facility, a copy of frontier)\n"
        "next: read its first lines, change it, then twin check mine.toml\n"
    )
    assert run("check", "mine.toml") == (0, "mine.toml: facility, good\n", "")
    assert "begun as a copy of Frontier" in run("show", "mine.toml").out
    done = run("replay", "mine.toml", "--duration", "10 min", "--out", "run")
    assert done.code == 0, done.err
    assert (tmp_path / "run" / "report.html").is_file()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine.toml", "run"]


def test_a_scenario_of_ones_own_runs(run) -> None:
    assert run("new", "hot", "--from", "heat_wave", "--out", "questions").code == 0
    path = Path("questions/hot.toml")
    assert run("check", path) == (0, f"{path}: scenario, good\n", "")
    text = path.read_text(encoding="utf-8")
    assert f"twin replay SITE --scenario {path}" in text
    assert "# offset: Added to what it would be.\n" in text


def test_the_head_says_what_to_do(tmp_path: Path) -> None:
    lines = new.write("mine", "prometheus", tmp_path).read_text(encoding="utf-8").splitlines()
    place = lines[0].removeprefix("#:schema file://")
    assert Path(place).is_file()
    head = "\n".join(lines[: lines.index("")])
    tables = set(re.findall(r"\[(\w+)", head))
    assert {"location", "climate", "racks", "arrangement", "design", "cooling", "power", "connection"} <= tables
    assert tables <= set(Description.model_fields)
    assert re.findall(r"^#     (twin \w+)", head, re.M) == ["twin check", "twin show", "twin replay"]
    assert all(line.startswith("#") for line in head.splitlines())


def test_parts_to_choose_from_are_named(tmp_path: Path) -> None:
    text = new.write("mine", "prometheus", tmp_path).read_text(encoding="utf-8")
    found = re.search(r" cooler: [^\n]* The project has ([^.]*)\.\ncooler = ", text.replace("\n# ", " "))
    assert found is not None
    assert found[1].replace("\n#", "").split(", ") == list(catalog.builtin().coolers)


def test_a_weather_file_gives_location_and_climate(run) -> None:
    written(Path("plain.epw"))
    assert run("new", "mine", "--from", "frontier", "--weather", "plain.epw").code == 0
    site = tomllib.loads(Path("mine.toml").read_text(encoding="utf-8"))
    assert site["climate"]["station"] == "Smallville (EPW station 724500, plain.epw)"
    assert site["location"]["longitude"]["value"] == "-97 deg"
    assert site["attributions"] == list(facilities.load("frontier").attributions)
    written(Path("plain.tmy3"))
    assert run("new", "typical", "--from", "mine.toml", "--weather", "plain.tmy3").code == 0
    credited = facilities.load("typical.toml").attributions
    assert credited.count("Typical year: National Renewable Energy Laboratory, TMY3") == 1
    done = run("new", "hot", "--from", "heat_wave", "--weather", "plain.epw")
    assert done.code == 2
    assert "--weather: a scenario names its weather itself" in done.err
    done = run("new", "other", "--from", "frontier", "--weather", "absent.epw")
    assert (done.code, Path("other.toml").exists()) == (2, False)
    assert "cannot be read" in done.err


@pytest.mark.parametrize(
    ("name", "source", "said"),
    [
        (
            "My-Site.toml",
            "frontier",
            "NAME: small letters, digits and underscores, a letter first; got 'My-Site.toml'; 'my_site' would do",
        ),
        ("", "frontier", "a letter first; got ''"),
        ("7", "frontier", "a letter first; got '7'"),
        ("frontier", "frontier", "NAME: 'frontier' comes with the project"),
        ("heat_wave", "frontier", "NAME: 'heat_wave' comes with the project"),
        ("mine", "promtheus", "unknown site or scenario 'promtheus'; known: "),
        ("mine", "promtheus", "Did you mean 'prometheus'?"),
        ("mine", "absent.toml", "absent.toml: cannot be read"),
    ],
)
def test_what_cannot_be_is_refused(run, tmp_path: Path, name: str, source: str, said: str) -> None:
    done = run("new", name, "--from", source)
    assert done.code == 2
    assert said in done.err
    assert list(tmp_path.iterdir()) == []


def test_a_source_with_faults_is_refused_with_all_of_them(run, tmp_path: Path) -> None:
    text = loading.file_of("frontier").read_text(encoding="utf-8")
    Path("bad.toml").write_text(text.replace("latitude", "latitud").replace('"29 degC"', "29"), encoding="utf-8")
    done = run("new", "mine", "--from", "bad.toml")
    assert done.code == 2
    assert "location.latitud: unknown key" in done.err
    assert "give the value as text" in done.err
    assert [path.name for path in tmp_path.iterdir()] == ["bad.toml"]


def test_ones_own_file_is_a_source_too(run) -> None:
    assert run("new", "mine", "--from", "frontier").code == 0
    assert run("new", "other", "--from", "mine.toml").code == 0
    assert facilities.load("other.toml").name == "other"
    assert facilities.load("other.toml").title.startswith("other, begun as a copy of mine, begun as")


def test_nothing_is_replaced_unasked(run) -> None:
    path = Path("mine.toml")
    path.write_text("precious\n", encoding="utf-8")
    done = run("new", "mine", "--from", "frontier")
    assert (done.code, path.read_text(encoding="utf-8")) == (2, "precious\n")
    assert "mine.toml: stands there already; give another name or --out, or --force to replace it" in done.err
    assert run("new", "mine", "--from", "frontier", "--force").code == 0
    assert run("new", "mine", "--from", "mine.toml", "--force").code == 0  # even from itself: it is read before


def test_what_cannot_be_written_leaves_nothing(run, tmp_path: Path) -> None:
    Path("file").write_text("no folder", encoding="utf-8")
    done = run("new", "mine", "--from", "frontier", "--out", "file")
    assert done.code == 2
    assert "cannot be written" in done.err
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_copy_of_a_search_is_a_scenario(run, tmp_path: Path) -> None:
    """It has neither jobs nor events; its axes keep their dots."""
    begun = run("new", "mine", "--from", "warmer_water")
    assert "written: mine.toml (scenario, a copy of warmer_water)" in begun.out
    assert 'cooling.liquid.loop.cooler_margin = ["1.0", "1.25", "1.5"]' in (tmp_path / "mine.toml").read_text()
    assert run("check", "mine.toml").out == "mine.toml: scenario, good\n"
