"""Every failure of a site's power and cooling, from its facility file alone."""

from __future__ import annotations

from typing import NamedTuple

import polars as pl

import facilities
from facilities import build
from facilities.schema import Facility
from scenarios.failures import cooling, power
from scenarios.failures.cooling import Progress


class Failures(NamedTuple):
    """
    What becomes of a site.

    Attributes
    ----------
    facility : Facility
        The site.
    cooling, power, availability : frame
        As `cooling.table`, `power.table` and `power.availability` say.
    without_data : tuple of text
        Stages in a rack's way of which no reliability is known.
    """

    facility: Facility
    cooling: pl.DataFrame
    power: pl.DataFrame
    availability: pl.DataFrame
    without_data: tuple[str, ...]


def study(site: str, progress: Progress) -> Failures:
    """
    Take every part of a site out.

    Parameters
    ----------
    site
        Its name or file.
    progress
        Told the part that is done.

    Returns
    -------
    Failures
        As tables.

    Raises
    ------
    InputError
        If the site is at fault.
    """
    facility = facilities.load(site)
    cooled, one_line = cooling.table(facility, build.site(facility), progress)
    stages = power.stood(facility, one_line)
    return Failures(facility, cooled, power.table(stages), power.availability(stages), power.without_data(stages))
