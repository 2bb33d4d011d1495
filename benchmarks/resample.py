"""Bring the telemetry of many accelerators to means of their racks, against the bare query that does no more."""

from __future__ import annotations

import argparse
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
from costs import cost_of

from telemetry import buckets

METRIC = "accelerator_power_w"
RACK = 72
STEP = 15.0
PART_ROWS = 2_500_000
"""Rows of a file of the folder: what is made at once."""

LEVEL, SPREAD = 600.0, 40.0
"""[W] of the made powers, told in tenths of a watt as drivers do."""

MOST_PROCESSOR, MOST_MEMORY = 1.3, 1.0
"""The bars: processor time over that of the bare query, and [GB]."""


def members(accelerators: int) -> pl.DataFrame:
    """Give the asset and the rack of each accelerator."""
    racks = [f"hall_1/rack_{number // RACK + 1}" for number in range(accelerators)]
    return pl.DataFrame({"asset": [f"{rack}/gpu_{number % RACK}" for number, rack in enumerate(racks)], "group": racks})


def make(folder: Path, accelerators: int, seconds: int) -> None:
    """Write canonical telemetry, a sample of each accelerator each second, in order of time."""
    random = np.random.default_rng(1)
    names = members(accelerators)["asset"]
    every = max(PART_ROWS // accelerators, 1)
    start = datetime(2026, 1, 1, tzinfo=UTC)
    for first in range(0, seconds, every):
        count = min(every, seconds - first)
        begin, end = (start + timedelta(seconds=at) for at in (first, first + count))
        times = pl.datetime_range(begin, end, "1s", closed="left", time_unit="us", eager=True)
        which = np.arange(count * accelerators)
        pl.DataFrame(
            {
                "time": times.gather(which // accelerators),
                "asset": names.gather(which % accelerators),
                "metric": pl.repeat(METRIC, len(which), eager=True),
                "value": random.normal(LEVEL, SPREAD, len(which)).round(1),
                "quality": pl.zeros(len(which), pl.UInt8, eager=True),
            }
        ).write_parquet(folder / f"part-{first:06d}.parquet", row_group_size=PART_ROWS // 5)


def ask(what: str, folder: Path, accelerators: int) -> pl.DataFrame:
    """Ask the one question in one of two ways."""
    frame = pl.scan_parquet(folder / "*.parquet")
    racks = members(accelerators)
    if what == "ours":
        return buckets.group_means(frame, METRIC, racks, STEP)
    return (
        frame.group_by("asset", pl.col("time").dt.truncate(f"{STEP:.0f}s"))
        .agg(pl.col("value").mean())
        .join(racks.lazy(), on="asset")
        .group_by("group", "time")
        .agg(pl.col("value").sum(), pl.len())
        .collect(engine="streaming")
    )


def main() -> int:
    """Measure both ways on one file; the exit code is 1 if ours is over a bar."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accelerators", type=int, default=10_000)
    parser.add_argument("--seconds", type=int, default=10_000)
    parser.add_argument("--repeats", type=int, default=1, help="runs of each; the best counts")
    parser.add_argument("--ask", nargs=2, metavar=("WAY", "FOLDER"), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.ask:
        print(ask(asked.ask[0], Path(asked.ask[1]), asked.accelerators))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        make(Path(folder), asked.accelerators, asked.seconds)
        size = sum(path.stat().st_size for path in Path(folder).iterdir()) / 1e9
        print(f"{asked.accelerators * asked.seconds:,} rows, {size:.2f} GB")
        itself = [sys.executable, __file__, "--accelerators", str(asked.accelerators), "--ask"]
        bare, ours = ([cost_of([*itself, way, folder]) for _ in range(asked.repeats)] for way in ("bare", "ours"))
    processor = min(cost.processor for cost in ours) / min(cost.processor for cost in bare)
    memory = min(cost.memory for cost in ours)
    for name, costs in (("bare query", bare), ("group_means", ours)):
        best = min(costs)
        print(f"{name:<12}{best.processor:>8.1f} CPU s{best.memory:>8.2f} GB{best.wall:>8.1f} s wall")
    over = processor > MOST_PROCESSOR or memory > MOST_MEMORY
    bars = f"processor {processor:.2f} / {MOST_PROCESSOR}, memory {memory:.2f} / {MOST_MEMORY:g} GB"
    print(f"{bars}  {'OVER' if over else 'ok'}")
    return int(over)


if __name__ == "__main__":
    sys.exit(main())
