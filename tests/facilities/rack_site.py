"""A small facility of four racks of one class and one of service, with coolant where the racks want it."""

from __future__ import annotations

from pathlib import Path

from facilities.catalog import builtin
from tests.facilities.air_cooled import SIDECAR
from tests.facilities.sites import changed


def written(folder: Path, rack: str, sidecar: str | None = None) -> Path:
    """Write the facility: Prometheus with these racks in one hall, in two groups, beside sidecars if one is named."""
    path = changed(
        folder,
        "prometheus",
        ('rack = "service_gb200"', 'rack = "service_rack"'),
        ('rack = "gb200_nvl72"', f'rack = "{rack}"'),
        ('value = "5112 rack"', 'value = "4 rack"'),
        ('racks_per_cdu = { value = "8"', 'racks_per_cdu = { value = "2"'),
        ('value = "2556 rack"', 'value = "1 rack"'),
        ('range = ["4", "16"]', 'range = ["1", "16"]'),
        ('halls = { value = "24"', 'halls = { value = "1"'),
        ('range = ["12", "38"]', 'range = ["1", "38"]'),
    )
    text = path.read_text(encoding="utf-8").partition("[[phases]]")[0]
    liquid, air = (text.index(f"[{name}]") for name in ("cooling.liquid", "cooling.air"))
    if sidecar is not None:
        text = text[:liquid] + SIDECAR.replace("sidecar_140kw", sidecar) + text[air:]
    elif builtin().racks[rack].liquid is None:
        text = text[:liquid] + text[air:]
    path.write_text(text, encoding="utf-8")
    return path
