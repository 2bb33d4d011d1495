"""Sample the assumptions of a site through its year: quantiles of its figures, what matters, and how good this is."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from facilities.variants import Banded
from scenarios.setting import ARGUMENTS
from scenarios.uncertainty import carrying, importance
from scenarios.uncertainty.carrying import Carried, Carrying
from scenarios.uncertainty.draws import Draw, Draws, free
from scenarios.uncertainty.prices import INTENSITY, Prices
from scenarios.uncertainty.years import Years
from scenarios.yearstudy.study import Found
from twin.arrays import Floats
from twin.errors import Fault, InputError, ScenarioError, StateError
from twin.metrics import Metric

CHECKED = 4
"""Samples of which the whole year is solved besides, to tell how far the carried one is from it."""

SHOWN = 8
"""Numbers that are shown for a figure."""

SWUNG = 14
"""Numbers that are swung alone from their least to their most, of all figures together."""

LEAST, MOST = 8, 65536
"""Samples that may be asked for."""

OF_SITE = ("pue", "wue", "facility_energy", "facility_power_peak", "chip_margin_min")
OF_CAPACITY = ("capacity_it_usable", "capacity_it_up_to_alarms")
OF_ACCOUNTS = ("cost_accelerator_hour", "cue")
HEADLINES = (*OF_SITE, *OF_CAPACITY, *OF_ACCOUNTS)
"""
Figures of which it is told which numbers matter: of the site's own, of what it can carry, and of what unit costs are
drawn for.
"""

Progress = Callable[[float], None]


class Swing(NamedTuple):
    """
    A figure with one number alone at its ends.

    Attributes
    ----------
    number : int
        Row of `Sampled.numbers`.
    low, high : dict of text to float
        Figures with it at its least and at its most, others moved as little as they must to fit it; none where such a
        site cannot be.
    """

    number: int
    low: dict[str, float]
    high: dict[str, float]


class Sampled(NamedTuple):
    """
    A year of each of many sites that could be.

    Attributes
    ----------
    numbers : tuple of Banded
        That are drawn.
    values : (sample, number)
        As drawn.
    figures : dict of text to (sample,)
        Of each year; NaN where a year has not that figure.
    known : dict of text to Metric
        Figures of the site as its file has it.
    correlation : dict of text to (number,)
        Rank correlation of each figure that changes.
    told : [1]
        Rank correlation that chance hardly passes.
    swings : tuple of Swing
        Of the numbers that matter most.
    seed : int
        Of the draws.
    steps : int
        Steps that are solved of each year.
    tied : int
        Numbers that are drawn from what others leave of their ranges.
    tried : int
        Sites that were drawn for these.
    refused : tuple of text and int
        Why others cannot be, and how often, the commonest first.
    failed : tuple of text
        Of sites that can be built, but whose plant cannot carry their heat: what happens.
    missed : dict of text to float
        Largest difference of a carried figure from that of the whole year, of the samples that were checked.
    carrying : Carrying or None
        What the samples can carry, where that of the known site was asked for.
    """

    numbers: tuple[Banded, ...]
    values: Floats
    figures: dict[str, Floats]
    known: dict[str, Metric]
    correlation: dict[str, Floats]
    told: float
    swings: tuple[Swing, ...]
    seed: int
    steps: int
    tied: int
    tried: int
    refused: tuple[tuple[str, int], ...]
    failed: tuple[str, ...]
    missed: dict[str, float]
    carrying: Carrying | None


def sample(found: Found, count: int, seed: int, progress: Progress | None = None) -> Sampled:
    """
    Sample the assumptions of a site through its year.

    Parameters
    ----------
    found : Found
        The solved year of the site as its file has it.
    count : [1]
        Samples.
    seed
        Of the draws.
    progress
        Told the part of the samples that is done.

    Returns
    -------
    Sampled
        Weather and jobs are those of the solved year.

    Raises
    ------
    ScenarioError
        If so many samples cannot be drawn.
    """
    if not LEAST <= count <= MOST:
        message = f"must be from {LEAST} to {MOST}, or 0 for none; got {count}"
        raise ScenarioError(ARGUMENTS, [Fault("--samples", message)])
    years = Years(found)
    numbers = free(found.facility, growth=years.growth)
    draws = Draws(found.facility, numbers, seed, growth=years.growth)
    prices = None if found.accounts is None else Prices(found, found.accounts)
    beside = np.zeros((count, 0)) if prices is None else prices.draw(count, seed)
    made = _Made(years, draws, prices, carries=found.capacity is not None)
    values, rows, failed, missed, carried = _solved(found.facility.name, made, beside, progress)
    every = (*numbers, *(() if prices is None else prices.numbers))
    names = [name for name in found.figures if any(name in row for row in rows)]
    figures = {name: np.array([row.get(name, np.nan) for row in rows]) for name in names}
    drawn = np.array(values)
    correlation = {
        name: importance.rank_correlation(drawn, own)
        for name, own in figures.items()
        if np.isfinite(own).all() and np.ptp(own) > 0.0
    }
    told = importance.least_told(len(rows), len(every))
    matter = _matter(correlation, told, len(numbers))
    return Sampled(
        numbers=every,
        values=drawn,
        figures=figures,
        known=found.figures,
        correlation=correlation,
        told=told,
        swings=tuple(_swing(made, row, found) for row in matter),
        seed=seed,
        steps=years.steps,
        tied=draws.tied,
        tried=draws.tried,
        refused=tuple(draws.refused.most_common()),
        failed=tuple(failed),
        missed=missed,
        carrying=None if found.capacity is None else Carrying(found.capacity.now, tuple(carried)),
    )


class _Made(NamedTuple):
    """What samples are made by."""

    years: Years
    draws: Draws
    prices: Prices | None
    carries: bool

    def figures(self, found: Found, values: Floats, unit_costs: Floats) -> dict[str, float]:
        """Give the figures of a sample, of its accounts as well."""
        own = _plain(found.figures)
        if self.prices is None:
            return own
        return own | self.prices.figures(unit_costs, own, _intensity(self.draws.numbers, values), found)

    def carried(self, found: Found) -> Carried | None:
        """Give what the site of a sample can carry at its year's end."""
        last = found.stretches[-1]
        return carrying.carried(last.facility, last.site) if self.carries else None


