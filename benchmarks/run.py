"""Measure whole commands: processor time, memory and wall time, each against its bar."""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from costs import Cost, cost_of
from stress import write_stress_site

TWIN = Path(sys.executable).with_name("twin")
STRESS_RACKS = 38_000
REPLAYED = "{out}"
"""Stands in a command for a folder that does not exist yet."""

STRESS_FILE = "{stress}"
"""Stands in a command for the stress site's file."""


class Case(NamedTuple):
    """A command, and the bars it must stay below."""

    arguments: tuple[str, ...]
    processor: float | None = None  # [s]
    memory: float | None = None  # [GB], 1e9 bytes
    wall: float | None = None  # [s]


CASES: dict[str, Case] = {
    "help": Case(("--help",), wall=0.6),
    "frontier": Case(("replay", "frontier", "--out", REPLAYED), processor=3.0),
    "prometheus": Case(("replay", "prometheus", "--out", REPLAYED), processor=25.0, memory=1.5),
    "hyperion": Case(("replay", "hyperion", "--out", REPLAYED), processor=35.0, memory=3.0),
    "stress": Case(("replay", STRESS_FILE, "--out", REPLAYED), processor=75.0),
}


def measure(case: Case, repeats: int) -> Cost:
    """Run a case once to fill the caches, then again as often as asked; keep the smallest of each cost."""
    costs = [_in_a_fresh_folder(case) for _ in range(1 + repeats)][1:]
    return Cost(*(min(column) for column in zip(*costs, strict=True)))


def _in_a_fresh_folder(case: Case) -> Cost:
    with tempfile.TemporaryDirectory() as folder:
        stress = Path(folder) / "stress.toml"
        if STRESS_FILE in case.arguments:
            write_stress_site(stress, STRESS_RACKS)
        places = {REPLAYED: str(Path(folder) / "run"), STRESS_FILE: str(stress)}
        return cost_of([str(TWIN), *(places.get(argument, argument) for argument in case.arguments)])


def row(name: str, case: Case, cost: Cost) -> str:
    """Give a line of the table."""
    cells = [_cell(*pair) for pair in zip(cost, case[1:], strict=True)]
    return f"{name:<12}{''.join(cells)}  {'ok' if _within(case, cost) else 'OVER'}"


def _cell(value: float, bar: float | None) -> str:
    return f"{value:>9.2f} {'' if bar is None else f'/ {bar:g}':<6}"


def _within(case: Case, cost: Cost) -> bool:
    return all(bar is None or value < bar for value, bar in zip(cost, case[1:], strict=True))


def main() -> int:
    """Measure the named cases, all if none is named; the exit code is 1 if one is over a bar."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", nargs="*", metavar="case", help=f"some of: {', '.join(CASES)}")
    parser.add_argument("--repeats", type=int, default=1, help="measured runs after the warm-up; the best counts")
    asked = parser.parse_args()
    if unknown := set(asked.cases) - set(CASES):
        parser.error(f"unknown case {', '.join(sorted(unknown))}; known: {', '.join(CASES)}")
    print(f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores; value / bar")
    print(f"{'case':<12}{'CPU s':>9}{'':7}{'GB':>9}{'':7}{'wall s':>9}")
    over = 0
    for name in asked.cases or CASES:
        cost = measure(CASES[name], asked.repeats)
        over += not _within(CASES[name], cost)
        print(row(name, CASES[name], cost), flush=True)
    return int(over > 0)


if __name__ == "__main__":
    sys.exit(main())
