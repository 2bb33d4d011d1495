"""The load of a study of milliseconds: a synthetic job on all of a site, or what a fast sensor measured."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from facilities import Facility, build
from telemetry import synchronous
from telemetry.parameters import Parameter
from telemetry.synchronous import SYNCHRONOUS, Synchronous
from twin.site import Floats, Site
from twin.waveform import chain
from twin.waveform import job as jobs

STEP, DURATION = 0.005, 600.0
"""[s] Of a waveform: 55 Hz are told by 7 ms and less, flicker asks for ten minutes."""

SEED = 1


class Load(NamedTuple):
    """
    What a site is asked for.

    Attributes
    ----------
    site : Site
        As built; all of its accelerators follow.
    step : [s]
        From one sample to the next.
    activity : (group, sample) [1]
        From loaded idle (0) to rated power (1), means over each step; the job runs before it.
    cooling : [W]
        Of the cooling plant, held.
    period : [s]
        Of an iteration; none where it is not known.
    label : text
        Where it is from.
    notes : tuple of text
        What a reader must know.
    parameters : name to Parameter
        What it was made from; empty if measured.
    """

    site: Site
    step: float
    activity: Floats
    cooling: float
    period: float | None
    label: str
    notes: tuple[str, ...] = ()
    parameters: Mapping[str, Parameter] = MappingProxyType({})

    @property
    def duration(self) -> float:
        """Length [s]."""
        return float(self.activity.shape[1] * self.step)


def synthetic(
    facility: Facility,
    seed: int = SEED,
    step: float = STEP,
    duration: float = DURATION,
    parameters: Synchronous = SYNCHRONOUS,
) -> Load:
    """
    Let one synchronous job run on all of a site.

    Parameters
    ----------
    facility
        From `facilities.load`.
    seed
        Of its chance.
    step, duration : [s]
        Of the waveform.
    parameters
        What the job is made from.

    Returns
    -------
    Load
        Begun with an iteration.
    """
    site = build.site(facility)
    # Started so long ago that the first iteration begins with the waveform.
    begin = -jobs.first_iteration(synchronous.job(parameters=parameters))
    made = synchronous.job(begin, parameters=parameters)
    return Load(
        site=site,
        step=step,
        activity=jobs.activity(made, seed, duration, step),
        cooling=cooling_of(site, build.sized(facility).peak_power),
        period=made.period,
        label=f"if one synchronous job ran on all accelerators: synthetic, seed {seed}",
        parameters=parameters._asdict(),
    )


def start_and_stop(
    facility: Facility, seed: int = SEED, step: float = STEP, parameters: Synchronous = SYNCHRONOUS
) -> Load:
    """
    Let a job start, iterate for a minute and stop.

    Parameters
    ----------
    facility
        From `facilities.load`.
    seed
        Of its chance.
    step : [s]
        Of the waveform.
    parameters
        What the job is made from.

    Returns
    -------
    Load
        Begun at loaded idle, 20 s before the start; 20 s after the stop are in it.
    """
    quiet = 20.0
    up = jobs.first_iteration(synchronous.job(quiet, parameters=parameters))
    made = synchronous.job(quiet, up + 60.0, parameters=parameters)
    site = build.site(facility)
    return Load(
        site=site,
        step=step,
        activity=jobs.activity(made, seed, np.ceil(up + 60.0 + quiet), step),
        cooling=cooling_of(site, build.sized(facility).peak_power),
        period=made.period,
        label="start and stop of that job",
        parameters=parameters._asdict(),
    )


def cooling_of(site: Site, peak: float) -> float:
    """
    Give the power of the cooling plant that goes with a power at the point of connection.

    Parameters
    ----------
    site : Site
        As built.
    peak : [W]
        At the point of connection, at full load.

    Returns
    -------
    [W]
        What is left of it for cooling, through the losses of its path; not negative.
    """
    full = np.ones((1, 1))
    without = float(chain.waveform(site, full, 1.0, np.array(0.0)).connection[0])
    left = max(peak - without, 0.0)
    with_it = float(chain.waveform(site, full, 1.0, np.array(left)).connection[0])
    return left * left / (with_it - without) if with_it > without else 0.0
