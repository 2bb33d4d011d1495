"""The site as a load of other tools: parts behind kinds of inputs, when they cease, and how they come back."""

from __future__ import annotations

import polars as pl

from facilities import front_ends
from scenarios.gridstudy.ride_through import Part
from twin.grid.ride_through_machine import VOLTAGE


def parts(of: tuple[Part, ...], power_factor: float) -> pl.DataFrame:
    """
    Describe a site as parts of a composite load, each an aggregate that ceases and reconnects.

    Parameters
    ----------
    of
        Parts of the site, as the chapter of ride-through has them.
    power_factor
        Of all of them [1].

    Returns
    -------
    frame
        A row a part: its share of the load [1], power factor, voltage down to which its power is constant (below, its
        current is), time for which its capacitors give the whole power [s], when it comes back [s], the ramp up [s],
        whether what it feeds must start anew, and sags of a window after which it stays away.

    Notes
    -----
    As the load models that reconnect and cease (PERC1) and the electronic part of composite models (LDELEC) read them:
    share, cease levels with their delays (`trips`), delay and ramp of what reconnects. Their names differ from tool
    to tool, so that none are given.
    """
    whole = sum(part.fed.power for part in of)
    rows = []
    for part in of:
        end = part.fed.front_end
        rows.append(
            {
                "part": part.name,
                "input": end.title,
                "share": part.fed.power / whole,
                "power_factor": power_factor,
                "constant_power_above_pu": 1.0 / end.current_limit.si,
                "hold_up_s": end.hold_up.si,
                "returns_above_pu": end.return_low.si,
                "return_delay_s": end.return_delay.si,
                "return_ramp_s": end.ramp.si,
                "starts_anew": end.restarts,
                "stays_away_after_sags": None if end.count is None else float(end.count.count),
                "sags_within_s": None if end.count_window is None else end.count_window.si,
            }
        )
    return pl.DataFrame(rows)


def trips(of: tuple[Part, ...]) -> pl.DataFrame:
    """
    List the levels beyond which parts cease, with their delays.

    Parameters
    ----------
    of
        Parts of the site.

    Returns
    -------
    frame
        A row a level: part, ``voltage`` in per unit or ``frequency`` in hertz, below or above, level, delay [s].
    """
    _, found = front_ends.groups([part.fed for part in of])
    return pl.DataFrame(
        {
            "part": [of[row].name for row in found.group],
            "quantity": ["voltage" if which == VOLTAGE else "frequency" for which in found.quantity],
            "beyond": ["above" if over else "below" for over in found.above],
            "level": found.level,
            "delay_s": found.delay,
        }
    )
