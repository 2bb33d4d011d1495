"""What stays connected: curves of voltage over time, and where a requirement asks for more than equipment gives."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from twin.arrays import Floats


class Gap(NamedTuple):
    """
    A band of voltage in which equipment may leave before it is allowed to.

    Attributes
    ----------
    low, high : [1]
        Voltage of the band, per unit.
    required, provided : [s]
        How long it must stay, and how long it is sure to.
    """

    low: float
    high: float
    required: float
    provided: float


class Curve(NamedTuple):
    """
    How long equipment stays, or must stay, at a voltage.

    Attributes
    ----------
    low, high : (band,) [1]
        Ends of each band of voltage, per unit; bands of one curve do not overlap, but may meet: where they do, the
        longer time holds, as "0.90 to 1.10 without limit" says of both its ends.
    time : (band,) [s]
        Time for which it stays; infinite where it stays for good.
    """

    low: Floats
    high: Floats
    time: Floats


def time_at(curve: Curve, voltage: Floats) -> Floats:
    """
    Give how long a curve stays at voltages.

    Parameters
    ----------
    curve : Curve
        Bands.
    voltage : (any,) [1]
        Per unit.

    Returns
    -------
    (any,) [s]
        Zero where no band has the voltage.
    """
    inside = (voltage[..., np.newaxis] >= curve.low) & (voltage[..., np.newaxis] <= curve.high)
    return np.asarray(np.max(np.where(inside, curve.time, 0.0), axis=-1, initial=0.0), dtype=float)


def gaps(required: Curve, provided: Curve) -> tuple[Gap, ...]:
    """
    Find where equipment may leave too early.

    Parameters
    ----------
    required : Curve
        Of a code.
    provided : Curve
        Of equipment.

    Returns
    -------
    tuple of Gap
        In order of voltage, neighbours of equal times joined; empty where the equipment complies.
    """
    ends = np.unique(np.concatenate([required.low, required.high, provided.low, provided.high]))
    middle = 0.5 * (ends[1:] + ends[:-1])
    need, have = time_at(required, middle), time_at(provided, middle)
    found: list[Gap] = []
    for low, high, asked, given in zip(ends[:-1], ends[1:], need, have, strict=True):
        if given >= asked:
            continue
        last = found[-1] if found else None
        if last is not None and last.high == low and (last.required, last.provided) == (asked, given):
            found[-1] = last._replace(high=float(high))
        else:
            found.append(Gap(float(low), float(high), float(asked), float(given)))
    return tuple(found)
