"""Charts of a year's accounts: supply, carbon, and where the money goes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from scenarios.page import drawing, lines, quantities
from scenarios.page.style import BLUE, GREEN, GREY, INK, ORANGE, PURPLE, SKY, VERMILION, Chart
from scenarios.yearstudy.charts import HOURS_A_DAY, MONTHS, add_bars, hour_map

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

    from scenarios.page.drawing import Figure
    from scenarios.yearstudy.accounts import Accounts
    from scenarios.yearstudy.money import Item
    from twin.site import Floats

COLOURS = {"capital": BLUE, "electricity": ORANGE, "fuel": VERMILION, "running": GREEN}
"""Of groups of costs."""

LEAST_SHOWN = 0.002
"""Part of a year's cost [1] below which an item has no bar of its own."""


def charts(made: Accounts) -> dict[str, Chart]:
    """
    Draw a year's accounts.

    Parameters
    ----------
    made
        The accounts.

    Returns
    -------
    dict of text to chart
        Those for which there is something to show.
    """
    drawn: dict[str, Chart] = {}
    if made.supplied.areas:
        drawn["supply_days"] = days(made)
    if made.intensity.values is not None:
        drawn["carbon_months"] = carbon_months(made)
        if made.intensity.hourly:
            about = "Of the grid's energy, from the file, at each hour of the year."
            drawn["map_grid_carbon"] = hour_map(made.hours, "grid_carbon_kg_j", "Carbon intensity", "g/kWh", about)
        about = "Energy taken from the grid and fuel burnt on site, mean of each hour."
        drawn["map_carbon"] = hour_map(made.hours, "carbon_kg_s", "Carbon dioxide of operation", "t/h", about)
    drawn["cost_items"] = cost_items(made.items)
    drawn["bill_months"] = bill_months(made)
    return drawn


def days(made: Accounts) -> Chart:
    """
    Draw what supplies the site, day by day.

    Parameters
    ----------
    made
        The accounts.

    Returns
    -------
    Chart
        Stacked areas under the load.
    """
    table = made.hours
    figure = lines.over_time(380)
    scale = lines.scale_for("W", table["facility_power_w"])
    at = table["time"].to_numpy()[::HOURS_A_DAY].astype("datetime64[ms]").astype(float)
    layers = (
        ("generation_power_w", "Own sets", VERMILION),
        ("sun_power_w", "Panels", ORANGE),
        ("import_power_w", "Grid", GREY),
        ("discharge_power_w", "Out of storage", PURPLE),
        ("unserved_power_w", "Not served", INK),
    )
    for column, label, colour in layers:
        if float(table[column].sum()) <= UNSEEN * float(table["facility_power_w"].sum()):
            continue
        look = {"stackgroup": "supply", "line": {"width": 0.0, "color": colour}, "mode": "lines"}
        drawing.add(
            figure, {"type": "scatter", "x": at, "y": _daily(table, column) / scale.factor, "name": label, **look}
        )
    load = {"mode": "lines", "line": {"color": INK, "width": 1.4}}
    values = _daily(table, "facility_power_w") / scale.factor
    drawing.add(figure, {"type": "scatter", "x": at, "y": values, "name": "Load", **load})
    lines.name_y(figure, f"Power [{scale.unit}]", zero=True)
    drawing.set_axes(figure, "x", tickformat="%b", hoverformat="%d %b")
    return lines.chart(
        "What supplies the site", "Means of each day; what goes into storage lies above the load.", figure
    )


UNSEEN = 1e-6
"""Part of the load [1] below which a source is left out of the picture."""


def _daily(table: pl.DataFrame, column: str) -> Floats:
    return np.asarray(table[column].to_numpy().reshape(-1, HOURS_A_DAY).mean(axis=1), dtype=float)


def carbon_months(made: Accounts) -> Chart:
    """
    Draw carbon dioxide of each month by where it comes from.

    Parameters
    ----------
    made
        The accounts.

    Returns
    -------
    Chart
        Stacked bars; what making the site gave off, spread over its life, on top.
    """
    table = made.months
    figure = drawing.stacked(340)
    embodied = np.full(len(MONTHS), sum(each.yearly for each in made.embodied) / len(MONTHS))
    parts = [
        ("Grid's energy", GREY, table["grid_carbon_kg"].to_numpy()),
        ("Fuel on site", VERMILION, table["fuel_carbon_kg"].to_numpy()),
        ("Embodied, over its life", SKY, embodied),
    ]
    scale = quantities.fitting_mass(float(np.sum([values for _, _, values in parts], axis=0).max()))
    for label, colour, values in parts:
        if values.max() > 0.0:
            add_bars(figure, values / scale.factor, label, colour)
    lines.name_y(figure, f"Carbon dioxide [{scale.unit}]", zero=True)
    drawing.update(figure["layout"], {"barmode": "stack", "bargap": 0.25})
    caption = "By the place of emission: location-based for the grid. What is embodied is assumed, see its range."
    return lines.chart("Carbon dioxide by month", caption, figure)


