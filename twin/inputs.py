"""What a run is given besides its site and load."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

import numpy as np

from twin.changes import Change, Setting
from twin.cooling.plant_tables import Outdoors
from twin.cooling.psychrometrics import humidity_ratio_from_wet_bulb, wet_bulb
from twin.site import Floats, Site


class Inputs(NamedTuple):
    """
    What the run is given besides the site and its load.

    Attributes
    ----------
    start : datetime
        Start of the run, UTC.
    duration : [s]
        Length of the run.
    weather_step : [s]
        Time from one weather sample to the next.
    dry_bulb, wet_bulb : (sample,) [K]
        Outdoor air, linear between samples, held beyond the last.
    changes : tuple of Change
        In order of time.
    pressure : (sample,) [Pa], optional
        Air pressure of each sample; the site's mean without it.
    """

    start: datetime
    duration: int
    weather_step: float
    dry_bulb: Floats
    wet_bulb: Floats
    changes: tuple[Change, ...]
    pressure: Floats | None = None


def outdoor_air(site: Site, inputs: Inputs, setting: Setting, time: float) -> Outdoors:
    """
    Give the outdoor air of an instant.

    Parameters
    ----------
    site : Site
        For its mean air pressure.
    inputs : Inputs
        Weather.
    setting : Setting
        What scheduled changes add to it.
    time : [s]
        From the start of the run.

    Returns
    -------
    Outdoors
        Linear between samples. A wet bulb below that of dry air, which no air has, is held there and marked.
    """
    place = time / inputs.weather_step
    dry = _between(inputs.dry_bulb, place) + setting.outdoor_offset
    wet = min(_between(inputs.wet_bulb, place) + setting.outdoor_offset + setting.wet_bulb_offset, dry)
    pressure = site.altitude_pressure if inputs.pressure is None else _between(inputs.pressure, place)
    moisture = float(humidity_ratio_from_wet_bulb(np.asarray(dry), np.asarray(wet), pressure))
    if moisture < 0.0:
        return Outdoors(dry, float(wet_bulb(np.asarray(dry), np.zeros(()), pressure)), 0.0, pressure, real=False)
    return Outdoors(dry, wet, moisture, pressure)


def _between(samples: Floats, place: float) -> float:
    """Give the value between two samples; the last one beyond the end."""
    low = min(int(place), samples.size - 1)
    high = min(low + 1, samples.size - 1)
    return float(samples[low] + (place - low) * (samples[high] - samples[low]))
