"""
The vocabulary: every stored column, with its unit, type, meaning and plausible range.

The unit is the column's suffix. Power is positive into the load, grid power positive when drawn, heat positive into
the coolant. Values outside a plausible range are refused on the way in and flagged on the way out.
"""

from __future__ import annotations

from typing import NamedTuple


class Column(NamedTuple):
    """
    One stored column.

    Attributes
    ----------
    unit : text
        As pint reads it; ``1`` for a ratio, empty for text and times.
    dtype : text
        ``time``, ``text``, ``u8``, ``u32``, ``f32`` or ``f64``.
    meaning : text
        One line for the generated documentation.
    low, high
        Plausible range in `unit`.
    """

    unit: str
    dtype: str
    meaning: str
    low: float = float("-inf")
    high: float = float("inf")


_POWER = ("W", 0.0, 2e10)
_TEMPERATURE = ("K", 200.0, 500.0)

TELEMETRY: dict[str, Column] = {
    "time": Column("", "time", "instant in UTC at which the value holds, or from which it is held"),
    "asset": Column("", "text", "what was measured: letters, digits and . _ - /"),
    "metric": Column("", "text", "what was measured there: a name in METRICS"),
    "value": Column("", "f64", "SI value in the metric's unit; null where missing"),
    "quality": Column(
        "", "u8", "0 good, 1 estimated, 2 suspect, 3 stale, 4 out of range, 5 sensor fault, 6 reset-adjusted"
    ),
}
"""Columns of the canonical telemetry frame, one row a measurement."""

METRICS: dict[str, Column] = {
    "accelerator_power_w": Column("W", "f64", "power of one accelerator package", 0.0, 5e3),
    "it_power_w": Column("W", "f64", "power at the rack inlet, or the sum over an asset's racks", 0.0, 2e10),
    "heat_w": Column("W", "f64", "heat given to the coolant of an asset", 0.0, 2e10),
    "facility_power_w": Column("W", "f64", "power drawn at the point of connection", 0.0, 2e10),
    "cooling_power_w": Column("W", "f64", "power of the cooling plant", 0.0, 2e10),
    "accelerator_utilisation": Column("1", "f64", "compute activity of one accelerator package", 0.0, 1.0),
    "host_utilisation": Column("1", "f64", "compute activity of the host processors", 0.0, 1.0),
    "accelerator_average_power_w": Column("W", "f64", "its power, as the chip itself averages it", 0.0, 5e3),
    "accelerator_energy_j": Column("J", "f64", "its energy counter, which starts anew with its driver", 0.0, 1e13),
    "accelerator_temp_k": Column("K", "f64", "temperature of an accelerator package", 200.0, 500.0),
    "accelerator_memory_temp_k": Column("K", "f64", "temperature of its memory", 200.0, 500.0),
    "accelerator_clock_hz": Column("Hz", "f64", "clock of its compute units", 0.0, 1e10),
    "accelerator_memory_clock_hz": Column("Hz", "f64", "clock of its memory", 0.0, 1e11),
    "accelerator_clock_events": Column("1", "f64", "bit mask of why its clocks are held down", 0.0, 2.0**53),
    "accelerator_busy": Column("1", "f64", "part of the time in which any kernel ran; no measure of power", 0.0, 1.0),
    "accelerator_memory_busy": Column("1", "f64", "part of the time in which its memory was accessed", 0.0, 1.0),
    "accelerator_power_limit_w": Column("W", "f64", "power cap in force", 0.0, 5e3),
    "accelerator_engine_activity": Column("1", "f64", "part of the time in which its engines worked", 0.0, 1.0),
    "accelerator_sm_activity": Column("1", "f64", "part of its multiprocessors at work, in the mean", 0.0, 1.0),
    "accelerator_tensor_activity": Column("1", "f64", "part of the cycles in which tensor pipes worked", 0.0, 1.0),
    "accelerator_memory_activity": Column("1", "f64", "part of the cycles in which its memory was moved", 0.0, 1.0),
    "accelerator_throttle_time_s": Column("s", "f64", "counter of the time held down by a limit", 0.0, 1e10),
    "it_energy_j": Column("J", "f64", "energy counter at the rack inlet, or of a server", 0.0, 1e18),
    "facility_energy_j": Column("J", "f64", "energy counter at the point of connection", 0.0, 1e19),
    "component_power_w": Column("W", "f64", "power of a part of a server, contained in the server's", 0.0, 1e5),
    "component_energy_j": Column("J", "f64", "energy counter of a part of a server", 0.0, 1e15),
    "component_temp_k": Column("K", "f64", "temperature of a part of a server", 200.0, 500.0),
    "inlet_air_temp_k": Column("K", "f64", "air that a server or rack takes in", 200.0, 400.0),
    "coolant_supply_temp_k": Column("K", "f64", "coolant supply temperature", 200.0, 400.0),
    "coolant_return_temp_k": Column("K", "f64", "coolant return temperature", 200.0, 400.0),
    "coolant_flow_m3_s": Column("m^3/s", "f64", "flow of coolant", 0.0, 1e3),
    "coolant_supply_pressure_pa": Column("Pa", "f64", "gauge pressure of the coolant supply", -1e5, 1e8),
    "coolant_return_pressure_pa": Column("Pa", "f64", "gauge pressure of the coolant return", -1e5, 1e8),
    "valve_opening": Column("1", "f64", "position of a valve", 0.0, 1.0),
    "relative_humidity": Column("1", "f64", "outdoor relative humidity", 0.0, 1.1),
    "wet_bulb_temp_k": Column("K", "f64", "outdoor wet bulb temperature", 200.0, 320.0),
    "dry_bulb_temp_k": Column("K", "f64", "outdoor dry bulb temperature", 200.0, 335.0),
    "pcc_voltage_pu": Column("1", "f64", "voltage at the point of connection", 0.0, 2.0),
    "reactive_power_var": Column("var", "f64", "reactive power", -2e10, 2e10),
    "voltage_v": Column("V", "f64", "voltage: effective, or of the instant in a waveform", -1e7, 1e7),
    "current_a": Column("A", "f64", "current, likewise", -1e7, 1e7),
    "frequency_hz": Column("Hz", "f64", "frequency of the grid", 0.0, 1e3),
    "frequency_ramp_hz_s": Column("Hz/s", "f64", "rate of change of that frequency", -1e3, 1e3),
    "pue": Column("1", "f64", "power usage effectiveness, as the site tells it", 1.0, 20.0),
    "grid_carbon_kg_j": Column("kg/J", "f64", "carbon dioxide of the grid's energy", 0.0, 1e-6),
    "job_nodes": Column("1", "f64", "nodes of a job, from its start", 0.0, 1e7),
    "job_accelerator_utilisation": Column("1", "f64", "mean activity of a job's accelerators", 0.0, 1.0),
    "job_host_utilisation": Column("1", "f64", "mean activity of a job's host processors", 0.0, 1.0),
    "job_duration_s": Column("s", "f64", "time from a job's start to its end", 0.0, 4e7),
}
"""Metrics of the canonical telemetry frame; a job is an asset ``job/<id>`` whose rows stand at its start."""

