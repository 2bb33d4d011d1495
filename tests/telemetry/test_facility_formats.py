"""Building management, PDUs, servers' controllers, disturbance records, carbon: what facilities and grids write."""

import struct
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

import telemetry
from telemetry import resample

START = datetime(2024, 1, 1, tzinfo=UTC)

BMS = """
name = "bms"
description = "trends of a plant"
format = "long"
separator = ";"
decimal = ","
holds_s = 86400
ignore = ["alarm {x}"]
[time]
column = "Zeit"
unit = "iso"
[point]
name = "Punkt"
value = "Wert"
unit = "Einheit"
status = { column = "Status", good = ["ok"] }
[[column]]
match = "P{n} Leistung"
asset = "pump_{n}"
metric = "cooling_power_w"
unit = "kW"
[[column]]
match = "KW Vorlauf"
asset = "loop_1"
metric = "coolant_supply_temp_k"
unit = "degC"
"""
TRENDS = (
    "Zeit;Punkt;Wert;Einheit;Status\n"
    "2024-01-01T00:00:00;P1 Leistung;1,5;kW;ok\n"
    "2024-01-01T00:00:30;P1 Leistung;2,5;kW;ok\n"
    "2024-01-01T00:01:00;P1 Leistung;3,5;kW;ok\n"
    "2024-01-01T01:01:00;P1 Leistung;0,5;kW;ok\n"
    "2024-01-01T00:00:10;KW Vorlauf;17,25;degC;ok\n"
    "2024-01-01T00:00:20;KW Vorlauf;999;degC;fault\n"
    "2024-01-01T00:00:20;alarm 7;1;;ok\n"
)


def test_changes_of_value_are_held(file):
    """A point that is silent for an hour has not changed: 3.5 kW for 3,600 s, with no gap."""
    reading = telemetry.read(file("trend.csv", TRENDS), mapping=file("bms.toml", BMS), tz="UTC")
    frame = reading.frame.collect()
    assert frame.filter(pl.col("asset") == "loop_1").select("value", "quality").rows() == [(290.4, 0), (None, 5)]
    assert "values whose status is not good, read as missing: 1 (1 fault)" in reading.notes
    assert any(
        note.startswith("changes of value only: values held through silences, as estimates: ") for note in reading.notes
    )
    power = frame.filter(pl.col("asset") == "pump_1")
    assert power["value"].null_count() == 0
    assert set(power.filter(pl.col("quality") == 1)["value"]) == {3500.0}
    series = resample.hold(frame.lazy(), "cooling_power_w", START, 3660, 60.0)
    assert series.values.sum() * 60.0 == pytest.approx(30 * 1500 + 30 * 2500 + 3600 * 3500)
    # Read again, nothing is added.
    assert not any("gaps" in note for note in reading.notes)


def test_points_that_no_mapping_knows(file, refused):
    told = refused(file("trend.csv", TRENDS.replace("KW", "XX")), mapping=file("bms.toml", BMS), tz="UTC")
    assert told[0] == (
        "line 6: the mapping bms does not know the point 'XX Vorlauf'; add a [[column]], or name it in ignore"
    )


def test_decimal_commas_are_suggested(file, refused):
    mapping = file("bms.toml", BMS.replace('decimal = ","\n', ""))
    told = refused(file("a.csv", TRENDS), mapping=mapping, tz="UTC")
    assert told[0].startswith("line 2, Wert: the unit ',5 kW' is not read as W")
    assert told[0].endswith("does the file write decimal commas? say decimal = ',' in a mapping")
    (told,) = refused(file("b.csv", TRENDS))
    assert "give a mapping with separator = ';' and, if so, decimal = ','" in told


def test_a_pdu_over_snmp(file):
    text = (
        "timestamp,rPDU2DeviceStatusPower.1,rPDU2DeviceStatusEnergy.1,rPDU2PhaseStatusCurrent.1\n"
        "2024-01-01T00:00Z,512,4294967290,221\n2024-01-01T00:01Z,-1,6,-1\n"
    )
    reading = telemetry.read(file("pdu.csv", text))
    values = {(row["metric"], row["time"].minute): row["value"] for row in reading.frame.collect().to_dicts()}
    assert values["it_power_w", 0] == pytest.approx(5120.0)
    assert values["it_power_w", 1] is None
    assert values["current_a", 0] == pytest.approx(22.1)
    # The counter of 32 bits wraps: 12 tenths of a kWh.
    assert values["it_energy_j", 1] - values["it_energy_j", 0] == pytest.approx(1.2 * 3.6e6, rel=1e-6)
    assert "cells without a value, read as missing: 2 (2 -1)" in reading.notes


IPMI = """
    Instantaneous power reading:                   {watts} Watts
    Minimum during sampling period:                  18 Watts
    Maximum during sampling period:                 280 Watts
    Average power reading over sample period:       176 Watts
    IPMI timestamp:                           Thu Aug  1 13:46:{second:02d} 2024
    Sampling period:                          00010824 Seconds.
    Power reading state is:                   {state}
"""


def test_power_by_ipmi(file, refused):
    text = "".join(
        IPMI.format(watts=watts, second=second, state=state)
        for watts, second, state in ((173, 34, "activated"), (1023, 44, "activated"), (0, 54, "deactivated"))
    )
    reading = telemetry.read(file("power.txt", text), tz="UTC")
    frame = reading.frame.collect()
    assert frame["value"].to_list() == [173.0, 1023.0, None]
    assert frame["quality"].to_list() == [0, 2, 5]
    assert frame["time"][0] == datetime(2024, 8, 1, 13, 46, 34, tzinfo=UTC)
    (told,) = refused(file("b.txt", IPMI.format(watts="many", second=1, state="activated")), tz="UTC")
    assert told == "line 2: 'many' is no number"


