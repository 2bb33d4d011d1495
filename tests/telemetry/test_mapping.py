"""Mappings: what a column is, and what is wrong with a mapping."""

import pytest

from telemetry import mapping
from twin.errors import TelemetryError, UnknownNameError

GOOD = """
name = "plant"
description = "a plant"
format = "wide"
note = "one line"
[time]
column = "t"
unit = "iso"
[[column]]
match = "{hall}/rack{n} power"
asset = "{hall}/rack_{n}"
metric = "it_power_w"
unit = "kW"
"""


def meant(found, column):
    meaning = mapping.meaning(found, column)
    return None if meaning is None else (meaning.asset, meaning.rule.metric, meaning.rule.unit)


def test_patterns(file):
    found = mapping.choose(file("plant.toml", GOOD))
    assert meant(found, "east/rack12 power") == ("east/rack_12", "it_power_w", "kW")
    assert meant(found, "east/rackb power") is None
    assert meant(found, "east/rack12 power ") is None
    assert found.note == ("one line",)


def test_all_faults_of_a_mapping_are_told_at_once(file):
    bad = GOOD.replace('"iso"', '"fortnight"').replace("it_power_w", "power").replace("asset", "aset")
    with pytest.raises(TelemetryError) as caught:
        mapping.choose(file("plant.toml", bad))
    told = {fault.where: fault.message for fault in caught.value.faults}
    assert set(told) == {"time.unit", "column.0.asset", "column.0.metric", "column.0.aset"}
    assert told["time.unit"].startswith("'fortnight' is no unit of time; known: iso, s, ms")
    assert told["column.0.metric"].startswith("'power' is no metric; known: accelerator_power_w, it_power_w")


def test_unreadable_mappings(file, tmp_path):
    with pytest.raises(TelemetryError, match=r"bad\.toml: no mapping can be read from it: .*line 1"):
        mapping.choose(file("bad.toml", "name = \n"))
    with pytest.raises(TelemetryError, match=r"absent\.toml: no mapping can be read from it: .*No such file"):
        mapping.choose(tmp_path / "absent.toml")
    with pytest.raises(UnknownNameError, match=r"unknown mapping 'frontier'; known: .* Did you mean 'frontier_cdu'"):
        mapping.choose("frontier")


def test_shipped_mappings_are_found_by_their_columns():
    header = ("time", *(f"power[{number}]" for number in range(1, 26)), "OA Wetbulb Temp")
    found = mapping.fitting(header, "wide")
    assert found is mapping.choose("frontier_cdu")
    assert [meant(found, name) for name in header[1:3]] == [
        ("cdu_1", "heat_w", "W"),
        ("cdu_2", "heat_w", "W"),
    ]
    assert meant(found, "OA Wetbulb Temp") == ("weather", "wet_bulb_temp_k", "degC")
    assert mapping.fitting(header[:-1], "wide") is None
    assert mapping.fitting(header, "job_log") is None
