"""A recording: what is in the file, when it was read, what is missing, and what the figures say."""

import json
import math
import platform
import re

import polars as pl
import pynvml
import pytest

import telemetry
from scenarios import study
from telemetry import recording
from telemetry.recording import Plan
from telemetry.recording.nvml import METRICS
from tests.telemetry.fake_nvml import FakeClock, FakeGpu
from twin.columns import METRICS as VOCABULARY
from twin.errors import OutputError, RecordingError


@pytest.fixture
def record(clocks, tmp_path):
    """Record by the false clock into run.parquet."""

    def run(**plan):
        return recording.record(Plan(tmp_path / "run.parquet", **plan), clock=clocks)

    return run


def series(path, metric, asset="gpu_0"):
    rows = telemetry.read(path).frame.filter((pl.col("metric") == metric) & (pl.col("asset") == asset))
    return rows.collect()


def facts(path):
    return json.loads(pl.read_parquet_metadata(path)["recording"])


def test_every_reading_is_in_the_vocabulary_and_in_si(clock, machine, record):
    machine(FakeGpu(clock))
    done = record(duration=2.0)
    reading = telemetry.read(done.path)
    assert reading.format == "canonical"
    assert set(METRICS) <= set(VOCABULARY)
    first = reading.frame.group_by("metric").agg(pl.col("value").drop_nulls().first()).collect()
    assert dict(first.iter_rows()) == pytest.approx(
        {
            "accelerator_power_w": 100.0,
            "accelerator_average_power_w": 100.0,
            # 100 W for ten calls of 0.1 ms: nine that find out what the GPU tells, and the first sample's own
            "accelerator_energy_j": 100.0 * 10 * 1e-4,
            "accelerator_temp_k": 313.15,
            "accelerator_memory_temp_k": 328.15,
            "accelerator_clock_hz": 1.98e9,
            "accelerator_memory_clock_hz": 2.619e9,
            "accelerator_clock_events": 4.0,
            "accelerator_busy": 1.0,
            "accelerator_memory_busy": 0.25,
        },
        rel=1e-12,
    )


def test_deadlines_do_not_drift_though_each_sweep_takes_time(clock, machine, record):
    machine(FakeGpu(clock, cost_ns=2_000_000))  # 2 ms a call: a sleep of 20 ms after each would lose a tenth of them
    done = record(duration=10.0, slow_rate=1.0)
    times = series(done.path, "accelerator_power_w")["time"].dt.epoch("us").to_numpy()
    assert done.pace.sweeps == 500  # 10 s at 50 Hz, the first at once
    assert done.pace.missed == 0
    assert done.pace.rate == pytest.approx(50.0, rel=1e-9)
    assert set(times[1:] - times[:-1]) == {20_000}  # [us], to the last digit that is stored


def test_a_sweep_that_outlasts_its_step_misses_the_next_deadline(clock, machine, record):
    machine(FakeGpu(clock, cost_ns=3_000_000))
    done = record(duration=10.0, slow_rate=1.0)
    assert done.pace.missed == 10  # once a second, with slow readings, a sweep takes 7 calls, 21 ms, of 20 ms
    assert done.pace.sweeps == 490


def test_slow_readings_come_at_their_own_rate(clock, machine, record):
    machine(FakeGpu(clock))
    done = record(duration=10.0, rate=50.0, slow_rate=5.0)
    assert len(series(done.path, "accelerator_power_w")) == 500
    assert len(series(done.path, "accelerator_temp_k")) == 50


def test_a_late_sample_delays_no_other_and_is_counted(clock, machine, record):
    gpu = FakeGpu(clock)
    machine(gpu)
    late = []

    def stall(passed):
        if passed > 5.0 and not late:
            late.append(passed)
            clock.pass_ns(130_000_000)

    gpu.hook = stall
    done = record(duration=10.0)
    assert done.pace.missed == 6  # 0.13 s passes the deadlines 20, 40, ... 120 ms after that of the late one
    assert done.pace.sweeps == 500 - 6
    assert done.pace.largest_gap == pytest.approx(140e6, abs=1)
    assert done.tallies[0].largest_gap_s == pytest.approx(0.14, abs=0.07)  # the late one is stamped amid its call
    assert "6 of 500 deadlines were missed; the largest gap is 0.140 s" in done.notes


