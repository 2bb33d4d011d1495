"""A file as a file: what a CSV reader passes in silence is told with its line."""

import gzip

import polars as pl
import pytest

from telemetry.source import load
from telemetry.table import tabulate
from twin.errors import TelemetryError

GOOD = "time,asset,metric,value\n2024-01-01T00:00Z,a,it_power_w,1000\n2024-01-01T00:01Z,a,it_power_w,1100\n"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "the file is empty"),
        (b" \r\n\n", "the file is empty"),
        (b"time,asset,metric,value\n", "the file has a header and no row"),
        (
            GOOD.encode().replace(b"1100", b"1\x000"),
            "line 3: a NUL byte at offset 92 (1 in all)",
        ),  # 24 + 36 + 32 before it
        (GOOD.encode("utf-16"), "UTF-16 text; save it as UTF-8"),
        (GOOD.replace("asset", "°asset").encode("latin-1"), "line 1: byte 0xb0 is not UTF-8"),
        (b"\x1f\x8b\x08\x00rest", "no whole gzip file, it may be cut short or damaged"),
        (gzip.compress(GOOD.encode())[:-12], "no whole gzip file, it may be cut short or damaged"),
        (GOOD.replace("value", "asset").encode(), "line 1: column 'asset' stands 2 times"),
        (GOOD.replace(",", ";").encode(), "line 1: columns are not separated by commas"),
    ],
)
def test_damage_is_told(file, content, told):
    with pytest.raises(TelemetryError) as caught:
        tabulate(load(file("meter.csv", content)))
    assert told in str(caught.value)
    assert "meter.csv" in str(caught.value)


def test_missing_file_and_folder(tmp_path):
    with pytest.raises(TelemetryError, match="cannot be read: No such file"):
        tabulate(load(tmp_path / "absent.csv"))
    with pytest.raises(TelemetryError, match="a folder; give one file"):
        tabulate(load(tmp_path))


def test_ragged_lines_are_told_with_their_lines(file):
    opened = tabulate(load(file("a.csv", "a,b,c\n1,2,x\n1,2\n1,2,x,4\n1,2,x\n")))
    assert [str(fault) for fault in opened.faults] == [
        "line 3: 2 cells where the first line has 3",
        "line 4: 4 cells where the first line has 3",
    ]
    assert opened.lines.to_list() == [2, 5]


def test_only_twenty_ragged_lines_are_listed(file):
    opened = tabulate(load(file("a.csv", "a,b\n" + "1\n" * 133)))
    assert len(opened.faults) == 21
    assert str(opened.faults[-1]) == "and 113 more lines of another width"  # 133 - 20


def test_cut_last_line_is_dropped_and_counted(file):
    opened = tabulate(load(file("a.csv", "t,p\n1,2.0\n2,3.0\n3")))
    assert opened.rows["p"].to_list() == ["2.0", "3.0"]
    assert opened.dropped == {"last line cut short": 1}
    assert opened.faults == ()


def test_whole_last_line_without_newline_is_kept(file):
    opened = tabulate(load(file("a.csv", "t,p\n1,2.0\n2,3.0")))
    assert opened.rows.height == 2
    assert opened.open_ended


def test_byte_order_mark_carriage_returns_and_spaces(file):
    opened = tabulate(load(file("a.csv", b"\xef\xbb\xbft, p\r\n1, 2.0\r\n2,\r\n")))
    assert opened.header == ("t", "p")
    assert opened.rows["p"].to_list() == ["2.0", None]


def test_separators_and_newlines_in_quotes(file):
    opened = tabulate(load(file("a.csv", 'name,p\n"GPU, the\nfirst",1\nx,2\n')))
    assert opened.rows["name"].to_list() == ["GPU, the\nfirst", "x"]
    assert opened.lines.to_list() == [2, 4]  # the quoted cell takes two lines


def test_headerless_numbers(file):
    opened = tabulate(load(file("a.csv", "0.0,1\n1.0,2\n")))
    assert opened.header == ()
    assert opened.rows.columns == ["column_0", "column_1"]


@pytest.mark.parametrize("keep", [0, 10, -20])
def test_truncated_parquet(file, tmp_path, keep):
    whole = tmp_path / "whole.parquet"
    pl.DataFrame({"a": [1.0, 2.0]}).write_parquet(whole)
    path = file("cut.parquet", whole.read_bytes()[:keep] if keep else b"not parquet")
    with pytest.raises(TelemetryError, match=r"cut\.parquet: (no whole parquet file|named \.parquet)"):
        tabulate(load(path))
