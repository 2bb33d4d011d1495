"""Job tables: what the source tells of when a job ran, on what, and what it took."""

from datetime import UTC, datetime

import polars as pl
import pytest

import telemetry
from twin.columns import JOBS

ACME = (
    "job_id,user,node_num,gpu_num,cpu_num,type,state,submit_time,start_time,end_time,duration,queue,gpu_time\n"
    "a,u1,2,16,240,Pretrain,COMPLETED,2023-05-01 08:00:00+08:00,2023-05-01 08:01:00+08:00,"
    "2023-05-01 09:01:00+08:00,3600,60,57600\n"
    "b,u2,1,0,8,Other,CANCELLED,2023-05-01 08:00:30+08:00,,,0,0,0\n"
)
ZEUS = (
    "dataset,network,batch_size,optimizer,power_limit,time_per_epoch,average_power\n"
    "cifar100,shufflenetv2,1024,adadelta,100,27.0,106.0\n"
)


def jobs(reading):
    assert reading.kind == "jobs"
    frame = reading.frame.collect()
    assert frame.columns == list(JOBS)
    return frame.to_dicts()


def test_times_sizes_and_states(file):
    first, second = jobs(telemetry.read(file("trace.csv", ACME)))
    assert first["start_time"] == datetime(2023, 5, 1, 0, 1, tzinfo=UTC)
    assert (first["duration_s"], first["nodes"], first["accelerators"], first["processors"]) == (3600, 2, 16, 240)
    assert (first["kind"], first["state"]) == ("Pretrain", "completed")
    assert (second["state"], second["start_time"], second["duration_s"]) == ("cancelled", None, None)


def test_energy_of_a_job_without_a_time(file):
    # 106 W over 27 s on one accelerator.
    (job,) = jobs(telemetry.read(file("a.csv", ZEUS)))
    assert (job["duration_s"], job["energy_j"], job["accelerators"], job["submit_time"]) == (27.0, 2862.0, 1.0, None)
    assert job["job"] == "cifar100/shufflenetv2/1024/adadelta/100W"


def test_jobs_that_stand_at_no_time_follow_one_another(file):
    reading = telemetry.read(
        file("a.csv", ZEUS + ZEUS.splitlines()[1].replace(",100,", ",125,") + "\n"), start="2024-01-01T00:00Z"
    )
    first, second = jobs(reading)
    assert (first["end_time"], second["start_time"]) == (datetime(2024, 1, 1, 0, 0, 27, tzinfo=UTC),) * 2
    assert first["quality"] == 1
    assert reading.notes[-1].startswith("its jobs stand at no time: they are let follow one another")


def test_faults_are_told_with_their_lines(file, refused):
    text = ACME.replace("COMPLETED", "DONE").replace("09:01:00", "07:01:00") + ACME.splitlines()[2].replace(
        ",8,", ",9,"
    )
    told = refused(file("a.csv", text + "\n"))
    assert told == [
        "line 2, state: unknown state 'done'; say in [jobs.states] which of completed, failed, cancelled, timeout, "
        "running, unknown it is",
        "line 2, duration_s: -3600, wanted 0 to 4e+08 s",
        "line 2, a: the job ends before it starts: 2023-05-01 00:01:00+00:00, 2023-04-30 23:01:00+00:00",
        "line 4: the job b stands in an earlier line with other values; a job has one row",
    ]


def test_columns_that_no_mapping_knows(file, refused):
    told = refused(file("a.csv", ACME.replace("queue", "waited")))
    assert told == ["waited: the mapping acme_jobs does not know this column; name it in ignore"]


def test_jobs_come_back_the_same(file, tmp_path):
    reading = telemetry.read(file("a.csv", ACME))
    telemetry.write(reading, tmp_path / "a.parquet")
    assert telemetry.read(tmp_path / "a.parquet").frame.collect().equals(reading.frame.collect())


@pytest.mark.parametrize(("card", "count"), [("a40", 453), ("p100", 270), ("rtx6000", 410), ("v100", 476)])
def test_public_profiles(shared, card, count):
    reading = telemetry.read(shared(f"zeus/summary_power_{card}.csv"))
    frame = reading.frame.collect()
    assert frame.height == count
    assert frame.select(pl.col("energy_j").is_between(1, 1e7).all()).item()