def test_a_clock_that_is_set_moves_no_sample(clock, machine, record):
    gpu = FakeGpu(clock)
    machine(gpu)
    done_it = []

    def set_clock(passed):
        if passed > 1.0 and not done_it:
            done_it.append(passed)
            clock.offset -= 3_600_000_000_000  # an hour back

    gpu.hook = set_clock
    done = record(duration=2.0)
    times = series(done.path, "accelerator_power_w")["time"]
    assert times.is_sorted()
    assert (times[-1] - times[0]).total_seconds() == pytest.approx(1.98, abs=1e-5)
    assert done.clock_drift_s == pytest.approx(-3600.0, abs=1e-6)
    assert any("moved by -3600.000 s" in note for note in done.notes)


def test_energy_by_counter_and_by_power_as_worked_by_hand(clock, machine, record):
    # 100 W rising by 10 W/s: over T seconds 100 T + 5 T^2 joules; trapezoids are exact for a straight line.
    machine(FakeGpu(clock, lambda t: 100.0 + 10.0 * t, lambda t: 1e6 + 100.0 * t + 5.0 * t * t))
    done = record(duration=10.0)
    (tally,) = done.tallies
    begin, end = 1e-3, 1e-3 + 9.98  # ten calls of 0.1 ms end with the first sample
    by_hand = 100.0 * (end - begin) + 5.0 * (end**2 - begin**2)
    assert by_hand == pytest.approx(1496.2, abs=0.2)
    assert tally.counter_energy_j == pytest.approx(by_hand, abs=1e-3)  # counters count mJ
    assert tally.power_energy_j == pytest.approx(by_hand, abs=5e-3)  # ten seconds of half a mW
    stored = facts(done.path)["energy"]["gpu_0"]
    assert (stored["counter_j"], stored["power_j"]) == (tally.counter_energy_j, tally.power_energy_j)


def test_how_often_the_chip_refreshed_its_power_is_told(clock, machine, record):
    # A reading that changes every 100 ms is read five times at 50 Hz.
    machine(FakeGpu(clock, lambda t: 100.0 + int(t * 10.0)))
    done = record(duration=10.0)
    assert done.tallies[0].refresh_rate == pytest.approx(10.0, abs=0.1)  # one change at either end
    assert facts(done.path)["energy"]["gpu_0"]["power_refresh_hz"] == done.tallies[0].refresh_rate


def test_a_counter_that_starts_anew_is_told_and_counted_from_zero(clock, machine, record):
    machine(FakeGpu(clock, energy=lambda t: 100.0 * t if t < 1.0 else 100.0 * (t - 1.0)))
    done = record(duration=2.0)
    assert done.tallies[0].resets == 1
    assert done.tallies[0].counter_energy_j == pytest.approx(198.0, abs=2.1)  # what passed in one sample is unknown
    assert any("started anew 1 times" in note for note in done.notes)


def test_without_instant_power_the_averaged_one_stands_in_and_says_so(clock, machine, record):
    machine(FakeGpu(clock, fields={pynvml.NVML_FI_DEV_TOTAL_ENERGY_CONSUMPTION}))
    done = record(duration=1.0)
    assert any("no instant power" in note and "nvmlDeviceGetPowerUsage" in note for note in done.notes)
    assert facts(done.path)["gpus"]["gpu_0"]["sources"]["accelerator_power_w"] == "nvmlDeviceGetPowerUsage, mW"
    assert len(series(done.path, "accelerator_power_w")) == 50
    metrics = telemetry.read(done.path).frame.select(pl.col("metric").unique()).collect().to_series()
    assert "accelerator_average_power_w" not in metrics
    assert "accelerator_memory_temp_k" not in metrics