def test_american_and_metric_units_in_one_table(file):
    header = "timestamp,cdu_1_power,cdu_1_primary_flow,cdu_1_primary_supply_pressure,cdu_1_secondary_supply_temperature"
    frame = telemetry.read(file("cdu.csv", f"{header}\n2024-01-01T00:00Z,9600,60,62,25.5\n")).frame.collect()
    values = {(row["asset"], row["metric"]): row["value"] for row in frame.to_dicts()}
    # A gallon is 231 cubic inches of 25.4 mm, a pound on a square inch 6,894.757 Pa.
    assert values["cdu_1/primary", "coolant_flow_m3_s"] == pytest.approx(231 * 0.0254**3)
    assert values["cdu_1/primary", "coolant_supply_pressure_pa"] == pytest.approx(62 * 6894.757, rel=1e-6)
    assert values["cdu_1", "coolant_supply_temp_k"] == pytest.approx(298.65)
    plant = "timestamp,mtwst,k100_pue,cep_outside_air_wet_bulb_temp\n2020-01-01T00:00Z,68,1.1,50\n"
    frame = telemetry.read(file("cep.csv", plant)).frame.collect()
    assert dict(frame.select("metric", "value").iter_rows()) == {
        "coolant_supply_temp_k": pytest.approx(293.15),
        "pue": 1.1,
        "wet_bulb_temp_k": pytest.approx(283.15),
    }


def test_partial_reports_of_generation(file):
    header = "timestamp,WND,SUN,WAT,OIL,NG,COL,NUC,OTH,avg_CI\n"
    rows = "2022-10-01 04:00:00+00:00,1,1,1,1,1,5,5,1,360.0\n2022-10-01 05:00:00+00:00,1,1,1,1,1,0,0,1,42.7\n"
    reading = telemetry.read(file("pjm.csv", header + rows))
    frame = reading.frame.collect()
    assert frame["value"].to_list() == [pytest.approx(1e-7), None]  # 360 g/kWh is 0.36 kg over 3.6 MJ
    assert "rows that are partial reports, read as missing: 1" in reading.notes


def test_carbon_files(shared):
    """5 partial reports and 23 empty hours in PJM's year; ERCOT's mean is 347 g/kWh."""
    pjm = telemetry.read(shared("carbon/PJM_NG_avgCI.csv")).frame.collect()
    assert pjm["value"].null_count() == 28
    ercot = telemetry.read(shared("carbon/ERCO_NG_avgCI.csv")).frame.collect()
    assert ercot["value"].mean() * 3.6e9 == pytest.approx(347, abs=0.5)
    dutch = telemetry.read(shared("carbon/opendc_NL_2021-2024.parquet"), tz="Etc/GMT-1").frame.collect()
    assert dutch.height == 35064


def test_synchrophasors(file):
    text = "Timestamp,SHELBY-FQ,SHELBY-DF,SHELBY-PM1\n2024-01-01T00:00:00.033Z,59.98,-0.01,1\n"
    frame = telemetry.read(file("pmu.csv", text)).frame.collect()
    assert frame.select("asset", "metric", "value").rows() == [
        ("SHELBY", "frequency_hz", 59.98),
        ("SHELBY", "frequency_ramp_hz_s", -0.01),
    ]


CFG = (
    "Station A,dev,1999\n3,2A,1D\n1,VA,A,,kV,0.01,0,0,-32767,32767,1000,1,P\n2,IA,A,,A,0.1,0,0,-32767,32767,2000,5,S\n"
    "1,trip,,,0\n60\n1\n1000,3\n01/01/2024,00:00:00.000000\n01/01/2024,00:00:00.001000\nASCII\n1\n"
)


def test_a_record_of_a_disturbance(file, refused):
    path = file("event.cfg", CFG)
    file("event.dat", "1,0,100,10,0\n2,1000,200,20,0\n3,2000,-100,-10,1\n")
    reading = telemetry.read(path, tz="UTC")
    assert reading.format == "comtrade"
    frame = reading.frame.collect()
    voltage = frame.filter(pl.col("metric") == "voltage_v")
    assert voltage["value"].to_list() == pytest.approx([1000.0, 2000.0, -1000.0])  # hundredths of a kV
    assert voltage["time"].to_list() == [START + timedelta(milliseconds=place) for place in range(3)]
    # Told at the secondary of a transformer of 2,000 to 5 A.
    current = frame.filter(pl.col("metric") == "current_a")["value"].to_list()
    assert current == pytest.approx([400.0, 800.0, -400.0])
    assert "status channels, not used: 1" in reading.notes
    # All in one file, its numbers in binary: number, time in us, two channels, and a word of states.
    binary = struct.pack("<IIhhH", 1, 0, 100, 10, 0) + struct.pack("<IIhhH", 2, 1000, 200, 20, 0)
    head = "--- file type: CFG ---\n" + CFG.replace("ASCII", "BINARY").replace("1000,3", "1000,2")
    whole = file("whole.cff", head.encode() + f"--- file type: DAT BINARY: {len(binary)} ---\n".encode() + binary)
    frame = telemetry.read(whole, tz="UTC").frame.collect()
    assert frame.filter(pl.col("metric") == "voltage_v")["value"].to_list() == pytest.approx([1000.0, 2000.0])
    (told,) = refused(file("big.cfg", CFG.replace("1000,3", "1000,30000000")), tz="UTC")
    assert "big.dat does not stand beside it" in told
    file("big.dat", "1,0,100,10,0\n")
    (told,) = refused(file("big.cfg", CFG.replace("1000,3", "1000,30000000")), tz="UTC")
    assert "it promises 30,000,000 samples, more than big.dat holds" in told
