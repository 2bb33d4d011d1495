"""Sites that could be: every number with a range drawn between its ends, and what cannot be left out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from scipy.stats import qmc

from facilities import Facility
from facilities.variants import Banded, Variants, banded
from twin.arrays import Floats
from twin.errors import Fault, InputError, ScenarioError

LEAST_BLOCK = 64
"""Points of a block of the sequence at least."""

ECHO = 2.0
"""Correlation of two dimensions, times the root of the points, from which one echoes the other."""

MOST = 40
"""Points that are tried for each that is wanted before the ranges are said not to fit together."""

NOT_READ = ("phases.",)
"""Where numbers say what will stand when; the site of a year is given."""

POINTS = "connection.points"
"""Bound to the buses that a host network names."""

RACKS = re.compile(r"racks\.[^.]+\.count")
"""
How many racks stand: what the year is of, rather than what is not known of it. The range of a class of sites, or of how
racks are split between two kinds, drawn by itself would give another site behind the same connection.
"""


HALLS = "arrangement.halls"
"""Into how many the racks are parted; phases say how many of them stand, and so, of these, how many racks."""


def free(facility: Facility, *, growth: bool = False) -> list[Banded]:
    """
    Find the numbers of a site that are drawn.

    Parameters
    ----------
    facility : Facility
        With its parts.
    growth : bool
        Whether it grows along its phases.

    Returns
    -------
    list of Banded
        All with a range, but those of phases, of how many racks stand (of a site that grows, of its halls as well), and
        points of connection where a host network names them one by one.
    """
    bound = {POINTS} if facility.connection.host is not None else set[str]()
    bound |= {HALLS} if growth else set()
    return [
        number
        for number in banded(facility)
        if not number.path.startswith(NOT_READ) and not RACKS.fullmatch(number.path) and number.path not in bound
    ]


def quantile(share: Floats, low: Floats, best: Floats, high: Floats) -> Floats:
    """
    Give the number below which a share of all lies.

    Parameters
    ----------
    share : (any,) [1]
        From zero to one.
    low, best, high : (any,)
        Least, likeliest and most.

    Returns
    -------
    (any,)
        In the unit of these.

    Notes
    -----
    Triangular distribution, the usual one for a least, a likeliest and a most. With f = (best - low) / (high - low):
    low + sqrt(u (high - low) (best - low)) for u below f, else high - sqrt((1 - u) (high - low) (high - best)).

    References
    ----------
    .. [1] S. Kotz and J. R. van Dorp, Beyond Beta, 2004, section 1.2
    """
    width = high - low
    below = low + np.sqrt(share * width * (best - low))
    above = high - np.sqrt((1.0 - share) * width * (high - best))
    return np.asarray(np.where(share * width < best - low, below, above), dtype=float)


def points(count: int, wanted: int, seed: int) -> Iterator[Floats]:
    """
    Draw points of the unit cube.

    Parameters
    ----------
    count : [1]
        Dimensions.
    wanted : [1]
        Points that will be kept, about.
    seed
        Of the scrambling and the shuffling.

    Yields
    ------
    (dimension,) [1]
        Without an end.

    Notes
    -----
    Sobol's sequence, scrambled, in blocks of a power of two. Of more than some dozens of dimensions many pairs go along
    with one another over so few points: of 181 and 256 points, 58 pairs by a correlation beyond 0.5, one of 0.94. A
    number would then seem to matter since it echoes another. Dimensions that echo an earlier one by more than `ECHO`
    are shuffled within each block, which leaves each of them as even as it was.

    References
    ----------
    .. [1] S. Joe and F. Y. Kuo, Constructing Sobol sequences with better two-dimensional projections, SIAM J. Sci.
       Comput. 30, 2008
    """
    size = 1 << max(wanted - 1, LEAST_BLOCK - 1).bit_length()
    sequence, random = qmc.Sobol(count, rng=seed), np.random.default_rng([seed, 1])
    block = sequence.random(size)
    echoing = _echoing(block)
    while True:
        for dimension in echoing:
            block[:, dimension] = random.permutation(block[:, dimension])
        yield from block
        block = sequence.random(size)


def _echoing(block: Floats) -> list[int]:
    """List the dimensions that go along with an earlier one that does not itself."""
    along = np.abs(np.corrcoef(block.T)).reshape(block.shape[1], -1)
    kept, found = list[int](), list[int]()
    for dimension in range(block.shape[1]):
        echo = bool(kept) and float(along[dimension, kept].max()) > ECHO / np.sqrt(len(block))
        (found if echo else kept).append(dimension)
    return found


class Draw(NamedTuple):
    """
    A site that could be.

    Attributes
    ----------
    values : (number,)
        Drawn, each in the unit of its field; counts are whole.
    facility : Facility
        With these.
    """

    values: Floats
    facility: Facility


class Draws:
    """Sites drawn by Sobol's sequence; those that cannot be are left out, and counted with the reason."""

    def __init__(self, facility: Facility, numbers: list[Banded], seed: int, *, growth: bool = False) -> None:
        """Take the site, the numbers that are drawn, the seed of the sequence's scrambling, and whether it grows."""
        self.tried = 0
        self.refused: Counter[str] = Counter()
        self._name, self._numbers, self._seed = facility.name, numbers, seed
        # Phases that a year does not read would only be checked anew for each sample.
        self.variants = Variants(facility if growth else facility.model_copy(update={"phases": ()}))

    def sites(self, wanted: int) -> Iterator[Draw]:
        """
        Draw sites, as many as are asked for.

        Parameters
        ----------
        wanted
            How many the caller wants to keep.

        Yields
        ------
        Draw
            In the order of the sequence, without an end.

        Raises
        ------
        ScenarioError
            If hardly any site that is drawn can be.
        """
        ends = np.array([[number.low, number.value, number.high] for number in self._numbers]).reshape(-1, 3)
        for point in points(len(self._numbers), wanted, self._seed):
            if self.tried >= MOST * wanted:
                raise ScenarioError(self._name, [Fault("", self._rare())])
            self.tried += 1
            try:
                yield self.with_values(quantile(point, *ends.T))
            except InputError as error:
                self.refuse(error)

    def with_values(self, values: Floats) -> Draw:
        """
        Give the site with other numbers.

        Parameters
        ----------
        values : (number,)
            In the unit of each field.

        Returns
        -------
        Draw
            Counts rounded.

        Raises
        ------
        FacilityError
            If such a site cannot be.
        """
        texts = {n.path: n.text(float(value)) for n, value in zip(self._numbers, values, strict=True)}
        whole = np.array([number.kind.whole for number in self._numbers], dtype=bool)
        return Draw(np.where(whole, np.rint(values), values), self.variants.facility(texts))

    def refuse(self, error: InputError) -> None:
        """
        Count a site that cannot be.

        Parameters
        ----------
        error : InputError
            With the reasons; the first counts.
        """
        first = error.faults[0]
        self.refused[_plain(first.where, first.message)] += 1

    def _rare(self) -> str:
        reason, times = self.refused.most_common(1)[0]
        return (
            f"of {self.tried} sites that were drawn from its ranges {self.refused.total()} cannot be, most often "
            f"({times} times): {reason}. Give ranges that fit together"
        )


def _plain(where: str, message: str) -> str:
    """Leave out of a reason the numbers that differ from draw to draw."""
    told = re.sub(r"; got .*", "", message.split("; `twin check`")[0])
    told = told.removeprefix("cannot be built: ")
    return f"{where}: {told}" if where else told
