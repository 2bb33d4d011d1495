"""The page and the tables of a study of a connection, in a folder."""

from __future__ import annotations

import math
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from facilities.quantity import Number
from scenarios import study_folder
from scenarios.gridstudy import (
    basis,
    charts,
    dynamics,
    dynamics_charts,
    fast_page,
    host_charts,
    host_page,
    inside_drawing,
    inside_page,
    load_page,
    study,
)
from scenarios.gridstudy.connection import reactive_margin
from scenarios.page import pages
from scenarios.page.quantities import MISSING, digits, duration, quantity, share
from scenarios.page.shown import Shown
from twin.grid import strength

if TYPE_CHECKING:
    from scenarios.gridstudy.study import Study

KIND = "grid"
"""Of such studies' folder and page."""


def write(found: Study, folder: Path) -> Path:
    """
    Write the page and all tables of a study, each as parquet and as CSV.

    Parameters
    ----------
    found
        The study.
    folder
        From `study_folder.place`.

    Returns
    -------
    Path
        Of the page.

    Raises
    ------
    OutputError
        When the disk does not take it.
    """
    return study_folder.write(KIND, html(found), study.tables(found), folder)


def html(found: Study) -> str:
    """
    Give the page of a study: HTML that needs no other file and no network.

    Parameters
    ----------
    found
        The study.

    Returns
    -------
    text
        The whole file.
    """
    drawn = {"steady": charts.steady(found.chapters), "reactive": charts.reactive(found.chapters)}
    if found.frequency is not None:
        drawn["frequency"] = charts.frequency(found.frequency)
    if found.load is not None:
        drawn["spectrum"] = charts.spectrum(found.load.spectrum)
    if found.fast is not None:
        drawn |= fast_page.charts(found.fast)
    drawn |= dynamics_charts.charts(found.dynamics)
    if found.network is not None:
        drawn |= host_charts.charts(found.network)
    numbers = basis.numbers_of(found.facility)
    shown = {
        "numbers": _numbers(found),
        "absent": Shown("What a full study has and this one has not", ("Chapter", "Why"), study.absent(found)),
        "strength": _strength(found),
        "hosting": _hosting(found),
        "capacitors": _capacitors(found),
        "steps": _steps(found),
        "gaps": _gaps(found),
        **_of_frequency(found),
        **_of_run(found),
        **({} if found.fast is None else fast_page.tables(found.fast)),
        **({} if found.network is None else host_page.shown(found.network)),
        **dynamics.shown(found.dynamics),
        **inside_page.tables(found.inside),
        **load_page.tables(found),
    }
    return pages.html(
        "grid.html.j2",
        metadata.version("gigatwin"),
        drawn,
        found=found,
        summary=summary(found),
        statement=basis.statement(network=found.network is not None),
        assumed=sum(number.basis == "assumed" for number in numbers),
        total=len(numbers),
        tables=shown,
        campus_one_line=None if found.inside is None else inside_drawing.one_line(found.inside.below),
        weak=strength.WEAK,
        very_weak=strength.VERY_WEAK,
        network_statement=() if found.network is None else host_page.statement(found.network),
    )


def summary(found: Study) -> tuple[tuple[str, str], ...]:
    """
    Give the figures that a reader asks for first.

    Parameters
    ----------
    found
        The study.

    Returns
    -------
    tuple
        Name and text of each.
    """
    chapters = found.chapters
    first = chapters.strength.row(0, named=True)
    worst = min(chapters.cases, key=lambda case: case.hosting.load)
    margin = reactive_margin(chapters.reactive["at_rating_var"].drop_nulls().to_numpy())
    step = chapters.steps.row(0, named=True)["change_pu"]
    point = chapters.site.connection
    rows = [
        ("Rating", f"{_watts(point.rating)}; {_watts(chapters.design_load)} on the design day"),
        ("Strength", f"short-circuit ratio {digits(first['short_circuit_ratio'], 3)}: {first['called']}"),
        ("Hosting", f"{_watts(worst.hosting.load)} with {worst.name}; what ends it: {worst.hosting.binding}"),
        ("Nose", f"{_watts(chapters.cases[0].nose)}, beyond which there is no power flow"),
        ("Margin", MISSING if margin is None else f"{quantity(margin, 'var', 3)} of reactive power at the rating"),
        ("Voltage", MISSING if step is None else f"{_signed(step)} per unit when the whole site is lost"),
    ]
    if found.frequency is not None:
        extreme = found.frequency.table.row(0, named=True)["extreme_hz"]
        system_ = found.frequency.system.title
        rows.append(("Frequency", f"{extreme:.3f} Hz at most when the whole site is lost, {system_}"))
    if found.load is not None:
        broken = dict.fromkeys(found.load.compliance.filter(pl.col("verdict") == "broken")["code"])
        rows.append(("Codes", f"broken by the run: {', '.join(broken) or 'none that it can show'}"))
    if found.fast is not None:
        rows += fast_page.summary(found.fast)
    if found.network is not None:
        rows += host_page.summary(found.network)
    return (*rows, *dynamics.summary(found.dynamics))