def test_without_any_field_value_the_plain_functions_serve(clock, machine, record):
    machine(FakeGpu(clock, fields=set()))
    done = record(duration=1.0)
    assert done.tallies[0].counter_energy_j == pytest.approx(98.0, abs=0.1)


def test_a_gpu_without_a_counter_or_slow_readings_is_recorded_all_the_same(clock, machine, record):
    machine(FakeGpu(clock, fields={pynvml.NVML_FI_DEV_POWER_INSTANT}, getters=False, slow=False))
    done = record(duration=1.0)
    assert math.isnan(done.tallies[0].counter_energy_j)
    assert facts(done.path)["energy"]["gpu_0"]["counter_j"] is None
    assert any("does not tell" in note and "accelerator_energy_j" in note for note in done.notes)


def test_a_lost_gpu_is_flagged_and_the_others_go_on(clock, machine, record):
    machine(FakeGpu(clock), FakeGpu(clock, lost_after=1.0))
    done = record(duration=2.0)
    assert [tally.lost is None for tally in done.tallies] == [True, False]
    assert any("gpu_1 was lost" in note for note in done.notes)
    lost = series(done.path, "accelerator_power_w", "gpu_1")
    assert lost["quality"].to_list() == [0] * (len(lost) - 1) + [5]
    assert lost["value"][-1] is None
    assert len(lost) == 51  # about 1 s at 50 Hz, and the last row that says it is gone
    assert len(series(done.path, "accelerator_power_w", "gpu_0")) == 100


def test_a_recording_ends_when_every_gpu_is_lost(clock, machine, record):
    machine(FakeGpu(clock, lost_after=1.0))
    done = record()
    assert done.tallies[0].lost is not None
    assert done.pace.sweeps == 51


def test_a_reading_that_fails_for_a_moment_is_a_missing_value(clock, machine, record):
    gpu = FakeGpu(clock)
    machine(gpu)

    def fail(passed):
        if 1.0 < passed < 1.1:
            raise pynvml.NVMLError(pynvml.NVML_ERROR_TIMEOUT)

    gpu.hook = fail
    done = record(duration=2.0)
    power = series(done.path, "accelerator_power_w")
    assert power["value"].null_count() == 5  # 0.1 s at 50 Hz
    assert power.filter(pl.col("value").is_null())["quality"].to_list() == [5] * 5
    assert done.tallies[0].power_energy_j == pytest.approx(198.0, abs=0.1)  # bridged, and the gap is told
    assert done.tallies[0].largest_gap_s == pytest.approx(0.12, abs=1e-6)


def test_only_wanted_gpus_are_read(clock, machine, record):
    machine(*(FakeGpu(clock) for _ in range(4)))
    done = record(duration=1.0, gpus=(0, 3))
    assert [tally.asset for tally in done.tallies] == ["gpu_0", "gpu_3"]


def test_the_library_is_closed_and_only_asked(clock, machine, record):
    calls = []
    library = machine(FakeGpu(clock), calls=calls)
    record(duration=1.0)
    assert library.closed == 1
    assert {name for name in calls if not re.match(r"nvml(System|Device)Get", name)} == {"nvmlInit", "nvmlShutdown"}


def test_the_library_is_closed_after_a_failure(clock, machine, record):
    gpu = FakeGpu(clock)
    library = machine(gpu)

    def fail(passed):
        if passed > 1.0:
            raise ZeroDivisionError

    gpu.hook = fail
    with pytest.raises(ZeroDivisionError):
        record(duration=2.0)
    assert library.closed == 1


def test_every_name_that_is_used_is_in_nvidias_own_module(root):
    text = (root / "telemetry/recording/nvml.py").read_text(encoding="utf-8")
    used = set(re.findall(r"nvml\.(\w+)", text)) | set(re.findall(r'"(nvmlDevice\w+)"', text))
    used -= {"METRICS"}
    assert len(used) > 30
    assert {name for name in used if not hasattr(pynvml, name)} == set()
    assert {name for name in used if re.match(r"nvml\w+(Set|Clear|Reset|Create|Register)", name)} == set()


