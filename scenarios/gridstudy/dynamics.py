"""Chapters of what happens within milliseconds and minutes: ride-through, a lost grid, islands; and their tables."""

from __future__ import annotations

import math
from typing import NamedTuple

import polars as pl

from facilities import Facility, front_ends
from facilities.hosts.site import Hosted
from scenarios.gridstudy import cascade, faults, faults_page, island, modes, ride_through
from scenarios.page.quantities import MISSING, digits, quantity, several
from scenarios.page.shown import Shown
from twin.errors import FacilityError
from twin.grid.ride_through_machine import LOST, STATES
from twin.site import Site


class Dynamics(NamedTuple):
    """
    The chapters.

    Attributes
    ----------
    ride_through : Chapter
        Inputs against codes, and a sag.
    cascade : Chapter
        A minute without grid; None where the site cannot be replayed.
    without_cascade : text
        Why there is none; empty where there is.
    island : Chapter
        None where no supply is islanded.
    modes : Chapter
        None where the site stands on no network, or on one without large units.
    faults : Chapter
        None as above, or where the network has no power flow with the site.
    """

    ride_through: ride_through.Chapter
    cascade: cascade.Chapter | None
    without_cascade: str
    island: island.Chapter | None
    modes: modes.Chapter | None
    faults: faults.Chapter | None


def study(facility: Facility, site: Site, peak: float, host: Hosted | None) -> Dynamics:
    """
    Study a site's dynamics.

    Parameters
    ----------
    facility
        From `facilities.load`.
    site
        As built.
    peak
        Power [W] at the point of connection on the design day.
    host
        The network that the site stands on, if there is one.

    Returns
    -------
    Dynamics
        All chapters.
    """
    lost, why = _lost(facility, site)
    # Without a replay that splits it the whole load is taken for computing.
    powers = {ride_through.NAMES[0]: peak} if lost is None else {part.name: part.fed.power for part in lost.parts}
    sag = ride_through.study(facility, *(powers.get(name, 0.0) for name in ride_through.NAMES))
    swings = None if host is None else modes.study(host.host.grid, host.host.record.title, host.feeding)
    near = None if host is None else faults.study(facility, host.host.grid, host.feeding, peak, sag.parts)
    return Dynamics(sag, lost, why, island.study(facility, site, peak), swings, near)


def _lost(facility: Facility, site: Site) -> tuple[cascade.Chapter | None, str]:
    """Follow a lost grid, or say why a site cannot be replayed."""
    try:
        return cascade.study(facility, site), ""
    except FacilityError as error:
        return None, f"The site cannot be replayed: {error}."


def tables(found: Dynamics) -> dict[str, pl.DataFrame]:
    """
    Give the chapters' tables by name.

    Parameters
    ----------
    found
        From `study`.

    Returns
    -------
    dict of text to frame
        Numbers in SI, units in the names of columns.
    """
    names = list(dict.fromkeys(part.front_end for part in found.ride_through.parts))
    numbers = [number._asdict() for name in names for number in front_ends.numbers_of(name)]
    kept = {
        "ride_through_held": found.ride_through.held,
        "ride_through_sag": found.ride_through.story,
        "ride_through_series": found.ride_through.series,
        "ride_through_numbers": pl.DataFrame(numbers),
    }
    if found.cascade is not None:
        kept |= {
            "grid_lost": found.cascade.story,
            "grid_lost_electric": found.cascade.electric,
            "grid_lost_thermal": found.cascade.thermal,
        }
    if found.modes is not None:
        kept |= {"modes": found.modes.modes, "modes_forced": found.modes.forced}
    if found.faults is not None:
        kept["faults"] = found.faults.faults
    if found.island is not None:
        kept |= {
            "island": found.island.figures,
            "island_swings": found.island.swings,
            "island_sweep": found.island.sweep,
            "island_series": found.island.series,
        }
    return kept


def summary(found: Dynamics) -> tuple[tuple[str, str], ...]:
    """
    Give what a reader asks for first.

    Parameters
    ----------
    found
        From `study`.

    Returns
    -------
    tuple
        Name and text of each.
    """
    computing = found.ride_through.parts[0]
    mine = found.ride_through.held.filter(pl.col("front_end") == computing.front_end)
    broken = list(dict.fromkeys(mine.filter(~pl.col("kept"))["code"]))
    rows = [("Ride-through", f"{computing.fed.front_end.title}: breaks {', '.join(broken) or 'none'}")]
    if found.cascade is not None:
        rows.append(("Grid lost", f"for a minute: {_of_lost(found.cascade.story)}"))
    if found.faults is not None:
        rows.append(("Faults", faults_page.sentence(found.faults)))
    if found.island is not None:
        worst = found.island.swings.sort("allowed_w").row(0, named=True)
        allowed = quantity(worst["allowed_w"], "W", 3)
        rows.append(("Island", f"takes a swing of {allowed} in iterations of {worst['period_s']:g} s"))
    return tuple(rows)


