"""Public data by name, fetched from this machine: no test needs a network."""

import hashlib
import re

import pytest

import telemetry
from telemetry import public
from telemetry.public import PublicData
from twin.errors import OutputError, TelemetryError, UnknownNameError

TRACE = "TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:17:03.9799600,4808,10\n"


@pytest.fixture
def sets(tmp_path):
    """Give a set of one file whose checksum is known, and one whose is not."""
    origin = tmp_path / "origin & more"
    origin.mkdir()
    (origin / "a&b.csv").write_text(TRACE)
    base = (origin.as_uri()) + "/"
    known = {"title": "t", "base": base, "licence": "CC BY 4.0", "credit": "c"}
    checksum = hashlib.sha256(TRACE.encode()).hexdigest()
    return {
        "checked": PublicData(files={"a&b.csv": checksum}, **known),
        "unchecked": PublicData(files={"a&b.csv": ""}, **known),
        "absent": PublicData(files={"none.csv": checksum}, **known),
    }, origin / "a&b.csv"


def test_a_set_is_fetched_once_and_read(sets, tmp_path):
    chosen, origin = sets
    (path,) = public.get("checked", tmp_path / "kept", chosen)
    assert path.parent == tmp_path / "kept" / "checked"
    assert telemetry.read(path, tz="UTC").kind == "requests"
    origin.unlink()
    assert public.get("checked", tmp_path / "kept", chosen) == [path]


def test_a_file_that_was_changed_is_refused(sets, tmp_path):
    chosen, origin = sets
    origin.write_text(TRACE.replace("4808", "4809"))
    with pytest.raises(TelemetryError, match="is not what it was: its checksum is another"):
        public.get("checked", tmp_path / "kept", chosen)
    assert not list((tmp_path / "kept").glob("*/*.csv"))


def test_the_first_checksum_is_kept(sets, tmp_path):
    chosen, origin = sets
    (path,) = public.get("unchecked", tmp_path / "kept", chosen)
    assert public.get("unchecked", tmp_path / "kept", chosen) == [path]
    path.unlink()
    origin.write_text(TRACE.replace("4808", "4809"))
    with pytest.raises(TelemetryError, match="is not what it was"):
        public.get("unchecked", tmp_path / "kept", chosen)


def test_what_cannot_be_had(sets, tmp_path):
    chosen, _ = sets
    with pytest.raises(TelemetryError, match=r"cannot be fetched: .* is there a network\?"):
        public.get("absent", tmp_path / "kept", chosen)
    with pytest.raises(UnknownNameError, match="unknown public data 'nothing'"):
        public.get("nothing", tmp_path, chosen)
    (tmp_path / "a file").write_text("")
    with pytest.raises((OutputError, TelemetryError)):
        public.get("checked", tmp_path / "a file", chosen)


def test_every_set_says_whose_it_is():
    for name, data in public.known().items():
        assert re.fullmatch(r"[a-z0-9_]+", name)
        assert data.licence
        assert data.credit
        assert data.base.startswith("https://")
        assert data.base.endswith("/")
        assert all(re.fullmatch(r"([0-9a-f]{64})?", checksum) for checksum in data.files.values())


def test_checksums_are_those_of_the_files_at_hand(shared_data):
    """Files that stand beside the checkout under other names have the checksums of the list."""
    at_hand = {hashlib.sha256(path.read_bytes()).hexdigest() for path in shared_data.rglob("*") if path.is_file()}
    listed = {checksum for data in public.known().values() for checksum in data.files.values() if checksum}
    assert listed <= at_hand


def test_the_command(capsys, monkeypatch):
    from tests.scenarios.command import twin

    done = twin(capsys, monkeypatch, "data", "list")
    assert done.code == 0
    assert "opendc_surf_week" in done.out
    assert "GridLAB-D License 1.0" in done.out
    refused = twin(capsys, monkeypatch, "data", "get")
    assert refused.code == 2
    assert "twin data: say list, or get NAME; got 'get'" in refused.err
    assert "Did you mean 'zeus'" in twin(capsys, monkeypatch, "data", "get", "zeuss").err
