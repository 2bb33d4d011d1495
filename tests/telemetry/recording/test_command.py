"""`twin record` as a user runs it: commands, signals, kills and exit codes."""

import json
import os
import signal
import subprocess
import sys
import time

import polars as pl
import pytest
from typer.testing import CliRunner

import telemetry
from scenarios.cli import app
from tests.source_files import ROOT
from tests.telemetry.fake_nvml import FakeGpu
from tests.telemetry.recording.false_machine import TrueClock

PATIENCE_S = 60.0
"""A loaded machine may take long to start a program; a test that waits so long has failed."""


def arguments(*given, gpus=1):
    return [sys.executable, "-m", "tests.telemetry.recording.false_machine", str(gpus), "record", *map(str, given)]


@pytest.fixture
def begin():
    """Start `twin record` in the background, and end it after the test."""
    running = []

    def start(*given, **options):
        process = subprocess.Popen(
            arguments(*given, **options), cwd=ROOT, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        running.append(process)
        return process

    yield start
    for process in running:
        process.kill()
        process.communicate()


def finished(process):
    """Wait for its end, and give its exit code, its output and what it said."""
    out, said = process.communicate(timeout=PATIENCE_S)
    return process.returncode, out, said


def wait_for_parts(folder, count):
    end = time.monotonic() + PATIENCE_S
    while len(list(folder.glob("part-*.parquet"))) < count:
        assert time.monotonic() < end
        time.sleep(0.02)


def sampled_s(path):
    times = telemetry.read(path).frame.filter(pl.col("metric") == "accelerator_power_w").select("time").collect()
    return (times["time"].max() - times["time"].min()).total_seconds()


def test_ctrl_c_is_the_proper_end_of_a_recording_without_one(begin, tmp_path):
    process = begin("-o", tmp_path / "run.parquet", gpus=2)
    wait_for_parts(tmp_path / "run.parquet.unfinished", 3)
    process.send_signal(signal.SIGINT)
    code, out, said = finished(process)
    assert code == 0
    assert out == ""  # the output is the command's
    assert "written:" in said
    assert [path.name for path in tmp_path.iterdir()] == ["run.parquet"]
    assert sampled_s(tmp_path / "run.parquet") > 0.4


def test_a_killed_recording_loses_no_more_than_its_last_part(begin, tmp_path):
    folder = tmp_path / "run.parquet.unfinished"
    process = begin("-o", tmp_path / "run.parquet")
    wait_for_parts(folder, 3)
    process.kill()
    process.communicate()
    assert not (tmp_path / "run.parquet").exists()
    assert telemetry.read(folder / "part-000001.parquet").format == "canonical"
    (folder / "part-000009.parquet").write_bytes(b"PAR1 cut")  # as a machine that lost its power leaves it
    code, _, said = finished(begin("--recover", folder))
    assert code == 0
    assert "left out: part-000009.parquet" in said
    reading = telemetry.read(tmp_path / "run.parquet")
    assert any("cut off" in note for note in reading.notes)
    assert sampled_s(tmp_path / "run.parquet") > 0.4


def test_a_command_is_recorded_from_before_it_begins_until_after_it_ended(begin, tmp_path):
    sleep = [sys.executable, "-c", "import time; print('mine', flush=True); time.sleep(0.4)"]
    code, out, said = finished(begin("-o", tmp_path / "run.parquet", "--lead", "0.3 s", "--", *sleep))
    assert (code, out) == (0, "mine\n")
    assert "ended with exit code 0" in said
    assert sampled_s(tmp_path / "run.parquet") > 0.9  # 0.3 s, 0.4 s, 0.3 s, less a sample
    told = json.loads(pl.read_parquet_metadata(tmp_path / "run.parquet")["recording"])["command"]
    assert told["exit_code"] == 0
    assert told["started"] < told["ended"]


def test_the_exit_code_is_the_commands(begin, tmp_path):
    fail = [sys.executable, "-c", "raise SystemExit(7)"]
    code, _, _ = finished(begin("-o", tmp_path / "run.parquet", "--lead", "0.1 s", "--", *fail))
    assert code == 7
    assert (tmp_path / "run.parquet").exists()


def test_a_stopped_recording_ends_its_command_and_keeps_what_it_has(begin, tmp_path):
    say = "import os, time; print(os.getpid(), flush=True); time.sleep(600)"
    process = begin("-o", tmp_path / "run.parquet", "--lead", "0 s", "--", sys.executable, "-c", say)
    command = int(process.stdout.readline())
    wait_for_parts(tmp_path / "run.parquet.unfinished", 2)
    process.send_signal(signal.SIGTERM)
    code, _, said = finished(process)
    assert code == 128 + signal.SIGTERM
    assert "stopped by signal 15" in said
    with pytest.raises(ProcessLookupError):
        os.kill(command, 0)
    assert sampled_s(tmp_path / "run.parquet") > 0.2


def test_a_folder_of_parts_that_stands_there_is_not_touched(begin, tmp_path):
    (tmp_path / "run.parquet.unfinished").mkdir()
    code, _, said = finished(begin("-o", tmp_path / "run.parquet", "--duration", "1 s"))
    assert code == 2
    assert "was cut off; put it together with twin record --recover" in said


def invoke(*given):
    result = CliRunner().invoke(app, ["record", *map(str, given)])
    return result.exit_code, result.stderr


def test_without_the_binding_one_message_and_code_2(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "pynvml", None)
    code, said = invoke("-o", tmp_path / "run.parquet", "--duration", "1 s")
    assert code == 2
    assert said.splitlines()[-1] == (
        "twin: recording needs NVIDIA's nvidia-ml-py, which is not installed: pip install 'gigatwin[record]'"
    )
    assert list(tmp_path.iterdir()) == []


def test_without_a_driver_one_message_and_code_2(machine, tmp_path):
    library = machine()

    def refuse():
        raise library.NVMLError(library.NVML_ERROR_LIBRARY_NOT_FOUND)

    library.nvmlInit = refuse
    code, said = invoke("-o", tmp_path / "run.parquet", "--duration", "1 s")
    assert code == 2
    assert "NVIDIA's driver does not answer (NVML Shared Library Not Found)" in said
    assert list(tmp_path.iterdir()) == []


def test_without_a_gpu_one_message_and_code_2(machine, tmp_path):
    machine()
    code, said = invoke("-o", tmp_path / "run.parquet", "--duration", "1 s")
    assert (code, "sees no GPU" in said) == (2, True)


def test_wrong_arguments_are_told_at_once(tmp_path):
    code, said = invoke("--rate", "60", "--lead", "5", "--gpus", "0;3", "--duration", "-1 s", "--", "true")
    assert code == 2
    assert "5 faults in the arguments of twin record" in said


def test_a_command_that_is_not_there_is_told_before_anything_is_recorded(tmp_path):
    code, said = invoke("-o", tmp_path / "run.parquet", "--", "no-such-program")
    assert (code, "no-such-program: no such command" in said) == (2, True)
    assert list(tmp_path.iterdir()) == []


def test_a_recording_of_lost_gpus_is_kept_and_ends_with_code_2(machine, tmp_path):
    machine(FakeGpu(TrueClock(), lost_after=0.1))
    code, said = invoke("-o", tmp_path / "run.parquet")
    assert (code, "every GPU was lost" in said) == (2, True)
    assert (tmp_path / "run.parquet").exists()


def test_a_full_disk_is_told_and_the_parts_are_kept(machine, tmp_path, monkeypatch):
    machine(FakeGpu(TrueClock()))

    sink = pl.LazyFrame.sink_parquet

    def full(frame, path, **options):
        if "whole" in str(path):
            raise OSError(28, "No space left on device")
        return sink(frame, path, **options)

    monkeypatch.setattr(pl.LazyFrame, "sink_parquet", full)
    code, said = invoke("-o", tmp_path / "run.parquet", "--duration", "0.3 s")
    assert code == 2
    assert "No space left on device" in said
    assert not (tmp_path / "run.parquet").exists()
    monkeypatch.undo()
    assert invoke("--recover", tmp_path / "run.parquet.unfinished")[0] == 0
    assert sampled_s(tmp_path / "run.parquet") > 0.2


def test_a_part_that_cannot_be_written_ends_the_recording(machine, tmp_path, monkeypatch):
    machine(FakeGpu(TrueClock()))

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pl.DataFrame, "write_parquet", full)
    monkeypatch.setattr("telemetry.recording.sampling.CHUNK_S", 0.1)
    code, said = invoke("-o", tmp_path / "run.parquet")  # without an end: only the fault ends it
    assert (code, "No space left on device" in said) == (2, True)
