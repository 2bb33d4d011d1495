"""Figures of a run: each a number with its unit."""

from __future__ import annotations

from typing import TypedDict

import numpy as np
import numpy.typing as npt

from twin.changes import Change
from twin.closure import balances, cooling_energy, heat_rejected
from twin.record import Record
from twin.scheduled import disturbance
from twin.site import Floats, Site

JOULES_A_KWH = 3.6e6
"""Joules in a kilowatt hour."""


class Metric(TypedDict):
    """A figure: its value, and its unit as pint reads it."""

    value: float
    unit: str


def metrics(record: Record, site: Site, scheduled: tuple[Change, ...] = ()) -> dict[str, Metric]:
    """
    Give the figures of a run.

    Parameters
    ----------
    record : Record
        A run.
    site : Site
        Its site.
    scheduled : tuple of Change
        Of the run, in order of time.

    Returns
    -------
    dict of text to Metric
        Flat, by name; ``time_to_throttle`` and ``time_to_shutdown`` only where a rack came to it, and
        ``coolant_supply_temp_max`` only where there is a coolant.

    Notes
    -----
    PUE is facility energy at the point of connection over IT energy at the rack inlets, both over the run; ERE the
    same less the heat that is reused; WUE is make-up water over IT energy. Ramps are the largest change of facility
    power, up or down, between two seconds that far apart. Times to throttle and to shutdown run from the first change
    scheduled after the start (from the start, if none came before) to the first rack whose worst chip passed that
    limit; computing lost is chip-hours at the power asked.
    """
    energies = record.energies
    it_power, facility = record.site[0], record.site[5]
    checks = {row.balance: row for row in balances(record, site)}
    losses = float(energies.hall_losses.sum() + energies.mechanical_losses.sum() + energies.common_losses.sum())
    cooling = cooling_energy(energies)
    wet = site.cdus.exchanger_conductance > 0
    figures = {
        "it_energy": (energies.racks, "J"),
        "facility_energy": (energies.connection, "J"),
        "accelerator_energy": (energies.accelerators, "J"),
        "cooling_energy": (cooling, "J"),
        "house_energy": (energies.house, "J"),
        "loss_energy": (losses, "J"),
        "rack_loss_energy": (energies.rack_losses, "J"),
        "heat_rejected": (heat_rejected(record, site), "J"),
        "heat_delivered": (energies.delivered, "J"),
        "pue": (_ratio(energies.connection, energies.racks), "1"),
        "ere": (_ratio(energies.connection - energies.delivered, energies.racks), "1"),
        "it_power_peak": (float(it_power.max()), "W"),
        "it_power_mean": (float(it_power.mean()), "W"),
        "facility_power_peak": (float(facility.max()), "W"),
        "facility_power_mean": (float(facility.mean()), "W"),
        "ramp_1s_max": (largest_change(facility, 1), "W"),
        "ramp_15s_max": (largest_change(facility, 15), "W"),
        "ramp_1min_max": (largest_change(facility, 60), "W"),
        "chip_temp_max": (_warmest_chip(record, site), "K"),
        "chip_margin_min": (_least_chip_margin(record, site), "K"),
        **({"coolant_supply_temp_max": (float(record.cdus[4][:, wet].max()), "K")} if wet.any() else {}),
        "water_use": (energies.make_up, "kg"),
        "evaporation": (energies.evaporation, "kg"),
        "blowdown": (energies.blowdown, "kg"),
        "drift": (energies.drift, "kg"),
        "wue": (_ratio(energies.make_up, energies.racks / JOULES_A_KWH), "L/kWh"),
        "pcc_voltage_min": (float(record.voltage.min()), "1"),
        "pcc_voltage_max": (float(record.voltage.max()), "1"),
        "throttled_time": (_chip_hours(record, site, record.limits[4]), "h"),
        "compute_lost": (_chip_hours(record, site, record.limits[6]), "h"),
        "chips_shut_down": (3600.0 * _chip_hours(record, site, record.limits[5] >= 0.0), "1"),
        **_times_to_limits(record, scheduled),
        "energy_closure": (_ratio(abs(checks["whole site"].residual), checks["whole site"].inflow), "1"),
        "water_closure": (_ratio(abs(checks["water"].residual), checks["water"].inflow), "1"),
    }
    return {name: {"value": value, "unit": unit} for name, (value, unit) in figures.items()}


def largest_change(power: Floats, lag: int) -> float:
    """
    Give the largest change of a power between two instants a given time apart.

    Parameters
    ----------
    power : (second,) [W]
        A power, second by second.
    lag : [s]
        Time between the two instants.

    Returns
    -------
    [W]
        Largest absolute change; zero where the series is no longer than the lag.
    """
    return float(np.max(np.abs(power[lag:] - power[:-lag]), initial=0.0))


def first_moments(record: Record) -> dict[str, float | None]:
    """
    Give when chips first came to their limits.

    Parameters
    ----------
    record : Record
        A run.

    Returns
    -------
    dict of text to [s]
        ``throttle`` and ``shutdown``, from the start of the run to the first rack whose worst chip passed that limit;
        None where none did.
    """
    moments = {"throttle": record.limits[3], "shutdown": record.limits[5]}
    reached = {name: values[values >= 0.0] for name, values in moments.items()}
    return {name: float(values.min()) if values.size else None for name, values in reached.items()}


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def _warmest_chip(record: Record, site: Site) -> float:
    """Give the temperature of the warmest chip, over racks that have accelerators; over all where none has any."""
    chips = site.rack_classes.accelerators[record.layout.variant >> 1] > 0
    return float(record.racks[5].max(axis=0)[chips | ~chips.any()].max())


def _least_chip_margin(record: Record, site: Site) -> float:
    """Give the least distance of a worst chip from its throttle limit, over racks that have accelerators."""
    rows = record.layout.variant >> 1
    margin = site.rack_classes.throttle_temp[rows] - record.racks[5].max(axis=0)
    return float(np.min(margin, where=site.rack_classes.accelerators[rows] > 0, initial=np.inf))


def _chip_hours(record: Record, site: Site, seconds: Floats | npt.NDArray[np.bool_]) -> float:
    """Add up seconds of kernel racks over all chips [h]."""
    layout = record.layout
    chips = site.rack_classes.accelerators[layout.variant >> 1] * layout.weight
    return float(np.sum(chips * seconds) / 3600.0)


def _times_to_limits(record: Record, scheduled: tuple[Change, ...]) -> dict[str, tuple[float, str]]:
    disturbed = disturbance(scheduled) or 0
    return {
        f"time_to_{name}": (moment - (disturbed if disturbed <= moment else 0), "s")
        for name, moment in first_moments(record).items()
        if moment is not None
    }
