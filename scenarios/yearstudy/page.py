"""The page of a year."""

from __future__ import annotations

from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from scenarios.capacity import chapter
from scenarios.page import pages
from scenarios.page.quantities import MISSING, digits, quantity, stated
from scenarios.page.shown import Shown
from scenarios.yearstudy import accounts_charts, accounts_page, charts, tables

if TYPE_CHECKING:
    from collections.abc import Callable

    import polars as pl

    from scenarios.yearstudy.study import Found
    from twin.metrics import Metric

FIGURES = (
    ("Energy", (("pue", "PUE"), ("ere", "ERE"), ("facility_energy", "Facility energy"), ("it_energy", "IT energy"),
                ("cooling_energy", "Cooling energy"), ("loss_energy", "Losses in distribution"),
                ("house_energy", "House load"))),
    ("Power", (("facility_power_peak", "Highest facility power"), ("it_power_peak", "Highest IT power"),
               ("facility_power_mean", "Mean facility power"), ("load_factor", "Load factor"),
               ("pue_highest", "Highest PUE of a step"), ("pue_lowest", "Lowest PUE of a step"))),
    ("Water", (("wue", "WUE"), ("water_use", "Make-up water"), ("evaporation", "Evaporated"),
               ("water_flow_peak", "Highest flow"))),
    ("Limits", (("chip_margin_min", "Least chip margin"), ("coolant_supply_temp_max", "Warmest coolant supply"),
                ("rack_air_temp_max", "Warmest air at racks"), ("free_cooling_time", "Without chillers"),
                ("supply_not_held_time", "A supply not held"), ("compute_lost", "Computing lost, chip-hours"))),
)  # fmt: skip
"""Figures of the page, in reading order: group, then name and label."""

DIFFERENCES = frozenset({"chip_margin_min"})
"""Figures in kelvin that are differences."""

OF_ACCOUNTS = frozenset(name for _, members in accounts_page.FIGURES for name, _ in members)
"""Figures of supply, carbon and cost."""

OUTSIDE = 4
"""Figures that are named where more lie outside of their bands."""

CELSIUS = 273.15


def write(found: Found, manifest: dict[str, Any], path: Path) -> Path:
    """
    Write the page of a year.

    Parameters
    ----------
    found
        The year.
    manifest
        What it was made from.
    path
        File to write.

    Returns
    -------
    Path
        Of the page.
    """
    return pages.save(html(found, manifest), path, "page of the year")


def html(found: Found, manifest: dict[str, Any]) -> str:
    """
    Give the page of a year: HTML that needs no other file and no network.

    Parameters
    ----------
    found
        The year.
    manifest
        What it was made from.

    Returns
    -------
    text
        The whole file.
    """
    hours = tables.hours(found)
    months = tables.months(hours)
    carried = None if found.capacity is None else chapter.chapter(found.capacity)
    first = {} if carried is None else carried.drawn
    maps = charts.maps(hours)
    drawn = first | {"monthly": charts.monthly(months), **maps, "durations": charts.durations(hours)}
    if found.accounts is not None:
        drawn |= accounts_charts.charts(found.accounts)
    sure = None
    if found.sampled is not None:
        from scenarios.uncertainty import chapter as of_samples

        sure = of_samples.content(found.sampled, labels(found), _written(found))
        drawn |= sure.charts
    return pages.html(
        "year.html.j2",
        metadata.version("gigatwin"),
        drawn,
        sure=sure,
        how_sure=how_sure(found),
        manifest=manifest,
        capacity=carried,
        groups=groups(found),
        maps=list(maps),
        accounts=None if found.accounts is None else accounts_page.chapters(found.accounts),
        months=_months(months),
        extremes=_extremes(found.extremes),
        closure=_closure(found),
        assumptions=_assumptions(manifest),
        caveats=caveats(found),
    )


def labels(found: Found) -> dict[str, str]:
    """
    Give what the figures of a page are called.

    Parameters
    ----------
    found
        The year.

    Returns
    -------
    dict of text to text
        Name -> label, in reading order.
    """
    groups = (("Capacity", tuple(chapter.NAMES.items())), *FIGURES, *accounts_page.FIGURES)
    return {name: label for _, members in groups for name, label in members if name in found.figures}


