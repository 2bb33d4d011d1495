"""What may be compared, how it is called, and what is refused."""

from __future__ import annotations

import shutil

import pytest

from scenarios.compare import subjects
from tests.facilities.sites import changed
from tests.scenarios import fake_run
from twin.errors import InputError


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    return fake_run.save(fake_run.write(tmp_path_factory.mktemp("runs") / "one"))


def labels(*arguments: object) -> list[str]:
    return [one.label for one in subjects.read([str(argument) for argument in arguments])]


def copy_of(run, folder, **manifest):
    shutil.copytree(run, folder)
    kept = fake_run.FakeRun(folder, fake_run.manifest(3600, ["hall_a", "hall_b"], 24) | manifest, {})
    (folder / "manifest.json").unlink()
    fake_run.save(kept._replace(metrics=fake_run.metrics(fake_run.demand(3600))))
    return folder


def test_a_run_brings_its_design_with_it(saved) -> None:
    run, site = subjects.read([str(saved), "frontier"])
    assert run.run is not None
    assert (run.site, run.title, run.facility) == ("example", "Example campus, 6 MW", "9f86d081" * 8)
    assert run.design is not None
    assert (run.design.racks, run.design.connection_w) == (48, 9.504e6)
    assert site.run is None
    assert site.design is not None
    assert (site.site, site.design.racks, len(site.facility)) == ("frontier", 74, 64)


def test_names_are_as_short_as_they_tell_apart(saved, tmp_path) -> None:
    other = copy_of(saved, tmp_path / "other", scenario={"name": "calm", "description": "", "jobs": []})
    twin = copy_of(saved, tmp_path / "twin")
    assert labels(saved, "frontier") == ["example", "frontier"]
    assert labels(saved, other) == ["example, pump_trip", "example, calm"]
    assert labels(saved, twin) == ["one", "twin"]
    again = copy_of(saved, tmp_path / "deeper" / "twin")
    assert labels(twin, again) == [str(twin), str(again)]


def test_phases_and_files_are_sites(tmp_path, monkeypatch) -> None:
    assert labels("prometheus@first", "prometheus") == ["prometheus_first", "prometheus"]
    mine = changed(tmp_path, "prometheus", ('name = "prometheus"', 'name = "mine"'))
    assert labels("prometheus", mine) == ["prometheus", "mine"]
    monkeypatch.chdir(tmp_path)
    (tmp_path / "frontier").mkdir()
    assert labels("frontier", "mine.toml") == ["frontier", "mine"]


def test_a_run_of_an_older_version_has_no_design(saved, tmp_path) -> None:
    manifest = fake_run.manifest(3600, ["hall_a"], 24)
    del manifest["nameplate"]
    shutil.copytree(saved, tmp_path / "old")
    fake_run.save(fake_run.FakeRun(tmp_path / "old", manifest, {}))
    assert subjects.read([str(tmp_path / "old"), "frontier"])[0].design is None


def test_all_faults_are_told_at_once(saved, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(saved, "broken")
    (tmp_path / "broken" / "site.parquet").write_bytes(b"PAR1")
    (tmp_path / "empty").mkdir()
    (tmp_path / "note.txt").write_text("hello")
    bad = changed(tmp_path, "frontier", ('rating = { value = "40 MW"', 'rating = { value = "40 m"'))
    with pytest.raises(InputError) as caught:
        subjects.read(["promethius", "broken", "empty", "note.txt", bad.name, "frontier", "frontier"])
    told = {fault.where: fault.message for fault in caught.value.faults}
    assert told["frontier"] == "is given twice; give each once"
    neither = "is neither the folder of a run nor a site (twin list has the names of sites)."
    assert told["promethius"] == f"{neither} Did you mean 'prometheus'?"
    assert told["broken"] == "is a damaged run: site.parquet cannot be read, or columns are missing; replay it again"
    assert told["empty"].startswith("is not a whole run: manifest.json, metrics.json, site.parquet")
    assert told["note.txt"] == "is a file; give the folder of a run, the name of a site, or a facility file (.toml)"
    assert "40 m" in told["mine.toml: connection.rating"]
    assert len(told) == 6


def test_one_alone_is_no_comparison() -> None:
    with pytest.raises(InputError) as caught:
        subjects.read(["frontier"])
    assert str(caught.value) == "give two or more runs or sites to compare; got 1"
    with pytest.raises(InputError) as caught:
        subjects.read(["nothing"])
    assert len(caught.value.faults) == 2
