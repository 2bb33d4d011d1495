"""
A year at five minutes beside a pure-Python simulator of microgrids: processor seconds of both, in one run.

Vessim steps actors, a battery and a grid. It is no dependency: ``--install`` puts it into an environment of its own
that is thrown away; ``--python`` names an interpreter that has it.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

from facilities.loading import SITES

TWIN = Path(sys.executable).with_name("twin")

PACKAGE = "vessim>=0.16,<0.17"
"""What is measured against."""

STEPS = 105_120
"""Steps of 300 s of a year."""

THEIRS = """
import importlib.metadata, json, sys, time
import numpy as np, pandas as pd, vessim as vs
at = np.arange({steps} + 1) * 300
day = at / 86400
load = vs.Trace(pd.Series(-(8e8 + 1e8 * np.sin(2 * np.pi * day)), index=at))
sun = vs.Trace(pd.Series(1e8 * np.clip(np.sin(2 * np.pi * (day - 0.25)), 0, None), index=at))
carbon = vs.Trace(pd.Series(0.4 + 0.1 * np.sin(2 * np.pi * day), index=at))
begin = time.process_time()
environment = vs.Environment(sim_start="2026-01-01", step_size=300)
environment.add_microgrid(
    name="site",
    actors=[vs.Actor("load", load), vs.Actor("sun", sun)],
    dispatchables=[vs.SimpleBattery("battery", capacity=4e8, initial_soc=0.5, c_rate=0.25), vs.GridConnection()],
    grid_signals={{"carbon": carbon}},
)
if len(sys.argv) > 1:
    environment.add_controller(vs.Recorder(sys.argv[1]))
environment.run(until={steps} * 300)
print(json.dumps({{"cpu": time.process_time() - begin, "version": importlib.metadata.version("vessim")}}))
"""
"""What their simulator does: a load and sun that are given to it, a battery, a grid."""

STORAGE = """
[supply.benchmark_battery]
kind = "battery"
role = "behind the meter"
power = { value = "100 MW", basis = "measured", source = "chosen for the benchmark" }
energy = { value = "400 MWh", basis = "measured", source = "chosen for the benchmark" }

[supply.benchmark_sun]
kind = "solar"
role = "behind the meter"
power = { value = "100 MW", basis = "measured", source = "chosen for the benchmark" }
"""
"""What is added to a site, so that it has what they have."""

SITE = "oracle_abilene"
"""1 GW with ten turbines of its own."""


def processor(command: list[str]) -> tuple[float, str]:
    """Give the processor seconds of a command, its start included, and what it printed."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, done.stdout


def ours(folder: Path, step: str) -> float:
    """Give the processor seconds of a whole command: start, year, dispatch, tables and page."""
    site = folder / f"{SITE}.toml"
    site.write_text((SITES / site.name).read_text(encoding="utf-8") + STORAGE, encoding="utf-8")
    return processor([str(TWIN), "year", str(site), "--step", step, "--out", str(folder / "year"), "--force"])[0]


def theirs(python: str, folder: Path) -> list[str]:
    """Give the simulator's lines of the table, or say that it is not there."""
    code, lines = THEIRS.format(steps=STEPS), []
    for what, more in (
        ("load, sun, battery and grid", []),
        ("the same, recorded as a table", [str(folder / "record")]),
    ):
        try:
            whole, printed = processor([python, "-c", code, *more])
        except subprocess.CalledProcessError as error:
            said = str(error.stderr).strip().splitlines()[-1:]
            return [f"| vessim | does not run here ({''.join(said)}): run with --install, or give --python |"]
        found = json.loads(printed.strip().splitlines()[-1])
        lines.append(f"| vessim {found['version']}: {what} | {found['cpu']:.1f}, with its start {whole:.1f} |")
    return lines


def installed(folder: str) -> str:
    """Make an environment with the simulator, and give its interpreter."""
    venv.create(folder, with_pip=True)
    python = str(Path(folder) / "bin" / "python")
    subprocess.run([python, "-m", "pip", "install", "--quiet", PACKAGE], check=True)
    return python


def main() -> None:
    """Print the table."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--install", action="store_true", help="install the simulator into a throw-away environment")
    reader.add_argument("--python", default=sys.executable, help="interpreter that has the simulator")
    asked = reader.parse_args()
    print("| what | CPU s, a year at 5 min |\n|---|---:|")
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        python = installed(made + "/environment") if asked.install else asked.python
        for line in theirs(python, folder):
            print(line)
        ours(folder, "1 h")  # fills the caches of compiled functions
        told = "8,400 racks, cooling, water, ten turbines, sun, battery, carbon, tariff, tables and page"
        print(f"| `twin year`: {told} | {ours(folder, '5 min'):.1f} |")
        print(f"| the same at 1 h | {ours(folder, '1 h'):.1f} |")


if __name__ == "__main__":
    main()