def _written(found: Found) -> Callable[[str, float], str]:
    """Give how a value of a figure is written."""
    return lambda name, value: _text(name, {"value": value, "unit": found.figures[name]["unit"]})


class Tile(NamedTuple):
    """
    A figure as text.

    Attributes
    ----------
    label, text
        What it is called, and how it is written.
    band
        P10 to P90; empty where it was not sampled.
    """

    label: str
    text: str
    band: str


def groups(found: Found) -> list[tuple[str, list[Tile]]]:
    """
    Give the figures of a year as texts.

    Parameters
    ----------
    found
        The year.

    Returns
    -------
    list
        Group, then each figure that the year has; water only where any is used.
    """
    figures = found.figures
    dry = figures["water_use"]["value"] == 0.0
    carried = [] if found.capacity is None else chapter.groups(found.capacity)
    made = [
        (title, [(label, _text(name, figures[name]), name) for name, label in members if _says(found, name)])
        for title, members in (*FIGURES, *accounts_page.FIGURES)
        if not (dry and title == "Water")
    ]
    return [
        (title, [Tile(label, text, _band(found, name)) for label, text, name in members])
        for title, members in carried + made
    ]


def _says(found: Found, name: str) -> bool:
    return name in found.figures and accounts_page.says(name, found.figures[name]["value"])


def _band(found: Found, name: str) -> str:
    """Write P10 and P90 of a figure; nothing where there is none, all samples are the same, or it says little."""
    if found.sampled is None or name not in found.sampled.figures or name in chapter.AT_SET_POINTS:
        return ""
    from scenarios.uncertainty.tables import spread

    of, write = spread(found.sampled.figures[name]), _written(found)
    return f"{write(name, of['p10'])} to {write(name, of['p90'])}" if of["p10"] < of["p90"] else ""


def how_sure(found: Found) -> str:
    """
    Say how sure the figures are, in a sentence.

    Parameters
    ----------
    found
        The year.

    Returns
    -------
    text
        What the bands are, or that there are none and how to have them.
    """
    if found.sampled is None:
        assumed = sum(number.basis == tables.ASSUMED for number in tables.numbers(found))
        return (
            f"How sure: no figure has a band. Each is of the site exactly as its file has it, and {assumed} numbers of "
            "that are assumed; with --samples 256 numbers are drawn from their ranges, which takes up to a minute, and "
            "figures get P10, P50 and P90."
        )
    from scenarios.uncertainty.tables import spread

    told = (
        f"How sure: bands are P10 to P90 of {len(found.sampled.values)} sites drawn from the ranges of their numbers; "
        "figures without one were not sampled, are the same in all, or hold set points, which stand in tables."
    )
    if found.sampled.carrying is not None:
        from scenarios.uncertainty import carrying

        told += f" {carrying.sentence(found.sampled.carrying)}"
    outside = []
    for name, label in labels(found).items():
        # Of what the site can carry the sentence before says why a sample carries less.
        if name not in chapter.NAMES and _band(found, name):
            of = spread(found.sampled.figures[name])
            outside += [] if of["p10"] <= found.figures[name]["value"] <= of["p90"] else [label]
    if outside:
        more = f" and {len(outside) - OUTSIDE} more" if len(outside) > OUTSIDE else ""
        told += (
            f" Outside of their own band, as the file takes numbers near an end of their ranges: "
            f"{', '.join(outside[:OUTSIDE])}{more}."
        )
    return told


def _text(name: str, figure: Metric) -> str:
    """Write a figure; a margin is a difference and no temperature."""
    if name in chapter.NAMES:
        return chapter.text(name, figure["value"])
    if name in OF_ACCOUNTS:
        return accounts_page.text(name, figure["value"], figure["unit"])
    if name in DIFFERENCES:
        return f"{digits(figure['value'], 3)} K"
    return quantity(figure["value"], figure["unit"])


