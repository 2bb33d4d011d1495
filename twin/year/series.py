"""A year along its steps: what is kept of each, block by block, and its sums, balances and figures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from twin.arrays import Flags, Floats
from twin.closure import Balance, balances_of, cooling_energy
from twin.cooling.plant_tables import Outdoors
from twin.cooling.psychrometrics import humidity_ratio_from_wet_bulb
from twin.metrics import JOULES_A_KWH, Metric
from twin.record import Energies, Stored
from twin.site import PowerChain
from twin.year.plan import Plan
from twin.year.steady import Steps, steady
from twin.year.work import Works, taken

BLOCK = 8760
"""Steps that are solved at a time: a year of hours; more would only take more memory."""

SUPPLY_SLACK = 0.1
"""Rise of a loop's supply over what is wanted [K] from which it counts as not held."""

Progress = Callable[[float], None]


class Weather(NamedTuple):
    """
    Means of each step.

    Attributes
    ----------
    dry_bulb, wet_bulb : (step,) [K]
        Outdoor air.
    pressure : [Pa]
        Mean of all steps.
    """

    dry_bulb: Floats
    wet_bulb: Floats
    pressure: float


class Series(NamedTuple):
    """
    A site over a year.

    Attributes
    ----------
    powers : Energies
        As in `twin.year.steady.Steps`.
    swing : (step,) [W]
        Standard deviation of the power of all racks within the step.
    dry_bulb, wet_bulb : (step,) [K]
        Outdoor air.
    worst : (step,) [K]
        Warmest chip.
    margin : (step,) [K]
        Least distance of a worst chip from its throttle limit.
    throttled : (step,) [1]
        Chips that give up power to that limit, times the part of it above idle that they give up.
    coolant : (step,) [K]
        Warmest coolant supply; NaN where there is none.
    air : (step,) [K]
        Warmest air at rack inlets.
    short : (step,) [1]
        Part of the loops that do not hold their supply.
    free, mechanical : (step,) [1]
        Part of the heat of loops that is cooled without chillers, and by them.
    inside : (step,) bool
        Whether all laws of the plant hold.
    settled : (step,) bool
        Whether the passes came to rest.
    """

    powers: Energies
    swing: Floats
    dry_bulb: Floats
    wet_bulb: Floats
    worst: Floats
    margin: Floats
    throttled: Floats
    coolant: Floats
    air: Floats
    short: Floats
    free: Floats
    mechanical: Floats
    inside: Flags
    settled: Flags


def run(made: Plan, works: Works, weather: Weather, progress: Progress | None = None) -> Series:
    """
    Solve a site for all steps.

    Parameters
    ----------
    made : Plan
        From `twin.year.plan.plan`.
    works : Works
        What racks are asked.
    weather : Weather
        Outdoor air.
    progress : Callable, optional
        Told the part of the steps that is done [1].

    Returns
    -------
    Series
        What is kept.
    """
    count, kept = weather.dry_bulb.size, []
    for begin in range(0, count, BLOCK):
        part = slice(begin, min(begin + BLOCK, count))
        kept.append(keep(made, steady(made, taken(works, part), air(weather, part))))
        if progress is not None:
            progress(part.stop / count)
    return join(kept)


def air(weather: Weather, part: slice) -> Outdoors:
    """
    Give the outdoor air of some steps.

    Parameters
    ----------
    weather : Weather
        Of all steps.
    part : slice
        Which.

    Returns
    -------
    Outdoors
        (step, 1).
    """
    dry, wet = (values[part, np.newaxis] for values in (weather.dry_bulb, weather.wet_bulb))
    return Outdoors(dry, wet, humidity_ratio_from_wet_bulb(dry, wet, weather.pressure), weather.pressure)  # type: ignore[arg-type]


def keep(made: Plan, steps: Steps) -> Series:
    """
    Keep of some steps what a year shows.

    Parameters
    ----------
    made : Plan
        Of the site.
    steps : Steps
        From `twin.year.steady.steady`.

    Returns
    -------
    Series
        Extremes over all kinds, and the whole site's powers.
    """
    own, classes, loops = made.kinds, made.kinds.classes, steps.loops
    row, wet = own.racks.rack_class, own.cdu_stream > 0.0
    chips = own.racks.on_site * classes.accelerators[row]
    coolant = steps.coolant[:, wet].max(axis=1) if wet.any() else np.full(steps.swing.shape, np.nan)
    through = loops.rejected * ~own.loops.condenser.fitted + loops.economised + loops.reused
    chilled, taken = loops.chilled @ own.loop_count, through @ own.loop_count
    whole = np.maximum(chilled + taken, 1e-9)
    held = loops.supply <= own.loops.supply_set_point + own.loops.reset.rise + own.loops.control_band + SUPPLY_SLACK
    with_chips = chips > 0.0
    return Series(
        powers=steps.powers,
        swing=steps.swing,
        dry_bulb=steps.dry_bulb,
        wet_bulb=steps.wet_bulb,
        worst=steps.worst[:, with_chips].max(axis=1),
        margin=(classes.throttle_temp[row] - steps.worst)[:, with_chips].min(axis=1),
        throttled=steps.lost @ chips,
        coolant=coolant,
        air=steps.air.max(axis=1),
        short=(~held) @ own.loop_count / own.loop_count.sum(),
        free=taken / whole,
        mechanical=chilled / whole,
        inside=np.asarray(loops.inside.all(axis=1), dtype=bool),
        settled=steps.settled,
    )


