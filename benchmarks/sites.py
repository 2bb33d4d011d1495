"""Replay every site that comes with the project through its default day; prints what each costs."""

from __future__ import annotations

import argparse
import sys

from run import REPLAYED, Case, measure

import facilities
from facilities import build


def size(name: str) -> tuple[int, int]:
    """Give the racks and the accelerators of a site."""
    site = build.site(facilities.load(name))
    return len(site.racks.name), round(float(site.rack_classes.accelerators[site.racks.rack_class].sum()))


def main() -> int:
    """Print a row for each site, in the form of a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "sites", nargs="*", metavar="site", help="all if none is named; SITE@PHASE for one of its phases"
    )
    parser.add_argument("--duration", default="24 h", help="how long to replay")
    asked = parser.parse_args()
    print("| site | racks | accelerators | CPU s | GB |\n|---|---|---|---|---|")
    for name in asked.sites or facilities.names():
        racks, chips = size(name)
        command = ("replay", name, "--duration", asked.duration, "--out", REPLAYED)
        cost = measure(Case(command), repeats=1)
        print(f"| `{name}` | {racks:,} | {chips:,} | {cost.processor:.1f} | {cost.memory:.2f} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
