"""Waveforms from sensors: which are fast enough, which average, and what is told of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import facilities
import telemetry
from facilities import Facility
from scenarios.fast_load import chapter
from scenarios.fast_load.measured import Sensor, measured
from telemetry import Reading
from telemetry.store import Provenance
from twin.errors import TelemetryError

SITE = "google_tpu_v4"
RECORDED = Path(telemetry.__file__).parent / "samples" / "h200.parquet"
STATED = Sensor(idle=100.0, full=700.0)


@pytest.fixture(scope="module")
def facility() -> Facility:
    return facilities.load(SITE)


def reading(power: np.ndarray, step: float, metric: str = "accelerator_power_w", units: str = "") -> Reading:
    """Give canonical telemetry of one accelerator; `units` names the column that it was read from."""
    start = datetime(2026, 1, 1, tzinfo=UTC)
    frame = pl.DataFrame(
        {
            "time": [start + timedelta(microseconds=round(n * step * 1e6)) for n in range(power.size)],
            "asset": ["gpu_0"] * power.size,
            "metric": [metric] * power.size,
            "value": power,
            "quality": np.zeros(power.size, dtype=np.uint8),
        }
    )
    from_columns = {units: "W as accelerator_power_w"} if units else {}
    kept = Provenance("made.csv", "", "made", from_columns, power.size, {}, "")
    return telemetry.read(RECORDED)._replace(frame=frame.lazy(), provenance=kept, notes=())


def wave(step: float, seconds: float, hertz: float = 0.25) -> np.ndarray:
    """Give 400 W with 400 W peak to peak, and noise of a watt that makes every sample new."""
    time = step * np.arange(round(seconds / step))
    return 400.0 + 200.0 * np.sin(2.0 * np.pi * hertz * time) + np.random.default_rng(1).normal(0.0, 1.0, time.size)


def test_a_fast_sensor_is_taken_as_it_is(facility: Facility) -> None:
    """5 ms: (P - 100) / 600 sample by sample; nothing is guessed."""
    power = wave(0.005, 60.0)
    found = measured(facility, reading(power, 0.005), STATED)
    assert found.step == pytest.approx(0.005)
    np.testing.assert_allclose(found.activity[0, :11_000], (power[:11_000] - 100.0) / 600.0, atol=1e-12)
    assert not [note for note in found.notes if "guessed" in note]
    assert "nothing is told above 80 Hz" in found.notes[0]


def test_levels_that_were_not_stated_are_guessed_and_told(facility: Facility) -> None:
    found = measured(facility, reading(wave(0.005, 60.0), 0.005), Sensor())
    assert "ATTENTION: loaded idle (200 W) and full power (601 W)" in found.notes[1]
    assert found.activity.max() == pytest.approx(1.0, abs=0.02)


def test_an_averaged_power_is_refused(facility: Facility) -> None:
    averaged = reading(wave(0.02, 60.0), 0.02, "accelerator_average_power_w")
    with pytest.raises(TelemetryError, match=r"made.csv: holds an averaged power alone.*--average '1 s'"):
        measured(facility, averaged, STATED)


def test_power_draw_of_nvidia_smi_is_an_average_too(facility: Facility) -> None:
    with pytest.raises(TelemetryError, match="holds an averaged power alone"):
        measured(facility, reading(wave(0.02, 60.0), 0.02, units="power.draw [W]"), STATED)
    found = measured(facility, reading(wave(0.02, 60.0), 0.02, units="power.draw.instant [W]"), STATED)
    assert found.step == pytest.approx(0.02)


def test_an_average_that_is_stated_is_brought_back_and_labelled(facility: Facility) -> None:
    """
    0.25 Hz of 400 W peak to peak, through a second: 0.900 of it. Brought back it is whole, within a twentieth.

    What is kept has steps that tell of no more than the band that was brought back.
    """
    step = 0.1
    true = wave(step, 300.0)
    shown = np.convolve(true, np.full(10, 0.1), "valid")
    found = measured(facility, reading(shown, step, "accelerator_average_power_w"), STATED._replace(average=1.0))
    assert found.notes[0].startswith("DECONVOLVED from an average over 1")
    assert "an estimate, of swings up to" in found.notes[0]
    assert found.step > 0.3
    inside = 600.0 * found.activity[0, 20:-20] + 100.0
    assert np.ptp(shown[300:-300]) == pytest.approx(360.0, rel=0.03)
    assert np.ptp(inside) == pytest.approx(400.0, rel=0.05)


def test_slow_sensors_are_refused(facility: Facility) -> None:
    with pytest.raises(TelemetryError, match=r"new value every 1.s, which tells nothing above 0\.4 Hz"):
        measured(facility, reading(wave(1.0, 600.0), 1.0), STATED)


def test_a_sensor_that_repeats_itself_is_as_slow_as_its_refresh(facility: Facility) -> None:
    """Polled at 50 Hz, refreshed twice a second."""
    power = np.repeat(wave(0.5, 200.0), 25)
    with pytest.raises(TelemetryError, match=r"new value every 0\.50.s"):
        measured(facility, reading(power, 0.02), STATED)


def test_power_that_never_changes_or_is_not_there(facility: Facility) -> None:
    with pytest.raises(TelemetryError, match="its power changes 0 times"):
        measured(facility, reading(np.full(1000, 300.0), 0.01), STATED)
    with pytest.raises(TelemetryError, match="holds no accelerator_power_w"):
        measured(facility, reading(wave(0.01, 10.0), 0.01, "it_power_w"), STATED)
    with pytest.raises(TelemetryError, match="never rises above 500 W"):
        measured(facility, reading(wave(0.01, 10.0), 0.01), Sensor(idle=500.0, full=400.0))


def test_the_recorded_h200_tells_up_to_four_hertz(facility: Facility) -> None:
    """Its instant power has a new value every 0.1 s, though polled at 50 Hz; a chapter says no more than that."""
    load = measured(facility, telemetry.read(RECORDED), Sensor(idle=117.0, full=700.0))
    assert load.step == pytest.approx(0.1)
    found = chapter.study(facility, load)
    assert found.spectrum["frequency_hz"].max() <= 4.0
    assert found.bands["high_hz"].max() == 4.0
    assert set(found.compliance.filter(code="iec_61000_3_7")["verdict"]) == {"cannot tell"}
    assert found.costs["flicker"].null_count() == found.costs.height
    assert [one for one in found.answers["frequency_hz"] if one > 4.0] == []
    sharp = found.compliance.filter(code="lipa").row(1, named=True)
    assert sharp["measured"] == "nothing"
