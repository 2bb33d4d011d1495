"""A whole study: its chapters together, as tables by name."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import polars as pl

import facilities
import telemetry
from facilities import Facility
from facilities.hosts.site import Hosted, hosted
from scenarios.fast_load import chapter
from scenarios.fast_load.chapter import FastLoad
from scenarios.fast_load.load import Load as Fast
from scenarios.fast_load.measured import Sensor, measured
from scenarios.gridstudy import (
    basis,
    connection,
    dynamics,
    host_site,
    host_tables,
    inside,
    load_record,
    modes,
    system,
    trace,
)
from scenarios.gridstudy.connection import Chapters
from scenarios.gridstudy.dynamics import Dynamics
from scenarios.gridstudy.host_network import HostStudy
from scenarios.gridstudy.inside import Inside
from scenarios.gridstudy.system import Change, Frequency
from scenarios.gridstudy.trace import Load
from scenarios.page.quantities import duration
from twin.errors import StateError
from twin.grid import capacity
from twin.grid.modes import Mode
from twin.waveform import chain

AT_ONCE = 3.0
"""[s] In which a change of the run's power counts as one step of voltage."""


class Waveform(NamedTuple):
    """
    A measured waveform.

    Attributes
    ----------
    file : Path
        Telemetry of an accelerator.
    sensor : Sensor
        How it was measured.
    zone : text
        Of its times, where they name none.
    """

    file: Path
    sensor: Sensor
    zone: str | None = None


class Study(NamedTuple):
    """
    A study of a site's connection.

    Attributes
    ----------
    facility : Facility
        The site.
    chapters : Chapters
        What needs no run.
    frequency : Frequency
        None where the site names no interconnection.
    load : Load
        None without a run.
    gaps : frame
        Where supplies may leave before codes allow it.
    fast : FastLoad
        The load in milliseconds; may be none.
    without_fast : text
        Why there is none; empty where there is.
    dynamics : Dynamics
        Ride-through, a lost grid, islands.
    inside : Inside
        The campus behind the connection, and what it can leave to the grid; may be none.
    without_inside : text
        Why there is none; empty where there is.
    network : HostStudy
        The site on its host network; None where it names none, or where that was not asked for.
    """

    facility: Facility
    chapters: Chapters
    frequency: Frequency | None
    load: Load | None
    gaps: pl.DataFrame
    fast: FastLoad | None
    without_fast: str
    dynamics: Dynamics
    inside: Inside | None
    without_inside: str
    network: HostStudy | None = None


def study(site: str, run: Path | None, waveform: Waveform | None = None, *, network: bool = True) -> Study:
    """
    Study what a site does to the network at its point of connection.

    Parameters
    ----------
    site
        Name of a site, or a facility file.
    run
        Folder of a run of it, if there is one.
    waveform
        A measured waveform; one of a synthetic job without it.
    network
        Whether the site's host network is studied, which takes a minute.

    Returns
    -------
    Study
        All chapters.

    Raises
    ------
    InputError
        When the site or the run cannot be used.
    """
    facility = facilities.load(site)
    load = None if run is None else trace.read(run, facility.name)
    given = _measured(facility, waveform)
    host = hosted(facility)  # before the first chapters take their seconds: a network of the user's own may be wrong
    found = connection.chapters(facility)
    changes = [Change("loss of the whole site", -found.design_load, 0.0)]
    if load is not None:
        before, after = trace.largest_change(load, AT_ONCE)
        name = f"largest change of the run within {duration(AT_ONCE)}"
        more = connection.steps(found.cases[0].solver, found.site.connection, iter([(name, before, after)]))
        found = found._replace(steps=pl.concat([found.steps, more], how="vertical_relaxed"))
        ramp = trace.largest_ramp(load)
        changes.append(Change(f"largest ramp of the run over {duration(trace.RAMP)}", ramp, trace.RAMP))
    named = facility.connection.interconnection
    moving = dynamics.study(facility, found.site, found.design_load, host)
    fast, without_fast = _fast(facility, found, given, modes.driven(moving.modes, named))
    behind, without_behind = inside.inside(facility, found.site)
    return Study(
        facility=facility,
        chapters=found,
        frequency=None if named is None else system.study(named, changes),
        load=load,
        gaps=trace.gaps(),
        fast=fast,
        without_fast=without_fast,
        dynamics=moving,
        inside=behind,
        without_inside=without_behind,
        network=_around(host, found, load) if network and host is not None else None,
    )


def _around(host: Hosted, found: Chapters, load: Load | None) -> HostStudy:
    """Study the host network at the load of the design day, or the run's highest where that is more."""
    power = None if load is None else load.power
    highest = found.design_load if power is None else max(found.design_load, float(power.max()))
    return host_site.study(host, found.site.connection.rating, highest, power)


