"""
The matrix of bad input: what real files hold, and what reading them must do; none is silent.

A row is told (refused, with its place), or read and noted, or marked in the quality.
"""

import gzip
import json
import zipfile
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

import telemetry

HEADER = "time,asset,metric,value\n"
ROW = "2024-01-01T00:00:00Z,rack_1,it_power_w,1000\n"
NEXT = "2024-01-01T00:00:15Z,rack_1,it_power_w,1010\n"
GOOD = HEADER + ROW + NEXT
SMI = "timestamp, index, power.draw [W]\n"
POLLS = "".join(f"2024/01/01 00:00:{second:02d}.000, 0, 7{second % 10}.25 W\n" for second in range(20))
PARTS = (ROW + NEXT).replace("rack_1", "rack_1/a").replace("10", "15")
BARE = POLLS.replace(" W\n", "\n")
START = datetime(2024, 1, 1, tzinfo=UTC)


def watts(values, step=15):
    """Write a series of one rack."""
    rows = (
        f"{(START + timedelta(seconds=step * place)).isoformat()},rack_1,it_power_w,{value}\n"
        for place, value in enumerate(values)
    )
    return HEADER + "".join(rows)


REFUSED = {
    "empty file": ("a.csv", b"", {}, "the file is empty"),
    "header only": ("a.csv", HEADER, {}, "the file has a header and no row"),
    "ragged long row": ("a.csv", GOOD + "1,2,3,4,5\n" + ROW, {}, "line 4: 5 cells where the first line has 4"),
    "NUL bytes": ("a.csv", GOOD.encode().replace(b"1010", b"1\x0010"), {}, "a NUL byte at offset"),
    "UTF-16": ("a.csv", GOOD.encode("utf-16"), {}, "UTF-16 text; save it as UTF-8"),
    "Latin-1 degree sign": ("a.csv", GOOD.replace("rack", "°rack").encode("latin-1"), {}, "is not UTF-8"),
    "duplicate header": ("a.csv", GOOD.replace("asset", "value"), {}, "column 'value' stands 2 times"),
    "unknown unit of a header": (
        "a.csv",
        (SMI + POLLS).replace("[W]", "[Wat]").replace(" W\n", "\n"),
        {"tz": "UTC"},
        "'Wat'",
    ),
    "type change after 100 rows": (
        "a.csv",
        watts([*range(1000, 1120), "many", 1000]),
        {},
        "line 122, value: 'many' is no number",
    ),
    "mixed dimensions in cells": (
        "a.csv",
        SMI + POLLS.replace("71.25 W", "71.25 J"),
        {"tz": "UTC"},
        "'J' is not read as W",
    ),
    "semicolon and decimal comma": (
        "a.csv",
        GOOD.replace(",", ";").replace("1010", "10,1"),
        {},
        "columns are not separated by commas",
    ),
    "mW written as W": (
        "a.csv",
        watts([700]).replace("it_power_w,700", "accelerator_power_w,700000"),
        {},
        "wrong by 1000?",
    ),
    "kW among W": ("a.csv", watts([1e5, 1.1e8, 1.2e5, 1e5]), {}, "is the unit wrong by 1000?"),
    "accelerators in kW": (
        "a.csv",
        watts([0.07, 0.65]).replace("it_power_w", "accelerator_power_w"),
        {},
        "is the unit kW, wrong by 1000?",
    ),
    "truncated gzip": ("a.csv.gz", gzip.compress(GOOD.encode())[:-10], {}, "no whole gzip file"),
    "no parquet": ("a.parquet", GOOD, {}, "named .parquet, but it is no parquet file"),
    "0-byte parquet": ("a.parquet", b"", {}, "the file is empty"),
    "DST fold": (
        "a.csv",
        HEADER + "2024-11-03T01:30:00,a,it_power_w,1\n2024-11-03T03:30:00,a,it_power_w,1\n",
        {"tz": "America/New_York"},
        "double or impossible; write it with its offset; got '2024-11-03T01:30:00'",
    ),
    "DST gap": (
        "a.csv",
        HEADER + "2024-03-10T01:30:00,a,it_power_w,1\n2024-03-10T02:30:00,a,it_power_w,1\n",
        {"tz": "America/New_York"},
        "double or impossible; write it with its offset; got '2024-03-10T02:30:00'",
    ),
    "naive and aware times": ("a.csv", GOOD.replace("00:00:15Z", "00:00:15"), {}, "the time has no zone"),
    "unsorted rows": ("a.csv", "0,70\n15,71\n45,72\n30,73\n", {"start": "2024-01-01T00:00Z"}, "time goes back from"),
    "two values at one time": ("a.csv", GOOD + ROW.replace("1000", "1050"), {}, "two values of it_power_w"),
    "rows without an index, no polls": (
        "a.csv",
        "timestamp, power.draw [W]\n"
        + "".join(f"2024/01/01 00:00:{10 + k:02d}.000, 60 W\n" * (1 + k % 3) for k in range(9)),
        {"tz": "UTC"},
        "no column tells the GPUs apart",
    ),
    "1970": ("a.csv", GOOD.replace("2024-01-01", "1970-01-01"), {}, "outside the years 2000 to 2100"),
    "clock steps back": (
        "a.csv",
        SMI + POLLS + "2024/01/01 00:00:05.500, 0, 70 W\n",
        {"tz": "UTC"},
        "time goes back from 2024-01-01 00:00:19Z",
    ),
    "negative power": ("a.csv", watts([1000, -5]), {}, "negative"),
    "below 150 K": ("a.csv", watts([100]).replace("it_power_w", "coolant_supply_temp_k"), {}, "wanted 200 to 400 K"),
    "negative flow": ("a.csv", watts([-1]).replace("it_power_w", "coolant_flow_m3_s"), {}, "negative"),
    "activity above one": ("a.csv", watts([66]).replace("it_power_w", "accelerator_busy"), {}, "is it in per cent?"),
    "infinite": ("a.csv", watts(["inf"]), {}, "it_power_w is inf"),
    "billion columns": ("a.csv", ",".join(["a"] * 30_000) + "\n", {}, "at most 20,000 are read"),
    "path in an asset": ("a.csv", GOOD.replace("rack_1", "../rack"), {}, "an asset's name has letters"),
    "formula in an asset": ("a.csv", GOOD.replace("rack_1", "=cmd|x"), {}, "an asset's name has letters"),
    "pickle": ("a.pkl", b"\x80\x04\x95\x0b\x00\x00\x00\x00\x00\x00\x00\x8c\x01a\x94.", {}, "a NUL byte"),
    "cut JSON": ("a.json", '{"status": "success", "data": ', {}, "no whole JSON"),
    "deep JSON": ("a.json", "[" * 200_000, {}, "no whole JSON"),
}
"""Row of the matrix -> name of the file, its content, options, and what must be told."""