def test_the_file_says_how_it_was_made(clock, machine, record):
    machine(FakeGpu(clock))
    found = facts(record(duration=1.0).path)
    assert found["driver"] == "570.86.15"
    assert found["rate_hz"] == 50.0
    gpu = found["gpus"]["gpu_0"]
    assert gpu["name"] == "NVIDIA H200"
    assert gpu["uuid"].startswith("GPU-")
    assert gpu["power_limit_range_w"] == [200.0, 700.0]
    assert {"host_os", "recorder", "pace"} <= set(found)


def test_anonymous_leaves_no_uuid_and_no_kernel_release(clock, machine, record):
    machine(FakeGpu(clock))
    made = record(duration=1.0, anonymous=True).path
    assert b"GPU-1111" not in made.read_bytes()
    assert facts(made)["host_os"] == f"{platform.system()} {platform.machine()}"


def test_a_folder_gets_a_file_named_by_its_start(clock, clocks, machine, tmp_path):
    machine(FakeGpu(clock))
    done = recording.record(Plan(tmp_path / "new", duration=1.0), clock=clocks)
    assert done.path == tmp_path / "new" / "recording-20250115T080000Z.parquet"  # the false clock's start
    assert [path.name for path in done.path.parent.iterdir()] == [done.path.name]


def test_a_file_that_stands_there_is_kept(clock, machine, record, tmp_path):
    machine(FakeGpu(clock))
    (tmp_path / "run.parquet").write_text("mine")
    with pytest.raises(OutputError, match="stands there already"):
        record(duration=1.0)
    assert (tmp_path / "run.parquet").read_text() == "mine"
    assert record(duration=1.0, force=True).rows > 0


@pytest.mark.parametrize(
    ("gpus", "wanted", "message"),
    [
        ((), None, "sees no GPU"),
        ((0,), (1, 2), "no GPU 1, 2 here: there are 1"),
        ((1,), None, "does not tell its power"),
    ],
)
def test_what_cannot_be_recorded_is_refused(clock, machine, record, tmp_path, gpus, wanted, message):
    library = machine(*(FakeGpu(clock, fields=set(), getters=not silent) for silent in gpus))
    with pytest.raises(RecordingError, match=message):
        record(duration=1.0, gpus=wanted)
    assert library.closed == 1
    assert list(tmp_path.iterdir()) == []


def test_six_minutes_of_one_gpu_stay_below_2_mb(clock, machine, record):
    """The hardest case: every reading is noise, though a real chip's power has 18 bits and its counter rises."""
    noise = iter(range(10**9))
    machine(FakeGpu(clock, lambda t: 400.0 + (next(noise) * 7919 % 300_000) / 1000, lambda t: 1e6 + 550.0 * t))
    done = record(duration=360.0)
    assert done.pace.sweeps == 18_000
    assert done.path.stat().st_size < 2e6


def test_a_recording_replays_through_a_site(clock, machine, record, tmp_path):
    # Half the time 100 W, half the time 690 W, all racks as they please: IT energy lies between idle and full.
    machine(FakeGpu(clock, lambda t: 100.0 if int(t / 10.0) % 2 else 690.0))
    done = record(duration=60.0)
    run = study.replay("frontier", telemetry=done.path, duration="1 min", out=tmp_path / "replayed")
    assert "from run.parquet" in run.manifest["labels"]["load"]
    notes = run.manifest["notes"]
    # Power comes from the energy counter, whose last reading falls just before the end of the sixtieth second.
    assert any("follow the mean of the 1 accelerators of run.parquet (59 s" in note for note in notes), notes


def test_the_false_clock_sleeps():
    clock = FakeClock()
    clock.sleep(0.5)
    assert clock.now == 5_500_000_000
