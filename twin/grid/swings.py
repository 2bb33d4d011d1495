"""
How a load swings, as interconnection requirements measure it: ramps, ranges in a rolling window, bands of frequency.

All on one series of power, equally spaced in time. A series of means over a step shows a component at frequency f with
sin(pi f T) / (pi f T) of its size and nothing above 1 / (2 T); `READABLE` is how much of the sampling rate is used.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.ndimage import maximum_filter1d, minimum_filter1d

from twin.arrays import Floats

READABLE = 0.4
"""Highest frequency over the sampling rate [1] of which figures are given: below the half that theory allows."""


PERIODS = 5.0
"""Periods of a band's lowest frequency by which a series is lengthened at either end before it is transformed."""

SKIRT = 0.8
"""
Where a band begins to count, over its lowest frequency [1].

A band cut off at once rings for as long as the series lasts: a sine of 0.11 Hz in a band from 0.1 Hz came out 8 % too
large a minute from an end. With a skirt it is 1 % at most from `PERIODS` of the lowest frequency on.
"""

ENDS = 0.1
"""What mirrored ends may add to a sine a period of the band's lowest frequency away, over its size [1]; 9 % found."""


class Swing(NamedTuple):
    """
    The largest swing of a series.

    Attributes
    ----------
    size : [W]
        Or [W/s] for a ramp.
    time : [s]
        Begin of the window in which it was found.
    """

    size: float
    time: float


class Spectrum(NamedTuple):
    """
    What a band holds of a series.

    Attributes
    ----------
    magnitude, energy : [1]
        Share of the band in the sum over all frequencies but zero, of magnitudes and of their squares.
    peak : [Hz]
        Frequency of the largest component in the band.
    amplitude : [W]
        Of that component.
    """

    magnitude: float
    energy: float
    peak: float
    amplitude: float


def ramps(power: Floats, step: float, window: float) -> tuple[Swing, Swing]:
    """
    Find the steepest rise and fall, as means over a window.

    Parameters
    ----------
    power : (sample,) [W]
        Equally spaced.
    step : [s]
        From one sample to the next.
    window : [s]
        Over which a ramp is averaged; the whole series where that is shorter.

    Returns
    -------
    tuple of Swing
        Rise and fall, both [W/s] and not negative.
    """
    length = _samples(window, step, power.size - 1)
    slope = (power[length:] - power[:-length]) / (length * step)
    up, down = int(slope.argmax()), int(slope.argmin())
    return Swing(max(float(slope[up]), 0.0), up * step), Swing(max(-float(slope[down]), 0.0), down * step)


def quantile_of_ramps(power: Floats, step: float, window: float, part: float) -> float:
    """
    Give a quantile of the ramps of a series, whatever their direction.

    Parameters
    ----------
    power : (sample,) [W]
        Equally spaced.
    step : [s]
        From one sample to the next.
    window : [s]
        Over which a ramp is averaged.
    part : [1]
        Part of all windows whose ramp is not steeper.

    Returns
    -------
    [W/s]
        Not negative.
    """
    length = _samples(window, step, power.size - 1)
    return float(np.quantile(np.abs(power[length:] - power[:-length]) / (length * step), part))