@pytest.mark.parametrize("row", REFUSED)
def test_refused(file, refused, row):
    name, content, options, told = REFUSED[row]
    assert told in "\n".join(refused(file(name, content), **options))


READ = {
    "UTF-8 mark and CRLF": (b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode(), {}, [1000.0, 1010.0], ""),
    "truncated last line": (
        GOOD + "2024-01-01T00:0",
        {},
        [1000.0, 1010.0],
        "the last line is cut short and was dropped",
    ),
    "no final newline": (GOOD[:-1], {}, [1000.0, 1010.0], "its last line was taken as whole"),
    "header with space and case": (SMI.replace("power", "Power") + POLLS[:36], {"tz": "UTC"}, [70.25], ""),
    "not available": (SMI + POLLS.replace("71.25 W", "[N/A]"), {"tz": "UTC"}, None, "(2 [N/A])"),
    "GPU is lost": (SMI + POLLS.replace("71.25 W", "[GPU is lost]"), {"tz": "UTC"}, None, "(2 [GPU is lost])"),
    "units in cells": (SMI + POLLS[:36] + "2024/01/01 00:00:01.000, 0, 0.07 kW\n", {"tz": "UTC"}, [70.25, 70.0], ""),
    "mixed offsets": (GOOD.replace("00:00:15Z", "08:00:15+08:00"), {}, [1000.0, 1010.0], ""),
    "leap second": (GOOD.replace("00:00:15Z", "00:00:60Z"), {}, [1000.0, 1010.0], "rows in a leap second"),
    "hour 24": (GOOD.replace("2024-01-01T00:00:00Z", "2023-12-31T24:00:00Z"), {}, [1000.0, 1010.0], ""),
    "seventh digit": (GOOD.replace("00:00:15Z", "00:00:15.1234567Z"), {}, [1000.0, 1010.0], ""),
    "late by less than a second": (
        "0,70\n1,71\n1.8,73\n1.4,72\n",
        {"start": "2024-01-01T00:00Z"},
        [70.0, 71.0, 72.0, 73.0],
        "rows up to 1 s late, sorted: 1",
    ),
    "NaN": (watts([1000, "NaN", 1100]), {}, [1000.0, None, 1100.0], "read as missing: 1 (1 NaN)"),
    "retransmits": (GOOD + NEXT, {}, [1000.0, 1010.0], "rows that repeat another one, dropped: 1"),
    "counter begun anew": (
        watts([100, 200, 50]).replace("it_power_w", "it_energy_j"),
        {},
        [100.0, 200.0, 50.0],
        "counters begun anew; what they counted between is lost: 1",
    ),
    "gap": (watts([1000, 1001, 1002]) + NEXT.replace("00:00:15", "00:10:15"), {}, None, "for 585 s"),
    "stuck sensor, leading zeros": (watts([0.0] * 150 + list(range(1000, 1300))), {}, None, "stand still"),
    "parts above their meter": (GOOD + PARTS, {}, None, "% more"),
    "gzip": (gzip.compress(GOOD.encode()), {}, [1000.0, 1010.0], ""),
}
"""Row of the matrix -> content, options, values read (None where another test looks), and what must be noted."""


