"""
A day of sixteen racks with events, solved by replay and by oracle; prints the largest difference of each kind.

    python benchmarks/oracle_day.py ["1 h"]

It takes about forty minutes: the oracle integrates the whole network 86,400 times, a second each.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from stress import write_stress_site

import scenarios

RACKS = 16
EVENTS = """
name = "oracle_day"
description = "something of every kind that CDUs, plant, weather and load can do"

[[events]]
kind = "pump_trip"
cdus = { count = 1 }
start = "20 min"
end = "1220 s"
speed = "30 %"

[[events]]
kind = "valve_stuck"
cdus = { count = 1 }
start = "4 h"
end = "5 h"

[[events]]
kind = "fouling"
cdus = "all"
start = "6 h"
end = "12 h"
share = "25 %"

[[events]]
kind = "load_step"
racks = "all"
start = "8 h"
end = "9 h"
level = "100 %"

[[events]]
kind = "coolers_lost"
loops = "all"
start = "10 h"
end = "14 h"
share = "50 %"

[[events]]
kind = "heat"
start = "11 h"
end = "16 h"
offset = "6 delta_degC"

[[events]]
kind = "chiller_trip"
loops = "all"
start = "13 h"
end = "48600 s"

[[events]]
kind = "cdu_loss"
cdus = { count = 1 }
start = "18 h"
end = "64830 s"

[[events]]
kind = "power_cap"
racks = "all"
start = "20 h"
end = "21 h"
cap_share = "70 %"
"""


def main() -> int:
    """Run the day; the exit code is 1 if the largest difference is more than the project accepts."""
    length = sys.argv[1] if len(sys.argv) > 1 else "24 h"
    with tempfile.TemporaryDirectory() as folder:
        site, scenario = Path(folder) / "small.toml", Path(folder) / "oracle_day.toml"
        write_stress_site(site, RACKS)
        scenario.write_text(EVENTS, encoding="utf-8")
        run = scenarios.replay(site, scenario=scenario, out=Path(folder) / "run", verify=length)
    found = run.manifest["verification"]
    for what, largest in found["differences"].items():
        print(f"{what:<14}{largest:.5f} K")
    print(f"{found['seconds']} s from {found['begin']} s on")
    print(f"largest {found['largest']:.5f} K, accepted {found['accepted']:g} K")
    return int(found["largest"] >= found["accepted"])


if __name__ == "__main__":
    sys.exit(main())
