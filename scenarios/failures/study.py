"""Every failure of a site's power and cooling, from its facility file alone."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import polars as pl

import facilities
from facilities import build
from facilities.schema import Facility
from scenarios.failures import cooling, gap, power, rest
from scenarios.failures.cooling import Progress


class Failures(NamedTuple):
    """
    What becomes of a site.

    Attributes
    ----------
    facility : Facility
        The site.
    cooling, halls, power, gap, availability : frame
        As `cooling.table`, `rest.table`, `power.table`, `gap.table` and `power.availability` say.
    without_data : tuple of text
        Stages in a rack's way of which no reliability is known.
    """

    facility: Facility
    cooling: pl.DataFrame
    halls: pl.DataFrame
    power: pl.DataFrame
    gap: pl.DataFrame
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
    parts = build.sized(facility)
    built = build.site_of(facility, parts)
    cooled, one_line = cooling.table(facility, built, progress)
    counts = np.bincount(built.racks.rack_class, minlength=len(parts.models)).tolist()
    racks = power.in_racks(parts.models, dict(zip(parts.models, counts, strict=True)))
    stages = (*racks, *power.stood(facility, one_line))
    return Failures(
        facility,
        cooled,
        rest.table(facility, built, parts),
        power.table(stages),
        gap.table(facility, parts),
        power.availability(stages),
        power.without_data(stages),
    )