class _Solved(NamedTuple):
    """What came of each site that was solved, what happens in others, how far figures are, and what sites carry."""

    values: list[Floats]
    rows: list[dict[str, float]]
    failed: list[str]
    missed: dict[str, float]
    carried: list[Carried]


def _solved(name: str, made: _Made, beside: Floats, progress: Progress | None) -> _Solved:
    """Draw sites until so many could be built, and solve the year of each; of the first few whole as well."""
    solved, draws, count = _Solved([], [], [], {}, []), made.draws, len(beside)
    for first in draws.sites(count):
        try:
            draw, found = _built(made.years, draws, first)
            unit_costs = beside[len(solved.rows)]
            own = made.figures(found, draw.values, unit_costs)
            if len(solved.rows) < CHECKED:
                _compare(solved.missed, own, _whole(made, draw, unit_costs))
            able = made.carried(found)
            if able is not None:
                solved.carried.append(able)
                own |= able.figures
            solved.values.append(np.append(draw.values, unit_costs))
            solved.rows.append(own)
        except InputError as error:
            draws.refuse(error)
        except StateError as error:
            solved.failed.append(str(error))
        done = len(solved.rows) + len(solved.failed)
        if progress is not None:
            progress(done / count)
        if done == count:
            break
    if not solved.rows:
        message = f"in none of {count} samples the plant can carry its heat: {solved.failed[0]}"
        raise ScenarioError(name, [Fault("--samples", message)])
    return solved


def _whole(made: _Made, draw: Draw, unit_costs: Floats) -> dict[str, float]:
    """Give the figures of a sample of which all steps are solved, and all hours dispatched and billed."""
    whole = made.years.found(draw.facility, whole=True)
    return _plain(whole.figures) | ({} if made.prices is None else made.prices.anew(unit_costs, whole))


def _built(years: Years, draws: Draws, draw: Draw) -> tuple[Draw, Found]:
    """Solve the year of a site; one that cannot be built for its coils with other water in them."""
    try:
        return draw, years.found(draw.facility)
    except InputError:
        other = draws.narrowed(draw)
        if other is None:
            raise
        return other, years.found(other.facility)


def ranked(correlation: Floats, told: float) -> list[int]:
    """
    Order the numbers that matter to a figure.

    Parameters
    ----------
    correlation : (number,) [1]
        Rank correlations.
    told : [1]
        That which chance hardly passes.

    Returns
    -------
    list of int
        Rows, the strongest first; `SHOWN` at most.
    """
    order = np.argsort(-np.abs(correlation), kind="stable")[:SHOWN]
    return [row for row in order.tolist() if abs(correlation[row]) > told]


def _matter(correlation: dict[str, Floats], told: float, own: int) -> list[int]:
    """
    Give the numbers that are swung: those that matter most to any of the headlines, each of these in its turn.

    Each number of the site takes a year to solve, so that there are `SWUNG` of these; unit costs take none.
    """
    each = [ranked(correlation[name], told) for name in HEADLINES if name in correlation]
    turns = dict.fromkeys(rows[place] for place in range(SHOWN) for rows in each if place < len(rows))
    site = [row for row in turns if row < own][:SWUNG]
    return [*site, *(row for row in turns if row >= own)]


def _swing(made: _Made, row: int, found: Found) -> Swing:
    """Solve the year with one number alone at its ends."""
    numbers, prices, ends = made.draws.numbers, made.prices, []
    if row >= len(numbers) and prices is not None:
        known, place = _plain(found.figures), row - len(numbers)
        for value in (prices.numbers[place].low, prices.numbers[place].high):
            given = prices.given.copy()
            given[place] = value
            ends.append(prices.figures(given, known, found=found))
        return Swing(row, *ends)
    number, values = numbers[row], np.array([each.value for each in numbers])
    for value in (number.low, number.high):
        values[row] = value
        try:
            year = made.years.found(made.draws.alone(row, value))
            own = made.figures(year, values, np.zeros(0) if prices is None else prices.given)
            able = made.carried(year)
            ends.append(own if able is None else own | able.figures)
        except (InputError, StateError):
            ends.append({})
    return Swing(row, *ends)


def _intensity(numbers: list[Banded], values: Floats) -> float:
    """Give the carbon of the grid's energy over that of the file, where it is drawn."""
    places = [place for place, number in enumerate(numbers) if number.path == INTENSITY]
    return float(values[places[0]]) / numbers[places[0]].value if places else 1.0


def _plain(figures: dict[str, Metric]) -> dict[str, float]:
    return {name: metric["value"] for name, metric in figures.items()}


def _compare(missed: dict[str, float], carried: dict[str, float], whole: dict[str, float]) -> None:
    """Keep the largest difference of each figure."""
    for name in carried.keys() & whole.keys():
        missed[name] = max(missed.get(name, 0.0), abs(carried[name] - whole[name]))
