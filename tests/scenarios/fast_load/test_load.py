"""The load of a study: the same job as a replay's trace, on a real site."""

from __future__ import annotations

import numpy as np
import pytest

import facilities
from facilities import build
from scenarios.fast_load import load as loads
from telemetry import synchronous
from telemetry.traces import TRACES
from twin.waveform import chain

SITE = "google_tpu_v4"


def test_the_trace_of_a_replay_is_the_waveform_in_seconds() -> None:
    """Same seed, same job: means of a second of the waveform, to the digits of float32."""
    trace = TRACES["synchronous"](7, 60)
    from twin.waveform import job as jobs

    fast = jobs.activity(synchronous.job(), 7, 60.0, loads.STEP)
    means = fast.reshape(fast.shape[0], 60, -1).mean(axis=(0, 2))
    np.testing.assert_allclose(trace.samples, means, rtol=1e-6, atol=1e-7)
    assert trace.parameters["iteration_period"].value == 6.0


def test_on_a_real_site_the_chips_energy_is_that_of_the_replays_trace() -> None:
    """
    4,096 TPU v4 in racks dealt to sixteen groups: the plain mean over groups is that of the racks to 1e-6.

    Chips: packages x (loaded + (full - loaded) x trace), second by second.
    """
    facility = facilities.load(SITE)
    made = loads.synthetic(facility, seed=3, duration=60.0)
    fast = chain.waveform(made.site, made.activity, made.step, np.array(made.cooling))
    trace = chain.seconds(made.activity, made.step, np.full(16, 1.0 / 16.0))
    kinds = made.site.rack_classes
    count = chain.packages(made.site)
    loaded, full = kinds.accelerator_loaded[0], kinds.accelerator_max[0]
    slow = count * (loaded + (full - loaded) * trace)
    assert fast.chips.sum() * made.step == pytest.approx(slow.sum(), rel=1e-6)


def test_the_waveform_begins_with_an_iteration_of_a_running_job() -> None:
    made = loads.synthetic(facilities.load(SITE), duration=12.0)
    assert made.duration == 12.0
    assert made.activity[:, 0].min() > 0.5
    assert made.activity[:, 4].min() > 1.0  # the peak with which computing begins
    assert made.period == 6.0


def test_a_start_and_a_stop() -> None:
    made = loads.start_and_stop(facilities.load(SITE), step=0.1)
    assert made.activity[:, :200].max() == 0.0
    assert made.activity[:, -150:].max() == pytest.approx(0.0, abs=1e-12)
    assert made.activity.max() > 0.9


def test_cooling_makes_up_the_design_day() -> None:
    """At full load the waveform draws what the site was sized for, within the curve of the cooling's own losses."""
    facility = facilities.load(SITE)
    site, peak = build.site(facility), build.sized(facility).peak_power
    cooling = loads.cooling_of(site, peak)
    drawn = chain.waveform(site, np.ones((1, 1)), 1.0, np.array(cooling)).connection[0]
    assert drawn == pytest.approx(peak, rel=1e-4)
