"""The chapter of fast load on the page of a study: its tables as texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scenarios.gridstudy import fast_charts
from scenarios.page.quantities import MISSING, count, digits, duration, quantity, share
from scenarios.page.shown import Shown

if TYPE_CHECKING:
    from scenarios.fast_load.chapter import FastLoad
    from scenarios.page.style import Chart

JOULE = 1e4
"""[J] A package, above which its content is told in watt-hours."""


def charts(found: FastLoad) -> dict[str, Chart]:
    """Draw the chapter's charts, by name."""
    return {
        "fast_waveform": fast_charts.waveform(found),
        "fast_spectrum": fast_charts.spectrum(found),
        "fast_allowed": fast_charts.allowed(found),
        "fast_impedance": fast_charts.impedance(found),
    }


def tables(found: FastLoad) -> dict[str, Shown]:
    """Give the chapter's tables as texts, by name."""
    return {
        "fast_figures": _figures(found),
        "fast_bands": _bands(found),
        "fast_answers": _answers(found),
        "fast_compliance": _compliance(found),
        "fast_costs": _costs(found),
        "fast_sizes": _sizes(found),
        "fast_starts": _starts(found),
        "fast_distortion": _distortion(found),
        "fast_resonances": _resonances(found),
        "fast_parameters": _parameters(found),
    }


def summary(found: FastLoad) -> tuple[tuple[str, str], ...]:
    """Give what a reader asks for first."""
    largest = found.figures.filter(found.figures["figure"] == "highest less lowest in any 5 s")["value"].item()
    broken = dict.fromkeys(found.compliance.filter(found.compliance["verdict"] == "broken")["code"])
    return (
        ("Fast load", f"swings by {quantity(largest, 'W')} in 5 s; broken: {', '.join(broken) or 'no code of swings'}"),
    )


def _figures(found: FastLoad) -> Shown:
    rows = [
        (row["figure"], share(row["value"]) if row["unit"] == "1" else quantity(row["value"], row["unit"]))
        for row in found.figures.iter_rows(named=True)
    ]
    return Shown("The load at the point of connection", ("Figure", ""), tuple(rows), (1,))


def _bands(found: FastLoad) -> Shown:
    rows = [
        (
            f"{row['low_hz']:g} to {row['high_hz']:g} Hz",
            share(row["share_of_magnitudes"]),
            share(row["share_of_energy"]),
            quantity(row["swing_5s_w"], "W", 3),
            f"{quantity(row['amplitude_w'], 'W', 3)} at {row['largest_at_hz']:.3g} Hz",
        )
        for row in found.bands.iter_rows(named=True)
    ]
    heads = ("Band", "Of magnitudes", "Of energy", "Swing in 5 s", "Largest amplitude")
    return Shown("Where it swings, in milliseconds", heads, tuple(rows), (1, 2, 3, 4))


def _answers(found: FastLoad) -> Shown:
    rows = [
        (
            row["mode"],
            row["basis"],
            f"{row['frequency_hz']:.3g} Hz",
            share(row["damping"]),
            f"{row['highest_amplification']:.3g}",
            MISSING if row["amplification_at_iteration"] is None else f"{row['amplification_at_iteration']:.3g}",
            quantity(row["load_swing_5s_w"], "W", 3),
            quantity(row["answer_swing_5s_w"], "W", 3),
        )
        for row in found.answers.iter_rows(named=True)
    ]
    heads = ("Mode", "Basis", "Frequency", "Damping", "At resonance", "At the iteration", "Load in 5 s", "Its answer")
    return Shown("What modes make of it", heads, tuple(rows), tuple(range(2, 8)))


def _compliance(found: FastLoad) -> Shown:
    device = next(iter(found.compliance["devices"]), "")
    rows = [
        (
            row["code"],
            row["status"],
            row["limit"],
            row["measured"],
            row["verdict"],
            row["measured_with_devices"] if device else MISSING,
            row["verdict_with_devices"] if device else MISSING,
        )
        for row in found.compliance.iter_rows(named=True)
    ]
    after = f"With {device}" if device else "With devices"
    heads = ("Code", "Status", "Limit", "Measured", "Verdict", after, "Verdict")
    return Shown("Against every code that limits swings or their flicker", heads, tuple(rows))


