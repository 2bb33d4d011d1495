"""The chapter of fast load of a study of a connection: everything together, as tables by name."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import polars as pl

from facilities import Facility, fast_load
from scenarios import compliance
from scenarios.fast_load import analysis, quality, sizing, starts
from scenarios.fast_load import load as loads
from scenarios.fast_load.devices import Outcome
from scenarios.fast_load.load import Load
from scenarios.fast_load.quality import Harmonics
from scenarios.fast_load.sizing import Sized, Sizer
from twin.grid import swings
from twin.grid.modes import Mode
from twin.waveform import chain

BANK = 0.1
"""Capacitor bank that the scan of impedances adds, over the rating of a point [1]; large sites often have as much."""

PART = 30.0
"""[s] Of the waveform that is kept and drawn."""

SHOWN = "ercot_oscillation"
"""Code to which the devices of the table of costs are sized: the sharpest of those that bound every swing alike."""


class FastLoad(NamedTuple):
    """
    The chapter.

    Attributes
    ----------
    load : Load
        What was asked.
    plain : Outcome
        Without devices.
    modes : tuple of Mode
        Of the network.
    figures, waveform, spectrum, bands, answers, allowed : frame
        How it swings.
    compliance : frame
        Every code with a limit of swings, flicker included, without devices and with those of `SHOWN`.
    sizes, costs, starts : frame
        Devices: a row a code and kind; of one code, with what remains; of starts and stops.
    harmonics : Harmonics
        Of its rectifiers.
    """

    load: Load
    plain: Outcome
    modes: tuple[Mode, ...]
    figures: pl.DataFrame
    waveform: pl.DataFrame
    spectrum: pl.DataFrame
    bands: pl.DataFrame
    answers: pl.DataFrame
    allowed: pl.DataFrame
    compliance: pl.DataFrame
    sizes: pl.DataFrame
    costs: pl.DataFrame
    starts: pl.DataFrame
    harmonics: Harmonics


def study(facility: Facility, load: Load | None = None, modes: tuple[Mode, ...] | None = None) -> FastLoad:
    """
    Study the fast load of a site.

    Parameters
    ----------
    facility
        From `facilities.load`.
    load
        A synthetic job on all of it unless given.
    modes
        Of its network; those assumed for its interconnection unless given.

    Returns
    -------
    FastLoad
        All tables.

    Raises
    ------
    StateError
        When the load is beyond the nose of the connection's voltage curve.
    """
    load = loads.synthetic(facility) if load is None else load
    modes = fast_load.modes_of(facility.connection.interconnection) if modes is None else modes
    sizer = Sizer(load)
    plain, connection = sizer.plain, load.site.connection
    power, step = plain.trace.power, plain.trace.step
    sizes = [sizer.size_to(code, device) for code in sizing.fast_codes() for device in sizer.families]
    best = min((one for one in sizes if one.code == SHOWN and one.met), key=lambda one: one.power, default=None)
    needed = best is not None and best.value is not None
    calm = sizer.found(best) if best is not None and needed else plain
    label = sizer.families[best.device].title if best is not None and needed else ""
    return FastLoad(
        load=load,
        plain=plain,
        modes=modes,
        figures=analysis.figures(load, plain),
        waveform=_waveform(plain, calm),
        spectrum=analysis.spectrum(power, step),
        bands=analysis.bands(power, step),
        answers=analysis.of_modes(load, plain, modes),
        allowed=analysis.allowed(connection, float(power.max()), modes),
        compliance=_compliance(load, plain, calm, label),
        sizes=pl.DataFrame([one._asdict() for one in sizes]),
        costs=_costs(sizer, [one for one in sizes if one.code == SHOWN]),
        starts=starts.table(facility, load),
        harmonics=quality.of_site(
            connection, float(power.max()), BANK * connection.rating / connection.points, _supplies(load)
        ),
    )


def tables(found: FastLoad) -> dict[str, pl.DataFrame]:
    """
    Give every table of the chapter by name.

    Parameters
    ----------
    found
        The chapter.

    Returns
    -------
    dict of text to frame
        Numbers in SI, units in the names of columns.
    """
    parts = ("figures", "waveform", "spectrum", "bands", "answers", "allowed", "compliance", "sizes", "costs", "starts")
    return {
        **{f"fast_{name}": getattr(found, name) for name in parts},
        "fast_harmonics": found.harmonics.table,
        "fast_distortion": found.harmonics.totals,
        "fast_impedance": found.harmonics.scan,
        "fast_resonances": found.harmonics.resonances,
        "fast_parameters": pl.DataFrame(
            [{"name": name, **parameter._asdict()} for name, parameter in found.load.parameters.items()],
            schema_overrides={"value": pl.Float64, "low": pl.Float64, "high": pl.Float64},
        ),
    }


def _supplies(load: Load) -> float:
    """Count what feeds the halls of one point of connection: units of the stage next to it."""
    path, halls = load.site.chain.hall_path, len(load.site.halls.name)
    units = float(np.broadcast_to(path[-1].units, (halls,)).sum()) if path else float(halls)
    return max(units / load.site.connection.points, 1.0)


def _waveform(plain: Outcome, calm: Outcome) -> pl.DataFrame:
    """Keep the first seconds of the load, without and with devices."""
    shown = round(PART / plain.trace.step)
    time = plain.trace.step * np.arange(min(shown, plain.trace.power.size))
    return pl.DataFrame(
        {
            "time_s": time,
            "power_w": plain.trace.power[: time.size],
            "voltage_pu": plain.trace.voltage[: time.size],
            "power_with_devices_w": calm.trace.power[: time.size],
        }
    )


def _compliance(load: Load, plain: Outcome, calm: Outcome, label: str) -> pl.DataFrame:
    rows = [_findings(load, found) for found in (plain, calm)]
    return pl.DataFrame(
        [
            {
                "code": before.code,
                "status": before.status,
                "limit": before.limit,
                "measured": before.measured,
                "verdict": before.verdict,
                "why": before.why,
                "devices": label,
                "measured_with_devices": after.measured,
                "verdict_with_devices": after.verdict,
            }
            for before, after in zip(*rows, strict=True)
        ]
    )


def _findings(load: Load, found: Outcome) -> list[compliance.Finding]:
    return [
        *compliance.check(found.trace, sizing.fast_codes(voltage=True)),
        *quality.flicker_findings(found.trace, load.site.connection),
    ]


def _costs(sizer: Sizer, sizes: list[Sized]) -> pl.DataFrame:
    count = chain.packages(sizer.load.site)
    rows = []
    for one in sizes:
        found = sizer.found(one)
        rows.append(
            {
                "device": sizer.families[one.device].title,
                "setting": one.setting,
                "meets": one.met,
                "swing_5s_w": swings.largest_range(found.trace.power, found.trace.step, 5.0).size,
                "flicker": quality.severity(found.trace, sizer.load.site.connection),
                "energy_cost": one.energy,
                "performance_cost": one.performance,
                "store_power_w": one.power,
                "store_energy_j": one.content,
                "store_energy_per_package_j": one.content / count,
                "why": one.why,
            }
        )
    return pl.DataFrame(rows)
