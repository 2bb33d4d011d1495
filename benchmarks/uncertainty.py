"""A year in 256 samples of some sites: processor seconds of the whole command, and how far carried years are off."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import polars as pl
from year import TWIN, seconds

SITES = (
    "prometheus", "hyperion", "foxconn_kaohsiung", "traditional_enterprise", "fairwater_wisconsin", "oracle_abilene",
    "hpe_isambard_ai", "fairwater", "aws_rainier", "google_tpu_v4",
)  # fmt: skip
"""Dry coolers of 1 GW and 5 GW, towers with an economiser, fan coils, and those with most kinds of halls and jobs."""

FIGURES = ("pue", "facility_energy", "facility_power_peak", "chip_margin_min", "free_cooling_time")

BAR = 60.0
"""Processor seconds that 256 samples may take."""


def row(site: str, samples: int) -> tuple[str, float]:
    """Give a site's line of the table, and the seconds of it."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "year"
        used = seconds([str(TWIN), "year", site, "--samples", str(samples), "--out", str(out)])
        table = pl.read_parquet(out / "uncertainty.parquet")
    rows = {each["figure"]: each for each in table.iter_rows(named=True)}
    pue = rows["pue"]
    errors = [
        f"{100.0 * rows[name]['largest_error'] / max(rows[name]['p90'] - rows[name]['p10'], 1e-300):.2g} %"
        for name in FIGURES
    ]
    quantiles = " / ".join(f"{pue[mark]:.3f}" for mark in ("p10", "p50", "p90"))
    return f"| `{site}` | {used:.1f} | {pue['as_given']:.3f} | {quantiles} | {' | '.join(errors)} |", used


def main() -> None:
    """Print the table; exit with one if the bar is crossed."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("sites", nargs="*", default=SITES)
    reader.add_argument("--samples", type=int, default=256)
    asked = reader.parse_args()
    heads = " | ".join(f"{name.replace('_', ' ')}, error of P10 to P90" for name in FIGURES)
    print(f"| site | CPU s | PUE as given | P10 / P50 / P90 | {heads} |\n|---|" + "---:|" * (3 + len(FIGURES)))
    slow = False
    for site in asked.sites:
        line, used = row(site, asked.samples)
        print(line, flush=True)
        slow |= used > BAR
    sys.exit(slow)


if __name__ == "__main__":
    main()
