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
    error
        Gives the error from differences, expected values and the rated value: of each row, of which the largest
        counts and is shown, or one of all, beside which the means are shown.
    """

    words: str
    relative: bool
    error: Callable[[Floats, Floats, float], Floats]


MEASURES: dict[str, Measure] = {
    "largest": Measure("largest", False, lambda d, e, r: np.abs(d)),
    "largest_relative": Measure("largest", True, lambda d, e, r: _over(d, e)),
    "largest_of_rated": Measure("largest, of rated,", True, lambda d, e, r: np.abs(d) / r),
    "rms": Measure("rms", False, lambda d, e, r: _root_mean_square(d)),
    "rms_relative": Measure("rms", True, lambda d, e, r: _root_mean_square(_over(d, e))),
    "nmbe": Measure("NMBE", True, lambda d, e, r: np.abs(np.sum(d) / np.sum(e))),
    "cv_rmse": Measure("CV(RMSE)", True, lambda d, e, r: _root_mean_square(d) / np.mean(np.abs(e))),
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
        return np.asarray(np.where(differences == 0.0, 0.0, np.abs(differences / expected)), dtype=float)


def _root_mean_square(values: Floats) -> Floats:
    return np.asarray(np.sqrt(np.mean(np.square(values))), dtype=float)
