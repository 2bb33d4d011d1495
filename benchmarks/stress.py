"""Derive the stress site from Prometheus: many more racks of its one class, and all that hangs on their number."""

from __future__ import annotations

import math
import re
from pathlib import Path

from facilities.loading import file_of, load

POINT_POWER = 1e9
"""[W] Largest load of one point of connection, as Prometheus has; more load takes more points."""


def write_stress_site(path: Path, racks: int) -> None:
    """Write the facility file of a site with so many racks, halls and points of connection in proportion."""
    facility = load("prometheus")
    compute = facility.racks["compute"]
    share = racks / compute.count.count
    rated = facility.catalog.racks[compute.rack].rated_power.si
    power = racks * rated * facility.design.peak_ratio.si
    changes = {
        ("design", "facility_power"): f"{power / 1e6:.0f} MW",
        ("arrangement", "halls"): f"{math.ceil(share * facility.arrangement.halls.count)}",
        ("racks.compute", "count"): f"{racks} rack",
        ("connection", "rating"): f"{power / 1e6:.0f} MW",
        ("connection", "points"): f"{math.ceil(power / POINT_POWER)}",
    }
    text = file_of("prometheus").read_text(encoding="utf-8").replace('name = "prometheus"', 'name = "stress"', 1)
    # Its one station of the host grid cannot serve all points, and its phases count halls of its own.
    gone = r"^\[\[?(racks\.service|connection\.host|connection\.host\.points|phases)\]\]?\n.*?(?=^\[)"
    text = re.sub(gone, "", text, flags=re.M | re.S)
    for (section, key), value in changes.items():
        text = _changed(text, section, key, value)
    path.write_text(text, encoding="utf-8")


def _changed(text: str, section: str, key: str, value: str) -> str:
    """Put a value into a key of a section, as derived; the sources that spoke of the other value go."""
    line = (
        f'{key} = {{ value = "{value}", basis = "derived", source = "scaled from Prometheus by the number of racks" }}'
    )
    pattern = rf"(^\[{re.escape(section)}\]\n(?:(?!\[)[^\n]*\n)*?){key} = [^\n]*"
    changed, count = re.subn(pattern, lambda found: found.group(1) + line, text, count=1, flags=re.M)
    if count != 1:
        message = f"facilities/sites/prometheus.toml has no {section}.{key} on one line; mend benchmarks/stress.py"
        raise LookupError(message)
    return changed
