"""The one-line of a campus: from the host grid to the hall that loads its way most, and to the plant."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scenarios.gridstudy.campus import Below
from scenarios.page import svg, symbols
from scenarios.page.quantities import count, quantity, share
from scenarios.page.svg import LINE, Drawing
from scenarios.page.symbols import STEP, TEXT

WIDTH = 780
"""[px] of the drawing; its text is of eight points on paper of A4."""

HALL, PLANT = 40, 420
"""[px] where the wires of the hall and of the plant run."""

Row = Mapping[str, Any]


def one_line(below: Below) -> Drawing:
    """
    Draw a campus with what each element carries at full load, and the voltage behind it.

    Parameters
    ----------
    below : Below
        The campus.

    Returns
    -------
    Drawing
        Of one point of connection.
    """
    *halls, rest, apart = below.places.iter_rows(named=True)  # one substation of the plant is kept apart for its motor
    plant = {**rest, "load_w": rest["load_w"] + apart["load_w"]}
    parts, y = _down_to_campus(below)
    parts += [svg.path([(HALL - 24, y), (WIDTH - 30, y)], "busbar")]
    ends = []
    for wire, row, title in (
        (
            HALL,
            max(halls, key=_highest),
            f"the most loaded of {count(len(halls))} halls" if len(halls) > 1 else "the hall",
        ),
        (PLANT, plant, "cooling and house"),
    ):
        down = y
        for kind in ("feeder", "substation"):
            if row[f"{kind}s"]:
                parts.append(_element(wire, down, below, row, kind))
                down += STEP
        words = (row["place"].replace("_", " "), f"{quantity(row['load_w'], 'W')}, {title}")
        parts += [
            svg.path([(wire, down), (wire, down + 16)]),
            svg.box(wire - 24, down + 16, 330, 14 + LINE * len(words)),
        ]
        parts.append(svg.lines(wire - 10, down + 34, words))
        ends.append(down + 34 + LINE * len(words))
    caption = (
        "At full load, all in service, below one point of connection; voltages per unit behind each element. A bar is "
        "full at the rating of all units."
    )
    return Drawing("Campus one-line", caption, svg.drawing("Campus one-line", WIDTH, max(ends) + 4, parts))


def _down_to_campus(below: Below) -> tuple[list[str], float]:
    """Draw host grid, point of connection and main transformers."""
    made = below.campus.connection
    main = below.normal.row(0, named=True)
    host = (
        "Host grid",
        f"{quantity(made.voltage, 'V', 3)}, {made.frequency:g} Hz",
        f"short circuit {quantity(made.short_circuit_power, 'VA', 3)}",
    )
    loading = float(below.campus.load.sum() + below.losses) / made.rating
    point = (
        "Point of connection (PCC)",
        f"for {quantity(made.rating, 'W', 3)}",
        f"{quantity(float(below.campus.load.sum()) + below.losses, 'W')}, {share(loading)}",
    )
    each = quantity(made.transformer_rating, "VA", 3)
    transformers = (
        "Main transformers",
        f"{count(main['units'])} of {each}, to {quantity(made.campus_voltage, 'V', 3)}",
        f"{share(main['loading'])}; behind them {main['voltage_pu']:.4f}",
    )
    parts = [
        symbols.host_grid(HALL, host),
        symbols.breaker(HALL, STEP, 144),
        svg.lines(HALL + TEXT, 86, point),
        svg.bar(HALL + TEXT, 126, loading),
        symbols.transformer(HALL, 144),
        symbols.beside(HALL, 144, transformers, main["loading"]),
    ]
    return parts, 144.0 + STEP


def _element(wire: float, y: float, below: Below, row: Row, kind: str) -> str:
    """Draw the feeders or the substations of a place."""
    made = below.campus
    size = quantity(made.cables.rating, "W", 3) if kind == "feeder" else quantity(made.units.rating, "VA", 3)
    volts = made.connection.campus_voltage if kind == "feeder" else made.units.voltage
    words = (
        "Feeders" if kind == "feeder" else "Unit substations",
        f"{count(row[f'{kind}s'])} of {size}, {quantity(volts, 'V', 3)}",
        f"{share(row[f'{kind}_loading'])}; behind them {row[f'{kind}_voltage_pu']:.4f}",
    )
    symbol = symbols.conductor if kind == "feeder" else symbols.transformer
    return symbol(wire, y) + symbols.beside(wire, y, words, row[f"{kind}_loading"])


def _highest(row: Row) -> float:
    return max(row[name] or 0.0 for name in ("feeder_loading", "substation_loading"))