_QUALITY = TELEMETRY["quality"]

JOBS: dict[str, Column] = {
    "job": Column("", "text", "its name in the source"),
    "kind": Column("", "text", "what it runs, such as a model; empty where the source does not tell"),
    "state": Column("", "text", "how it ended: completed, failed, cancelled, timeout, running, or unknown"),
    "submit_time": Column("", "time", "when it was asked for, UTC; null where unknown"),
    "start_time": Column("", "time", "when it began to run, UTC; null where it never did, or the source does not tell"),
    "end_time": Column("", "time", "when it ended, UTC; null likewise"),
    "duration_s": Column("s", "f64", "time for which it ran; of a job without times, for which it runs", 0.0, 4e8),
    "nodes": Column("1", "f64", "nodes that it holds", 0.0, 1e7),
    "accelerators": Column("1", "f64", "accelerators that it holds; parts of one where it shares it", 0.0, 1e7),
    "processors": Column("1", "f64", "processor cores that it holds", 0.0, 1e9),
    "accelerator_utilisation": Column("1", "f64", "mean activity of its accelerators", 0.0, 1.0),
    "host_utilisation": Column("1", "f64", "mean activity of its host processors", 0.0, 1.0),
    "energy_j": Column("J", "f64", "energy that it took, as the source metered it", 0.0, 1e16),
    "quality": _QUALITY,
}
"""Columns of a canonical job table, one row a job, in order of submission; what the source does not tell is null."""

REQUESTS: dict[str, Column] = {
    "time": Column("", "time", "when it came, UTC"),
    "model": Column("", "text", "model that was asked; empty where the source does not tell"),
    "input_tokens": Column("1", "f64", "tokens of the prompt", 0.0, 1e8),
    "output_tokens": Column("1", "f64", "tokens of the answer", 0.0, 1e8),
    "duration_s": Column("s", "f64", "time until the answer was whole, as the service measured it; or null", 0.0, 1e6),
    "quality": _QUALITY,
}
"""Columns of a canonical request trace, one row a request, in order of time."""

