"""Figures of a run: each a number with its unit."""

from __future__ import annotations

from typing import TypedDict

import numpy as np

from twin.closure import balances, cooling_energy
from twin.record import Record
from twin.site import Floats, Site

JOULES_A_KWH = 3.6e6
"""Joules in a kilowatt hour."""


class Metric(TypedDict):
    """A figure: its value, and its unit as pint reads it."""

    value: float
    unit: str


def metrics(record: Record, site: Site) -> dict[str, Metric]:
    """
    Give the figures of a run.

    Parameters
    ----------
    record : Record
        A run.
    site : Site
        Its site.

    Returns
    -------
    dict of text to Metric
        Flat, by name.

    Notes
    -----
    PUE is facility energy at the point of connection over IT energy at the rack inlets, both over the run; WUE is
    make-up water over IT energy. Ramps are the largest change of facility power, up or down, between two seconds that
    far apart.
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
        "loss_energy": (losses, "J"),
        "rack_loss_energy": (energies.rack_losses, "J"),
        "heat_rejected": (checks["whole site"].outflow, "J"),
        "pue": (_ratio(energies.connection, energies.racks), "1"),
        "it_power_peak": (float(it_power.max()), "W"),
        "it_power_mean": (float(it_power.mean()), "W"),
        "facility_power_peak": (float(facility.max()), "W"),
        "facility_power_mean": (float(facility.mean()), "W"),
        "ramp_1s_max": (largest_change(facility, 1), "W"),
        "ramp_15s_max": (largest_change(facility, 15), "W"),
        "ramp_1min_max": (largest_change(facility, 60), "W"),
        "chip_temp_max": (float(record.racks[5].max()), "K"),
        "chip_margin_min": (_least_chip_margin(record, site), "K"),
        "coolant_supply_temp_max": (float(record.cdus[4][:, wet].max(initial=0.0)), "K"),
        "water_use": (energies.make_up, "kg"),
        "wue": (_ratio(energies.make_up, energies.racks / JOULES_A_KWH), "L/kWh"),
        "pcc_voltage_min": (float(record.voltage.min()), "1"),
        "pcc_voltage_max": (float(record.voltage.max()), "1"),
        "throttled_time": (_throttled(record, site), "h"),
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


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def _least_chip_margin(record: Record, site: Site) -> float:
    """Give the least distance of a worst chip from its throttle limit, over racks that have accelerators."""
    rows = record.layout.variant >> 1
    margin = site.rack_classes.throttle_temp[rows] - record.racks[5].max(axis=0)
    return float(np.min(margin, where=site.rack_classes.accelerators[rows] > 0, initial=np.inf))


def _throttled(record: Record, site: Site) -> float:
    """Give chip-hours of giving up power."""
    layout = record.layout
    chips = site.rack_classes.accelerators[layout.variant >> 1] * layout.weight
    return float(np.sum(chips * record.limits[4]) / 3600.0)
