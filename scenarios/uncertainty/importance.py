"""Which numbers matter: rank correlation over all samples, and how far a figure swings with one number alone."""

from __future__ import annotations

import numpy as np
from scipy.stats import norm, rankdata

from twin.arrays import Floats

CHANCE = 0.05
"""Chance with which any one number of all seems to matter and does not."""


def rank_correlation(values: Floats, figure: Floats) -> Floats:
    """
    Give Spearman's rank correlation of a figure with each of many numbers.

    Parameters
    ----------
    values : (sample, number)
        In any units.
    figure : (sample,)
        In any unit.

    Returns
    -------
    (number,) [1]
        From -1 to 1; zero where either never changes.

    References
    ----------
    .. [1] C. Spearman, The proof and measurement of association between two things, Am. J. Psychology 15, 1904
    """
    ranks, own = rankdata(values, axis=0), rankdata(figure)
    across, along = ranks - ranks.mean(axis=0), own - own.mean()
    size = np.sqrt(np.square(across).sum(axis=0) * np.square(along).sum())
    return np.asarray((along @ across) / np.where(size > 0.0, size, np.inf), dtype=float)


def least_told(samples: int, numbers: int) -> float:
    """
    Give the rank correlation that chance alone hardly passes.

    Parameters
    ----------
    samples : [1]
        Samples.
    numbers : [1]
        Numbers that are looked at together.

    Returns
    -------
    [1]
        That which any of the numbers passes by chance once in 20 times; one where there are too few samples.

    Notes
    -----
    z / sqrt(n - 1), the normal approximation for ranks without relation, with the chance divided among all numbers
    (Bonferroni) and on both sides.
    """
    if samples < 3 or numbers == 0:  # noqa: PLR2004 (two points lie on a line)
        return 1.0
    return min(1.0, float(norm.isf(CHANCE / (2.0 * numbers)) / np.sqrt(samples - 1.0)))
