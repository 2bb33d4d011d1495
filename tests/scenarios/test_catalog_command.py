"""``twin catalog``: what stands in its tables, and what is said of one part."""

from __future__ import annotations

import json
import re

import pytest

from scenarios.commands import catalog_text
from tests.scenarios.command import twin
from twin.errors import UnknownNameError


@pytest.fixture
def run(capsys, monkeypatch):
    return lambda *arguments: twin(capsys, monkeypatch, *arguments)


def test_accelerators_have_power_and_operations() -> None:
    rows = {row[0]: row for row in catalog_text.accelerators()}
    # 312 TFLOP/s at 400 W are 0.78; no fp8; 40 GB; 18 numbers, of which three are reported
    assert rows["a100_sxm_40gb"][1:] == ("50.0", "400", "312.0", "–", "0.780", "40.0", "0/3/0/0/15")
    assert rows["server_processor"][3:7] == ("–", "–", "–", "–")


def test_racks_have_their_nameplate_beside_what_parts_draw() -> None:
    rows = {row[0]: row for row in catalog_text.racks()}
    # 64 x 275 TFLOP/s over 18.2 kW are 0.967 exaFLOP/s for a megawatt
    assert rows["tpu_v4_rack"][1:8] == ("64", "18.2", "18.2", "8.30", "17.6", "0.967", "75%")
    assert rows["service_rack"][1:8] == ("0", "20.0", "20.0", "20.0", "–", "–", "0%")


def test_the_tables_name_every_kind(run) -> None:
    done = run("catalog")
    assert done.code == 0
    for text in ("ironwood", "trn3_rack", "diesel_2750kw", "orv3_battery_shelf", "ups_eco", "ex4000_cdu"):
        assert text in done.out
    found = json.loads(run("catalog", "--json").out)
    assert {"accelerators", "racks", "generators", "batteries", "converters"} <= set(found)
    assert found["accelerators"][0]["name"] == "gb200"


def test_one_part_is_told_with_its_sources(run) -> None:
    told = " ".join(run("catalog", "ironwood").out.split())
    for text in ("Google Ironwood (TPU7x)", "3 primary, 1 reported, 15 assumed", "840 W", "700 W to", "assumed"):
        assert text in told
    (found,) = json.loads(run("catalog", "tpu_v4", "--json").out).values()
    assert found["max_power"]["conflicts"][0]["value"] == "192 W"


def test_an_unknown_part_gets_the_nearest(run) -> None:
    with pytest.raises(UnknownNameError, match=r"unknown part of the catalog 'iron_wood'.* Did you mean 'ironwood'"):
        catalog_text.entries("iron_wood")
    assert run("catalog", "iron_wood").code == 2


def test_of_a_long_list_the_nearest_names_are_told(run) -> None:
    with pytest.raises(UnknownNameError) as refused:
        catalog_text.entries("gb20")
    # well over forty parts: eight of them are told, the nearest first
    told = r"unknown .* 'gb20'; known: \d+, of which these are nearest: gb200(, \w+){7}\. Did you mean 'gb200'\?"
    assert re.fullmatch(told, str(refused.value))


def test_the_tables_fit_eighty_characters(run, monkeypatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    lines = run("catalog").out.splitlines()
    # 16 700 TFLOP/s is the longest rate; name, rates and counts of a row stay on its line
    (row,) = [line for line in lines if line.split()[:1] == ["rubin"]]
    assert re.sub(r" +", " ", row.strip(" ")) == "rubin 345 2\u202f300 – 16\u202f700 – 288 0/1/1/0/16"
