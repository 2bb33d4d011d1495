"""Power ordered by size instead of time: load duration, ramps, and the steepest of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import polars as pl

    from twin.site import Floats


def duration_curve(power: Floats, points: int = 400) -> tuple[Floats, Floats]:
    """
    Order power from the highest to the lowest.

    Parameters
    ----------
    power : (time,) [W]
        At equal steps.
    points : [1]
        Points wanted.

    Returns
    -------
    tuple
        Share of time (point,) [1] from zero to one, and the power (point,) [W] reached or exceeded during it.
    """
    shares = np.linspace(0.0, 1.0, points)
    return shares, np.quantile(power, 1.0 - shares)


def ramp_curve(power: Floats, lag: int, points: int = 200) -> tuple[Floats, Floats]:
    """
    Order the changes of power over a time, up or down, from the largest to the smallest.

    Parameters
    ----------
    power : (time,) [W]
        At steps of one second.
    lag : [s]
        Time from the first to the second of the compared values.
    points : [1]
        Points wanted.

    Returns
    -------
    tuple
        Share of time (point,) [1], evenly spaced in its logarithm, and the change (point,) [W] exceeded during it.
    """
    changes = np.abs(power[lag:] - power[:-lag])
    shares = np.geomspace(1.0 / changes.size, 1.0, points)
    return shares, np.quantile(changes, 1.0 - shares)


def around_steepest(stored: pl.DataFrame, window: int) -> pl.DataFrame:
    """
    Give the rows around the largest change of facility power from one row to the next.

    Parameters
    ----------
    stored
        Rows of the site's table, at steps of one second; at least two.
    window : [s]
        Wanted on each side.

    Returns
    -------
    frame
        Rows of `stored`.
    """
    change = stored["facility_power_w"].diff().abs().arg_max() or 0
    first = max(change - window, 0)
    return stored.slice(first, change + window - first)
