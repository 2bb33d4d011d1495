"""A small run without a simulation behind it: tables in the exact schema, and round numbers to check pages against."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import polars as pl

from tests.scenarios import drawn_site
from twin.columns import TABLES

if TYPE_CHECKING:
    from pathlib import Path

START = datetime(2026, 7, 1, tzinfo=UTC)
RACK_POWER = 132e3
DTYPES = {
    "time": pl.Datetime("us", "UTC"),
    "text": pl.String,
    "u8": pl.UInt8,
    "u32": pl.UInt32,
    "f32": pl.Float32,
    "f64": pl.Float64,
}


class FakeRun(NamedTuple):
    """What the report reads of a run."""

    folder: Path
    manifest: dict[str, Any]
    metrics: dict[str, dict[str, Any]]

    def scan(self, name: str) -> pl.LazyFrame:
        return pl.scan_parquet(self.folder / f"{name}.parquet")

    def table(self, name: str) -> pl.DataFrame:
        return self.scan(name).collect()


def frame(name: str, /, **columns: Any) -> pl.DataFrame:
    """Give a table in its stored types; fails where a column is missing or one too many."""
    assert set(columns) == set(TABLES[name])
    return pl.DataFrame(
        {key: pl.Series(columns[key]).cast(DTYPES[column.dtype]) for key, column in TABLES[name].items()}
    )


def times(duration: int, step: int) -> pl.Series:
    end = START + timedelta(seconds=duration - step)
    return pl.datetime_range(START, end, f"{step}s", time_zone="UTC", eager=True)


def demand(duration: int) -> np.ndarray:
    """Give load between 0.4 and 1 with a training-like swing each 20 min and one cliff of 1 s at two thirds."""
    second = np.arange(duration)
    load = 0.82 + 0.08 * np.sin(second * 2 * np.pi / 86400 - 2) + 0.05 * ((second % 7) < 2)
    load[(second % 1200) < 40] = 0.5
    load[duration * 2 // 3 : duration * 2 // 3 + 300] = 0.4
    return load


def write(
    folder: Path, duration: int = 3600, halls: int = 2, racks_in_hall: int = 24, cdus_in_hall: int = 3
) -> FakeRun:
    """Write the tables of a run and give the run."""
    folder.mkdir(parents=True, exist_ok=True)
    load = demand(duration)
    it = load * RACK_POWER * halls * racks_in_hall
    names = [f"hall_{chr(97 + i)}" for i in range(halls)]
    tables = {
        "site": _site(it, duration),
        "halls": _halls(it, duration, names),
        "cdus": _cdus(load, duration, names, cdus_in_hall),
        "cooling": _cooling(it, duration),
        "grid": _grid(it, duration),
        "events": _events(),
        "layout": frame("layout", **drawn_site.layout(names, racks_in_hall, cdus_in_hall, RACK_POWER)),
    }
    for name, table in tables.items():
        table.write_parquet(folder / f"{name}.parquet")
    write_racks(folder / "racks.parquet", duration, halls * racks_in_hall)
    return FakeRun(folder, manifest(duration, names, racks_in_hall), metrics(it))


def save(run: FakeRun) -> Path:
    """Write what is no table of a run, too, so that its folder is one that `twin replay` might have written."""
    for name, content in (("manifest", run.manifest), ("metrics", run.metrics)):
        (run.folder / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")
    return run.folder


def write_racks(path: Path, duration: int, racks: int) -> None:
    """Write the rack table; the highest chip of a rack is at 330 K + 10 K x load + 0.1 K x (rack % 8)."""
    minutes = times(duration, 60)
    load = demand(duration)[: len(minutes) * 60].reshape(-1, 60).max(axis=1)
    rack = np.tile(np.arange(racks, dtype=np.uint32), len(minutes))
    level = np.repeat(load, racks).astype(np.float32)
    columns: dict[str, Any] = {"time": minutes.gather(np.repeat(np.arange(len(minutes)), racks)), "rack": rack}
    chip = 330 + 10 * level + np.float32(0.1) * (rack % 8)
    for what, unit, highest in (
        ("it_power", "w", level * RACK_POWER),
        ("chip_temp", "k", chip),
        ("coolant_temp", "k", chip - 15),
    ):
        spread = 2.0 if unit == "k" else 5e3
        columns |= {f"{what}_{part}_{unit}": highest - spread * i for i, part in enumerate(("max", "mean", "min"))}
    frame("racks", **columns).write_parquet(path)


def _site(it: np.ndarray, duration: int) -> pl.DataFrame:
    cooling, loss = 0.06 * it.mean() + 0.04 * it, 0.02 * it.mean() + 0.03 * it
    facility = it + cooling + loss
    return frame(
        "site",
        time=times(duration, 1),
        it_power_w=it,
        accelerator_power_w=0.72 * it,
        rack_loss_power_w=0.06 * it,
        cooling_power_w=cooling,
        loss_power_w=loss,
        facility_power_w=facility,
        house_power_w=0.0 * facility,
        pcc_voltage_pu=1.01 - 0.02 * facility / facility.max(),
    )


def _halls(it: np.ndarray, duration: int, names: list[str]) -> pl.DataFrame:
    power = np.repeat(it / len(names), len(names))
    return frame(
        "halls",
        time=times(duration, 1).gather(np.repeat(np.arange(duration), len(names))),
        hall=names * duration,
        it_power_w=power,
        accelerator_power_w=0.72 * power,
        liquid_heat_w=0.85 * power,
        air_heat_w=0.15 * power,
        chip_temp_max_k=np.full(power.shape, 340.0),
        coolant_supply_temp_max_k=np.full(power.shape, 313.5),
    )


def _cdus(load: np.ndarray, duration: int, halls: list[str], count: int) -> pl.DataFrame:
    names = [f"{hall}/cdu_{i}" for hall in halls for i in range(count)]
    minutes = len(times(duration, 60))
    level = np.repeat(load[: minutes * 60].reshape(-1, 60).mean(axis=1), len(names))
    supply = 308.15 + np.tile(np.linspace(-0.5, 0.5, len(names)), minutes) + 1.5 * (level - 0.8)
    return frame(
        "cdus",
        time=times(duration, 60).gather(np.repeat(np.arange(minutes), len(names))),
        cdu=names * minutes,
        supply_temp_k=supply,
        return_temp_k=supply + 10 * level,
        heat_w=level * 1e6,
        valve_opening=0.6 * level,
        supply_temp_max_k=supply + 0.2,
    )


def _cooling(it: np.ndarray, duration: int) -> pl.DataFrame:
    steps = len(times(duration, 10))
    power = np.repeat(it[::10][:steps] / 2, 2)
    day = np.repeat(np.sin(np.arange(steps) * 10 * 2 * np.pi / 86400 - 2), 2)
    return frame(
        "cooling",
        time=times(duration, 10).gather(np.repeat(np.arange(steps), 2)),
        loop=["loop_1", "loop_2"] * steps,
        supply_temp_k=301.15 + day,
        return_temp_k=308.15 + 2 * day,
        air_temp_k=299.0 + day,
        fan_power_w=0.03 * power * (1 + 0.5 * day),
        pump_power_w=0.02 * power.mean() + 0 * power,
        chiller_power_w=0.04 * power * np.clip(day, 0, None),
        coil_fan_power_w=0.01 * power.mean() + 0 * power,
        cdu_pump_power_w=0.01 * power.mean() + 0 * power,
        heat_rejected_w=1.08 * power,
        water_use_kg_s=power / 2.4e6,
        fan_speed=0.7 + 0.2 * day,
        chiller_load=np.clip(day, 0, None),
        dry_bulb_temp_k=297.15 + 6 * day,
        wet_bulb_temp_k=291.15 + 2 * day,
        condenser_temp_k=300.0 + 0 * day,
        cooling_mode=0 * day,
        water_flow=1.0 + 0 * day,
        delivered_heat_w=0 * day,
        basin_kg=0 * day,
    )


def _grid(it: np.ndarray, duration: int) -> pl.DataFrame:
    drawn = 1.15 * it
    return frame(
        "grid",
        time=times(duration, 1),
        pcc_power_w=drawn,
        pcc_reactive_power_var=0.2 * drawn,
        pcc_voltage_pu=1.01 - 0.02 * drawn / drawn.max(),
        campus_voltage_pu=1.0 - 0.03 * drawn / drawn.max(),
        transformer_loading=0.7 * drawn / drawn.max(),
        host_loss_w=0.01 * drawn,
    )


def _events() -> pl.DataFrame:
    rows = (
        ("scheduled", "hall_a/cdu_0", 0.5, 1.0, 0.0, "", 0.0, 1800, "Pump of hall_a/cdu_0 set to half speed."),
        (
            "chip_temp",
            "hall_a/cdu_0/rack_03",
            364.25,
            361.15,
            -0.035,
            "K",
            125.0,
            1900,
            "Worst chip 3.1 K over its limit.",
        ),
        ("voltage", "site", 0.948, 0.95, -0.002, "1", 4.0, 2400, "PCC voltage below its normal range."),
    )
    kind, asset, value, limit, margin, unit, duration, offset, message = zip(*rows, strict=True)
    time = [START + timedelta(seconds=seconds) for seconds in offset]
    return frame(
        "events",
        time=pl.Series(time, dtype=DTYPES["time"]),
        kind=kind,
        asset=asset,
        value=value,
        limit=limit,
        margin=margin,
        unit=unit,
        duration_s=duration,
        message=message,
    )


def metrics(it: np.ndarray) -> dict[str, dict[str, Any]]:
    """Give round figures that are easy to find on a page; only the energies follow from the tables."""
    figures = {
        "it_energy": (float(it.sum()), "J"),
        "facility_energy": (1.15 * float(it.sum()), "J"),
        "cooling_energy": (0.1 * float(it.sum()), "J"),
        "loss_energy": (0.05 * float(it.sum()), "J"),
        "heat_rejected": (1.1 * float(it.sum()), "J"),
        "pue": (1.15, "1"),
        "it_power_peak": (6.1e6, "W"),
        "facility_power_peak": (7.0125e6, "W"),
        "ramp_1s_max": (2.5e6, "W"),
        "ramp_15s_max": (2.75e6, "W"),
        "ramp_1min_max": (3e6, "W"),
        "chip_temp_max": (364.25, "K"),
        "chip_margin_min": (-3.1, "K"),
        "coolant_supply_temp_max": (308.95, "K"),
        "water_use": (8120e3, "kg"),
        "wue": (0.385, "L/kWh"),
        "pcc_voltage_min": (0.948, "1"),
        "pcc_voltage_max": (1.0025, "1"),
        "energy_closure": (3.1e-13, "1"),
        "water_closure": (0.0, "1"),
        "throttled_time": (2.4, "h"),
        "compute_lost": (1.25, "h"),
        "chips_shut_down": (0.0, "1"),
        "time_to_throttle": (100.0, "s"),
    }
    return {name: {"value": value, "unit": unit} for name, (value, unit) in figures.items()}


def manifest(duration: int, halls: list[str], racks_in_hall: int) -> dict[str, Any]:
    """Give a manifest with every key that a run has."""
    return {
        "schema": 2,
        "gigatwin": "0.1.0",
        "command": "twin replay example --scenario pump_trip",
        "site": "example",
        "title": "Example campus, 6 MW",
        "start": START.isoformat(),
        "duration_s": duration,
        "macro_step_s": 10,
        "seed": 7,
        "versions": {"python": "3.11.9", "numpy": "2.4.6", "polars": "2.1.0"},
        "inputs": [{"kind": "facility", "name": "example.toml", "sha256": "9f86d081" * 8}],
        "scenario": {
            "name": "pump_trip",
            "description": "A CDU pump coasts to half speed & stays there.",
            "jobs": [{"name": "training", "mode": "synchronous", "trace": "training", "racks": {"share": 0.8}}],
        },
        "nameplate": nameplate(len(halls), racks_in_hall),
        "halls": [{"name": name, "racks": racks_in_hall} for name in halls],
        "loops": [
            {"name": "loop_1", "cools": "CDUs", "coolers": "dry coolers", **drawn_site.plant(condenser=False)},
            {"name": "loop_2", "cools": "hall air", "coolers": "towers", **drawn_site.plant(condenser=True)},
        ],
        **drawn_site.site(len(halls) * racks_in_hall, RACK_POWER),
        "limits": {"throttle_temp_k": 361.15, "shutdown_temp_k": 371.15, "coolant_supply_temp_k": 318.15},
        "disturbed": (START + timedelta(seconds=1800)).isoformat(),
        "reached": {"throttle": (START + timedelta(seconds=1900)).isoformat(), "shutdown": None},
        "definitions": {
            "pue": "Energy drawn at the PCC over energy at the rack inlets.",
            "wue": "Make-up water over energy at the rack inlets.",
            "it_power": "At the rack inlet, rack power supplies and fans included.",
        },
        "labels": {
            "weather": "synthetic day from monthly normals",
            "weather_kind": "synthetic",
            "weather_claim": "No day that ever was.",
            "host_grid": "synthetic equivalent: one impedance behind each connection point",
            "load": "seeded synthetic training on all racks",
            "level": "",
        },
        "notes": ["The sample trace was looped 3 times."],
        "assumptions": [
            {
                "path": "racks.example.chip_resistance",
                "value": "0.02 K/W",
                "basis": "assumed",
                "source": "midpoint of published cold plates",
                "low": "0.015 K/W",
                "high": "0.03 K/W",
                "note": "no figure is published for this package",
            }
        ],
        "sources": [
            {
                "path": "racks.example.rated",
                "value": "132 kW",
                "basis": "primary",
                "source": "Maker's data sheet, 2025",
            },
            {"path": "racks.example.packages", "value": "72", "basis": "primary", "source": "Maker's data sheet, 2025"},
        ],
        "closure": [_closure("energy", "J", 7.2e12, 3.1e-13), _closure("water", "kg", 8.12e6, 0.0)],
        "flows": _flows(4.2e9 * duration / 3600 * len(halls)),
        "losses": [
            {"stage": "rack power shelf", "energy_j": 1.2e9, "heats": "hall"},
            {"stage": "unit substation", "energy_j": 4e8, "heats": "hall"},
            {"stage": "main transformer", "energy_j": 2.5e8, "heats": "outdoors"},
        ],
        "comparisons": [
            {
                "metric": "coolant_return_temp_k",
                "asset": "hall_a/cdu_0",
                "unit": "K",
                "samples": 240,
                "bias": -0.42,
                "mape": 0.013,
                "cv_rmse": 0.021,
                "caveat": "level uncertain",
            }
        ],
        "verification": None,
        "attributions": ["Example grid data (CC BY 4.0)"],
    }


def nameplate(halls: int, racks_in_hall: int) -> dict[str, Any]:
    """Give design figures of racks of 132 kW and 72 packages of 2.5 PFLOP/s each, and a fifth more at the PCC."""
    racks = halls * racks_in_hall
    return {
        "halls": halls,
        "racks": racks,
        "accelerators": 72 * racks,
        "it_power_w": racks * RACK_POWER,
        "facility_power_w": 1.2 * racks * RACK_POWER,
        "connection_w": 1.5 * racks * RACK_POWER,
        "liquid_share": 0.85,
        "cooling": "CDUs: dry coolers; hall air: towers",
        "dense_bf16_flop_s": 72 * racks * 2.5e15,
        "unrated": [],
    }


def _closure(balance: str, unit: str, inflow: float, relative: float) -> dict[str, Any]:
    return {
        "balance": balance,
        "unit": unit,
        "inflow": inflow,
        "outflow": 0.99 * inflow,
        "stored": 0.01 * inflow,
        "residual": relative * inflow,
        "tolerance": 1e-9,
        "closes": True,
    }


def _flows(it: float) -> list[dict[str, Any]]:
    """Give a Sankey that balances at every node."""
    links = (
        ("Host grid", "Main transformers", 1.15),
        ("Main transformers", "Loss of main transformers", 0.01),
        ("Main transformers", "Halls", 1.04),
        ("Main transformers", "Cooling plant", 0.1),
        ("Halls", "Loss of distribution", 0.04),
        ("Halls", "IT", 1.0),
        ("IT", "Accelerators", 0.72),
        ("IT", "Host and auxiliary", 0.22),
        ("IT", "Rack losses", 0.06),
        ("Accelerators", "Liquid", 0.68),
        ("Accelerators", "Air", 0.04),
        ("Host and auxiliary", "Liquid", 0.1),
        ("Host and auxiliary", "Air", 0.12),
        ("Rack losses", "Air", 0.06),
        ("Loss of distribution", "Air", 0.04),
        ("Loss of main transformers", "Outdoors", 0.01),
        ("Liquid", "Facility water", 0.78),
        ("Air", "Facility water", 0.26),
        ("Cooling plant", "Facility water", 0.04),
        ("Cooling plant", "Outdoors", 0.06),
        ("Facility water", "Outdoors", 1.08),
    )
    return [{"from": source, "to": target, "energy_j": share * it} for source, target, share in links]
