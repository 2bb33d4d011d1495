"""The year of a site that differs from a known one: solved at some of its steps, and carried to all."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from facilities import Facility, build
from scenarios.yearstudy import study, workload
from scenarios.yearstudy.study import Found, Stretch
from twin.arrays import Floats, Integers
from twin.year import chosen, series
from twin.year.chosen import Chosen
from twin.year.plan import plan
from twin.year.series import Series

CHOSEN = 300
"""Steps that are solved besides `EXTREMES`; of a site that grows, in all its phases together."""

EXTREMES = 5
"""Steps that are solved at each end of weather and figures, so that peaks are not smoothed away."""

LEAST_SPREAD = 1e-9
"""Standard deviation over magnitude below which a feature is taken not to vary."""


class _Part(NamedTuple):
    """A stretch of the known year: which steps stand for all of it, and what it was."""

    known: Stretch
    series: Series
    chosen: Chosen


class Years:
    """Years of variants of a site whose own year is solved, under the same weather and with the same jobs."""

    def __init__(self, found: Found) -> None:
        """Choose the steps to solve from the solved year."""
        self._found = found
        self.growth = bool(found.stretches[0].name)
        self._parts = tuple(self._part(stretch) for stretch in found.stretches)
        self.steps = sum(part.chosen.rows.size for part in self._parts)

    def found(self, facility: Facility, *, whole: bool = False) -> Found:
        """
        Give a variant's year.

        Parameters
        ----------
        facility : Facility
            The variant.
        whole : bool
            Whether all steps are solved, and none is carried.

        Returns
        -------
        Found
            As of any year, with its figures; not what it can carry, nor its accounts.

        Raises
        ------
        InputError
            If the site cannot be.
        StateError
            If its plant cannot carry its heat.
        """
        standing = study.standing(facility, self._found.span, growth=self.growth)
        stretches, kept = [], []
        for part, (name, of, steps) in zip(self._parts, standing, strict=True):
            rows = np.arange(steps.start, steps.stop) if whole else steps.start + part.chosen.rows
            stretch, solved = self._solved(name, of, steps, rows)
            stretches.append(stretch)
            kept.append(solved if whole else chosen.carried(part.series, part.chosen, solved))
        made = self._found._replace(
            facility=facility, stretches=tuple(stretches), series=series.join(kept), capacity=None, accounts=None
        )
        return made._replace(figures=study.figures(made))

    def _solved(self, name: str, of: Facility, steps: slice, rows: Integers) -> tuple[Stretch, Series]:
        """Solve some steps of a variant's stretch."""
        found, site = self._found, build.site(of)
        scenario, air = found.scenario, found.air.means
        load = workload.year(of, site, scenario.jobs, found.readings, found.span, scenario.seed, rows)
        weather = air._replace(dry_bulb=air.dry_bulb[rows], wet_bulb=air.wet_bulb[rows])
        solved = series.run(plan(site, load.asked, air.pressure), load.works, weather)
        return Stretch(name, of, site, steps, load), solved

    def _part(self, stretch: Stretch) -> _Part:
        own = chosen.take(self._found.series, np.arange(stretch.steps.start, stretch.steps.stop))
        count = round(CHOSEN * own.dry_bulb.size / self._found.span.steps)
        return _Part(stretch, own, chosen.choose(_features(own), max(count, 1), _extremes(own)))


def _features(own: Series) -> Floats:
    """Give what makes steps alike: weather, load, and what the known site drew besides; each by its spread."""
    it = np.asarray(own.powers.racks)
    columns = np.column_stack([own.dry_bulb, own.wet_bulb, it, np.asarray(own.powers.connection) - it])
    spread = columns.std(axis=0)
    varies = spread > LEAST_SPREAD * np.abs(columns).max(axis=0)
    return np.asarray((columns[:, varies] - columns[:, varies].mean(axis=0)) / spread[varies], dtype=float)


def _extremes(own: Series) -> Integers:
    """Give the steps at the ends of weather, power, PUE, water and margins of the known site."""
    facility, it = np.asarray(own.powers.connection), np.asarray(own.powers.racks)
    both = (facility / it, own.dry_bulb)
    highest = (facility, it, own.wet_bulb, -own.margin, np.nan_to_num(own.coolant), own.air, own.powers.make_up)
    ends = [np.argsort(values, kind="stable") for values in (*both, *highest)]
    low = [order[:EXTREMES] for order in ends[: len(both)]]
    return np.concatenate([*low, *(order[-EXTREMES:] for order in ends)])