KINDS: dict[str, dict[str, Column]] = {"measurements": TELEMETRY, "jobs": JOBS, "requests": REQUESTS}
"""Canonical frames by what a row of them is."""

SITE: dict[str, Column] = {
    "time": Column("", "time", "start of the second, UTC"),
    "it_power_w": Column("W", "f64", "power at the rack inlets", 0.0, 2e10),
    "accelerator_power_w": Column("W", "f64", "power of the accelerator packages, part of it_power_w", 0.0, 2e10),
    "rack_loss_power_w": Column("W", "f64", "conversion losses inside the racks, part of it_power_w", 0.0, 2e10),
    "cooling_power_w": Column("W", "f64", "CDU pumps, hall fans, facility pumps, cooler fans, chillers", 0.0, 2e10),
    "loss_power_w": Column("W", "f64", "conversion losses from the PCC to the rack inlets and the plant", 0.0, 2e10),
    "facility_power_w": Column("W", "f64", "power drawn at the PCC", 0.0, 2e10),
    "house_power_w": Column("W", "f64", "light, offices, humidifiers, auxiliaries of the buildings", 0.0, 2e10),
    "pcc_voltage_pu": Column("1", "f64", "voltage at the PCC, lowest of the connection points", 0.5, 1.5),
}
"""Columns of site.parquet, one row a second."""

HALLS: dict[str, Column] = {
    "time": Column("", "time", "start of the second, UTC"),
    "hall": Column("", "text", "hall name"),
    "it_power_w": Column("W", "f32", "power at the rack inlets of the hall", 0.0, 2e10),
    "accelerator_power_w": Column("W", "f32", "power of its accelerator packages", 0.0, 2e10),
    "liquid_heat_w": Column("W", "f32", "heat its racks give to their coolant", -2e10, 2e10),
    "air_heat_w": Column("W", "f32", "heat its racks give to the air", -2e10, 2e10),
    "chip_temp_max_k": Column("K", "f32", "warmest chip of the hall", 200.0, 500.0),
    "coolant_supply_temp_max_k": Column("K", "f32", "warmest coolant supply of its CDUs", 200.0, 400.0),
}
"""Columns of halls.parquet, one row a second and hall."""

RACKS: dict[str, Column] = {
    "time": Column("", "time", "start of the minute, UTC"),
    "rack": Column("", "u32", "row of the rack in the site"),
    **{
        f"{what}_{part}_{unit}": Column(unit.upper(), "f32", f"{part} of the {meaning} in the minute", low, high)
        for what, unit, meaning, low, high in (
            ("it_power", "w", "power at the rack inlet", 0.0, 2e6),
            ("chip_temp", "k", "temperature of the rack's worst chip", 200.0, 500.0),
            ("coolant_temp", "k", "coolant temperature at the rack outlet (air, if cooled by air)", 200.0, 500.0),
        )
        for part in ("min", "mean", "max")
    },
}
"""Columns of racks.parquet, one row a minute and rack."""

CDUS: dict[str, Column] = {
    "time": Column("", "time", "start of the minute, UTC"),
    "cdu": Column("", "text", "CDU name"),
    "supply_temp_k": Column("K", "f32", "coolant supply temperature, mean of the minute", 200.0, 400.0),
    "return_temp_k": Column("K", "f32", "coolant return temperature, mean of the minute", 200.0, 400.0),
    "heat_w": Column("W", "f32", "heat to the facility water, mean of the minute", -1e9, 1e9),
    "valve_opening": Column("1", "f32", "valve position, mean of the minute", 0.0, 1.0),
    "supply_temp_max_k": Column("K", "f32", "coolant supply temperature, highest second of the minute", 200.0, 400.0),
}
"""Columns of cdus.parquet, one row a minute and CDU."""

