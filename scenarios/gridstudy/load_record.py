"""The site as a load of other tools: parts behind kinds of inputs, when they cease, and how they come back."""

from __future__ import annotations

import math

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
    As load models that cease and reconnect (PERC1) want them: share, cease levels with their delays (`trips`), delay
    and ramp of what reconnects. Its full list of names was not at hand, so that none are given.
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


def electronic(of: tuple[Part, ...], power_factor: float) -> pl.DataFrame:
    """
    Give the parts as the electronic load LDELEC, which ceases at once and comes back as the voltage does.

    Parameters
    ----------
    of
        Parts of the site.
    power_factor
        Of all of them [1].

    Returns
    -------
    frame
        A row a part with its share and the model's four names: power is constant above ``Vd1`` and zero below ``Vd2``
        [1]; ``Frcel`` is the part of what ceased that comes back by itself [1]; ``pfel`` is the power factor.

    Notes
    -----
    Names and law as the help of PowerWorld has them (Load Characteristic LDELEC). The model has no delays: ``Vd2`` is
    the highest voltage below which a part ceases at last, however long it takes, so that it trips more than the part
    does. A part that ceases at a voltage where its power still is constant has no way between: ``Vd1`` is ``Vd2`` then,
    as the model wants it no lower.
    """
    levels = trips(of).filter(pl.col("quantity") == "voltage", pl.col("beyond") == "below")
    highest = dict(levels.group_by("part").agg(pl.col("level").max()).iter_rows())
    ceases = [highest.get(part.name, part.fed.front_end.least_voltage.si) for part in of]
    whole = sum(part.fed.power for part in of)
    return pl.DataFrame(
        {
            "part": [part.name for part in of],
            "share": [part.fed.power / whole for part in of],
            "Vd1": [max(1.0 / part.fed.front_end.current_limit.si, low) for part, low in zip(of, ceases, strict=True)],
            "Vd2": ceases,
            "Frcel": [0.0 if part.fed.front_end.restarts else 1.0 for part in of],
            "pfel": [power_factor] * len(of),
        }
    )


def records(numbers: tuple[int, ...], shares: tuple[float, ...], power: float, power_factor: float) -> pl.DataFrame:
    """
    Give the site as load records of a power flow, in the fields of PSS/E.

    Parameters
    ----------
    numbers
        Of the buses of its points of connection.
    shares
        Of its load at each [1].
    power
        That it draws [W].
    power_factor
        Lagging [1].

    Returns
    -------
    frame
        A row a point: bus ``I``, ``ID``, ``STATUS``, constant power ``PL`` [MW] and ``QL`` [Mvar]; constant current and
        admittance are zero, as supplies and drives draw constant power while they stay.
    """
    active = [share * power / 1e6 for share in shares]
    reactive = [mega * math.tan(math.acos(power_factor)) for mega in active]
    fixed = {"ID": "DC", "STATUS": 1}
    zero = dict.fromkeys(("IP", "IQ", "YP", "YQ"), 0.0)
    return pl.DataFrame({"I": numbers, "PL": active, "QL": reactive}).select(
        "I",
        *(pl.lit(value).alias(name) for name, value in fixed.items()),
        "PL",
        "QL",
        *(pl.lit(value).alias(name) for name, value in zero.items()),
    )


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