def join(parts: Sequence[Series]) -> Series:
    """
    Put stretches of a year one after another.

    Parameters
    ----------
    parts : sequence of Series
        In order of time, of one site, whatever stands in each.

    Returns
    -------
    Series
        All of them.
    """
    columns: list[Any] = []
    for values in zip(*parts, strict=True):
        if isinstance(values[0], Energies):
            each: list[Any] = [np.concatenate(same, axis=-1) for same in zip(*values, strict=True)]
            columns.append(Energies(*each))
        else:
            columns.append(np.concatenate(values))
    return Series(*columns)


def energies(series: Series, step: float) -> Energies:
    """
    Add up a year.

    Parameters
    ----------
    series : Series
        The year.
    step : [s]
        Length of a step.

    Returns
    -------
    Energies
        Of the whole year.
    """
    sums = (step * np.sum(part, axis=-1) for part in series.powers)
    parts: list[Any] = [each if np.ndim(each) else float(each) for each in sums]
    return Energies(*parts)


def balances(series: Series, step: float, chain: PowerChain) -> tuple[Balance, ...]:
    """
    Give every balance of a year.

    Parameters
    ----------
    series : Series
        The year.
    step : [s]
        Length of a step.
    chain : PowerChain
        Says which losses warm halls.

    Returns
    -------
    tuple of Balance
        As of a replay; nothing is stored.
    """
    nothing = Stored(0.0, 0.0, 0.0, 0.0, 0.0)
    return balances_of(energies(series, step), nothing, nothing, chain)


def figures(series: Series, step: float, chain: PowerChain) -> dict[str, Metric]:
    """
    Give the figures of a year.

    Parameters
    ----------
    series : Series
        The year.
    step : [s]
        Length of a step.
    chain : PowerChain
        Says which losses warm halls.

    Returns
    -------
    dict of text to Metric
        Flat, by name; names that a replay has as well mean the same.

    Notes
    -----
    PUE, ERE and WUE are ratios of the year's sums, not means of ratios. Peaks are the highest mean of a step.
    """
    sums, powers, hour = energies(series, step), series.powers, step / 3600.0
    it, facility = np.asarray(powers.racks), np.asarray(powers.connection)
    checks = {row.balance: row for row in balances(series, step, chain)}
    losses = sum(float(np.sum(part)) for part in (sums.hall_losses, sums.mechanical_losses, sums.common_losses))
    whole, water = checks["whole site"], checks["water"]
    cooled = not np.isnan(series.coolant).all()
    found = {
        "it_energy": (sums.racks, "J"),
        "facility_energy": (sums.connection, "J"),
        "accelerator_energy": (sums.accelerators, "J"),
        "cooling_energy": (cooling_energy(sums), "J"),
        "house_energy": (sums.house, "J"),
        "loss_energy": (losses, "J"),
        "rack_loss_energy": (sums.rack_losses, "J"),
        "heat_rejected": (whole.outflow - sums.delivered, "J"),
        "heat_delivered": (sums.delivered, "J"),
        "pue": (sums.connection / sums.racks, "1"),
        "ere": ((sums.connection - sums.delivered) / sums.racks, "1"),
        "wue": (sums.make_up / (sums.racks / JOULES_A_KWH), "L/kWh"),
        "pue_highest": (float(np.max(facility / it)), "1"),
        "pue_lowest": (float(np.min(facility / it)), "1"),
        "it_power_peak": (float(it.max()), "W"),
        "it_power_mean": (float(it.mean()), "W"),
        "facility_power_peak": (float(facility.max()), "W"),
        "facility_power_mean": (float(facility.mean()), "W"),
        "load_factor": (float(facility.mean() / facility.max()), "1"),
        "water_use": (sums.make_up, "kg"),
        "evaporation": (sums.evaporation, "kg"),
        "blowdown": (sums.blowdown, "kg"),
        "drift": (sums.drift, "kg"),
        "water_flow_peak": (float(np.max(powers.make_up)), "kg/s"),
        "chip_temp_max": (float(series.worst.max()), "K"),
        "chip_margin_min": (float(series.margin.min()), "K"),
        **({"coolant_supply_temp_max": (float(np.nanmax(series.coolant)), "K")} if cooled else {}),
        "rack_air_temp_max": (float(series.air.max()), "K"),
        "compute_lost": (float(series.throttled.sum()) * hour, "h"),
        "free_cooling_time": (float(np.sum(series.mechanical <= 0.0)) * hour, "h"),
        "supply_not_held_time": (float(np.sum(series.short > 0.0)) * hour, "h"),
        "outside_model_time": (float(np.sum(~series.inside)) * hour, "h"),
        "unsettled_time": (float(np.sum(~series.settled)) * hour, "h"),
        "energy_closure": (abs(whole.residual) / whole.inflow, "1"),
        "water_closure": (abs(water.residual) / water.inflow if water.inflow else 0.0, "1"),
    }
    return {name: {"value": float(value), "unit": unit} for name, (value, unit) in found.items()}