COOLING: dict[str, Column] = {
    "time": Column("", "time", "start of the macro step, UTC; temperatures are of this instant, the rest are means"),
    "loop": Column("", "text", "loop name"),
    "supply_temp_k": Column("K", "f32", "facility water supply temperature", 200.0, 400.0),
    "return_temp_k": Column("K", "f32", "facility water return temperature", 200.0, 400.0),
    "air_temp_k": Column("K", "f32", "air at the rack inlets, highest of the loop's halls", 200.0, 400.0),
    "fan_power_w": Column("W", "f32", "cooler fans", 0.0, 1e9),
    "pump_power_w": Column("W", "f32", "facility water pumps", 0.0, 1e9),
    "chiller_power_w": Column("W", "f32", "chillers, and heat pumps of heat reuse", 0.0, 1e9),
    "coil_fan_power_w": Column("W", "f32", "fans of the halls: of coils, sidecars and outdoor air", 0.0, 1e9),
    "cdu_pump_power_w": Column("W", "f32", "pumps of the CDUs", 0.0, 1e9),
    "heat_rejected_w": Column(
        "W", "f32", "heat to the outdoors, with power of chillers and fans; no buyer's", -1e10, 1e10
    ),
    "water_use_kg_s": Column("kg/s", "f32", "make-up water", 0.0, 1e5),
    "fan_speed": Column("1", "f32", "cooler fan speed", 0.0, 1.0),
    "chiller_load": Column("1", "f32", "heat taken by the chillers over their capacity", 0.0, 1.0),
    "dry_bulb_temp_k": Column("K", "f32", "outdoor dry bulb", 200.0, 335.0),
    "wet_bulb_temp_k": Column("K", "f32", "outdoor wet bulb", 200.0, 320.0),
    "condenser_temp_k": Column(
        "K", "f32", "condenser water from the coolers; facility water supply where there is none", 200.0, 400.0
    ),
    "cooling_mode": Column("1", "f32", "0 coolers alone, 1 coolers and chillers, 2 chillers alone", 0.0, 2.0),
    "water_flow": Column("1", "f32", "facility water over its nominal flow", 0.0, 1.0),
    "delivered_heat_w": Column("W", "f32", "heat that heat pumps deliver to a buyer", 0.0, 1e10),
    "basin_kg": Column("kg", "f32", "water in the basins of towers, at the end of the step", -1e3, 1e8),
}
"""Columns of cooling.parquet, one row a macro step (a minute, less where a change falls inside it) and loop."""

GRID: dict[str, Column] = {
    "time": Column("", "time", "start of the second, UTC"),
    "pcc_power_w": Column("W", "f64", "active power drawn at the PCC", 0.0, 2e10),
    "pcc_reactive_power_var": Column("var", "f64", "reactive power drawn at the PCC", -2e10, 2e10),
    "pcc_voltage_pu": Column("1", "f64", "voltage at the PCC", 0.5, 1.5),
    "campus_voltage_pu": Column("1", "f64", "voltage of the campus medium-voltage bus", 0.5, 1.5),
    "transformer_loading": Column(
        "1", "f64", "apparent power over rating of the main transformers in service", 0.0, 5.0
    ),
    "host_loss_w": Column("W", "f64", "active power lost in the host grid's equivalent", 0.0, 1e9),
}
"""Columns of grid.parquet, one row a second."""

EVENTS: dict[str, Column] = {
    "time": Column("", "time", "when it began, UTC"),
    "kind": Column(
        "",
        "text",
        "scheduled, or what crossed a limit: chip_temp, shutdown_temp, coolant_supply, cdu_heat, ...",
    ),
    "asset": Column("", "text", "rack, CDU, hall, loop or site"),
    "value": Column("", "f64", "worst value, in `unit`"),
    "limit": Column("", "f64", "the limit, in `unit`"),
    "margin": Column("", "f64", "limit less value over the limit's scale; negative when crossed", -10.0, 10.0),
    "unit": Column("", "text", "unit of value and limit"),
    "duration_s": Column("s", "f64", "time over the limit in the run", 0.0, 4e7),
    "message": Column("", "text", "one sentence"),
}
"""Columns of events.parquet: what was scheduled, and every limit crossed, the worst first."""

_LENGTH = ("m", "f64")

LAYOUT: dict[str, Column] = {
    "kind": Column("", "text", "building, hall, cdu or rack"),
    "number": Column("", "u32", "row among those of its kind; of a rack, that in racks.parquet"),
    "name": Column("", "text", "its name"),
    "hall": Column("", "text", "hall of a CDU or rack"),
    "hall_row": Column("", "u32", "row of a rack in its hall, from zero"),
    "cdu": Column("", "text", "CDU whose group a rack stands in"),
    "rack_class": Column("", "text", "class of a rack"),
    "feed_a": Column("", "text", "feed of a rack"),
    "feed_b": Column("", "text", "its other feed; the same where it has one cord"),
    "rated_power_w": Column("W", "f64", "nameplate of a rack", 0.0, 2e6),
    "throttle_temp_k": Column("K", "f64", "limit of a rack's worst chip", 200.0, 500.0),
    "x_m": Column(*_LENGTH, "its middle, to the east of the site's corner", 0.0, 1e5),
    "y_m": Column(*_LENGTH, "its middle, to the north", 0.0, 1e5),
    "width_m": Column(*_LENGTH, "from west to east", 0.0, 1e4),
    "depth_m": Column(*_LENGTH, "from south to north", 0.0, 1e4),
}
"""Columns of layout.parquet: what stands where, as far as the site has a plan, and on which feeds its racks hang."""