def _watts(value: float) -> str:
    return quantity(value, "W") if math.isfinite(value) else "not reached"


def _signed(value: float) -> str:
    return f"{value:+.4f}".replace("-", "\N{MINUS SIGN}")


def _per_unit(value: float | None) -> str:
    return "beyond the nose" if value is None else f"{value:.4f}"


def _numbers(found: Study) -> Shown:
    rows = [
        (
            number.path.replace("_", " "),
            number.value,
            f"{number.low} to {number.high}" if number.low else "",
            number.basis,
            ". ".join(part for part in (number.source, number.note) if part),
        )
        for number in basis.numbers_of(found.facility)
    ]
    return Shown("Every number of the connection", ("Number", "Value", "Range", "Basis", "Source"), tuple(rows))


def _strength(found: Study) -> Shown:
    rows = [
        (
            row["bus"],
            str(row["transformers"]),
            _mva(row["short_circuit_power_va"]),
            _mva(row["by_hand_va"]),
            f"{digits(row['short_circuit_current_a'] / 1e3, 4)} kA",
            digits(row["x_over_r"], 3),
            digits(row["short_circuit_ratio"], 3),
            row["called"],
        )
        for row in found.chapters.strength.iter_rows(named=True)
    ]
    heads = ("Bus", "Transformers", "Short circuit", "By hand", "Current", "X/R", "SCR", "Called")
    return Shown("Highest three-phase short circuit of one point (IEC 60909)", heads, tuple(rows), tuple(range(1, 7)))


def _mva(value: float) -> str:
    return f"{digits(value / 1e6, 4)} MVA"


def _hosting(found: Study) -> Shown:
    cases = found.chapters.cases
    names = list(cases[0].hosting.limits)
    rows = [(name, *(_watts(case.hosting.limits[name]) for case in cases)) for name in names]
    rows.append(("largest load with all limits held", *(_watts(case.hosting.load) for case in cases)))
    rows.append(("what ends it", *(case.hosting.binding for case in cases)))
    rows.append(("a voltage is too high below", *(_lightest(case.hosting.lightest) for case in cases)))
    heads = ("Largest load under each limit alone", *(case.name for case in cases))
    return Shown("Hosting capacity, all points together", heads, tuple(rows), tuple(range(1, len(heads))))


def _lightest(load: float) -> str:
    return _watts(load) if load > 0.0 else "never"


def _capacitors(found: Study) -> Shown:
    rows = [
        (row["load"], _watts(row["load_w"]), f"{row['voltage_pu']:.3f}", _capacitor(row["capacitor_var"]))
        for row in study.capacitors(found).iter_rows(named=True)
    ]
    heads = ("Load", "", "Voltage wanted, per unit", "Capacitor, rated at nominal voltage")
    return Shown("What brings the point of connection back", heads, tuple(rows), (1, 2, 3))


def _capacitor(rating: float | None) -> str:
    if rating is None:
        return "none can"
    return quantity(rating, "var", 3) if rating else "none needed"


