"""Outdoor air of a run: synthetic from a site's monthly normals, its design days, or a file of a typical year."""

from facilities.weather.air import KINDS, Weather
from facilities.weather.design import DESIGN_DAYS, design_day
from facilities.weather.files import FORMATS, examine, is_weather, read
from facilities.weather.normals import synthetic, year

__all__ = [
    "DESIGN_DAYS",
    "FORMATS",
    "KINDS",
    "Weather",
    "design_day",
    "examine",
    "is_weather",
    "read",
    "synthetic",
    "year",
]
