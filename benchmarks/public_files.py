"""
Read, convert and replay every public telemetry file, and say what came of it.

    python benchmarks/public_files.py ../shared/data

A file that cannot drive racks says why; boundary conditions such as carbon intensity have no racks to drive.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import polars as pl

import scenarios
import telemetry
from twin.errors import InputError

START = "2024-06-01T00:00Z"


class Case(NamedTuple):
    """A file, what must be said to read it, and the site and length of its replay; no site where it drives nothing."""

    file: str
    site: str = ""
    duration: str = "10 min"
    start: str | None = None
    tz: str | None = None


CASES = (
    Case("frontier/frontier_cdu_power_2024-04-07.csv", "frontier", start="2024-04-07T00:00Z"),
    Case("frontier/ref_24h_jobs.csv", "frontier", start=START),
    Case("frontier/ref_24h_power.csv", "frontier", start=START),
    Case("gpu_power/GPU_Inference.csv", "azure_nd_h200_v5", "9 min", start=START),
    Case("inference_requests/AzureLLMInferenceTrace2023_code.csv", "azure_nd_h200_v5", tz="UTC"),
    Case("inference_requests/AzureLLMInferenceTrace2023_conv.csv", "azure_nd_h200_v5", tz="UTC"),
    Case("inference_requests/mooncake_conversation_trace.jsonl", "azure_nd_h200_v5", start=START),
    Case("jobs/gavel_philly_ee9e8c_seed0.trace", "azure_nd_h200_v5", start=START),
    Case("jobs/opendc_surf_week_tasks.parquet", "frontier"),
    Case("jobs/opendc_surf_week_fragments.parquet"),
    *(
        Case(f"zeus/summary_power_{card}.csv", "azure_nd_h200_v5", start=START)
        for card in ("a40", "p100", "rtx6000", "v100")
    ),
    Case("zeus/summary_train.csv"),
    Case("carbon/PJM_NG_avgCI.csv"),
    Case("carbon/ERCO_NG_avgCI.csv"),
    Case("carbon/opendc_NL_2021-2024.parquet", tz="Etc/GMT-1"),
    Case("schemas/dcgm_dcp-metrics-included.csv"),
)


class Result(NamedTuple):
    """What came of a file: how it was read, and what a site drew with it."""

    file: str
    read: str
    rows: str
    converted: str
    replayed: str


def result(case: Case, data: Path, folder: Path) -> Result:
    """Read, convert, read again and replay one file."""
    path = data / "telemetry" / case.file
    begin = time.process_time()
    try:
        reading = telemetry.read(path, start=case.start, tz=case.tz)
    except InputError as error:
        reason = "no telemetry: " + (
            error.faults[0].message if len(error.faults) == 1 else f"{len(error.faults)} faults"
        )
        return Result(case.file, reason.split(";")[0][:80], "", "", "")
    target = folder / f"{path.stem}.parquet"
    telemetry.write(reading, target)
    frame = reading.frame.collect()
    same = telemetry.read(target).frame.collect().equals(frame)
    seconds = time.process_time() - begin
    rows = f"{reading.provenance.rows:,} -> {frame.height:,}"
    converted = f"{'the same again' if same else 'DIFFERENT'}, {seconds:.1f} CPU s"
    return Result(
        case.file, f"{reading.format}, {reading.kind}", rows, converted, replayed(case, reading, path, folder)
    )


def replayed(case: Case, reading: telemetry.Reading, path: Path, folder: Path) -> str:
    """Replay one file, and give the mean power and PUE of the site."""
    if not case.site:
        metrics = reading.frame.select(pl.col("metric").unique()).collect().to_series().to_list()
        return f"drives no racks: {', '.join(metrics)}"
    begin = time.process_time()
    try:
        run = scenarios.replay(
            case.site,
            telemetry=path,
            start=case.start,
            tz=case.tz,
            duration=case.duration,
            out=folder / f"run_{path.stem}",
        )
    except InputError as error:
        return f"{case.site}: refused: {error.faults[0].message[:90]}"
    power = float(run.table("site")["it_power_w"].to_numpy().mean())
    pue = run.metrics["pue"]["value"]
    return (
        f"{case.site}, {case.duration}: {power / 1e6:.3f} MW IT, PUE {pue:.3f}, {time.process_time() - begin:.1f} CPU s"
    )


def main() -> None:
    """Print a table."""
    data = Path(sys.argv[1] if len(sys.argv) > 1 else "../shared/data")
    print("| file | read as | rows in -> out | converted | replayed |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for case in CASES:
            print("| " + " | ".join(result(case, data, Path(folder))) + " |", flush=True)


if __name__ == "__main__":
    main()
