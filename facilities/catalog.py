"""The catalog of parts, and the look-up of those that a site uses."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from facilities import interconnections
from facilities.coolants import out_of_range
from facilities.coolers import GLYCOL, impossible
from facilities.parts import Auxiliary, Catalog, CoolantUnit, Node, PathStage, Rack, Sidecar, Tower, Transformer
from facilities.quantity import Difference
from facilities.reader import nearest, parsed, toml
from facilities.schema import Cooling, Description, LiquidCooling, SidecarCooling, WaterLoop
from twin.errors import FacilityError, Fault

FOLDER = Path(__file__).parent / "catalog"

_CALLED = {
    "accelerators": "accelerator",
    "nodes": "node",
    "racks": "rack",
    "coolants": "coolant",
    "converters": "converter",
    "cdus": "CDU",
    "sidecars": "sidecar",
    "coolers": "cooler",
    "chillers": "chiller",
    "fan_coils": "fan coil",
    "pumps": "pump",
    "generators": "generator",
    "batteries": "battery",
}
"""Kinds of parts, as messages call them."""


@cache
def builtin() -> Catalog:
    """
    Read the catalog that comes with the project.

    Returns
    -------
    Catalog
        All parts, one file a kind.

    Raises
    ------
    FacilityError
        With all faults of all files.
    """
    data: dict[str, dict[str, Any]] = {kind: toml(FOLDER / f"{kind}.toml") for kind in _CALLED}
    catalog, faults = parsed(Catalog, data)
    if catalog is None:
        raise FacilityError(FOLDER.name, faults)
    return catalog


def resolved(site: Description) -> tuple[Catalog, list[Fault]]:
    """
    Look up the parts that a site uses, its own before those of the project.

    Parameters
    ----------
    site
        A facility file.

    Returns
    -------
    tuple
        The parts in use, and a fault for each name that is not known or does not fit.
    """
    search = _Search(site)
    for kind, racks in site.racks.items():
        search.rack(f"racks.{kind}.rack", racks.rack)
    search.path("power.hall", site.power.hall)
    search.path("power.mechanical", site.power.mechanical)
    search.path("power.common", site.power.common)
    search.transformer("connection.transformer", site.connection.transformer)
    search.interconnection("connection.interconnection", site.connection.interconnection)
    search.cooling(site.cooling)
    for name, supply in site.supply.items():
        if supply.generator is not None:
            search.found("generators", supply.generator, f"supply.{name}.generator")
    return Catalog(**search.used), search.faults


class _Search:
    """Collects parts in use, and faults."""

    def __init__(self, site: Description) -> None:
        self._known = {kind: {**getattr(builtin(), kind), **getattr(site.catalog, kind)} for kind in _CALLED}
        self.used: dict[str, dict[str, Any]] = {kind: {} for kind in _CALLED}
        self.faults: list[Fault] = []
        self._pressure = site.location.pressure.si

    def found(self, kind: str, name: str, where: str) -> bool:
        """Put a part among those in use; a fault if it is not known."""
        known = self._known[kind]
        if name in known:
            self.used[kind][name] = known[name]
        else:
            self.faults.append(Fault(where, f"unknown {_CALLED[kind]} {name!r}.{nearest(name, known)}"))
        return name in known

    def rack(self, where: str, name: str) -> None:
        if not self.found("racks", name, where):
            return
        rack: Rack = self.used["racks"][name]
        place = f"catalog.racks.{name}"
        for stage in rack.stages:
            self.found("converters", stage.converter, f"{place}.stages.{stage.name}.converter")
        if rack.liquid is not None:
            self.found("coolants", rack.liquid.coolant, f"{place}.liquid.coolant")
        self._joins(place, rack.auxiliaries, rack)
        if rack.node is not None and self.found("nodes", rack.node, f"{place}.node"):
            self._node(rack.node, rack)

    def _node(self, name: str, rack: Rack) -> None:
        node: Node = self.used["nodes"][name]
        place = f"catalog.nodes.{name}"
        self.found("accelerators", node.accelerator, f"{place}.accelerator")
        self._joins(place, node.auxiliaries, rack)

    def _joins(self, place: str, auxiliaries: dict[str, Auxiliary], rack: Rack) -> None:
        stages = [stage.name for stage in rack.stages]
        for name, auxiliary in auxiliaries.items():
            if auxiliary.joins not in stages:
                message = f"unknown stage {auxiliary.joins!r}.{nearest(auxiliary.joins, stages)}"
                self.faults.append(Fault(f"{place}.auxiliaries.{name}.joins", message))

    def path(self, where: str, stages: tuple[PathStage, ...]) -> None:
        for stage in stages:
            self.found("converters", stage.converter, f"{where}.{stage.name}.converter")

    def interconnection(self, where: str, name: str | None) -> None:
        if name is not None and name not in (known := interconnections.names()):
            message = f"unknown interconnection {name!r}; known: {', '.join(known)}.{nearest(name, known)}"
            self.faults.append(Fault(where, message))

    def transformer(self, where: str, name: str) -> None:
        if self.found("converters", name, where) and not isinstance(self.used["converters"][name], Transformer):
            transformers = [key for key, part in self._known["converters"].items() if isinstance(part, Transformer)]
            self.faults.append(Fault(where, f"{name!r} is no transformer.{nearest(name, transformers)}"))

    def cooling(self, cooling: Cooling) -> None:
        self.found("fan_coils", cooling.air.fan_coil, "cooling.air.fan_coil")
        self._loop("cooling.air.loop", cooling.air.loop)
        self._coolant("cooling.air.loop.coolant", cooling.air.loop.coolant, cooling.air.loop, cooling.air.water_rise)
        if cooling.liquid is not None:
            self._liquid(cooling.liquid)
        elif cooling.sidecar is not None:
            self._sidecar(cooling.sidecar)
        elif any(rack.liquid is not None for rack in self.used["racks"].values()):
            self.faults.append(Fault("cooling.liquid", "is missing; the site has racks that need coolant"))

    def _liquid(self, liquid: LiquidCooling) -> None:
        self._loop("cooling.liquid.loop", liquid.loop)
        if self.found("cdus", liquid.cdu, "cooling.liquid.cdu"):
            unit: CoolantUnit = self.used["cdus"][liquid.cdu]
            self._coolant(f"catalog.cdus.{liquid.cdu}.coolant", unit.coolant, liquid, unit.design_rise)
            self._coolant("cooling.liquid.loop.coolant", liquid.loop.coolant, liquid.loop, unit.design_rise)
            self._same_coolant(unit.coolant)

    def _sidecar(self, cooling: SidecarCooling) -> None:
        if self.found("sidecars", cooling.sidecar, "cooling.sidecar.sidecar"):
            unit: Sidecar = self.used["sidecars"][cooling.sidecar]
            self._coolant(f"catalog.sidecars.{cooling.sidecar}.coolant", unit.coolant, cooling, unit.coolant_fall)
            self._same_coolant(unit.coolant)

    def _same_coolant(self, coolant: str) -> None:
        for name, rack in self.used["racks"].items():
            if rack.liquid is not None and rack.liquid.coolant != coolant:
                message = f"is {rack.liquid.coolant!r}, but the site's CDUs move {coolant!r}; name one for both"
                self.faults.append(Fault(f"catalog.racks.{name}.liquid.coolant", message))

    def _loop(self, where: str, loop: WaterLoop) -> None:
        self._cooler(where, loop)
        self._chiller(f"{where}.chiller", loop)
        self.found("pumps", loop.pump, f"{where}.pump")
        if loop.condenser is not None:
            self.found("pumps", loop.condenser.pump, f"{where}.condenser.pump")

    def _coolant(
        self, where: str, name: str, loop: WaterLoop | LiquidCooling | SidecarCooling, rise: Difference
    ) -> None:
        if self.found("coolants", name, where):
            fault = out_of_range(self.used["coolants"][name], loop.supply_temperature, rise)
            if fault:
                self.faults.append(Fault(where, f"{name!r} {fault}"))

    def _cooler(self, where: str, loop: WaterLoop) -> None:
        if not self.found("coolers", loop.cooler, f"{where}.cooler"):
            return
        cooler = self.used["coolers"][loop.cooler]
        fault = impossible(cooler, self._pressure)
        if fault:
            self.faults.append(Fault(f"catalog.coolers.{loop.cooler}", fault))
        coolant = self._known["coolants"].get(loop.coolant)
        if isinstance(cooler, Tower) and loop.condenser is None and coolant is not None and coolant.law == GLYCOL:
            message = f"{loop.coolant!r} holds glycol, and goes over the open towers of {loop.cooler!r}; name water"
            self.faults.append(Fault(f"{where}.coolant", f"{message}, or give the loop condenser water"))

    def _chiller(self, where: str, loop: WaterLoop) -> None:
        wanted = "air" if loop.condenser is None else "water"
        if self.found("chillers", loop.chiller, where) and self.used["chillers"][loop.chiller].condenser != wanted:
            fits = [key for key, part in self._known["chillers"].items() if part.condenser == wanted]
            message = f"{loop.chiller!r} does not reject into {wanted}, as this loop does.{nearest(loop.chiller, fits)}"
            self.faults.append(Fault(where, message))
