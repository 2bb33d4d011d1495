"""Whether the models of a loop are inside the ranges for which they hold, one flag a law and loop."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from twin.arrays import Flags


class Inside(NamedTuple):
    """
    Whether the laws of each loop are inside their ranges; true where a loop has none.

    Attributes
    ----------
    towers, dry_coolers, chillers, heat_pumps : (loop,) bool
        Of those that are at work.
    """

    towers: Flags
    dry_coolers: Flags
    chillers: Flags
    heat_pumps: Flags


LAWS = tuple(name.replace("_", " ").replace("cdu", "CDU") for name in Inside._fields)
"""The laws in words."""


def inside(loops: int) -> Inside:
    """
    Give flags of laws that are all inside their ranges.

    Parameters
    ----------
    loops : [1]
        Loops.

    Returns
    -------
    Inside
        All true.
    """
    return Inside(*(np.ones(loops, dtype=bool) for _ in Inside._fields))
