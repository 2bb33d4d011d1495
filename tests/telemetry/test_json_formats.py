"""Prometheus' answers, OpenTelemetry's exports and Redfish' reports."""

import json
from datetime import UTC, datetime

import polars as pl

import telemetry

POWER = {"__name__": "DCGM_FI_DEV_POWER_USAGE_INSTANT", "gpu": "3", "Hostname": "n1"}


def answer(*series, **more):
    results = [{"metric": metric, "values": values} for metric, values in series]
    return json.dumps({"status": "success", "data": {"resultType": "matrix", "result": results}, **more})


def test_an_answer_over_a_range(file):
    text = answer((POWER, [[1704067200, "700.5"], [1704067215.25, "NaN"], [1704067230, "690"]]), warnings=["partial"])
    reading = telemetry.read(file("a.json", text))
    frame = reading.frame.collect()
    assert reading.format == "prometheus"
    assert frame.select("asset", "value", "quality").rows() == [
        ("n1/gpu_3", 700.5, 0),
        ("n1/gpu_3", None, 5),
        ("n1/gpu_3", 690.0, 0),
    ]
    assert frame["time"][1] == datetime(2024, 1, 1, 0, 0, 15, 250000, tzinfo=UTC)
    assert "the server warned: partial" in reading.notes


def test_parts_of_a_range_share_their_edge(file):
    parts = [answer((POWER, [[1704067200, "700"], [1704067215, "710"]])), answer((POWER, [[1704067215, "710"]]))]
    reading = telemetry.read(file("a.jsonl", "\n".join(parts) + "\n"))
    assert reading.frame.collect()["value"].to_list() == [700.0, 710.0]
    assert reading.provenance.dropped == {"repeated row": 1}


def test_answers_without_samples(file, refused):
    assert refused(file("a.json", '{"status": "error", "errorType": "bad_data", "error": "parse error"}')) == [
        "the server refused the query: bad_data parse error"
    ]
    assert refused(file("b.json", answer())) == ["the answer holds no sample; did the query fit, and the range?"]
    assert refused(file("d.json", answer((POWER, [[1704067200, "many"]]))))[0] == "value 1: 'many' is no number"


def test_json_that_is_cut_short(file, refused):
    (told, *_) = refused(file("a.json", answer((POWER, [[1704067200, "700"]]))[:-3]))
    assert told.startswith("no whole JSON: ")


def otlp(name, unit, points, kind="gauge", **more):
    metric = {"name": name, "unit": unit, kind: {"dataPoints": points, **more}}
    host = [{"key": "host.name", "value": {"stringValue": "n1"}}]
    return {"resourceMetrics": [{"resource": {"attributes": host}, "scopeMetrics": [{"metrics": [metric]}]}]}


def point(second, value, **labels):
    attributes = [{"key": key.replace("_", "."), "value": {"stringValue": text}} for key, text in labels.items()]
    return {"timeUnixNano": str((1704067200 + second) * 10**9), "asDouble": value, "attributes": attributes}


def test_an_export_of_opentelemetry(file):
    lines = [
        otlp(
            "hw.power", "W", [point(0, 650.0, hw_id="gpu0", hw_type="gpu"), point(0, 90.0, hw_id="cpu0", hw_type="cpu")]
        ),
        otlp("hw.host.power", "W", [point(0, 1200.0)]),
        otlp("hw.temperature", "Cel", [point(0, 60.0, hw_id="gpu0", hw_type="gpu")]),
    ]
    frame = telemetry.read(file("a.jsonl", "".join(json.dumps(line) + "\n" for line in lines))).frame.collect()
    # The host's total is a metric of its own, so that parts are never added to it.
    assert frame.select("asset", "metric", "value").rows() == [
        ("n1", "it_power_w", 1200.0),
        ("n1/cpu0", "component_power_w", 90.0),
        ("n1/gpu0", "accelerator_power_w", 650.0),
        ("n1/gpu0", "accelerator_temp_k", 333.15),
    ]


def test_changes_are_added_up_to_a_counter(file):
    points = [point(0, 100.0), point(10, 50.0), point(20, 25.0)]
    text = json.dumps(otlp("hw.host.energy", "J", points, "sum", aggregationTemporality=1, isMonotonic=True))
    reading = telemetry.read(file("a.json", text))
    assert reading.frame.collect()["value"].to_list() == [100.0, 150.0, 175.0]
    assert "sums that tell the change since the last export were added up to counters" in reading.notes


def test_a_unit_of_another_dimension(file, refused):
    (told, *_) = refused(file("a.json", json.dumps(otlp("hw.host.power", "J", [point(0, 1.0)]))))
    assert told.startswith("hw.host.power: ")
    assert "W" in told


def report(stamp, value, sequence="1"):
    values = [
        {
            "MetricId": "PowerConsumedWatts",
            "MetricProperty": "/redfish/v1/Chassis/Node.7/Power#/PowerControl/0/PowerConsumedWatts",
            "MetricValue": value,
            "Timestamp": stamp,
        }
    ]
    return {"@odata.type": "#MetricReport.v1_3_0.MetricReport", "ReportSequence": sequence, "MetricValues": values}


def test_reports_of_redfish(file, refused):
    reports = [report("2024-01-01T08:00:00+08:00", "912"), report("2024-01-01T00:01:00Z", "")]
    reading = telemetry.read(file("a.json", json.dumps([*reports, reports[0]])))
    frame = reading.frame.collect()
    assert frame.select("time", "asset", "metric", "value").rows() == [
        (datetime(2024, 1, 1, tzinfo=UTC), "Node.7", "it_power_w", 912.0),
        (datetime(2024, 1, 1, 0, 1, tzinfo=UTC), "Node.7", "it_power_w", None),
    ]
    assert reading.provenance.dropped == {"repeated row": 1}
    # A controller whose clock was never set.
    (told, *_) = refused(file("b.json", json.dumps(report("1970-01-01T00:05:00Z", "912"))))
    assert "outside the years 2000 to 2100" in told


def test_words_in_the_place_of_numbers_are_counted(file):
    reports = [report("2024-01-01T00:00:00Z", "912"), report("2024-01-01T00:01:00Z", "Unknown")]
    reading = telemetry.read(file("a.json", json.dumps(reports)))
    assert reading.frame.collect()["value"].to_list() == [912.0, None]
    assert "values that are no numbers, read as missing: 1" in reading.notes


def test_unknown_json_says_what_it_holds(file, refused):
    (told,) = refused(file("a.json", '{"power": [1, 2], "unit": "W"}'))
    assert "The file is JSON with power, unit" in told
    assert pl.Series(told.splitlines()).str.contains("redfish: no key MetricValues").any()
