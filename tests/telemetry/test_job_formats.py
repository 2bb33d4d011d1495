"""Jobs as Slurm, the Parallel Workloads Archive, Gavel, Philly and OpenDC write them."""

import json
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

import telemetry

START = datetime(2024, 1, 1, tzinfo=UTC)

SACCT = (
    "JobID|Submit|Start|End|ElapsedRaw|NNodes|NCPUS|AllocTRES|State|ConsumedEnergyRaw\n"
    "1|2024-01-01T00:00:00|2024-01-01T00:01:00|2024-01-01T01:01:00|3600|2|224|"
    "billing=224,cpu=224,gres/gpu=16,gres/gpu:h100=16,mem=2T,node=2|COMPLETED|\n"
    "1.batch|2024-01-01T00:01:00|2024-01-01T00:01:00|2024-01-01T01:01:00|3600|1|112|cpu=112|COMPLETED|1000\n"
    "1.0|2024-01-01T00:01:00|2024-01-01T00:01:00|2024-01-01T01:01:00|3600|2|224|cpu=224|COMPLETED|2000000\n"
    "2|2024-01-01T00:05:00|Unknown|Unknown|0|1|4294967294||CANCELLED by 1001|0\n"
)


def jobs(reading):
    assert reading.kind == "jobs"
    return reading.frame.collect().to_dicts()


def test_sacct(file):
    reading = telemetry.read(file("sacct.txt", SACCT), tz="UTC")
    assert reading.format == "slurm"
    first, second = jobs(reading)
    assert (first["start_time"], first["duration_s"]) == (START + timedelta(minutes=1), 3600.0)
    assert (first["nodes"], first["processors"], first["accelerators"], first["state"]) == (2, 224, 16, "completed")
    assert first["energy_j"] == 2001000.0  # of its steps, as the job itself tells none
    assert (second["start_time"], second["end_time"], second["processors"]) == (None, None, None)
    assert (second["state"], second["energy_j"]) == ("cancelled", None)
    assert reading.provenance.dropped == {"step of a job": 2}
    assert "jobs whose energy was not measured (blank or 0): 1" in reading.notes


def test_sacct_in_seconds_and_with_elapsed_text(file):
    text = "JobID|Start|End|Elapsed|State\n7|1704067200|1704160983|1-02:03:03|TIMEOUT\n"
    (job,) = jobs(telemetry.read(file("a.txt", text)))
    assert (job["start_time"], job["duration_s"], job["state"]) == (START, 93783.0, "timeout")


def test_columns_of_sacct_that_differ_by_capitals(file, refused):
    assert refused(file("a.txt", SACCT.replace("Submit", "start")), tz="UTC")[0] == (
        "line 1: two columns differ by capitals only"
    )


def test_faults_of_sacct(file, refused):
    text = SACCT.replace("COMPLETED|\n", "DONE|\n").replace("|2|224|billing", "|two|224|billing")
    assert refused(file("a.txt", text), tz="UTC") == [
        "line 2, nnodes: 'two' is no number",
        "line 2, State: 'done' is no state of Slurm's",
    ]
    # Raw energy is bare joules; the rounded one has K, M or G, and is told to be left out.
    assert refused(file("c.txt", SACCT.replace("|1000\n", "|1.5M\n")), tz="UTC")[0].startswith(
        "line 3, consumedenergyraw: the unit 'M' is not read as J"
    )
    rounded = SACCT.replace("ConsumedEnergyRaw", "ConsumedEnergy").replace("|1000\n", "|1.5M\n")
    assert telemetry.read(file("d.txt", rounded), tz="UTC").notes == (
        "ConsumedEnergy is rounded and was left out; ask sacct for ConsumedEnergyRaw",
    )
    # On 10 March 2024 New York has no 02:30.
    (told,) = refused(file("b.txt", "JobID|Start|State\n1|2024-03-10T02:30:00|RUNNING\n"), tz="America/New_York")
    assert "makes this instant double or impossible" in told


SWF = (
    "; Version: 2.2\n; UnixStartTime: 1704067200\n"
    + "\n".join(
        " ".join(str(number) for number in row)
        for row in (
            [1, 0, 60, 600, 32, 300, -1, 32, 3600, -1, 1, 5, 1, 1, 1, -1, -1, -1],
            [2, 30, -1, -1, -1, -1, -1, 16, 60, -1, 5, 5, 1, 1, 1, -1, -1, -1],
        )
    )
    + "\n"
)


