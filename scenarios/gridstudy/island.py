"""Sets of a site that feed an island of it: frequency under its load, what they can take, what smoothing it takes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import polars as pl

from facilities import Facility, catalog
from facilities import island as data
from facilities.phases import Supply
from facilities.supplies import USUAL
from twin.grid import island
from twin.grid.island import Fleet, Support
from twin.site import Floats, Site

PERIODS = (1.0, 2.0, 5.0, 10.0)
"""[s] Iterations that are followed over time."""

SWEEP = np.geomspace(0.2, 60.0, 121)
"""[s] Periods of the curve in closed form."""

CYCLES, REST = 6, 2.0
"""Iterations that are followed, and seconds before them."""

SURE = 0.02
"""Part of the swing to which allowed swings and batteries are found."""

KINDS = ("gas_turbine", "gas_engine", "combined_cycle")
"""Of sets whose frequency is known."""


class Swing(NamedTuple):
    """
    What iterations of a period do.

    Attributes
    ----------
    period_s : [s]
        Of an iteration.
    deviation_hz : [Hz]
        Largest, without smoothing.
    allowed_w : [W]
        Swing, peak to peak, that keeps frequency in the band.
    floor : [1]
        Lowest power of accelerators over their highest that does.
    battery_w : [W]
        Rating that does in the place of a floor; infinite where none as large as the swing does.
    """

    period_s: float
    deviation_hz: float
    allowed_w: float
    floor: float
    battery_w: float


class Chapter(NamedTuple):
    """
    The chapter of an island.

    Attributes
    ----------
    figures : frame
        Sets, load, reserve, steps: name, value, unit and remark.
    swings : frame
        A row a `Swing`.
    sweep : frame
        Allowed swing over the period, in closed form.
    series : frame
        Frequency over time under iterations, without and with what keeps it.
    title, band : text
        Of the sets, and of the band.
    """

    figures: pl.DataFrame
    swings: pl.DataFrame
    sweep: pl.DataFrame
    series: pl.DataFrame
    title: str
    band: str


class _Plant(NamedTuple):
    """Sets, the largest of them, and what they feed."""

    fleet: Fleet
    largest: Floats
    sets: int
    load: float
    swing: float
    waiting: float
    frequency: float
    damping: float
    duty: float
    band: float


def study(facility: Facility, site: Site, peak: float) -> Chapter | None:
    """
    Study the sets of a site that feed an island of it.

    Parameters
    ----------
    facility
        From `facilities.load`.
    site
        As built.
    peak
        Power [W] of the whole site at full load.

    Returns
    -------
    Chapter
        None where no supply is islanded.
    """
    own = [supply for supply in facility.supply.values() if supply.role == "islanded" and supply.kind in KINDS]
    if not own:
        return None
    plant = _plant(facility, own, swinging_part(site, peak), waiting_part(site))
    swings = [_swing(plant, period) for period in PERIODS]
    sweep = [_closed(plant, float(period)) for period in SWEEP]
    worst = min(swings, key=lambda each: each.allowed_w)
    kinds = dict.fromkeys(supply.kind for supply in own)
    return Chapter(
        figures=pl.DataFrame(_figures(plant), schema=["figure", "value", "unit", "remark"], orient="row"),
        swings=pl.DataFrame([each._asdict() for each in swings]),
        sweep=pl.DataFrame({"period_s": SWEEP, "allowed_w": sweep, "swing_w": plant.swing}),
        series=_series(plant, worst),
        title=", ".join(data.load().kinds[kind].title for kind in kinds),
        band=data.load().bands["steady"].title,
    )


def swinging_part(site: Site, peak: float) -> float:
    """
    Give the part of a site's highest power that its accelerators can take off and put on.

    Parameters
    ----------
    site
        As built.
    peak
        Power [W] of the whole site at full load.

    Returns
    -------
    float
        Of packages from waiting, with a job, to full load, all in step; losses on the way are left out.
    """
    classes = site.rack_classes
    each = classes.accelerators * (classes.accelerator_max - classes.accelerator_loaded)
    return float(each[site.racks.rack_class].sum() / peak)


def waiting_part(site: Site) -> float:
    """
    Give what a site's accelerators draw with a job that waits, over what they draw at full load.

    Parameters
    ----------
    site
        As built.

    Returns
    -------
    float
        Of all of them.
    """
    classes, row = site.rack_classes, site.racks.rack_class
    whole = (classes.accelerators * classes.accelerator_max)[row].sum()
    return float((classes.accelerators * classes.accelerator_loaded)[row].sum() / whole) if whole else 1.0


def _plant(facility: Facility, own: list[Supply], part: float, waiting: float) -> _Plant:
    file = data.load()
    ratings: dict[str, float] = {}
    units: dict[str, float] = {}
    for supply in own:
        unit = supply.unit_power or catalog.builtin().generators[USUAL[supply.kind]].rating
        whole = supply.power.si if supply.power is not None else (supply.units.count if supply.units else 1) * unit.si
        ratings[supply.kind] = ratings.get(supply.kind, 0.0) + whole
        units[supply.kind] = max(units.get(supply.kind, 0.0), unit.si)
    fleet = data.fleet(ratings)
    sizes = np.array([units[kind] for kind in ratings])
    worst = int(sizes.argmax())
    load = file.load.firm.si * float(fleet.rating.sum())
    return _Plant(
        fleet=fleet,
        largest=np.where(np.arange(sizes.size) == worst, sizes, 0.0),
        sets=round(float((fleet.rating / sizes).sum())),
        load=load,
        swing=part * load,
        waiting=waiting,
        frequency=facility.connection.frequency.si,
        damping=file.load.damping.si,
        duty=file.load.duty.si,
        band=file.bands["steady"].deviation.si * facility.connection.frequency.si,
    )


def _deviation(plant: _Plant, swing: float, period: float, support: Support = island.NO_SUPPORT) -> float:
    """Give the largest deviation [Hz] under iterations, the first three left out."""
    load = island.square(plant.load - swing, plant.load, period, plant.duty, CYCLES, plant.damping, REST)
    found = island.course(plant.fleet, load, plant.frequency, support)
    late = found.time > REST + 3.0 * period
    return float(np.abs(found.deviation[late] if late.any() else found.deviation).max())


def _swing(plant: _Plant, period: float) -> Swing:
    as_it_is = _deviation(plant, plant.swing, period)
    if as_it_is <= plant.band:
        return Swing(period, as_it_is, plant.swing, plant.waiting, 0.0)
    allowed = island.largest(lambda size: _deviation(plant, size, period) <= plant.band, 0.0, plant.swing, SURE)
    less = island.largest(
        lambda saved: _deviation(plant, plant.swing, period, data.support(plant.swing - saved)) <= plant.band,
        0.0,
        0.999 * plant.swing,
        SURE,
    )
    enough = _deviation(plant, plant.swing, period, data.support(plant.swing)) <= plant.band
    return Swing(
        period_s=period,
        deviation_hz=as_it_is,
        allowed_w=allowed,
        floor=1.0 - (1.0 - plant.waiting) * allowed / plant.swing,
        battery_w=plant.swing - less if enough else np.inf,
    )


def _closed(plant: _Plant, period: float) -> float:
    """Give the square wave [W] whose fundamental keeps the band, limits of sets left out."""
    for_one = island.swing_amplitude(plant.fleet, 1.0, period, plant.frequency, plant.load, plant.damping)
    return float(plant.band / for_one / (4.0 / np.pi * np.sin(np.pi * plant.duty)))


def _figures(plant: _Plant) -> list[tuple[str, float, str, str]]:
    fleet, load, low = plant.fleet, plant.load, plant.load - plant.swing
    rating, largest = float(fleet.rating.sum()), float(plant.largest.sum())
    bands = data.load().bands
    stopped = island.course(fleet, island.step(load, low, plant.damping, 31.0), plant.frequency)
    lost = island.loss_of_a_set(fleet, plant.largest, load, plant.frequency, plant.damping)
    steps = [
        island.acceptance(fleet, low, band.deviation.si * plant.frequency, plant.frequency, plant.damping)
        for band in (bands["step_g3"], bands["step"])
    ]
    return [
        ("sets", float(plant.sets), "1", "of the largest kind's unit where the site states none"),
        ("rating of all sets", rating, "W", "all in service"),
        ("load", load, "W", "firm over nameplate as reported"),
        ("reserve with one set out", rating - largest - load, "W", "N+1 holds where it is not negative"),
        ("swing of synchronous work", plant.swing, "W", "accelerators from waiting to full load, all in step"),
        ("largest step up within 7 %", steps[0], "W", "ISO 8528-5, class G3, from the load at rest"),
        ("largest step up within 10 %", steps[1], "W", "class G2"),
        (
            "highest frequency when all work stops",
            plant.frequency + float(stopped.deviation.max()),
            "Hz",
            _ended(plant, stopped),
        ),
        (
            "lowest frequency when the largest set trips",
            plant.frequency + float(lost.deviation.min()),
            "Hz",
            _ended(plant, lost),
        ),
    ]


def _ended(plant: _Plant, found: island.Course) -> str:
    tripped = float(np.abs(found.deviation).max()) >= 0.999 * island.TRIPPED * plant.frequency
    return "sets trip at 15 %" if tripped else "the island holds"


def _series(plant: _Plant, worst: Swing) -> pl.DataFrame:
    """Give frequency under iterations of the worst period: as they are, with the floor, and with the battery."""
    battery = worst.battery_w if np.isfinite(worst.battery_w) else plant.swing
    cases = (
        ("as it is", plant.swing, island.NO_SUPPORT),
        ("with the floor", worst.allowed_w, island.NO_SUPPORT),
        ("with the battery", plant.swing, data.support(battery)),
    )
    frames = []
    for name, swing, support in cases:
        load = island.square(plant.load - swing, plant.load, worst.period_s, plant.duty, CYCLES, plant.damping, REST)
        found = island.course(plant.fleet, load, plant.frequency, support)
        frames.append(
            pl.DataFrame(
                {
                    "time_s": found.time,
                    "frequency_hz": plant.frequency + found.deviation,
                    "load_w": found.load,
                    "battery_w": found.support,
                }
            ).with_columns(pl.lit(name).alias("case"))
        )
    return pl.concat(frames)
