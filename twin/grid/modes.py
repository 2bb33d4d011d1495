"""What a network's modes make of a load that swings, and how large a swing may be at each frequency."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import signal

from twin.arrays import Floats


class Mode(NamedTuple):
    """
    A mode of oscillation of second order.

    Attributes
    ----------
    name : text
        What swings.
    frequency : [Hz]
        Undamped.
    damping : [1]
        Ratio to critical.
    basis : text
        Of the frequency: ``assumed``, or ``computed`` on a network.
    """

    name: str
    frequency: float
    damping: float
    basis: str = "assumed"


def amplification(mode: Mode, frequency: Floats) -> Floats:
    """
    Give how much larger than at rest a mode answers a lasting swing.

    Parameters
    ----------
    mode : Mode
        Of the network.
    frequency : (any,) [Hz]
        Of the swing.

    Returns
    -------
    (any,) [1]
        1 / sqrt((1 - r^2)^2 + (2 d r)^2) with r = f / f0; 1 / (2 d) at resonance, falling as 1/r^2 above.

    Notes
    -----
    The answer of a second-order mode to a force, over its answer to the same force at rest: a transfer or a shaft's
    torque. It takes about 1 / (2 pi d f0) seconds to build up.
    """
    ratio = np.asarray(frequency) / mode.frequency
    return np.asarray(1.0 / np.hypot(1.0 - ratio**2, 2.0 * mode.damping * ratio), dtype=float)


def highest_amplification(modes: tuple[Mode, ...], frequency: Floats) -> Floats:
    """
    Give the largest amplification by any mode, and one where none amplifies.

    Parameters
    ----------
    modes : tuple of Mode
        Of the network.
    frequency : (any,) [Hz]
        Of the swing.

    Returns
    -------
    (any,) [1]
        Not below one.
    """
    found = [np.ones(np.shape(frequency)), *(amplification(mode, frequency) for mode in modes)]
    return np.asarray(np.max(found, axis=0), dtype=float)


def swing_in_window(frequency: Floats, window: float) -> Floats:
    """
    Give what part of a sine's peak-to-peak value shows in a rolling window.

    Parameters
    ----------
    frequency : (any,) [Hz]
        Of the sine.
    window : [s]
        Its length.

    Returns
    -------
    (any,) [1]
        sin(pi f W) up to half a period, one beyond.
    """
    return np.asarray(np.sin(np.pi * np.minimum(np.asarray(frequency) * window, 0.5)), dtype=float)


def swing_under_ramp(frequency: Floats, ramp: float, window: float) -> Floats:
    """
    Give the peak-to-peak value of a sine whose mean slope over a window stays at a limit.

    Parameters
    ----------
    frequency : (any,) [Hz]
        Of the sine.
    ramp : [W/s]
        Limit of the mean slope.
    window : [s]
        Over which the slope is a mean.

    Returns
    -------
    (any,) [W]
        ramp * W / |sin(pi f W)| up to half a period; beyond, ramp * W, of the worst frequency nearby.
    """
    return np.asarray(ramp * window / swing_in_window(frequency, window), dtype=float)


def allowed_by_modes(swing: Floats, frequency: Floats, modes: tuple[Mode, ...]) -> Floats:
    """
    Give the swing that a mode lets pass as if it were at rest.

    Parameters
    ----------
    swing : (any,) [W]
        Allowed peak to peak where nothing amplifies.
    frequency : (any,) [Hz]
        Of the swing.
    modes : tuple of Mode
        Of the network.

    Returns
    -------
    (any,) [W]
        swing / amplification: what the mode makes of it is no larger than what the limit means elsewhere.
    """
    return np.asarray(swing / highest_amplification(modes, frequency), dtype=float)


def forced(power: Floats, step: float, mode: Mode) -> Floats:
    """
    Give how a mode answers a series of power, in the power's own unit.

    Parameters
    ----------
    power : (sample,) [W]
        Means over each step, held within it.
    step : [s]
        From one sample to the next, short against the mode's period.
    mode : Mode
        Of the network, at rest at the first sample's power.

    Returns
    -------
    (sample,) [W]
        At the end of each step: y'' + 2 d w y' + w^2 y = w^2 P, exact for held power.
    """
    pulse = 2.0 * np.pi * mode.frequency
    continuous = np.array([pulse**2]), np.array([1.0, 2.0 * mode.damping * pulse, pulse**2])
    numerator, denominator, _ = signal.cont2discrete(continuous, step, "zoh")
    # The discrete model gives the state at a step's beginning; shifted by one it is that at the end.
    shifted = signal.lfilter(np.roll(np.ravel(numerator), -1), denominator, power - power[0])
    return np.asarray(shifted + power[0], dtype=float)
