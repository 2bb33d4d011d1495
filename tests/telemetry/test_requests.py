"""Request traces: tokens in and out at an instant."""

from datetime import UTC, datetime

import telemetry
from twin.columns import REQUESTS

AZURE = "TIMESTAMP,ContextTokens,GeneratedTokens\r\n2023-11-16 18:17:03.9799600,4808,10\r\n2023-11-16 18:17:04.1,,8\r\n"
MOONCAKE = (
    '{"timestamp": 30, "input_length": 6758, "output_length": 500, "hash_ids": [0, 1]}\n'
    '{"timestamp": 0, "input_length": 7322, "output_length": 490, "hash_ids": [0, 14]}\n'
)


def test_azure(file):
    reading = telemetry.read(file("code.csv", AZURE), tz="UTC")
    frame = reading.frame.collect()
    assert (reading.format, reading.kind, frame.columns) == ("requests", "requests", list(REQUESTS))
    # A seventh digit of the fraction is beyond the microsecond.
    assert frame["time"][0] == datetime(2023, 11, 16, 18, 17, 3, 979960, tzinfo=UTC)
    assert frame["input_tokens"].to_list() == [4808.0, None]
    assert frame["quality"].to_list() == [0, 2]
    assert "cells without a value, read as missing: 1 (1 empty)" in reading.notes


def test_mooncake_lines_are_put_in_order(file):
    reading = telemetry.read(file("conversation.jsonl", MOONCAKE), start="2024-01-01T00:00Z")
    frame = reading.frame.collect()
    assert frame["time"].to_list() == [
        datetime(2024, 1, 1, tzinfo=UTC),
        datetime(2024, 1, 1, 0, 0, 0, 30000, tzinfo=UTC),
    ]
    assert frame["output_tokens"].to_list() == [490.0, 500.0]


def test_lines_that_are_no_json_and_a_cut_one(file, refused):
    told = refused(file("a.jsonl", MOONCAKE + "{broken}\n" + MOONCAKE), start="2024-01-01T00:00Z")
    assert len(told) == 1
    assert told[0].startswith("line 3: no JSON: ")
    reading = telemetry.read(file("b.jsonl", MOONCAKE + '{"timestamp": 4'), start="2024-01-01T00:00Z")
    assert reading.provenance.dropped == {"last line cut short": 1}
    assert reading.frame.collect().height == 2


def test_tokens_that_cannot_be(file, refused):
    told = refused(file("a.csv", AZURE.replace("4808", "-1").replace(",8", ",many")), tz="UTC")
    assert told == [
        "line 3, GeneratedTokens: 'many' is no number",
        "line 2, input_tokens: -1, wanted 0 to 1e+08",
    ]


def test_requests_come_back_the_same(file, tmp_path):
    reading = telemetry.read(file("code.csv", AZURE), tz="UTC")
    telemetry.write(reading, tmp_path / "a.parquet")
    again = telemetry.read(tmp_path / "a.parquet")
    assert (again.format, again.kind) == ("canonical", "requests")
    assert again.frame.collect().equals(reading.frame.collect())
    assert again.provenance.attribution == reading.provenance.attribution


def test_public_traces(shared):
    """Rows and means as their description has them: 1,469 tokens in the median of the coding service."""
    code = telemetry.read(shared("inference_requests/AzureLLMInferenceTrace2023_code.csv"), tz="UTC").frame.collect()
    assert (code.height, code["input_tokens"].median(), code["output_tokens"].median()) == (8819, 1469.0, 13.0)
    talk = telemetry.read(
        shared("inference_requests/mooncake_conversation_trace.jsonl"), start="2024-01-01T00:00Z"
    ).frame.collect()
    assert (talk.height, round(talk["input_tokens"].mean()), round(talk["output_tokens"].mean())) == (12031, 12035, 343)