@pytest.mark.parametrize("row", READ)
def test_read_and_noted(file, row):
    content, options, values, noted = READ[row]
    reading = telemetry.read(file("a.csv", content), **options)
    frame = reading.frame.collect()
    if values is not None:
        assert frame.sort("time")["value"].to_list() == values
    assert noted in "\n".join(reading.notes)
    assert not frame["value"].is_nan().any()
    assert frame["time"].is_sorted()


@pytest.mark.parametrize(
    ("row", "quality"),
    [
        ("leap second", 2),
        ("NaN", 5),
        ("GPU is lost", 5),
        ("counter begun anew", 6),
        ("stuck sensor, leading zeros", 2),
        ("gap", 3),
    ],
)
def test_marked(file, row, quality):
    content, options, _, _ = READ[row]
    frame = telemetry.read(file("a.csv", content), **options).frame.collect()
    assert quality in frame["quality"].to_list()


def test_compressed_bombs_and_archives(file, refused, monkeypatch):
    monkeypatch.setattr("telemetry.source.MOST_BYTES", 10_000)
    assert "unpacks to more than 10,000 bytes" in refused(file("a.csv.gz", gzip.compress(b"0" * 100_000)))[0]
    path = file("a.zip", b"")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.csv", GOOD)
    assert "a zip archive; unpack it first" in refused(path)[0]


def test_parquet_of_other_types(tmp_path, refused):
    """Whole numbers, single precision and unsigned ones are one canonical type; text is not a number."""
    times = [START, START + timedelta(seconds=15)]
    for dtype in (pl.Int64, pl.Float32, pl.UInt64):
        values = pl.Series("value", [1000, 1010], dtype)
        frame = pl.DataFrame({"time": times, "asset": ["a"] * 2, "metric": ["it_power_w"] * 2, "value": values})
        frame.write_parquet(tmp_path / "a.parquet")
        assert telemetry.read(tmp_path / "a.parquet").frame.collect()["value"].to_list() == [1000.0, 1010.0]
    frame.with_columns(value=pl.Series([[1], [2]])).write_parquet(tmp_path / "b.parquet")
    assert refused(tmp_path / "b.parquet") == ["value: holds List(Int64), wanted numbers"]


def test_blanks_of_dcgm_as_whole_numbers_of_64_bits(tmp_path):
    """2^64 - 1 and its neighbours are read as the blanks that they are, in JSON too."""
    metric = {"__name__": "DCGM_FI_DEV_MEMORY_TEMP", "gpu": "0"}
    values = [[1704067200, "9223372036854775794"], [1704067215, "18446744073709551615"], [1704067230, "61"]]
    answer = {"status": "success", "data": {"resultType": "matrix", "result": [{"metric": metric, "values": values}]}}
    path = tmp_path / "a.json"
    path.write_text(json.dumps(answer))
    assert telemetry.read(path).frame.collect()["value"].to_list() == [None, None, pytest.approx(334.15)]


@pytest.mark.parametrize(
    ("unit", "factor"), [("unix_s", 1), ("unix_ms", 10**3), ("unix_us", 10**6), ("unix_ns", 10**9)]
)
def test_epochs(file, refused, unit, factor):
    """A time counted in another unit than the mapping says falls outside of all years, and is told."""
    mapping = 'name = "m"\ndescription = "m"\nformat = "wide"\n[time]\ncolumn = "t"\nunit = "{}"\n'
    mapping += '[[column]]\nmatch = "p"\nasset = "a"\nmetric = "it_power_w"\nunit = "W"\n'
    path = file("a.csv", f"t,p\n{1704067200 * factor},5\n")
    reading = telemetry.read(path, mapping=file("m.toml", mapping.format(unit)))
    assert reading.frame.collect()["time"].to_list() == [START]
    other = "unix_ms" if unit == "unix_s" else "unix_s"
    (told,) = refused(path, mapping=file("n.toml", mapping.format(other)))
    assert "outside the years 2000 to 2100" in told
    inferred = telemetry.read(path, mapping=file("o.toml", mapping.format("unix")))
    assert inferred.frame.collect()["time"].to_list() == [START]