YEAR: dict[str, Column] = {
    "time": Column("", "time", "start of the hour in local standard time, without a zone"),
    "it_power_w": Column("W", "f64", "power at all rack inlets", 0.0, 2e10),
    "accelerator_power_w": Column("W", "f64", "power of all accelerators", 0.0, 2e10),
    "rack_loss_power_w": Column("W", "f64", "lost in conversion inside racks", 0.0, 2e10),
    "loss_power_w": Column("W", "f64", "lost between racks or cooling and the point of connection", 0.0, 2e10),
    "cooling_power_w": Column("W", "f64", "power of all cooling equipment", 0.0, 2e10),
    "house_power_w": Column("W", "f64", "light, offices, humidifiers, auxiliaries of the buildings", 0.0, 2e10),
    "facility_power_w": Column("W", "f64", "power drawn at the point of connection", 0.0, 2e10),
    "facility_power_max_w": Column("W", "f64", "the same, highest step of the hour", 0.0, 2e10),
    "pue": Column("1", "f64", "facility power over IT power", 1.0, 100.0),
    "chiller_power_w": Column("W", "f64", "power of the chillers", 0.0, 2e10),
    "heat_delivered_w": Column("W", "f64", "heat to a buyer", 0.0, 2e10),
    "water_use_kg_s": Column("kg/s", "f64", "make-up water", 0.0, 1e5),
    "evaporation_kg_s": Column("kg/s", "f64", "water that towers and pads evaporate", 0.0, 1e5),
    "dry_bulb_temp_k": Column("K", "f64", "outdoor air", 200.0, 335.0),
    "wet_bulb_temp_k": Column("K", "f64", "its wet bulb", 200.0, 320.0),
    "mechanical_share": Column("1", "f64", "part of the heat of the loops that chillers take", 0.0, 1.0),
    "coolant_supply_temp_max_k": Column(
        "K", "f64", "warmest coolant supply; not a number without coolant", 200.0, 400.0
    ),
    "rack_air_temp_max_k": Column("K", "f64", "warmest air at rack inlets", 200.0, 400.0),
    "chip_temp_max_k": Column("K", "f64", "warmest chip at the mean load of its step", 200.0, 500.0),
    "chip_margin_min_k": Column(
        "K",
        "f64",
        "least distance of a worst chip, at the mean load of its step, from its throttle limit",
        -300.0,
        300.0,
    ),
    "supply_short_share": Column("1", "f64", "part of the loops that do not hold their supply", 0.0, 1.0),
}
"""Columns of hours.parquet of a planning year."""

TABLES: dict[str, dict[str, Column]] = {
    "site": SITE,
    "halls": HALLS,
    "racks": RACKS,
    "cdus": CDUS,
    "cooling": COOLING,
    "grid": GRID,
    "events": EVENTS,
    "layout": LAYOUT,
}
"""The tables of a run folder, by file name."""

ACCOUNTS: dict[str, Column] = {
    "time": Column("", "time", "start of the hour in local standard time, without a zone"),
    "facility_power_w": Column(
        "W", "f64", "power that the site asks at its point of connection, mean of the hour", 0.0, 2e10
    ),
    "import_power_w": Column("W", "f64", "of it from the grid", 0.0, 2e10),
    "generation_power_w": Column("W", "f64", "of it from the site's own sets", 0.0, 2e10),
    "sun_power_w": Column("W", "f64", "of it from the site's own panels, used", 0.0, 2e10),
    "charge_power_w": Column("W", "f64", "into storage", 0.0, 2e10),
    "discharge_power_w": Column("W", "f64", "out of storage", 0.0, 2e10),
    "unserved_power_w": Column("W", "f64", "load that nothing serves", 0.0, 2e10),
    "fuel_power_w": Column(
        "W", "f64", "fuel that sets burn, lower heating value; tests of standby sets left out", 0.0, 1e11
    ),
    "energy_price_usd_j": Column("USD/J", "f64", "price of energy from the grid", 0.0, 1e-4),
    "grid_carbon_kg_j": Column("kg/J", "f64", "carbon dioxide of the grid's energy; zero where not known", 0.0, 1e-6),
    "grid_carbon_kg_s": Column("kg/s", "f64", "carbon dioxide of what is imported", 0.0, 1e5),
    "fuel_carbon_kg_s": Column("kg/s", "f64", "of fuel, tests of standby sets spread over the year", 0.0, 1e5),
    "carbon_kg_s": Column("kg/s", "f64", "both", 0.0, 1e5),
}
"""Columns of supply.parquet of a planning year."""