def _steps(found: Study) -> Shown:
    rows = [
        (
            row["what"],
            _watts(row["load_before_w"]),
            _watts(row["load_after_w"]),
            _per_unit(row["voltage_before_pu"]),
            _per_unit(row["voltage_after_pu"]),
            MISSING if row["change_pu"] is None else _signed(row["change_pu"]),
            _signed(row["by_hand_pu"]),
            row["codes_broken"] or "none",
        )
        for row in found.chapters.steps.iter_rows(named=True)
    ]
    heads = ("Change", "Before", "After", "Voltage before", "After", "Step", "R dP + X dQ", "More than allowed by")
    return Shown("Steps of voltage at the point of connection, per unit", heads, tuple(rows), tuple(range(1, 7)))


def _gaps(found: Study) -> Shown:
    rows = [
        (
            row["equipment"],
            row["code"],
            f"{row['low']:g} to {row['high']:g}",
            "always" if math.isinf(row["required"]) else f"{row['required']:g} s",
            f"{row['provided']:g} s",
        )
        for row in found.gaps.iter_rows(named=True)
    ]
    heads = ("Supplies by", "Code", "Voltage, per unit", "Must stay", "Sure to stay")
    return Shown("Where supplies may leave before a code allows it", heads, tuple(rows), (2, 3, 4))


def _of_frequency(found: Study) -> dict[str, Shown]:
    if found.frequency is None:
        return {}
    rows = [
        (
            row["what"],
            _watts(row["change_w"]),
            f"{row['extreme_hz']:.4f} Hz",
            f"{row['extreme_at_s']:.1f} s",
            f"{1e3 * row['steepest_hz_s']:+.1f} mHz/s".replace("-", "\N{MINUS SIGN}"),
            f"{row['after_60_s_hz']:.4f} Hz",
        )
        for row in found.frequency.table.iter_rows(named=True)
    ]
    heads = ("Change of load", "Size", "Extreme", "At", "Steepest", "After 60 s")
    system_ = found.frequency.system
    parameters = [(name.replace("_", " "), number) for name, number in system_ if isinstance(number, Number)]
    of_system = [
        (name, number.value, " to ".join(number.range or ()), number.basis, number.source)
        for name, number in parameters
    ]
    if system_.shedding is not None:
        taken = system_.shedding
        stages = ", ".join(f"{part} at {level}" for level, part in taken.stages)
        of_system.append(("load that relays take off", f"{stages}; after {taken.delay}", "", taken.basis, taken.source))
    return {
        "frequency": Shown("Each change alone, from balance", heads, tuple(rows), tuple(range(1, 6))),
        "system": Shown(system_.title, ("Parameter", "Value", "Range", "Basis", "Source"), tuple(of_system)),
    }


def _figure(value: float, unit: str) -> str:
    return f"{digits(value)} per unit" if unit == "1" else quantity(value, unit)


def _of_run(found: Study) -> dict[str, Shown]:
    load = found.load
    if load is None:
        return {}
    figures = [(row["figure"], _figure(row["value"], row["unit"])) for row in load.figures.iter_rows(named=True)]
    ramps = [
        (
            row["what"],
            duration(row["window_s"]),
            _watts(row["change_w"]),
            "" if row["slope_w_s"] is None else f"{quantity(60.0 * row['slope_w_s'], 'W')}/min",
            duration(row["at_s"]),
        )
        for row in load.ramps.iter_rows(named=True)
    ]
    bands = [
        (
            f"{row['low_hz']:g} to {row['high_hz']:g} Hz",
            share(row["share_of_magnitudes"]),
            share(row["share_of_energy"]),
            f"{_watts(row['amplitude_w'])} at {row['largest_at_hz']:.3g} Hz",
        )
        for row in load.bands.iter_rows(named=True)
    ]
    codes = [
        (row["code"], row["status"], row["limit"], row["measured"], row["verdict"], row["why"])
        for row in load.compliance.iter_rows(named=True)
    ]
    return {
        "run": Shown("Power and voltage", ("Figure", ""), tuple(figures), (1,)),
        "ramps": Shown("Largest changes", ("What", "Window", "Change", "Slope", "At"), tuple(ramps), (1, 2, 3, 4)),
        "bands": Shown(
            "Where it swings", ("Band", "Of magnitudes", "Of energy", "Largest amplitude"), tuple(bands), (1, 2, 3)
        ),
        "compliance": Shown(
            "Against every code that a trace of power can be held against",
            ("Code", "Status", "Limit", "Measured", "Verdict", "Why"),
            tuple(codes),
        ),
    }
