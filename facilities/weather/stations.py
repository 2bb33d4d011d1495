"""The station of a weather file: where it stands, and whether its weather can be that of a site."""

from __future__ import annotations

from string import capwords
from typing import NamedTuple

import numpy as np

from facilities.schema import Location
from twin.errors import Fault

EARTH_RADIUS = 6.371e6
"""Mean radius of the earth [m]."""

FAR = 3e5
"""[m] beyond which a station's weather is another climate: told, and the run goes on."""

FAR_ZONE = 2.0
"""[h] beyond which a station's clock is another part of the world's: refused."""

ZONE_SLACK = 3.0
"""
[h] between a time zone and the sun's own time at the station beyond which one of the two is wrong: refused. The widest
in use is in the west of China, 2.9 h.
"""

DEGREES_AN_HOUR = 15.0
"""The sun's way across the sky [deg/h]."""

PRESSURE_DIFFERENCE = 3e3
"""[Pa] of mean pressure between station and site, about 250 m of height, beyond which it is told."""


class Station(NamedTuple):
    """
    Where a weather file was measured.

    Attributes
    ----------
    name, number : text
        As the file says.
    latitude, longitude : [deg]
        North and east positive.
    time_zone : [h]
        Local standard time less UTC.
    """

    name: str
    number: str
    latitude: float
    longitude: float
    time_zone: float


class Header(NamedTuple):
    """Where the first line of a weather file holds what is known of its station, by number of the cell."""

    name: int
    number: int
    latitude: int
    longitude: int
    time_zone: int
    cells: int


_RANGES = {"latitude": (-90.0, 90.0), "longitude": (-180.0, 180.0), "time_zone": (-14.0, 14.0)}


def read_station(line: str, header: Header) -> tuple[Station | None, list[Fault]]:
    """
    Read the first line of a weather file.

    Parameters
    ----------
    line
        As it stands.
    header
        What its cells hold.

    Returns
    -------
    tuple of Station and list of Fault
        No station where there are faults.
    """
    cells = [cell.strip().strip('"') for cell in line.split(",")]
    if len(cells) < header.cells:
        message = f"holds {len(cells)} cells about the station, wanted {header.cells}; take the file from its origin"
        return None, [Fault("line 1", message)]
    numbers, faults = {}, []
    for name, (low, high) in _RANGES.items():
        text = cells[getattr(header, name)]
        try:
            numbers[name] = float(text)
        except ValueError:
            numbers[name] = np.nan
        if not low <= numbers[name] <= high:
            message = f"is {text!r}, wanted a number from {low:g} to {high:g}; correct it"
            faults.append(Fault(f"line 1: {name.replace('_', ' ')}", message))
    if faults:
        return None, faults
    name = cells[header.name]
    station = Station(capwords(name) if name.isupper() else name, cells[header.number], **numbers)
    off = np.mod(station.time_zone - station.longitude / DEGREES_AN_HOUR + 12.0, 24.0) - 12.0
    if abs(off) > ZONE_SLACK:
        message = (
            f"is {station.time_zone:+g} h at longitude {station.longitude:g} deg, where the sun's own time is "
            f"{station.longitude / DEGREES_AN_HOUR:+.1f} h; correct the one that is wrong (east is positive)"
        )
        return station, [Fault("line 1: time zone", message)]
    return station, []


def distance(station: Station, location: Location) -> float:
    """
    Give the distance of a station from a site.

    Parameters
    ----------
    station : Station
        Of a weather file.
    location : Location
        Of the site.

    Returns
    -------
    [m]
        Along a great circle, by the haversine formula.
    """
    north, other_north = np.radians([station.latitude, location.latitude.si])
    east = np.radians(station.longitude - location.longitude.si)
    half = np.sin((north - other_north) / 2) ** 2 + np.cos(north) * np.cos(other_north) * np.sin(east / 2) ** 2
    return float(2.0 * EARTH_RADIUS * np.arcsin(np.sqrt(half)))


def compare(station: Station, location: Location) -> tuple[list[Fault], list[str]]:
    """
    Say whether a station's weather can be that of a site.

    Parameters
    ----------
    station : Station
        Of a weather file.
    location : Location
        Of the site.

    Returns
    -------
    tuple of list of Fault and list of text
        Refused is a station of the other hemisphere, `FAR` or more away, whose seasons are not the site's, and one
        whose clock is more than `FAR_ZONE` off; told is one more than `FAR` away.
    """
    faults, away = [], distance(station, location)
    latitude, zone = location.latitude.si, location.time_zone.si
    if station.latitude * latitude < 0.0 and away > FAR:
        message = (
            f"is {station.latitude:g} deg, but the site's is {latitude:g} deg: the other hemisphere, where seasons are "
            "turned round; correct the sign, or take a station near the site"
        )
        faults.append(Fault("line 1: latitude", message))
    if abs(station.time_zone - zone) > FAR_ZONE:
        message = (
            f"is {station.time_zone:+g} h, but the site's is {zone:+g} h; wanted no more than {FAR_ZONE:g} h apart, so "
            "that the warm hours are the site's; correct it, or take a station near the site"
        )
        faults.append(Fault("line 1: time zone", message))
    if away <= FAR:
        return faults, []
    note = f"ATTENTION: the weather is that of {station.name}, {away / 1e3:,.0f} km from the site: another climate"
    return faults, [note]