def _measured(facility: Facility, waveform: Waveform | None) -> Fast | None:
    if waveform is None:
        return None
    return measured(facility, telemetry.read(waveform.file, tz=waveform.zone), waveform.sensor)


def _fast(
    facility: Facility, found: Chapters, given: Fast | None, near: tuple[Mode, ...]
) -> tuple[FastLoad | None, str]:
    """Study the fast load, or say why there is none."""
    if not chain.packages(found.site):
        return None, "The site has no accelerators: no job swings in step on it."
    try:
        return chapter.study(facility, given, near), ""
    except StateError as error:
        return None, f"No voltage can be given: {error}."


def absent(found: Study) -> tuple[tuple[str, str], ...]:
    """
    List the chapters of a full study that this one has not, and why.

    Parameters
    ----------
    found
        The study.

    Returns
    -------
    tuple
        Chapter and reason of each.
    """
    return basis.absent(network=found.network is not None)


def hosting(found: Study) -> pl.DataFrame:
    """
    Give hosting capacity and each limit, with all transformers and with one out.

    Parameters
    ----------
    found
        The study.

    Returns
    -------
    frame
        A row a case and limit; `load_w` is infinite where no limit is.
    """
    rows = []
    for case in found.chapters.cases:
        for name, load in case.hosting.limits.items():
            rows.append({"case": case.name, "limit": name, "load_w": load, "binding": name == case.hosting.binding})
    return pl.DataFrame(rows)


def capacitors(found: Study) -> pl.DataFrame:
    """
    Size the capacitor that brings the point of connection back to its range, and to nominal voltage.

    Parameters
    ----------
    found
        The study.

    Returns
    -------
    frame
        Ratings at nominal voltage, of all points together; empty where no capacitor can.
    """
    point = found.chapters.site.connection
    rows = [
        {
            "load": name,
            "load_w": load,
            "voltage_pu": voltage,
            "capacitor_var": capacity.capacitor(point, load, voltage),
        }
        for name, load in (("design day", found.chapters.design_load), ("rating", point.rating))
        for voltage in (point.voltage_low, 1.0)
    ]
    return pl.DataFrame(rows).fill_nan(None)


def tables(found: Study) -> dict[str, pl.DataFrame]:
    """
    Give every table of a study by name.

    Parameters
    ----------
    found
        The study.

    Returns
    -------
    dict of text to frame
        Numbers in SI, units in the names of columns.
    """
    chapters = found.chapters
    kept = {
        "numbers": pl.DataFrame([number._asdict() for number in basis.numbers_of(found.facility)]),
        "absent": pl.DataFrame(list(absent(found)), schema=["chapter", "why"], orient="row"),
        "strength": chapters.strength,
        "load": pl.concat([case.sweep.select(pl.lit(case.name).alias("case"), pl.all()) for case in chapters.cases]),
        "hosting": hosting(found),
        "reactive": chapters.reactive,
        "capacitors": capacitors(found),
        "steps": chapters.steps,
        "ride_through": found.gaps,
        **dynamics.tables(found.dynamics),
        **inside.tables(found.inside),
        "load_parts": load_record.parts(found.dynamics.ride_through.parts, found.chapters.site.connection.power_factor),
        "load_trips": load_record.trips(found.dynamics.ride_through.parts),
        "load_electronic": load_record.electronic(
            found.dynamics.ride_through.parts, chapters.site.connection.power_factor
        ),
        "load_records": _load_records(found),
    }
    if found.frequency is not None:
        kept |= {"frequency": found.frequency.table, "frequency_series": found.frequency.series}
    if found.load is not None:
        load = found.load
        kept |= {"run": load.figures, "ramps": load.ramps, "bands": load.bands, "compliance": load.compliance}
        kept["spectrum"] = load.spectrum
    if found.fast is not None:
        kept |= chapter.tables(found.fast)
    if found.network is not None:
        kept |= host_tables.tables(found.network)
    return kept


def _load_records(found: Study) -> pl.DataFrame:
    """Give the load of the design day at its buses; without a host network its points have numbers of their own."""
    made = found.chapters.site.connection
    numbers, shares = tuple(range(1, made.points + 1)), (1.0 / made.points,) * made.points
    if found.network is not None:
        network = found.network.network
        numbers = tuple(map(int, network.grid.buses.number[network.feeding.bus]))
        shares = tuple(map(float, network.feeding.share))
    return load_record.records(numbers, shares, found.chapters.design_load, made.power_factor)
