"""The quantities that are set side by side: where each is found, in what unit, and what may be said of a difference."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from scenarios.page.quantities import MISSING
from scenarios.report.key_figures import NOT_REACHED
from twin.run import DEFINITIONS

if TYPE_CHECKING:
    from collections.abc import Callable

    from facilities.nameplate import Nameplate
    from scenarios.compare.subjects import Subject

    Reader = Callable[[Subject], float | None]

RELATIVE, ABSOLUTE = "relative", "absolute"
"""How a difference is told: as a part of the reference, or in the unit itself."""

LOWER, HIGHER = "lower", "higher"
"""Which is better, where nobody would disagree."""


_STORED = {
    "count": "1",
    "%": "1",
    "pu": "1",
    "delta K": "delta_degC",
    "chip-hours": "h",
    "FLOP/s": "1/s",
    "FLOP/J": "1/J",
}
"""Units of values that are named otherwise here."""


class Figure(NamedTuple):
    """
    A quantity of the table.

    Attributes
    ----------
    name, label : text
        For machines and for readers.
    unit : text
        Of `read`; ``K`` is a temperature, ``delta K`` a difference of two.
    read : function
        Of a subject; None where it has none.
    of_run : bool
        Whether only a run has it.
    difference : text
        `RELATIVE` or `ABSOLUTE`.
    better : text
        `LOWER`, `HIGHER`, or empty where a reader must judge.
    note : text
        Definition or caveat.
    absent : text
        Stands where a run has no value.
    words : function
        Of a subject, for what is no number.
    """

    name: str
    label: str
    unit: str
    read: Reader
    of_run: bool = True
    difference: str = RELATIVE
    better: str = ""
    note: str = ""
    absent: str = MISSING
    words: Callable[[Subject], str] | None = None

    @property
    def stored_unit(self) -> str:
        """Unit as pint reads it."""
        return _STORED.get(self.unit, self.unit)


class Group(NamedTuple):
    """Quantities that belong together."""

    title: str
    figures: tuple[Figure, ...]


def flop_s_per_watt(design: Nameplate | None) -> float | None:
    """Give rated FLOP/s over facility power at full load [1/J]; None where the rating is unknown."""
    if design is None or design.dense_bf16_flop_s is None:
        return None
    return design.dense_bf16_flop_s / design.facility_power_w


def _of_metrics(name: str, factor: float = 1.0) -> Reader:
    def read(subject: Subject) -> float | None:
        found = None if subject.run is None else subject.run.metrics.get(name)
        return None if found is None else factor * float(found["value"])

    return read


def _of_design(name: str) -> Reader:
    def read(subject: Subject) -> float | None:
        value = None if subject.design is None else getattr(subject.design, name)
        return None if value is None else float(value)

    return read


def _nothing(_: Subject) -> None:
    return None


def _cooling(subject: Subject) -> str:
    return MISSING if subject.design is None else subject.design.cooling


def _peak_over_connection(subject: Subject) -> float | None:
    peak = _of_metrics("facility_power_peak")(subject)
    return None if peak is None or subject.design is None else peak / subject.design.connection_w


def _flop_s_per_watt(subject: Subject) -> float | None:
    return flop_s_per_watt(subject.design)


def _flop_s_per_watt_at_peak(subject: Subject) -> float | None:
    peak, computing = _of_metrics("facility_power_peak")(subject), _of_design("dense_bf16_flop_s")(subject)
    return None if not peak or computing is None else computing / peak


def _coolant_margin(subject: Subject) -> float | None:
    warmest = _of_metrics("coolant_supply_temp_max")(subject)
    limit = None if subject.run is None else subject.run.manifest["limits"]["coolant_supply_temp_k"]
    return None if warmest is None or limit is None else limit - warmest


def _defined(name: str) -> str:
    return f"{DEFINITIONS[name][:1].upper()}{DEFINITIONS[name][1:]}."


_SINCE = "From the first scheduled change on; from the start where none came before."

GROUPS = (
    Group(
        "Design",
        (
            Figure("halls", "Halls", "count", _of_design("halls"), of_run=False),
            Figure("racks", "Racks", "count", _of_design("racks"), of_run=False),
            Figure("accelerators", "Accelerators", "count", _of_design("accelerators"), of_run=False),
            Figure(
                *("it_power_design", "IT power, full load", "W", _of_design("it_power_w")),
                of_run=False,
            ),
            Figure(
                *(
                    "facility_power_design",
                    "Facility power, full load",
                    "W",
                    _of_design("facility_power_w"),
                ),
                of_run=False,
                note="On the design day, all fans at full speed, all chillers at full load: no PUE follows from it.",
            ),
            Figure("cooling", "Cooling", "", _nothing, of_run=False, words=_cooling),
            Figure("connection", "Connection rating", "W", _of_design("connection_w"), of_run=False),
            Figure(
                *("liquid_share", "Rack heat to coolant", "%", _of_design("liquid_share")),
                of_run=False,
                difference=ABSOLUTE,
            ),
            Figure(
                *("dense_bf16", "Rated computing", "FLOP/s", _of_design("dense_bf16_flop_s")),
                of_run=False,
                note="Dense BF16 of all accelerators, as rated; no run delivers it in full.",
            ),
            Figure(
                *("flop_s_per_watt", "Rated computing, full load", "FLOP/J", _flop_s_per_watt),
                of_run=False,
                better=HIGHER,
                note="Over facility power at full load on the design day.",
            ),
        ),
    ),
    Group(
        "Energy and water",
        (
            Figure("it_energy", "IT energy", "J", _of_metrics("it_energy")),
            Figure("facility_energy", "Facility energy", "J", _of_metrics("facility_energy")),
            Figure("cooling_energy", "Cooling energy", "J", _of_metrics("cooling_energy")),
            Figure("loss_energy", "Conversion losses", "J", _of_metrics("loss_energy")),
            Figure("pue", "PUE", "1", _of_metrics("pue"), difference=ABSOLUTE, better=LOWER, note=_defined("pue")),
            Figure("water_use", "Water", "m^3", _of_metrics("water_use", 1e-3)),
            Figure("wue", "WUE", "L/kWh", _of_metrics("wue"), difference=ABSOLUTE, note=_defined("wue")),
        ),
    ),
    Group(
        "Power",
        (
            Figure("it_power_mean", "Mean IT power", "W", _of_metrics("it_power_mean")),
            Figure("facility_power_mean", "Mean facility power", "W", _of_metrics("facility_power_mean")),
            Figure("it_power_peak", "Peak IT power", "W", _of_metrics("it_power_peak")),
            Figure("facility_power_peak", "Peak facility power", "W", _of_metrics("facility_power_peak")),
            Figure(
                *("peak_over_connection", "Peak over connection rating", "%"),
                _peak_over_connection,
                difference=ABSOLUTE,
            ),
            Figure(
                *("flop_s_per_watt_at_peak", "Rated computing, at the peak", "FLOP/J"),
                _flop_s_per_watt_at_peak,
                note="Over the run's peak facility power: a load that leaves racks idle makes it look better.",
            ),
            Figure("ramp_1s_max", "Largest change in 1 s", "W", _of_metrics("ramp_1s_max")),
            Figure("ramp_15s_max", "Largest change in 15 s", "W", _of_metrics("ramp_15s_max")),
            Figure("ramp_1min_max", "Largest change in 1 min", "W", _of_metrics("ramp_1min_max")),
        ),
    ),
    Group(
        "Temperature",
        (
            Figure("chip_temp_max", "Warmest chip", "K", _of_metrics("chip_temp_max"), difference=ABSOLUTE),
            Figure(
                *("chip_margin_min", "Least chip margin", "delta K", _of_metrics("chip_margin_min")),
                difference=ABSOLUTE,
                better=HIGHER,
                note="Of the worst chip to its throttle limit.",
            ),
            Figure(
                *("coolant_supply_temp_max", "Warmest coolant supply", "K", _of_metrics("coolant_supply_temp_max")),
                difference=ABSOLUTE,
            ),
            Figure(
                *("coolant_margin_min", "Least coolant margin", "delta K", _coolant_margin),
                difference=ABSOLUTE,
                better=HIGHER,
                note="Of the warmest coolant supply to the lowest alarm of the site.",
            ),
            Figure("throttled_time", "Throttled", "chip-hours", _of_metrics("throttled_time"), better=LOWER),
            Figure("compute_lost", "Computing lost", "chip-hours", _of_metrics("compute_lost"), better=LOWER),
            Figure("chips_shut_down", "Chips shut down", "count", _of_metrics("chips_shut_down"), better=LOWER),
            Figure(
                *("time_to_throttle", "First chip throttled after", "s", _of_metrics("time_to_throttle")),
                note=_SINCE,
                absent=NOT_REACHED,
            ),
            Figure(
                *("time_to_shutdown", "First chip shut down after", "s", _of_metrics("time_to_shutdown")),
                note=_SINCE,
                absent=NOT_REACHED,
            ),
        ),
    ),
    Group(
        "Grid",
        (
            Figure(
                *("pcc_voltage_min", "Lowest PCC voltage", "pu", _of_metrics("pcc_voltage_min")),
                difference=ABSOLUTE,
            ),
        ),
    ),
)
"""All quantities, in reading order; one that no subject has is left out."""
