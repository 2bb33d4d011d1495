"""The areas that host files are cut for: which case, around which place, how far, and where sites connect."""

from __future__ import annotations

from typing import NamedTuple

EASTERN, TEXAS = "case_ACTIVSg70k", "case_ACTIVSg2000"
"""Synthetic cases of two interconnections, as files of MATPOWER."""


class Area(NamedTuple):
    """
    An area of a synthetic case.

    Attributes
    ----------
    title : text
        For people.
    case : text
        File of MATPOWER.
    latitude, longitude : [deg]
        Of the site that it is cut around.
    radius : [m]
        Within which buses are kept; infinite keeps the whole case.
    study_radius : [m]
        Within which results are good for study: the ring outside of it keeps the equivalent at a distance.
    points : tuple of int
        Numbers of buses between which the load of the checks is shared equally.
    """

    title: str
    case: str
    latitude: float
    longitude: float
    radius: float
    study_radius: float
    points: tuple[int, ...]


AREAS = {
    "columbus_ohio": Area("Around Columbus, Ohio", EASTERN, 40.0657, -82.7533, 250e3, 100e3, (36209,)),
    "richland_louisiana": Area(
        "Around Richland Parish, Louisiana", EASTERN, 32.47, -91.75, 250e3, 120e3,
        (60340, 61192, 61197, 60997, 61005, 61203),
    ),
    "new_carlisle_indiana": Area("Around New Carlisle, Indiana", EASTERN, 41.6675, -86.4736, 200e3, 100e3, (39732,)),
    "pryor_oklahoma": Area("Around Pryor, Oklahoma", EASTERN, 36.2412, -95.3301, 200e3, 100e3, (63178,)),
    "racine_wisconsin": Area(
        "Around Mount Pleasant, Wisconsin", EASTERN, 42.6749, -87.8949, 180e3, 100e3, (48754, 48758)
    ),
    "atlanta_georgia": Area("Around Atlanta, Georgia", EASTERN, 33.4454, -84.5255, 200e3, 100e3, (24101,)),
    "texas": Area("All of ERCOT, Texas", TEXAS, 32.5029, -99.7834, float("inf"), float("inf"), (3088,)),
}  # fmt: skip
"""By name of their host files; places are those of the sites' own files."""