def largest_range(power: Floats, step: float, window: float) -> Swing:
    """
    Find the largest difference of two values within a rolling window.

    Parameters
    ----------
    power : (sample,) [W]
        Equally spaced.
    step : [s]
        From one sample to the next.
    window : [s]
        Both values lie in it.

    Returns
    -------
    Swing
        Highest less lowest value, peak to peak.

    Notes
    -----
    A sine of a period up to twice the window shows its whole peak-to-peak value; "10 MW in any 5 s" is a cap of 10 MW
    for every frequency from 0.1 Hz up.
    """
    length = _samples(window, step, power.size - 1) + 1
    # A filter of `length` samples whose window begins at its place.
    origin = -(length // 2)
    high = maximum_filter1d(power, length, origin=origin, mode="nearest")
    low = minimum_filter1d(power, length, origin=origin, mode="nearest")
    found = (high - low)[: power.size - length + 1]
    where = int(found.argmax())
    return Swing(float(found[where]), where * step)


def highest_readable(step: float) -> float:
    """
    Give the highest frequency of which a series tells.

    Parameters
    ----------
    step : [s]
        From one sample to the next.

    Returns
    -------
    [Hz]
        `READABLE` of the sampling rate.
    """
    return READABLE / step


def in_band(power: Floats, step: float, low: float, high: float) -> Floats:
    """
    Keep of a series what lies in a band.

    Parameters
    ----------
    power : (sample,) [W]
        Equally spaced.
    step : [s]
        From one sample to the next.
    low, high : [Hz]
        Ends of the band, both in it.

    Returns
    -------
    (sample,) [W]
        By Fourier transform of the series, mirrored at its ends for `PERIODS` of the lowest frequency and faded out
        there. What lies below the band counts in part, from `SKIRT` of its lowest frequency. See `range_in_band` for
        how sure it is.

    Raises
    ------
    ValueError
        When the band reaches beyond `highest_readable`.
    """
    if high > highest_readable(step) * (1.0 + 1e-12):
        message = (
            f"a series of {step:g} s tells nothing above {highest_readable(step):g} Hz; the band ends at {high:g} Hz"
        )
        raise ValueError(message)
    around = min(power.size - 1, max(round(PERIODS / low / step), 1))
    before, after = power[around:0:-1], power[-2 : -around - 2 : -1]
    # The extended series goes to its own mean at both ends, so that these meet.
    longer = np.concatenate([before, power, after])
    fade = np.ones(longer.size)
    fade[:around] = 0.5 - 0.5 * np.cos(np.pi * np.arange(around) / around)
    fade[-around:] = fade[:around][::-1]
    whole = np.fft.rfft((longer - longer.mean()) * fade)
    frequency = np.fft.rfftfreq(longer.size, step)
    rise = ((frequency / low - SKIRT) / (1.0 - SKIRT)).clip(0.0, 1.0)
    whole *= np.where(frequency > high, 0.0, 0.5 - 0.5 * np.cos(np.pi * rise))
    return np.asarray(np.fft.irfft(whole, longer.size)[around : around + power.size], dtype=float)


def range_in_band(power: Floats, step: float, low: float, high: float, window: float) -> tuple[Swing, Swing]:
    """
    Find the largest difference of two values within a rolling window, of what lies in a band.

    Parameters
    ----------
    power : (sample,) [W]
        Equally spaced.
    step : [s]
        From one sample to the next.
    low, high : [Hz]
        Ends of the band.
    window : [s]
        Both values lie in it.

    Returns
    -------
    tuple of Swing
        Away from both ends by `PERIODS` of the lowest frequency, or by a quarter of a shorter series, where a sine is
        told to 1 % of its size; and away by one period. To a sine the mirrored ends add less than `ENDS` there: where
        it is more, a swing of its own was found, and both are that.

    Raises
    ------
    ValueError
        When the band reaches beyond `highest_readable`.
    """
    kept = in_band(power, step, low, high)

    def inside(periods: float) -> Swing:
        apart = min(round(periods / low / step), kept.size // 4)
        found = largest_range(kept[apart : kept.size - apart], step, window)
        return found._replace(time=found.time + apart * step)

    sure, near_ends = inside(PERIODS), inside(1.0)
    return near_ends if near_ends.size > (1.0 + ENDS) * sure.size else sure, near_ends


def amplitudes(power: Floats, step: float) -> tuple[Floats, Floats]:
    """
    Give the amplitudes of what swings.

    Parameters
    ----------
    power : (sample,) [W]
        Equally spaced.
    step : [s]
        From one sample to the next.

    Returns
    -------
    tuple of (frequency,) [Hz] and (frequency,) [W]
        Frequencies from zero to half of the sampling rate, and amplitudes there: through a Hann window, the mean taken
        away.
    """
    window = np.hanning(power.size)
    size = 2.0 * np.abs(np.fft.rfft((power - power.mean()) * window)) / window.sum()
    return np.asarray(np.fft.rfftfreq(power.size, step), dtype=float), np.asarray(size, dtype=float)


def spectrum(power: Floats, step: float, low: float, high: float) -> Spectrum:
    """
    Tell how much of a series' swings lies in a band.

    Parameters
    ----------
    power : (sample,) [W]
        Equally spaced.
    step : [s]
        From one sample to the next.
    low, high : [Hz]
        Ends of the band, both in it.

    Returns
    -------
    Spectrum
        Of `amplitudes`; zero where nothing swings.

    References
    ----------
    .. [1] E. Choukse et al., Power stabilization for AI training datacenters, arXiv 2508.14318 (2025): its figure plots
       magnitudes, its text says energy; both are given.
    """
    frequency, size = amplitudes(power, step)
    inside = (frequency >= low) & (frequency <= high)
    if not np.any(size[inside]):
        return Spectrum(0.0, 0.0, 0.0, 0.0)
    place = int(np.flatnonzero(inside)[size[inside].argmax()])
    magnitude = float(size[inside].sum() / size.sum())
    energy = float(np.sum(size[inside] ** 2) / np.sum(size**2))
    return Spectrum(magnitude, energy, float(frequency[place]), float(size[place]))


def _samples(window: float, step: float, most: int) -> int:
    """Give a window in steps, one at least."""
    if most < 1:
        message = "a swing takes two samples at least"
        raise ValueError(message)
    return min(max(round(window / step), 1), most)