def _of_lost(story: pl.DataFrame) -> str:
    """Say what a minute without grid does to the computing, before what it does to its chips."""
    ends = [f"{ride_through.NAMES[0]}: {how}" for how in (STATES[LOST], ride_through.STOPPED)]
    gone = story.filter(pl.col("what").is_in(ends))
    hot = story.filter(pl.col("what").str.contains("throttle"))
    chips = "no chip throttles" if hot.is_empty() else f"chips throttle after {hot['time_s'][0]:.0f} s"
    return chips if gone.is_empty() else f"computing is lost after {1e3 * gone['time_s'][0]:.0f} ms; {chips}"


def shown(found: Dynamics) -> dict[str, Shown]:
    """
    Give the chapters' tables as the page shows them.

    Parameters
    ----------
    found
        From `study`.

    Returns
    -------
    dict of text to Shown
        By the names that the template has.
    """
    chapter = found.ride_through
    parts = [
        (part.name, part.fed.front_end.title, quantity(part.fed.power, "W"), _time(part.fed.standby_delay))
        for part in chapter.parts
    ]
    sag = [
        (f"{row['time_s']:.3f} s", row["part"], quantity(row["power_w"], "W"), row["becomes"])
        for row in chapter.story.iter_rows(named=True)
    ]
    depth, lasting = ride_through.SAG
    tables_ = {
        "parts": Shown(
            "Behind what the load stands, on the design day",
            ("Part", "Input", "Power", "Standby sets carry it after"),
            tuple(parts),
            (2, 3),
        ),
        "held": _held(chapter.held),
        "sag": Shown(
            f"A sag to {depth:g} per unit for {1e3 * lasting:g} ms",
            ("After", "Part", "Power", "Becomes"),
            tuple(sag),
            (0, 2),
        ),
    }
    if found.cascade is not None:
        story = [(f"{row['time_s']:.2f} s", row["what"]) for row in found.cascade.story.iter_rows(named=True)]
        tables_["lost"] = Shown("A minute without grid", ("After", "What happens"), tuple(story), (0,))
    if found.modes is not None:
        tables_["modes"] = _modes(found.modes)
    if found.faults is not None:
        tables_["faults"] = faults_page.shown(found.faults)
    return tables_ if found.island is None else tables_ | _island(found.island)


def _held(table: pl.DataFrame) -> Shown:
    rows = [
        (
            row["front_end"],
            f"{row['code']}, {row['of']}",
            "kept" if row["kept"] else "broken",
            *(
                (MISSING,) * 4
                if row["kept"]
                else (
                    f"{digits(row['low'], 3)} to {digits(row['high'], 3)}",
                    _time(row["required_s"]),
                    _time(row["left_s"]),
                    f"{_time(row['back_s'])} of {_time(row['within_s'])}",
                )
            ),
        )
        for row in table.iter_rows(named=True)
    ]
    heads = ("Input", "Code", "Verdict", "Worst at, per unit or Hz", "Must stay", "Left after", "Back after, of")
    return Shown("Inputs of computing against codes, event by event", heads, tuple(rows), (3, 4, 5, 6))


def _modes(chapter: modes.Chapter) -> Shown:
    rows = [
        (
            f"{row['frequency_hz']:.2f} Hz",
            f"{100.0 * row['damping']:.1f} %",
            f"{row['one_side']} against {row['other_side']}",
            str(row["largest_bus"]),
        )
        for row in chapter.modes.head(modes.SHOWN).iter_rows(named=True)
    ]
    heads = ("Frequency", "Damping", "Machines", "Largest at bus")
    found = chapter.modes.height
    some = f"The {modes.SHOWN} slowest of {found} modes" if found > modes.SHOWN else several(found, "modes")
    return Shown(f"{some}, {chapter.title}", heads, tuple(rows), (0, 1, 2, 3))


def _island(chapter: island.Chapter) -> dict[str, Shown]:
    figures = [
        (
            row["figure"],
            digits(row["value"], 4) if row["unit"] == "1" else quantity(row["value"], row["unit"]),
            row["remark"],
        )
        for row in chapter.figures.iter_rows(named=True)
    ]
    swings = [
        (
            f"{row['period_s']:g} s",
            f"{row['deviation_hz']:.2f} Hz",
            quantity(row["allowed_w"], "W", 3),
            f"{100.0 * row['floor']:.0f} %",
            quantity(row["battery_w"], "W", 3) if math.isfinite(row["battery_w"]) else "none as large as the swing",
        )
        for row in chapter.swings.iter_rows(named=True)
    ]
    heads = ("Iteration", "Deviation as it is", "Swing allowed", "Floor of accelerators", "Or a battery of")
    return {
        "island": Shown(chapter.title, ("Figure", "", "Remark"), tuple(figures), (1,)),
        "island_swings": Shown(f"What smoothing it takes: {chapter.band}", heads, tuple(swings), (1, 2, 3, 4)),
    }


def _time(seconds: float) -> str:
    if math.isinf(seconds):
        return "never"
    return f"{1e3 * seconds:.0f} ms" if seconds < 1.0 else f"{digits(seconds, 3)} s"
