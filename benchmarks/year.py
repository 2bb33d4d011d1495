"""A planning year of every site, at an hour and at five minutes: processor seconds, balances, and key figures."""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import facilities
from facilities import build
from scenarios.yearstudy import study
from scenarios.yearstudy.same_day import PARTS, at_once, same_day

TWIN = Path(sys.executable).with_name("twin")

STEPS = ("1 h", "5 min")


def seconds(command: Sequence[str]) -> float:
    """Give the processor seconds of a command, its start included."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def row(site: str) -> str:
    """Give a site's line of the table."""
    with tempfile.TemporaryDirectory() as folder:
        used = [
            seconds([str(TWIN), "year", site, "--step", step, "--out", str(Path(folder) / f"{number}")])
            for number, step in enumerate(STEPS)
        ]
    begin = time.process_time()
    found = study.solve(site)
    alone = time.process_time() - begin
    figures = {name: metric["value"] for name, metric in found.figures.items()}
    return (
        f"| `{site}` | {used[0]:.1f} | {used[1]:.1f} | {alone:.2f} | {figures['pue']:.3f} | {figures['wue']:.3f} "
        f"| {figures['energy_closure']:.0e} | {figures['water_closure']:.0e} | {figures['unsettled_time']:.0f} "
        f"| {figures['supply_not_held_time']:.0f} | {figures['outside_model_time']:.0f} |"
    )


JULY = 7
"""Month whose 15th is solved both ways, without another."""


def day(name: str, month: int) -> str:
    """Give a site's line of the table of a day, replayed and at rest."""
    facility, start = facilities.load(name), datetime(2026, month, 15, 5, tzinfo=UTC)
    both = [same_day(facility, start, step=step) for step in (3600, 300)]
    site = build.site(facility)
    prompt = [same_day(facility, start, site=at_once(site, PARTS[:count])) for count in range(1, len(PARTS) + 1)]
    errors = [f"{found.error('racks'):+.1e}" for found in (*both, *prompt)]
    errors += [f"{found.error('connection'):+.1e}" for found in both]
    return f"| `{name}` | {' | '.join(errors)} |"


def main() -> None:
    """Print the table."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("sites", nargs="*", default=facilities.names())
    reader.add_argument("--days", action="store_true", help="hold a day of each site against its replay instead")
    reader.add_argument("--month", type=int, default=JULY, help="whose 15th that day is")
    asked = reader.parse_args()
    if asked.days:
        prompt = " | ".join([f"IT, {PARTS[0]} at once", *(f"and {part}" for part in PARTS[1:])])
        print(f"| site | IT, 1 h | IT, 5 min | {prompt} | facility, 1 h | facility, 5 min |")
        print("|---|" + "---:|" * (4 + len(PARTS)))
        for site in asked.sites:
            print(day(site, asked.month), flush=True)
        return
    print(
        "| site | CPU s, 1 h | CPU s, 5 min | CPU s of the year alone | PUE | WUE | energy left | water left "
        "| h unsettled | h supply not held | h outside a law |\n|---|" + "---:|" * 10
    )
    for site in asked.sites:
        print(row(site), flush=True)


if __name__ == "__main__":
    main()
