"""How far values are from the values of a source: measures by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from twin.site import Floats


class Measure(NamedTuple):
    """
    One way to make one error of many.

    Attributes
    ----------
    words
        As the error table has it.
    relative
        Whether the error is a ratio, shown in per cent, and not of the quantity's own unit.
    pick
        Whether it is the error of one row, which can be shown; otherwise the means are shown.
    error
        Gives one error from differences, expected values, and the rated value.
    """

    words: str
    relative: bool
    pick: bool
    error: Callable[[Floats, Floats, float], float]


MEASURES: dict[str, Measure] = {
    "largest": Measure("largest", False, True, lambda d, e, r: float(np.max(np.abs(d)))),
    "rms": Measure("rms", False, False, lambda d, e, r: float(np.sqrt(np.mean(d**2)))),
    "largest_relative": Measure("largest", True, True, lambda d, e, r: float(np.max(np.abs(_over(d, e))))),
    "rms_relative": Measure("rms", True, False, lambda d, e, r: float(np.sqrt(np.mean(_over(d, e) ** 2)))),
    "largest_of_rated": Measure("largest, of rated", True, True, lambda d, e, r: float(np.max(np.abs(d)) / r)),
    "nmbe": Measure("NMBE", True, False, lambda d, e, r: float(abs(np.sum(d) / np.sum(e)))),
    "cv_rmse": Measure("CV(RMSE)", True, False, lambda d, e, r: float(np.sqrt(np.mean(d**2)) / np.mean(np.abs(e)))),
}
"""
Measures by name. NMBE and CV(RMSE) are those of ASHRAE Guideline 14 without its correction for fitted parameters, since
nothing is fitted here.
"""


def difference(got: Floats, expected: Floats) -> Floats:
    """Give got less expected; a value that is never reached, on both sides, is no difference."""
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(got == expected, 0.0, got - expected), dtype=float)


def _over(differences: Floats, expected: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(differences == 0.0, 0.0, differences / expected), dtype=float)