def cost_items(items: Sequence[Item]) -> Chart:
    """
    Draw where a year's money goes.

    Parameters
    ----------
    items
        Of the year.

    Returns
    -------
    Chart
        A bar an item, the largest on top, with the range that its own unit cost leaves.
    """
    whole = sum(item.yearly for item in items)
    shown = sorted((item for item in items if item.yearly >= LEAST_SHOWN * whole), key=lambda item: item.yearly)
    scale = quantities.fitting(max(item.high for item in shown), "USD")
    figure = drawing.stacked(118 + 30 * len(shown))
    names = [_capital(item.name) for item in shown]
    for group, colour in COLOURS.items():
        own = [item for item in shown if item.group == group]
        if not own:
            continue
        bars: dict[str, Any] = {
            "type": "bar",
            "orientation": "h",
            "y": [_capital(item.name) for item in own],
            "x": np.array([item.yearly for item in own]) / scale.factor,
            "name": group.capitalize(),
            "marker": {"color": colour},
            "error_x": {
                "type": "data",
                "symmetric": False,
                "array": np.array([item.high - item.yearly for item in own]) / scale.factor,
                "arrayminus": np.array([item.yearly - item.low for item in own]) / scale.factor,
                "color": INK,
                "thickness": 1.2,
                "width": 4,
            },
            "hovertemplate": f"%{{y}}: %{{x:.4~g}} {scale.unit}<extra></extra>",
        }
        drawing.add(figure, bars)
    drawing.update(figure["layout"], {"barmode": "overlay", "bargap": 0.3, "hovermode": "closest"})
    drawing.set_axes(figure, "y", categoryorder="array", categoryarray=names, automargin=True, showgrid=False)
    drawing.set_axes(figure, "x", title={"text": f"A year [{scale.unit}]"}, rangemode="tozero")
    drawing.update(figure["layout"], {"margin": {"b": 66}})
    caption = (
        "Capital as equal payments over its life. Whiskers: the range of the item's own unit cost, all else as it is; "
        f"items below {100.0 * LEAST_SHOWN:g} % of the year stand in the table only."
    )
    return lines.chart("Where a year's money goes", caption, figure)


def _capital(name: str) -> str:
    return f"{name[:1].upper()}{name[1:]}"


def bill_months(made: Accounts) -> Chart:
    """
    Draw the grid's bills.

    Parameters
    ----------
    made
        The accounts.

    Returns
    -------
    Chart
        Stacked bars by part, and demand billed over demand drawn below.
    """
    table, bill = made.months, made.bill
    figure = drawing.stacked(420, (1.6, 1.0))
    used = np.minimum(bill.peak, bill.billed_demand) * made.tariff.demand.si
    parts = [
        ("Energy", ORANGE, bill.energy),
        ("Demand drawn", BLUE, used),
        ("Demand not drawn: minimum take", PURPLE, bill.demand - used),
        ("Fixed", GREY, bill.fixed),
    ]
    scale = quantities.fitting(float((bill.energy + bill.demand + bill.fixed).max()), "USD")
    for label, colour, values in parts:
        if values.max() > 0.0:
            add_bars(figure, values / scale.factor, label, colour)
    power = lines.scale_for("W", table["billed_demand_w"])
    _steps(figure, bill.billed_demand / power.factor, "Demand billed", PURPLE)
    _steps(figure, bill.peak / power.factor, "Highest demand drawn", BLUE)
    lines.name_y(figure, f"Bill [{scale.unit}]", 1, zero=True)
    lines.name_y(figure, f"Demand [{power.unit}]", 2, zero=True)
    drawing.update(figure["layout"], {"barmode": "stack", "bargap": 0.25})
    return lines.chart("The grid's bills", f"{made.tariff.title}, month by month.", figure)


def _steps(figure: Figure, values: Floats, label: str, colour: str) -> None:
    look = {"mode": "lines+markers", "line": {"color": colour, "width": 1.6, "shape": "hvh"}}
    drawing.add(figure, {"type": "scatter", "x": list(MONTHS), "y": values, "name": label, **look}, 2)
