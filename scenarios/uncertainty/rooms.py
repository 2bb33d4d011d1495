"""The room that numbers leave each other: a coolant no colder than its water, power at rest no higher than at work."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from facilities import Facility
from facilities.orders import Order, orders
from facilities.quantity import Number, walk
from facilities.variants import Banded
from scenarios.uncertainty.triangular import quantile, share
from twin.arrays import Floats

Plus = tuple[tuple[float, int], ...]
"""Further members that the lower one is raised by, each so many times."""


class Member(NamedTuple):
    """
    A number that must lie above or below others.

    Attributes
    ----------
    row : int
        Among the numbers that are drawn; below zero where it is not drawn.
    low, best, high : float
        Its range, in the unit of its field; one value where it is not drawn.
    """

    row: int
    low: float
    best: float
    high: float


class Below(NamedTuple):
    """
    One member that must lie below another.

    Attributes
    ----------
    lower, upper : int
        Members.
    gap : float
        By so much at least.
    plus : tuple of float and int
        Members that are added to the gap, each so many times.
    """

    lower: int
    upper: int
    gap: float
    plus: Plus


class Rooms:
    """
    Numbers drawn one after another, each from what those before it leave of its range.

    Of numbers that must rise each would by itself be drawn beyond the others now and then, and the site refused. In the
    order of the file, which names first what is chosen first, each is drawn from its own distribution, cut to where it
    fits those that are drawn already and leaves those that follow something of their ranges.
    """

    def __init__(self, facility: Facility, numbers: list[Banded]) -> None:
        """Find which numbers of a site must rise."""
        self._row = {number.path: row for row, number in enumerate(numbers)}
        self._numbers = numbers
        self._paths = {id(number): path for path, number in walk("", facility)}
        self._members: list[Member] = []
        self._known: dict[int, int] = {}
        both = (*orders(facility), *exchanged(facility))
        self._pairs = [pair for order in both for pair in self._below(order)]
        self._lower: dict[int, list[Below]] = {}
        self._upper: dict[int, list[Below]] = {}
        for pair in self._pairs:
            self._lower.setdefault(pair.upper, []).append(pair)
            self._upper.setdefault(pair.lower, []).append(pair)
        tied = {place for pair in self._pairs for place in (pair.lower, pair.upper)}
        self._order = sorted((place for place in tied if self._members[place].row >= 0), key=self._place)

    @property
    def tied(self) -> tuple[int, ...]:
        """Rows of the numbers that must lie above or below others."""
        return tuple(self._members[place].row for place in self._order)

    def values(self, shares: Floats) -> Floats:
        """
        Give the numbers of a point of the unit cube.

        Parameters
        ----------
        shares : (number,) [1]
            From zero to one.

        Returns
        -------
        (number,)
            Each in the unit of its field.
        """
        ends = np.array([[number.low, number.value, number.high] for number in self._numbers]).reshape(-1, 3)
        values = quantile(shares, *ends.T)
        drawn = {place: member.best for place, member in enumerate(self._members) if member.row < 0}
        free = set(range(len(self._members))) - drawn.keys() - set(self._order)
        drawn |= {place: float(values[self._members[place].row]) for place in free}
        for place in self._order:
            member = self._members[place]
            own = (member.low, member.best, member.high)
            value = within(float(shares[member.row]), own, self._least(place, drawn), self._most(place, drawn))
            values[member.row] = drawn[place] = value
        return values

    def fitted(self, row: int, value: float) -> Floats:
        """
        Give the site's own numbers with one of them changed, and those moved as little as they must that fit it not.

        Parameters
        ----------
        row : int
            Of the number that is changed.
        value : float
            In the unit of its field.

        Returns
        -------
        (number,)
            Each in the unit of its field.
        """
        values = np.array([number.value for number in self._numbers])
        values[row] = value
        fixed = {place for place, member in enumerate(self._members) if member.row < 0}
        free = set(range(len(self._members))) - fixed - set(self._order)
        changed = {place for place in self._order if self._members[place].row == row}
        drawn = {place: self._members[place].best for place in fixed}
        drawn |= {place: float(values[self._members[place].row]) for place in free | changed}
        for place in self._order:
            if place not in drawn:
                member = self._members[place]
                own = max(member.best, self._least(place, drawn))
                values[member.row] = drawn[place] = min(own, self._most(place, drawn))
        return values

    def _least(self, place: int, drawn: dict[int, float]) -> float:
        """Give the least that a member may be: above those below it, wherever they are not drawn yet at their least."""
        if place in drawn:
            return drawn[place]
        below = (self._least(pair.lower, drawn) + self._gap(pair, drawn) for pair in self._lower.get(place, ()))
        return max(self._members[place].low, *below, -np.inf)

    def _most(self, place: int, drawn: dict[int, float]) -> float:
        if place in drawn:
            return drawn[place]
        above = (self._most(pair.upper, drawn) - self._gap(pair, drawn) for pair in self._upper.get(place, ()))
        return min(self._members[place].high, *above, np.inf)

    def _gap(self, pair: Below, drawn: dict[int, float]) -> float:
        return pair.gap + sum(times * drawn[place] for times, place in pair.plus)

    def _place(self, place: int) -> int:
        return self._members[place].row

    def _below(self, order: Order) -> Iterator[Below]:
        """Give the pairs of an order of which one at least is drawn."""
        for lower, upper in pairwise(order.numbers.values()):
            plus = tuple((times, self._member(number)) for times, number in order.plus)
            yield Below(self._member(lower), self._member(upper), order.gap, plus)

    def _member(self, number: Number) -> int:
        if id(number) not in self._known:
            row = self._row.get(self._paths.get(id(number), ""), -1)
            low, high = (number.si, number.si) if row < 0 else number.ends
            self._known[id(number)] = len(self._members)
            self._members.append(Member(row, low, number.si, high))
        return self._known[id(number)]


def exchanged(facility: Facility) -> Iterator[Order]:
    """
    Give the numbers that CDUs tie: water and coolant are chosen together, so that the exchanger between holds them.

    Parameters
    ----------
    facility : Facility
        The site.

    Yields
    ------
    Order
        Coolant above water by the approach of the CDUs, or by so much of it as the site's own set points are apart.

    Notes
    -----
    Equal streams at rated heat need the approach all along the exchanger. A file has less where its CDUs are larger
    than their load.
    """
    liquid = facility.cooling.liquid
    if liquid is not None:
        water, coolant = liquid.loop.supply_temperature, liquid.supply_temperature
        approach = facility.catalog.cdus[liquid.cdu].approach
        part = min((coolant.si - water.si) / approach.si, 1.0)
        yield Order("temperature", {"water": water, "coolant": coolant}, plus=((part, approach),))


def within(part: float, ends: tuple[float, float, float], least: float, most: float) -> float:
    """
    Draw a number from a part of its range.

    Parameters
    ----------
    part : [1]
        Share of what is left.
    ends : tuple of float
        Its least, likeliest and most.
    least, most : float
        Ends of what is left, in the same unit.

    Returns
    -------
    float
        By its own distribution, cut there; where nothing is left, the end that is nearest to it.
    """
    low, high = max(least, ends[0]), min(most, ends[2])
    if low >= high:
        return min(low, ends[2])
    own = np.array(ends)[:, np.newaxis]
    begin, end = share(np.array([low, high]), *own)
    return float(np.clip(quantile(begin + part * (end - begin), *own)[0], low, high))
