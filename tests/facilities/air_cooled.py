"""A small facility all of whose heat goes to air: contained racks, racks behind doors, sidecars, outdoor air."""

from __future__ import annotations

from pathlib import Path

from tests.facilities.sites import changed

SIDECAR = """
[cooling.sidecar]
sidecar = "sidecar_140kw"
supply_temperature = { value = "40 degC", basis = "measured", source = "chosen" }
supply_alarm = { value = "45 degC", basis = "measured", source = "chosen" }

"""

OUTDOOR_AIR = """
[cooling.air.outdoor_air]
part = { value = "80 %", basis = "measured", source = "chosen" }
fan_share = { value = "1 %", basis = "measured", source = "chosen" }
lowest_dew_point = { value = "-9 degC", basis = "reported", source = "ASHRAE TC9.9 2021, recommended range" }
highest_dew_point = { value = "15 degC", basis = "reported", source = "ASHRAE TC9.9 2021, recommended range" }

"""

DOORS = """
[racks.doors]
rack = "dgx_h200_door_rack"
count = { value = "8 rack", basis = "measured", source = "chosen" }

"""


def written(folder: Path, *changes: tuple[str, str]) -> Path:
    """
    Write the facility: two halls, each of six GB200 NVL72 beside sidecars and eight DGX racks, half of them with doors.

    It is Prometheus with other racks and their cooling; texts of the result may be replaced.
    """
    path = changed(
        folder,
        "prometheus",
        ('value = "5112 rack"', 'value = "12 rack"'),
        ('rack = "service_gb200"', 'rack = "dgx_h200_rack"'),
        ('value = "2556 rack"', 'value = "8 rack"'),
        ('racks_per_cdu = { value = "8"', 'racks_per_cdu = { value = "1"'),
        ('range = ["4", "16"]', 'range = ["1", "16"]'),
        ('halls = { value = "24"', 'halls = { value = "2"'),
        ('range = ["12", "38"]', 'range = ["2", "38"]'),
    )
    text = path.read_text(encoding="utf-8")
    liquid, air, power = (text.index(name) for name in ("[cooling.liquid]", "[cooling.air]", "[power]"))
    phases = text.index("[[phases]]")
    text = text[:liquid] + DOORS + SIDECAR + text[air:power] + OUTDOOR_AIR + text[power:phases]
    for old, new in changes:
        if old not in text:
            message = f"{old!r} is not in the facility"
            raise ValueError(message)
        text = text.replace(old, new, 1)
    path.write_text(text, encoding="utf-8")
    return path
