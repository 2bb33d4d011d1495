"""Job logs: a row a job, told at its start."""

from datetime import UTC, datetime

import polars as pl
import pytest

import telemetry

RAPS = "id,nodes,submit_s,start_s,end_s,time_limit_s,cpu_util_of_1,gpu_util_of_4,const_trace\r\n"


def test_jobs(file):
    rows = "7,103,-100,0,21601,21600,0.25,3.0,True\r\n8,2,5,,,60,0.5,1,True\r\n9,64,5,360,420,60,,,False\r\n"
    reading = telemetry.read(file("a.csv", RAPS + rows), start="2024-04-07T00:00Z")
    assert reading.format == "job_log"
    start, later = datetime(2024, 4, 7, tzinfo=UTC), datetime(2024, 4, 7, 0, 6, tzinfo=UTC)
    assert reading.frame.collect().rows() == [
        (start, "job/7", "job_accelerator_utilisation", 0.75, 0),  # 3 of 4
        (start, "job/7", "job_duration_s", 21601.0, 0),
        (start, "job/7", "job_host_utilisation", 0.25, 0),
        (start, "job/7", "job_nodes", 103.0, 0),
        (later, "job/9", "job_accelerator_utilisation", 0.0, 1),
        (later, "job/9", "job_duration_s", 60.0, 0),
        (later, "job/9", "job_host_utilisation", 0.0, 1),
        (later, "job/9", "job_nodes", 64.0, 0),
    ]
    assert reading.notes == (
        "the jobs are simulated, not measured",
        "jobs dropped, never started: 1",
        "jobs without utilisation, read as 0: 1",
    )
    assert reading.provenance.dropped == {"never started": 1}
    assert reading.provenance.attribution == "jobs: ExaDigiT RAPS, MIT OR Apache-2.0, ExaDigiT contributors"


def test_faults(file, refused):
    rows = "1,4,0,60,30,9,0,0,T\n1,4,0,30,60,9,0,0,T\n2,,0,0,9,9,0,0,T\n"
    rows += "3,4,0,0,9,9,1.5,0,T\n4,4,0,5,,9,0,0,T\n5,4,0,5,5,9,0,0,T\n"
    told = refused(file("a.csv", RAPS + rows), start="2024-04-07T00:00Z")
    assert told == [
        "line 6, end_s: wanted a number of s; got None",
        "line 4, nodes: no value; wanted a count",
        "line 2: the job ends 30 s before it starts",
        "line 7: the job has no length",
        "line 3: job/1 stands in an earlier line; a job has one row",
        "line 5, job/3: job_host_utilisation is 1.5, wanted 0 to 1; is it in per cent?",
    ]


def test_own_names_and_instants(file):
    text = (
        "id,nodes,start,end,accelerator_utilisation,host_utilisation\n"
        "train-1,16,2024-01-01T00:00+01:00,2024-01-01T12:30+01:00,0.9,0.3\n"
    )
    frame = telemetry.read(file("a.csv", text)).frame.collect()
    assert frame["time"].to_list() == [datetime(2023, 12, 31, 23, tzinfo=UTC)] * 4
    assert frame.filter(pl.col("metric") == "job_duration_s")["value"].to_list() == [45000.0]  # 12.5 h


def test_columns(file, refused):
    header = "id,nodes,start,end,accelerator_utilisation,host_utilisation,colour\n"
    told = refused(file("a.csv", header + "1,1,2024-01-01T00:00Z,2024-01-01T00:01Z,1,1,red\n"))
    assert told == ["colour: the mapping jobs does not know this column; name it in ignore"]
    told = refused(file("b.csv", "id,nodes\n1,1\n"), mapping="jobs")
    assert [fault.split(":")[0] for fault in told] == ["start", "end", "accelerator_utilisation", "host_utilisation"]


def test_day_of_frontier_jobs(shared):
    """870 jobs, of which 823 never start; of the 47 others the largest has 2,999 nodes at most."""
    reading = telemetry.read(shared("frontier/ref_24h_jobs.csv"), start="2024-01-01T00:00Z")
    frame = reading.frame.collect()
    assert reading.provenance.rows == 870
    assert reading.provenance.dropped == {"never started": 823}
    assert frame.height == 47 * 4
    first = frame.filter(pl.col("asset") == "job/0")
    assert dict(zip(first["metric"], first["value"], strict=True)) == {
        "job_nodes": 103.0,
        "job_duration_s": 21601.0,
        "job_host_utilisation": pytest.approx(0.24489185380347622, rel=1e-15),
        "job_accelerator_utilisation": pytest.approx(0.5581517141005756 / 4, rel=1e-15),
    }
