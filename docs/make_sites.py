"""Write docs/sites.md from the facility files, so that the page cannot say what they do not."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import get_args

import facilities
from facilities.nameplate import nameplate
from facilities.quantity import Basis, Provenance
from facilities.schema import Facility

PAGE = Path(__file__).with_name("sites.md")

BASES = get_args(Basis)

INTRODUCTION = """\
# Sites

Made from `facilities/sites/` by `make docs`; change it there. `twin show SITE` prints a site with its sources and its
assumptions, `twin replay SITE` runs it, `SITE@PHASE` is the site as it then stands.

IT power is that of all racks at full load, and at their nameplate at least: what the site is built for, not what it
draws. The counts say how many of a site's numbers, its parts' included, come from the maker or operator itself, from a
named third party, from arithmetic on others, from public measurements, or are assumed with a range. No count says how
much a number matters: read what is assumed before you quote a result.

Annual figures of operators (PUE, WUE) are inputs of no site. A run's PUE counts what the model has; lighting, offices,
humidifiers and the charging of batteries are not in it, so that it is no operator's annual value.
"""

ASSUMED_SHOWN = 4
"""Parts of a file that are named as those with most assumptions."""


def page() -> str:
    """Give the whole page as Markdown."""
    sites = [facilities.load(name) for name in facilities.names()]
    head = f"| site | halls | racks | accelerators | IT [MW] | {' | '.join(BASES)} |\n"
    rule = "|---|" + "---:|" * (4 + len(BASES)) + "\n"
    rows = "".join(_row(site) for site in sites)
    return "\n".join([INTRODUCTION, head + rule + rows, *(_paragraph(site) for site in sites)])


def _row(site: Facility) -> str:
    built, counts = nameplate(site), Counter(number.basis for number in site.assumptions())
    figures = f"{built.halls:,} | {built.racks:,} | {built.accelerators:,} | {built.it_power_w / 1e6:,.4g}"
    return f"| [`{site.name}`](#{site.name}) | {figures} | {' | '.join(str(counts[basis]) for basis in BASES)} |\n"


def _paragraph(site: Facility) -> str:
    phases = ", ".join(
        f"`{phase.name}` ({phase.date:%Y-%m}{', planned' if phase.planned else ''})" for phase in site.phases
    )
    lines = [
        f"## {site.name}\n",
        f"{site.title}. {site.about}\n",
        f"Assumed most: {_most_assumed(site.assumptions())}.",
    ]
    return "\n".join([*lines, *([f"Phases: {phases}."] if phases else [])]) + "\n"


def _most_assumed(numbers: list[Provenance]) -> str:
    """Name the parts of a site with most assumed numbers."""
    parts = Counter(_part(number.path) for number in numbers if number.basis == "assumed")
    return ", ".join(f"{part} ({count})" for part, count in parts.most_common(ASSUMED_SHOWN))


def _part(path: str) -> str:
    keys = path.split(".")
    return " ".join(keys[:2] if keys[0] in {"catalog", "cooling"} else keys[:1]).replace("_", " ")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
