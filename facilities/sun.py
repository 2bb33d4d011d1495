"""Sun on a site's panels: clear sky of the place and time, dimmed to its mean, on trackers of one axis, by pvlib."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np

from facilities.economics import Solar
from facilities.schema import Location
from twin.site import Floats

STEEPEST = 60.0
"""Angle [deg] to which trackers turn from the horizontal."""

COVER = 0.35
"""Panels over ground: rows this close shade each other unless they turn back at low sun."""

ALBEDO = 0.2
"""Light that the ground throws back, over what falls on it: grass."""

PER_KELVIN = -0.0035
"""Power of silicon for each kelvin above 25 degC, over its rating (PVWatts version 5, standard to premium)."""


def panels(location: Location, start: datetime, dry_bulb: Floats, rating: float, terms: Solar) -> Floats:
    """
    Give what panels could give in each hour.

    Parameters
    ----------
    location : Location
        Of the site.
    start
        Of the first hour, in local standard time, without a zone.
    dry_bulb : (hour,) [K]
        Outdoor air.
    rating : [W]
        Of the inverters.
    terms : Solar
        Losses, clearness, panels over inverters.

    Returns
    -------
    (hour,) [W]
        Alternating current, clipped at the rating.

    Notes
    -----
    Horizontal light of a clear sky by Haurwitz times the clearness, parted by Erbs into beam and diffuse, on the
    trackers by the isotropic sky, cells by Faiman in still air of 1 m/s, power by PVWatts. A mean clearness has no dark
    days: the energy of a year is right where the clearness is, storage and reserve for weeks of cloud are not.
    """
    import pandas as pd  # the sun's library is slow to load, and few sites need it
    from pvlib import clearsky, irradiance, pvsystem, solarposition, temperature, tracking

    middle = start + timedelta(minutes=30) - timedelta(hours=location.time_zone.si)
    times = pd.date_range(middle, periods=dry_bulb.size, freq="h", tz="UTC")
    sun = solarposition.get_solarposition(times, location.latitude.si, location.longitude.si)
    zenith = sun["apparent_zenith"]
    flat = clearsky.haurwitz(zenith)["ghi"] * terms.clearness.si
    parted = irradiance.erbs(flat, sun["zenith"], times)
    turned = tracking.singleaxis(zenith, sun["azimuth"], max_angle=STEEPEST, gcr=COVER)
    on_panel = irradiance.get_total_irradiance(
        turned["surface_tilt"],
        turned["surface_azimuth"],
        zenith,
        sun["azimuth"],
        parted["dni"],
        flat,
        parted["dhi"],
        albedo=ALBEDO,
    )["poa_global"].fillna(0.0)
    cells = temperature.faiman(on_panel.to_numpy(), dry_bulb - 273.15)
    given = pvsystem.pvwatts_dc(on_panel.to_numpy(), cells, rating * terms.oversize.si, PER_KELVIN)
    return np.clip(np.asarray(given, dtype=float) * (1.0 - terms.losses.si), 0.0, rating)