def test_swf(file, refused):
    reading = telemetry.read(file("a.swf", SWF))
    first, second = jobs(reading)
    assert first["start_time"] == START + timedelta(seconds=60)
    assert (first["end_time"], first["duration_s"]) == (START + timedelta(seconds=660), 600.0)
    assert (first["processors"], first["host_utilisation"], first["state"]) == (32, 0.5, "completed")
    assert (second["start_time"], second["duration_s"], second["processors"]) == (None, None, 16)
    assert second["state"] == "cancelled"
    assert refused(file("b.swf", SWF.replace("UnixStartTime", "Note"))) == [
        "times count s from a start that its header does not give; say when with --start 2025-07-27T00:00Z"
    ]
    (told,) = refused(file("c.swf", SWF + "3 1 2\n"))
    assert told == "line 5: 3 cells, wanted 18 numbers below 1e+12; got '3 1 2'"
    (told,) = refused(file("e.swf", SWF.replace("1 0 60 600", "1 0 60 60000000000")))
    assert told == "line 3, duration_s: 6e+10, wanted 0 to 4e+08 s"
    cut = telemetry.read(file("d.swf", SWF + "3 1 2"))
    assert cut.provenance.dropped == {"last line cut short": 1}


def test_gavel(file):
    text = "ResNet-50 (batch size 64)\tcd %s && python3 x.py\t--steps\t1\t500\t12.5\t8\n"
    (job,) = jobs(telemetry.read(file("a.trace", text), start="2024-01-01T00:00Z"))
    assert (job["kind"], job["accelerators"]) == ("ResNet-50 (batch size 64)", 8)
    assert job["submit_time"] == START + timedelta(seconds=12.5)


def test_gavel_file(shared):
    frame = telemetry.read(shared("jobs/gavel_philly_ee9e8c_seed0.trace"), start="2024-01-01T00:00Z").frame.collect()
    counts = dict(frame["accelerators"].cast(pl.Int64).value_counts().iter_rows())
    assert counts == {1: 975, 2: 47, 4: 321, 7: 2, 8: 543, 16: 106, 20: 1, 32: 5}


def test_philly(file, refused):
    log = [
        {
            "jobid": "a",
            "status": "Pass",
            "vc": "v1",
            "user": "u",
            "submitted_time": "2017-10-09 00:00:00",
            "attempts": [
                {"start_time": "2017-10-09 00:01:00", "end_time": "2017-10-09 00:02:00", "detail": []},
                {
                    "start_time": "2017-10-09 00:03:00",
                    "end_time": "2017-10-09 01:01:00",
                    "detail": [{"ip": "m1", "gpus": ["gpu0", "gpu1"]}, {"ip": "m2", "gpus": ["gpu0", "gpu1"]}],
                },
            ],
        },
        {"jobid": "b", "status": "Killed", "vc": "v1", "submitted_time": "2017-10-09 00:00:10", "attempts": []},
    ]
    first, second = jobs(telemetry.read(file("a.json", json.dumps(log)), tz="America/Los_Angeles"))
    assert first["start_time"] == datetime(2017, 10, 9, 7, 1, tzinfo=UTC)
    assert (first["duration_s"], first["nodes"], first["accelerators"]) == (3600.0, 2.0, 4.0)
    assert (second["state"], second["start_time"], second["accelerators"]) == ("cancelled", None, None)
    assert any("the time has no zone" in told for told in refused(file("b.json", json.dumps(log))))


@pytest.fixture
def opendc(tmp_path):
    start = 1704067200000
    tasks = {"id": [1, 2], "submission_time": [start, start + 60000], "duration": [90000, 30000]}
    tasks |= {"cpu_count": [16, 8], "cpu_capacity": [33600.0, 16800.0], "mem_capacity": [1, 1]}
    pl.DataFrame(tasks).write_parquet(tmp_path / "week_tasks.parquet")
    fragments = {"id": [1, 2, 1, 1, 9], "duration": [30000] * 5, "cpu_usage": [0.0, 4200.0, 33600.0, 16800.0, 1.0]}
    pl.DataFrame(fragments).write_parquet(tmp_path / "week_fragments.parquet")
    return tmp_path


def test_opendc(opendc, refused):
    first, second = jobs(telemetry.read(opendc / "week_tasks.parquet"))
    assert (first["submit_time"], first["duration_s"], first["processors"]) == (START, 90.0, 16.0)
    assert (first["host_utilisation"], second["host_utilisation"]) == (0.5, 0.25)
    reading = telemetry.read(opendc / "week_fragments.parquet")
    frame = reading.frame.collect().filter(pl.col("asset") == "job/1")
    # Fragments of a task follow each other, whatever stands between them.
    assert frame["value"].to_list() == [0.0, 1.0, 0.5]
    assert frame["time"].to_list() == [START + timedelta(seconds=30 * place) for place in range(3)]
    assert reading.provenance.dropped == {"fragment without a task": 1}
    (opendc / "week_tasks.parquet").unlink()
    (told,) = refused(opendc / "week_fragments.parquet")
    assert told.startswith("fragments have no time; put the file of tasks beside it")


def test_opendc_files(shared):
    """6,295 tasks of a week from 2022-10-06T22:00, and what they used of their processors."""
    frame = telemetry.read(shared("jobs/opendc_surf_week_tasks.parquet")).frame.collect()
    assert frame.height == 6295
    assert frame["submit_time"].min() == datetime(2022, 10, 6, 22, tzinfo=UTC)
    assert frame["host_utilisation"].null_count() == 0
