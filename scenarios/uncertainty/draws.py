"""Sites that could be: every number with a range drawn between its ends, and what cannot be left out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from scipy.stats import qmc

from facilities import Facility, build, coils
from facilities.variants import Banded, Variants, banded
from scenarios.uncertainty.rooms import Rooms, within
from scenarios.uncertainty.triangular import share
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

COIL_RISE, COIL_WATER = "cooling.air.water_rise", "cooling.air.loop.supply_temperature"
"""How far coils can warm their water follows from all that they and the racks are; see `Draws.narrowed`."""

HALVINGS = 7
"""By which the warmest water is found: to a hundredth of its range."""

COUNT = "racks.{}.count"
"""Place of a count of racks."""

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
        All with a range, but those of phases, of how many racks stand for whose sake the site is there (`subject`; of a
        site that grows, of all racks and of its halls), and points of connection where a host network names them one by
        one.
    """
    bound = {POINTS} if facility.connection.host is not None else set[str]()
    bound |= {HALLS, *(COUNT.format(name) for name in facility.racks)} if growth else subject(facility)
    return [number for number in banded(facility) if not number.path.startswith(NOT_READ) and number.path not in bound]


def subject(facility: Facility) -> set[str]:
    """
    Name the counts that say what a year is of, rather than what is not known of it.

    Parameters
    ----------
    facility : Facility
        With its parts.

    Returns
    -------
    set of text
        Places of the counts of racks with accelerators; of all racks where none has any. Their ranges are of a class of
        sites, or of how racks are split between two kinds: drawn, they would give another site behind the same
        connection. How many racks of storage and network serve them is a doubt about this one.
    """
    catalog = facility.catalog
    nodes = {name: catalog.racks[kind.rack].node for name, kind in facility.racks.items()}
    bearing = [name for name, node in nodes.items() if node is not None and catalog.nodes[node].accelerators.count]
    return {COUNT.format(name) for name in bearing or facility.racks}


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
    shares : (number,) [1]
        Point of the unit cube.
    values : (number,)
        Drawn, each in the unit of its field; counts are whole.
    facility : Facility
        With these.
    """

    shares: Floats
    values: Floats
    facility: Facility


class Draws:
    """Sites drawn by Sobol's sequence; those that cannot be are left out, and counted with the reason."""

    def __init__(self, facility: Facility, numbers: list[Banded], seed: int, *, growth: bool = False) -> None:
        """Take the site, the numbers that are drawn, the seed of the sequence's scrambling, and whether it grows."""
        self.tried = 0
        self.refused: Counter[str] = Counter()
        self.numbers, self._name, self._seed = numbers, facility.name, seed
        self._rooms = Rooms(facility, numbers)
        rows = {number.path: row for row, number in enumerate(numbers)}
        self._coils = rows.get(COIL_RISE), rows.get(COIL_WATER)
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
        for point in points(len(self.numbers), wanted, self._seed):
            if self.tried >= MOST * wanted:
                raise ScenarioError(self._name, [Fault("", self._rare())])
            self.tried += 1
            try:
                yield self._with(point, self._rooms.values(point))
            except InputError as error:
                self.refuse(error)

    @property
    def tied(self) -> int:
        """How many numbers are drawn from what others leave of their ranges."""
        return len({*self._rooms.tied, *(row for row in self._coils if row is not None)})

    def _with(self, shares: Floats, values: Floats) -> Draw:
        """Give the site with other numbers, counts rounded."""
        whole = np.array([number.kind.whole for number in self.numbers], dtype=bool)
        return Draw(shares, np.where(whole, np.rint(values), values), self.with_values(values))

    def with_values(self, values: Floats) -> Facility:
        """
        Give the site with other numbers.

        Parameters
        ----------
        values : (number,)
            In the unit of each field.

        Returns
        -------
        Facility
            Counts rounded.

        Raises
        ------
        FacilityError
            If such a site cannot be.
        """
        texts = {n.path: n.text(float(value)) for n, value in zip(self.numbers, values, strict=True)}
        return self.variants.facility(texts)

    def alone(self, row: int, value: float) -> Facility:
        """
        Give the site with one number changed, and others only where they must fit it.

        Parameters
        ----------
        row : int
            Of the number.
        value : float
            In the unit of its field.

        Returns
        -------
        Facility
            The site.

        Raises
        ------
        FacilityError
            If such a site cannot be.
        """
        fitted, number = self._rooms.fitted(row, value), self.numbers[row]
        changes = {number.path: number.text(value)}
        for each, own in zip(self.numbers, fitted.tolist(), strict=True):
            if own != each.value:
                changes[each.path] = each.text(own)
        return self.variants.facility(changes)

    def narrowed(self, draw: Draw) -> Draw | None:
        """
        Draw the water of the coils anew, of a site that has no coils for it.

        Parameters
        ----------
        draw : Draw
            Of a site that cannot be built.

        Returns
        -------
        Draw or None
            With a rise of the water from the part of its range that its coils reach; where they reach none, first with
            a supply from the part of its range in which they do. None where it is not that, or neither is drawn.

        Notes
        -----
        Of a share u beyond the reachable part p, (u - p) / (1 - p) is even again: together with shares below p, which
        were built as they are, such a number has its own distribution, cut at what is reached.
        """
        rise, water = self._coils
        if rise is None:
            return None
        values, (low, _, high) = draw.values.copy(), self._ends(rise)
        most = self._reached(draw.facility, low, high)
        if most is not None and most >= values[rise]:
            # Its coils are not why it cannot be built.
            return None
        if most is not None:
            values[rise] = self._anew(draw, rise, most)
            return self._with(draw.shares, values)
        warmest = None if water is None else self._warmest(values, water, low)
        if water is None or warmest is None:
            return None
        values[water] = self._anew(draw, water, warmest)
        most = self._reached(self.with_values(values), low, high)
        values[rise] = within(float(draw.shares[rise]), self._ends(rise), low, low if most is None else most)
        return self._with(draw.shares, values)

    @staticmethod
    def _reached(site: Facility, least: float, most: float) -> float | None:
        """Give how far the coils of a site can warm their water; none where they, or the site, cannot be."""
        try:
            return coils.most_rise(build.sized(site).coils, least, most)
        except ValueError:
            return None

    def _warmest(self, values: Floats, water: int, rise: float) -> float | None:
        """Give the warmest water, colder than what was drawn, that coils can warm by some rise; or none."""

        def reached(supply: float) -> bool:
            trial = values.copy()
            trial[water] = supply
            try:
                return self._reached(self.with_values(trial), rise, rise) is not None
            except InputError:
                return False

        low, high = self._ends(water)[0], float(values[water])
        if reached(high) or not reached(low):
            return None
        for _ in range(HALVINGS):
            middle = 0.5 * (low + high)
            low, high = (middle, high) if reached(middle) else (low, middle)
        return low

    def _anew(self, draw: Draw, row: int, most: float) -> float:
        """Draw a number, of which the share is beyond what can be, from what can be; its range begins at its least."""
        ends, drawn = self._ends(row), float(draw.shares[row])
        below = share(np.array([most, draw.values[row]]), *np.array(ends)[:, np.newaxis])
        reached = drawn * float(below[0] / below[1])
        return within((drawn - reached) / (1.0 - reached), ends, ends[0], most)

    def _ends(self, row: int) -> tuple[float, float, float]:
        number = self.numbers[row]
        return number.low, number.value, number.high

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
    told = re.sub(r"; got .*", "", message.removesuffix(build.ADVICE))
    told = told.removeprefix("cannot be built: ")
    return f"{where}: {told}" if where else told
