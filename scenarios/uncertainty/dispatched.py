"""Own supply of sampled years: dispatched in some days of each, and carried to the year."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from facilities.economics import Economics
from scenarios.yearstudy import supply
from scenarios.yearstudy.accounts import Accounts
from scenarios.yearstudy.need import needed
from scenarios.yearstudy.study import Found
from scenarios.yearstudy.supply import ISLAND, Area, Supplied
from twin.arrays import Floats, Integers
from twin.economics import Months

BLOCK_MONTHS, ISLAND_MONTHS = (0, 3, 6, 9), (0, 6)
"""Months of which some days are dispatched: one of each season; two of islands alone, which have no grid to turn to."""

BLOCK, ISLAND_BLOCK = slice(10 * 24, 15 * 24), slice(10 * 24, 12 * 24)
"""Hours of such a month that are dispatched, one after another."""

TINY = 1e-9
"""Part of the load below which a supply gives nothing."""

Kind = tuple[str, str, str]
"""Sets by the role of their area, their kind and their fuel."""


class Carried(NamedTuple):
    """
    How the load of a sampled year is supplied.

    Attributes
    ----------
    supplied : Supplied
        Its sets, each with the power and fuel of the year in one interval of an hour.
    grid, unserved : [1]
        Energy from the grid, and load that is not served, over that of the load.
    peak : [1]
        Highest import over the highest load.
    contract : [1]
        What own supply leaves of the contract.
    """

    supplied: Supplied
    grid: float
    unserved: float
    peak: float
    contract: float


class Supplies:
    """
    Supply of years like a known one, each by its own dispatch.

    Of each year some days of `BLOCK_MONTHS` are dispatched; their demand charge is the part of a month's that the days
    are. What each kind of sets gives is then carried to the year on two straight lines: from nothing, by what the known
    year has over what it has in the same days, and on to all that they can give in either. Fuel goes along, and the
    highest import is carried by the known year's ratio; the grid gives the rest.
    """

    def __init__(self, found: Found, made: Accounts) -> None:
        """Dispatch the same days of the known year."""
        self._asked = made.asked
        month = needed(found, made.asked, made.economics).hours.month
        island = all(area.role == ISLAND for area in made.supplied.areas)
        months, block = (ISLAND_MONTHS, ISLAND_BLOCK) if island else (BLOCK_MONTHS, BLOCK)
        self._rows = np.concatenate([np.flatnonzero(month == each)[block] for each in months])
        self._part = self._rows.size / float(np.isin(month, months).sum())
        days, self.contract = self._solved(found, made.economics)
        self._whole, self._some = _given(made.supplied), _given(days)
        known = _most(days, self._rows)
        self._most = {kind: _most(made.supplied)[kind] / most for kind, most in known.items() if most > TINY}
        whole_peak = float(np.mean(_peaks(made.supplied, month)))
        self._peak = _over(np.array([whole_peak]), np.array([self._highest(days, month)]))[0]
        self._month = month

    def of(self, found: Found, costs: Economics) -> Carried:
        """
        Supply a year.

        Parameters
        ----------
        found : Found
            The year, its series whole.
        costs : Economics
            Its unit costs.

        Returns
        -------
        Carried
            In parts of its load.
        """
        days, contract = self._solved(found, costs)
        load = float(np.asarray(found.series.powers.connection).mean()) * self._month.size
        own = float(days.demand.sum())
        grid, areas = float(days.imported.sum()) / own, []
        given, most = _given(days), _most(days, self._rows)
        scales = {kind: self._scale(kind, float(given[kind][0]), most[kind]) for kind in given}
        for area in days.areas:
            power, fuel = area.used.power.sum(axis=1) / own, area.used.fuel.sum(axis=1) / own
            scale = np.array([scales[kind] for kind in _kinds(area)]).reshape(-1, 2).T
            grid -= float(((scale[0] - 1.0) * power).sum())
            used = area.used._replace(power=(scale[0] * power * load)[:, np.newaxis])
            areas.append(area._replace(used=used._replace(fuel=(scale[1] * fuel * load)[:, np.newaxis])))
        peak = min(self._peak * self._highest(days, self._month), 1.0)
        unserved = sum(float(area.used.unserved.sum()) for area in days.areas) / own
        return Carried(days._replace(areas=tuple(areas)), max(grid, 0.0), unserved, peak, contract)

    def _scale(self, kind: Kind, given: float, most: float) -> tuple[float, float]:
        """
        Give power and fuel of a kind of sets in the year over those in its days, in which they could give `most`.

        One where the known year's days have none of it: then nothing says how the days stand for the year.
        """
        known, whole = self._some.get(kind, np.zeros(2)), self._whole.get(kind, np.zeros(2))
        if given <= TINY or known[0] <= TINY:
            return 1.0, 1.0
        ends = (0.0, float(known[0]), max(most, float(known[0]) * (1.0 + TINY)))
        power = float(np.interp(given, ends, (0.0, float(whole[0]), most * self._most.get(kind, 1.0)))) / given
        return power, power * float((whole[1] / known[1]) / (whole[0] / known[0])) if whole[0] > TINY else power

    def _solved(self, found: Found, costs: Economics) -> tuple[Supplied, float]:
        need = needed(found, self._asked, costs)
        connection = need.connection._replace(demand_charge=need.connection.demand_charge * self._part)
        of, aim, growth = self._asked.supply, self._asked.aim, need.growth
        days = supply.solve(found.facility, costs, need.hours, connection, of, aim, growth=growth, only=self._rows)
        return days, connection.left(days.islanded, days.on_grid)

    def _highest(self, days: Supplied, month: Months) -> float:
        return float(np.mean(_peaks(days, month[self._rows])))


def _kinds(area: Area) -> list[Kind]:
    return [(area.role, each.kind, each.fuel) for each in area.sets]


def _given(supplied: Supplied) -> dict[Kind, Floats]:
    """Give power and fuel of each kind of sets, over the load."""
    found: dict[Kind, Floats] = {}
    for area in supplied.areas:
        for place, kind in enumerate(_kinds(area)):
            own = np.array([area.used.power[place].sum(), area.used.fuel[place].sum()]) / supplied.demand.sum()
            found[kind] = found.get(kind, np.zeros(2)) + own
    return found


def _most(supplied: Supplied, rows: Integers | slice = slice(None)) -> dict[Kind, float]:
    """Give what each kind of sets could give at most in some hours of the year, over the load of these."""
    found: dict[Kind, float] = {}
    for area in supplied.areas:
        for each, kind in zip(area.sets, _kinds(area), strict=True):
            able = np.minimum(each.units * each.rating * each.part[rows], area.share * supplied.demand).sum()
            found[kind] = found.get(kind, 0.0) + float(able / supplied.demand.sum())
    return found


def _over(whole: Floats, some: Floats) -> Floats:
    """Divide; one where there is nothing to divide by."""
    return np.where(some > TINY, whole / np.maximum(some, TINY), 1.0)


def _peaks(supplied: Supplied, month: Months) -> list[float]:
    """Give the highest import of each month over its highest load."""
    parts = [month == each for each in np.unique(month)]
    return [float(supplied.imported[part].max() / supplied.demand[part].max()) for part in parts]
