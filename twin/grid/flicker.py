"""
The flickermeter of IEC 61000-4-15: what a fluctuating voltage does to a lamp, an eye and a brain.

It takes the square of the voltage, as its demodulator gives it: of the instantaneous voltage, or of the magnitude that
a positive-sequence model knows. The filters take the carrier's double frequency away, so that both give the same; only
fluctuations above 25 Hz on a grid of 60 Hz beat with the carrier by some per cent.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import signal

from twin.arrays import Floats
from twin.grid.swings import highest_readable

REFERENCE = 8.8
"""Frequency [Hz] at which the meter is made to read 1 for the lamp's own reference change (IEC 61000-4-15)."""

NORMALISING = 27.3
"""Time constant [s] of the mean that voltage is brought to (1 min from 10 to 90 %, IEC 61000-4-15)."""

SMOOTHING = 0.3
"""Time constant [s] of the eye's memory (IEC 61000-4-15)."""

SLOWEST = 0.05
"""Corner [Hz] below which nothing is seen (IEC 61000-4-15)."""

HIGHEST = 25.0
"""Frequency [Hz] up to which a series must tell: beyond it lamps hardly flicker."""

INSIDE = 1000.0
"""Rate [Hz] to which slower series are brought by holding: 35 Hz is then bent by less than half a per cent."""

START = 0.1
"""Time [s] whose mean stands for the voltage before a series: whole cycles of 50 and of 60 Hz."""

WINDOW = 600.0
"""Time [s] of a short-term severity."""

SHORT_IN_LONG = 12
"""Short-term severities in a long-term one: two hours."""

PERCENTILES = {
    0.0314: (0.1,),
    0.0525: (0.7, 1.0, 1.5),
    0.0657: (2.2, 3.0, 4.0),
    0.28: (6.0, 8.0, 10.0, 13.0, 17.0),
    0.08: (30.0, 50.0, 80.0),
}
"""Weight of each smoothed percentile of the time [%] in which a sensation is exceeded (IEC 61000-4-15)."""


class Lamp(NamedTuple):
    """
    A lamp and the eye that looks at it.

    Attributes
    ----------
    name : text
        Its voltage and frequency.
    factor : [1]
        k of the weighting filter.
    damping, first, second, third, fourth : [Hz]
        lambda and omega_1 to omega_4 over 2 pi.
    corner : [Hz]
        Of the filter that takes the carrier away.
    change : [1]
        Sinusoidal change at `REFERENCE`, peak to peak over the mean, that half of all people see.
    """

    name: str
    factor: float
    damping: float
    first: float
    second: float
    third: float
    fourth: float
    corner: float
    change: float


EUROPE = Lamp("230 V, 50 Hz", 1.74802, 4.05981, 9.15494, 2.27979, 1.22535, 21.9, 35.0, 0.00250)
AMERICA = Lamp("120 V, 60 Hz", 1.6357, 4.167375, 9.077169, 2.939902, 1.394468, 17.31512, 42.0, 0.00321)
"""Filters and reference changes of IEC 61000-4-15, edition 2 (2010), as public code bases print them."""


def lamp(frequency: float) -> Lamp:
    """
    Give the lamp that a grid is judged by.

    Parameters
    ----------
    frequency : [Hz]
        Nominal, of the grid.
    """
    return EUROPE if frequency < 55.0 else AMERICA  # noqa: PLR2004 - midway between the two


def sensation(squared: Floats, rate: float, of: Lamp) -> Floats:
    """
    Give the instantaneous flicker sensation.

    Parameters
    ----------
    squared : (sample,) [1]
        Square of the voltage, equally spaced.
    rate : [Hz]
        Samples a second; at least 400 for instantaneous voltages.
    of : Lamp
        From `lamp`.

    Returns
    -------
    (sample,) [1]
        1 where half of all people see it; voltage is taken as constant before the series.

    Notes
    -----
    Normalised by its running mean, through a first-order high pass of `SLOWEST`, a sixth-order Butterworth low pass and
    the weighting k w1 s / (s^2 + 2 l s + w1^2) (1 + s/w2) / ((1 + s/w3)(1 + s/w4)), squared, through `SMOOTHING`.
    """
    begin = max(round(START * rate), 1)
    relative = squared / _running(squared, rate, NORMALISING, float(squared[:begin].mean()))
    through = relative - relative[:begin].mean()
    for sections in _filters(rate, of):
        through = signal.sosfilt(sections, through)
    return _running(through**2, rate, SMOOTHING, 0.0) * _gain(of)


def short_term(squared: Floats, rate: float, of: Lamp) -> float:
    """
    Give the short-term severity Pst of a series.

    Parameters
    ----------
    squared : (sample,) [1]
        Square of the voltage, over `WINDOW` by definition; of a shorter series it is what this gives.
    rate : [Hz]
        Samples a second.
    of : Lamp
        From `lamp`.

    Returns
    -------
    [1]
        1 is the threshold at which half of all people are annoyed.
    """
    return severity(sensation(squared, rate, of))