def caveats(found: Found) -> list[str]:
    """
    Say what a reader must know before quoting a figure.

    Parameters
    ----------
    found
        The year.

    Returns
    -------
    list of text
        In order of weight.
    """
    figures, told = found.figures, []
    if found.air.kind == "synthetic":
        told.append(
            "The weather is a synthetic year from monthly normals: it holds no extremes, so that no design day follows "
            "from its highest values. The table of extreme days does, by the method that each row names."
        )
    for name, text in (
        ("supply_not_held_time", "a water loop does not hold its supply"),
        ("outside_model_time", "a law of the plant is used outside the range for which it is known"),
        ("unsettled_time", "the passes from racks to outdoors did not come to rest"),
    ):
        if figures[name]["value"] > 0.0:
            told.append(f"In {digits(figures[name]['value'], 3)} h of the year {text}.")
    if figures["compute_lost"]["value"] > 0.0:
        told.append("Chips reach their throttle limit: see computing lost.")
    return told


def _degrees(kelvin: float) -> str:
    return f"{kelvin - CELSIUS:.1f} \N{DEGREE SIGN}C".replace("-", "\N{MINUS SIGN}")


def _months(table: pl.DataFrame) -> Shown:
    wet = bool(table["water_use_kg"].sum())
    rows = [
        (
            charts.MONTHS[row["month"] - 1],
            quantity(row["it_energy_j"], "J"),
            quantity(row["facility_energy_j"], "J"),
            f"{row['pue']:.3f}",
            quantity(row["facility_power_max_w"], "W"),
            *((quantity(row["water_use_kg"], "kg"), f"{row['wue_l_kwh']:.3f}") if wet else ()),
            f"{row['chillers_h']:.0f} h",
            _degrees(row["dry_bulb_temp_k"]),
        )
        for row in table.iter_rows(named=True)
    ]
    water = ("Water", "WUE [L/kWh]") if wet else ()
    heads = ("Month", "IT", "Facility", "PUE", "Highest power", *water, "Chillers run", "Dry bulb")
    return Shown("Sums of each month", heads, tuple(rows), tuple(range(1, len(heads))))


def _extremes(table: pl.DataFrame) -> Shown:
    rows = []
    for row in table.iter_rows(named=True):
        name = row["day"].replace("_", " ")
        if row["says"]:
            rows.append((name, row["about"], row["says"], *[MISSING] * 7))
            continue
        warm = f"{_degrees(row['dry_bulb_max_k'])} / {_degrees(row['wet_bulb_max_k'])}"
        coolant = row["coolant_supply_temp_max_k"]
        rows.append(
            (
                name,
                row["about"],
                warm,
                quantity(row["facility_power_max_w"], "W"),
                f"{row['pue_max']:.3f}",
                quantity(row["water_flow_max_kg_s"], "kg/s") if row["water_flow_max_kg_s"] else "none",
                MISSING if coolant is None else _degrees(coolant),
                _degrees(row["rack_air_temp_max_k"]),
                f"{row['chip_margin_min_k']:.1f} K",
                f"{row['supply_not_held_h']:.1f} h",
            )
        )
    heads = (
        "Day", "What it is", "Dry / wet bulb", "Highest power", "PUE", "Water", "Coolant", "Rack air", "Chip margin",
        "Not held",
    )  # fmt: skip
    caption = "Each day at the load of the year's busiest step; dry and wet bulb at their highest"
    return Shown(caption, heads, tuple(rows), tuple(range(2, 10)))


def _closure(found: Found) -> Shown:
    rows = [
        (
            row.balance,
            quantity(row.inflow, row.unit),
            quantity(row.outflow, row.unit),
            f"{abs(row.residual) / row.inflow:.1e}" if row.inflow else "0",
        )
        for row in found.closure
        if row.inflow or row.outflow
    ]
    return Shown(
        "Balances of the year, each flow added up on its own", ("Balance", "In", "Out", "Left"), tuple(rows), (1, 2, 3)
    )


def _assumptions(manifest: dict[str, Any]) -> Shown:
    rows = [
        (
            row["path"].replace("_", " "),
            stated(row["value"]),
            f"{stated(row['low'])} to {stated(row['high'])}" if row["low"] else "",
            row["source"],
        )
        for row in manifest["assumptions"]
    ]
    return Shown("Everything assumed", ("Number", "Value", "Range", "Why"), tuple(rows))
