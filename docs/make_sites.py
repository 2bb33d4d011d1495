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

Annual figures of operators (PUE, WUE) are inputs of no site. A house load (light, offices, humidifiers, auxiliaries) is
assumed in each design of power supply but Frontier's; the charging of batteries is in no run.
"""

ASSUMED_SHOWN = 4
"""Parts of a file that are named as those with most assumptions."""


PUE = """\
## PUE and WUE beside published annual values

```
twin year SITE
```

A synthetic year of the site's climate on its usual load. `twin validate` holds a site to 0.03 (of PUE, and of L/kWh of
WUE) of what its operator publishes of the region in which it stands or of new sites of its time, Meta's to its fleet,
and tells other values beside it. Meta's cooling, the P4d's building, Rainier's pads, TPU v4's offices, the halls of ND
H200 v5 and the fans of the traditional site were chosen after a first result was seen beside these values: fitted, the
rest predicted.

| site | PUE | WUE [L/kWh] | published, a year |
|---|---:|---:|---|
| `google_ironwood` | 1.072 | 1.48 | 1.06 (Google, New Albany); 1.09 (fleet) |
| `google_tpu_v4` | 1.081 | 1.67 | 1.10 (its paper, not verified), 1.11 (the whole campus, 2025); fitted |
| `meta_150mw` | 1.088 | 0.21 | 1.08, WUE 0.20 (Meta's fleet); fitted, its water predicted |
| `azure_nd_h200_v5` | 1.145 | 0 | 1.12 (new sites of 2022); fitted; 1.16 (fleet); in Virginia's air 1.117, there 1.14 |
| `fairwater` | 1.099 | 0 | none; 1.12 is of new sites of 2022, of another design |
| `fairwater_wisconsin` | 1.070 | 0 | none, as Atlanta's; 0.05 below 1.12 |
| `aws_rainier` | 1.052 | 0.05 | 1.08 (AWS's new sites); 1.05 (best in the Americas); WUE of Ohio 0.10, fitted |
| `aws_p4d_ultracluster` | 1.126 | 0.10 | 1.15, WUE 0.12 (Northern Virginia); fitted |
| `traditional_enterprise` | 1.446 | 1.94 | 1.36 to 1.63 (Uptime Institute, IDC), WUE 1.8 to 1.9; its PUE fitted |

What is missing in the model lies on one side: filters and coils that age, water of humidifiers, and in a region's mean
buildings of other kinds and ages. The other sites have no published value.
"""


def page() -> str:
    """Give the whole page as Markdown."""
    sites = [facilities.load(name) for name in facilities.names()]
    head = f"| site | halls | racks | accelerators | IT [MW] | {' | '.join(BASES)} |\n"
    rule = "|---|" + "---:|" * (4 + len(BASES)) + "\n"
    rows = "".join(_row(site) for site in sites)
    return "\n".join([INTRODUCTION, head + rule + rows, PUE, *(_paragraph(site) for site in sites)])


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
