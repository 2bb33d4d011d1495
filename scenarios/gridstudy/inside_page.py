"""How the page shows the site behind its point of connection."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from scenarios.gridstudy.flexibility import Measure
from scenarios.gridstudy.inside import Inside
from scenarios.page.quantities import MISSING, digits, duration, quantity, share, signed
from scenarios.page.shown import Shown


def tables(found: Inside | None) -> dict[str, Shown]:
    """
    Give the chapter's tables as the page shows them.

    Parameters
    ----------
    found
        The chapter.

    Returns
    -------
    dict
        By the names that the template asks for; none without the chapter.
    """
    if found is None:
        return {}
    below = found.below
    return {
        "campus": Shown(
            "All in service, at full load: of each kind the one that is loaded highest",
            ("Element", "Of", "Units", "Loading", "Voltage behind it"),
            tuple(_normal(row) for row in below.normal.iter_rows(named=True)),
            (2, 3, 4),
        ),
        "campus_outages": Shown(
            "One element out, of each kind the one that is loaded highest",
            ("Out", "Of", "Left", "Loading of the others", "Voltage behind them", "Dark"),
            tuple(_outage(row) for row in below.outages.iter_rows(named=True)),
            (2, 3, 4, 5),
        ),
        "motors": Shown(
            f"The largest motor starts {_behind(below.normal['element'].to_list())}",
            ("Motor", "Start", "Drawn", "At the motor", "Campus bus", "Point of connection", "Step there"),
            tuple(_motor(row) for row in below.motors.iter_rows(named=True)),
            (2, 3, 4, 5, 6),
        ),
        "flexibility": Shown(
            "What the site can leave to the grid, from full load",
            ("Measure", "Site draws", "Relief", "Acts after", "Lasts", "Computing lost"),
            tuple(_measure(one) for one in found.measures),
            (1, 2, 3, 4, 5),
        ),
    }


def _behind(elements: Sequence[str]) -> str:
    return "behind one substation of the plant" if "substation" in elements else "at the campus bus"


def _per_unit(value: float | None) -> str:
    return MISSING if value is None else f"{value:.4f} pu"


def _watts(value: float | None) -> str:
    return MISSING if value is None else quantity(value, "W", 3)


def _normal(row: Mapping[str, Any]) -> tuple[str, ...]:
    return row["element"], row["place"], str(row["units"]), share(row["loading"]), _per_unit(row["voltage_pu"])


def _outage(row: Mapping[str, Any]) -> tuple[str, ...]:
    loading = "no power flow" if not row["solved"] else MISSING if row["loading"] is None else share(row["loading"])
    dark = _watts(row["dark_w"]) if row["dark_w"] else "none"
    return row["out"], row["place"], str(row["left"]), loading, _per_unit(row["voltage_pu"]), dark


def _motor(row: Mapping[str, Any]) -> tuple[str, ...]:
    down = row["at_motor_pu"] is None
    voltages = tuple(_per_unit(row[name]) for name in ("at_motor_pu", "campus_pu", "point_pu"))
    step = "the voltage goes down" if down else f"{signed(100.0 * row['point_step'], 3)}\N{NARROW NO-BREAK SPACE}%"
    return (
        f"{row['motor']}, {_watts(row['power_w'])}",
        row["start"],
        quantity(row["drawn_va"], "VA", 3),
        *voltages,
        step,
    )


def _measure(one: Measure) -> tuple[str, ...]:
    lasts = MISSING if one.lasts is None else "as long as asked" if math.isinf(one.lasts) else duration(one.lasts)
    after = MISSING if one.after is None else f"{digits(one.after, 2)} s"
    return one.name, _watts(one.power), _watts(one.relief), after, lasts, share(one.computing_lost)