def _costs(found: FastLoad) -> Shown:
    rows = [
        (
            row["device"],
            row["setting"],
            "met" if row["meets"] else "broken",
            quantity(row["swing_5s_w"], "W", 3),
            MISSING if row["flicker"] is None else f"{row['flicker']:.3g}",
            share(row["energy_cost"]),
            share(row["performance_cost"]),
            _store(row),
        )
        for row in found.costs.iter_rows(named=True)
    ]
    heads = ("Device", "Setting", "10 MW in 5 s", "Left in 5 s", "Pst", "Energy", "Performance", "Store, a package")
    return Shown("What would calm it, and what that costs", heads, tuple(rows), tuple(range(3, 8)))


def _store(row: dict[str, Any]) -> str:
    content = row["store_energy_per_package_j"]
    if not row["store_power_w"]:
        return MISSING
    return f"{digits(content, 3)} J" if content < JOULE else quantity(content, "J", 3)


def _sizes(found: FastLoad) -> Shown:
    rows = [
        (row["code"], row["device"].replace("_", " "), "met" if row["met"] else "broken", row["setting"], row["why"])
        for row in found.sizes.iter_rows(named=True)
    ]
    heads = ("Code", "Device", "", "Smallest that meets it", "Why none does")
    return Shown("Sized to each code that limits swings", heads, tuple(rows))


def _starts(found: FastLoad) -> Shown:
    rows = [
        (
            row["way"],
            f"{quantity(60.0 * row['steepest_rise_w_s'], 'W', 3)}/min",
            f"{quantity(60.0 * row['steepest_fall_w_s'], 'W', 3)}/min",
            duration(row["start_takes_s"]),
            f"{count(round(row['package_hours_lost']))} h",
            quantity(row["burnt_in_stop_j"], "J", 3),
            quantity(row["store_instead_j"], "J", 3) if row["store_instead_j"] else MISSING,
        )
        for row in found.starts.iter_rows(named=True)
    ]
    heads = ("Way", "Steepest rise", "Steepest fall", "Start", "Packages lose", "Burnt in the fall", "Or a store")
    return Shown("Starts and stops, at 20 MW a minute", heads, tuple(rows), tuple(range(1, 7)))


def _distortion(found: FastLoad) -> Shown:
    rows = [
        (
            row["rectifier"].replace("_", " "),
            f"{share(row['current'])} of {share(row['current_limit'])}",
            f"{share(row['voltage'])} of {share(row['voltage_limit'])}",
            row["orders_over"] or "none",
            row["verdict"],
        )
        for row in found.harmonics.totals.iter_rows(named=True)
    ]
    heads = ("If all supplies were", "Current", "Voltage", "Orders over their limit", "IEEE 519")
    return Shown("Total distortion at the point of connection, of what is allowed", heads, tuple(rows), (1, 2))


def _resonances(found: FastLoad) -> Shown:
    rows = [
        (row["case"], row["bus"], f"{row['order']:.2f}", f"{row['sharpness']:.3g}")
        for row in found.harmonics.resonances.iter_rows(named=True)
    ]
    return Shown("Resonances", ("Network", "Bus", "Order", "Over no capacitance"), tuple(rows), (2, 3))


def _parameters(found: FastLoad) -> Shown:
    rows = [
        (
            name.replace("_", " "),
            quantity(parameter.value, parameter.unit) if parameter.unit != "1" else f"{parameter.value:g}",
            f"{parameter.low:g} to {parameter.high:g}",
            parameter.basis,
            parameter.source,
        )
        for name, parameter in found.load.parameters.items()
    ]
    return Shown("The job", ("Number", "Value", "Range", "Basis", "Source"), tuple(rows), (1, 2))