def severity(sensed: Floats) -> float:
    """
    Give the short-term severity of an instantaneous sensation.

    Parameters
    ----------
    sensed : (sample,) [1]
        From `sensation`, without the time in which its filters settle.

    Returns
    -------
    [1]
        sqrt(0.0314 P0.1 + 0.0525 P1s + 0.0657 P3s + 0.28 P10s + 0.08 P50s), percentiles of the time exceeded.
    """
    places = [place for some in PERCENTILES.values() for place in some]
    values = iter(np.quantile(sensed, 1.0 - np.array(places) / 100.0))
    total = sum(weight * float(np.mean([next(values) for _ in some])) for weight, some in PERCENTILES.items())
    return float(np.sqrt(total))


def of_magnitude(voltage: Floats, step: float, of: Lamp) -> tuple[float, ...]:
    """
    Give the short-term severities of a series of the voltage's magnitude.

    Parameters
    ----------
    voltage : (sample,) [1]
        Per unit, means over each step.
    step : [s]
        From one sample to the next.
    of : Lamp
        From `lamp`.

    Returns
    -------
    tuple of float
        One for each whole `WINDOW`; one for a series that is shorter.

    Raises
    ------
    ValueError
        When the series does not tell of fluctuations up to `HIGHEST`.

    Notes
    -----
    A mean over a step keeps sin(pi f T) / (pi f T) of a fluctuation, and holding it takes as much again: at 8.8 Hz and
    5 ms 0.6 % in all.
    """
    if highest_readable(step) < HIGHEST:
        message = f"steps of {step:g} s tell nothing above {highest_readable(step):g} Hz; flicker takes {HIGHEST:g} Hz"
        raise ValueError(message)
    times = max(round(INSIDE * step), 1)
    sensed = sensation(np.repeat(voltage**2, times), times / step, of)
    length = round(WINDOW / step) * times
    count = max(sensed.size // length, 1)
    return tuple(severity(sensed[n * length : (n + 1) * length]) for n in range(count))


def long_term(short: Floats) -> float:
    """
    Give the long-term severity Plt.

    Parameters
    ----------
    short : (window,) [1]
        Short-term severities; `SHORT_IN_LONG` in two hours.

    Returns
    -------
    [1]
        Cubic mean.
    """
    return float(np.cbrt(np.mean(np.asarray(short) ** 3)))


def of_sine(frequency: float, change: float, of: Lamp) -> float:
    """
    Give the short-term severity of a sinusoidal fluctuation in closed form.

    Parameters
    ----------
    frequency : [Hz]
        Of the fluctuation, above `SLOWEST`.
    change : [1]
        Peak to peak, over the mean.
    of : Lamp
        From `lamp`.

    Returns
    -------
    [1]
        By the gain of the filters: the sensation is a mean and a ripple of twice the frequency, whose percentiles are
        those of a sine.
    """
    size = (change * _response(frequency, of)) ** 2 / 2.0 * _gain(of)
    ripple = 1.0 / np.hypot(1.0, 2.0 * 2.0 * np.pi * frequency * SMOOTHING)
    total = sum(
        weight * float(np.mean([1.0 + ripple * np.cos(np.pi * place / 100.0) for place in some]))
        for weight, some in PERCENTILES.items()
    )
    return float(np.sqrt(size * total))


def _response(frequency: float, of: Lamp) -> float:
    """Give the gain of all filters before the squaring [1]."""
    s = 2j * np.pi * frequency
    numerator, denominator = _weighting(of)
    _, poles, factor = signal.butter(6, 2.0 * np.pi * of.corner, analog=True, output="zpk")
    high, low = s / (s + 2.0 * np.pi * SLOWEST), factor / np.prod(s - poles)
    return float(abs(high * low * np.polyval(numerator, s) / np.polyval(denominator, s)))


def _weighting(of: Lamp) -> tuple[Floats, Floats]:
    """Give numerator and denominator of the weighting filter in s."""
    first, second, third, fourth = (2.0 * np.pi * value for value in of[3:7])
    numerator = np.polymul([of.factor * first, 0.0], [1.0 / second, 1.0])
    resonance = [1.0, 4.0 * np.pi * of.damping, first**2]
    denominator = np.polymul(resonance, np.polymul([1.0 / third, 1.0], [1.0 / fourth, 1.0]))
    return np.asarray(numerator, dtype=float), np.asarray(denominator, dtype=float)


def _gain(of: Lamp) -> float:
    """Give what makes the highest sensation of the reference change one [1]."""
    ripple = 1.0 / np.hypot(1.0, 2.0 * 2.0 * np.pi * REFERENCE * SMOOTHING)
    return float(2.0 / ((of.change * _response(REFERENCE, of)) ** 2 * (1.0 + ripple)))


def _filters(rate: float, of: Lamp) -> tuple[Floats, ...]:
    """Give high pass, low pass and weighting as second-order sections."""
    high = signal.butter(1, SLOWEST, "highpass", fs=rate, output="sos")
    low = signal.butter(6, of.corner, fs=rate, output="sos")
    weighting = signal.tf2sos(*signal.bilinear(*_weighting(of), fs=rate))
    return high, low, weighting


def _running(values: Floats, rate: float, time_constant: float, start: float) -> Floats:
    """Give the running mean of a series, which begins at `start`."""
    decay = -np.expm1(-1.0 / (rate * time_constant))
    return np.asarray(signal.lfilter([decay], [1.0, decay - 1.0], values, zi=[(1.0 - decay) * start])[0], dtype=float)
