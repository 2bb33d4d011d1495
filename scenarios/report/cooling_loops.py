"""The cooling loops of a run's site: what heat passes from the racks to the outdoors, and what it did at the peak."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from scenarios.page import svg
from scenarios.page.lines import CUBIC_METRES_AN_HOUR
from scenarios.page.quantities import THIN, count, digits, duration, quantity, several, share
from scenarios.page.svg import LINE, Drawing
from twin.outline import AIR, CDUS

if TYPE_CHECKING:
    from scenarios.report.snapshot import Snapshot

_COLUMN, _GAP = 376, 28
"""[px] of the drawing of a kind of loop, and between two."""

_SUPPLY, _RETURN = 40, 346
"""[px] of the pipes from a column's left side."""

_PIPE = 30
"""[px] of pipe between two machines."""

_BESIDE = 300
"""[px] of a machine that stands in the supply alone."""

MODES = ("coolers alone", "coolers and chillers", "chillers alone")
"""Values 0, 1 and 2 of ``cooling_mode``."""

Loop = Mapping[str, Any]


class _Machine(NamedTuple):
    """A machine, what is written in it, and the pipes below it with what is written beside them."""

    rows: Sequence[str]
    where: str = "both"
    supply: str = ""
    back: str = ""
    pipes: tuple[str, str] | None = ("cold", "warm")


def cooling_loops(manifest: Mapping[str, Any], seen: Snapshot) -> Drawing:
    """
    Draw each kind of loop, from the outdoors down to the racks.

    Parameters
    ----------
    manifest
        Of a run.
    seen
        What the loops did at the run's highest power.

    Returns
    -------
    Drawing
        A column a kind.
    """
    kinds: dict[str, list[Loop]] = {}
    for loop in manifest["loops"]:
        if loop["cools"]:
            kinds.setdefault(loop["cools"], []).append(loop)
    parts, bottom = [], 0.0
    for place, (kind, loops) in enumerate(kinds.items()):
        x = place * (_COLUMN + _GAP) + 1
        title = f"{several(len(loops), 'loops')} for {kind}"
        parts.append(svg.text(x, 16, title, "title"))
        y = 28.0
        for machine in (*_plant(kind, loops, manifest, seen.loops[kind]), *_halls(kind, manifest, seen)):
            drawn, y = _draw(x, y, machine)
            parts += drawn
        bottom = max(bottom, y)
    width = max(len(kinds), 2) * (_COLUMN + _GAP) - _GAP + 2
    caption = (
        "At the highest power drawn: sums of heat, flow and power, means of the rest, over the loops of a kind. Supply "
        "on the left, return on the right. Set points, alarms and ratings are as built."
    )
    return Drawing("Cooling loops", caption, svg.drawing("Cooling loops", width, bottom + 4, parts))


def _plant(kind: str, loops: Sequence[Loop], manifest: Mapping[str, Any], now: Mapping[str, float]) -> list[_Machine]:
    """List what stands outdoors and in the plant room."""
    made = next(part for name, part in manifest["design"]["water"].items() if name in kind)
    total = {name: sum(loop[name] for loop in loops) for name in loops[0] if name.endswith(("_w", "_k", "units"))}
    first = loops[0]
    pads = " with wetted pads" if first["pads"] else ""
    wet = now["water_use_kg_s"]
    drink = [f"make-up water {digits(wet / CUBIC_METRES_AN_HOUR.factor, 3)}{THIN}m³/h"] if wet > 0.0 else []
    outdoors = f"outdoors {_celsius(now['dry_bulb_temp_k'])} dry, {_celsius(now['wet_bulb_temp_k'])} wet bulb"
    coolers = [
        f"{several(total['cooler_units'], first['coolers'])}{pads}",
        made["cooler"],
        outdoors,
        f"fans {share(now['fan_speed'])} of speed, {_of(now['fan_power_w'], total['cooler_fan_power_w'])}",
        *drink,
    ]
    between = f"condenser water {_celsius(now['condenser_temp_k'])}" if first["condenser_water"] else ""
    machines = [_Machine(coolers, supply=between)]
    if total["chiller_capacity_w"] > 0.0:
        economiser = ", economiser beside them" if first["economiser_w_k"] > 0.0 else ""
        chillers = [
            f"{several(total['chiller_units'], 'chillers')} for {_watts(total['chiller_capacity_w'])}{economiser}",
            made["chiller"],
            f"{share(now['chiller_load'])} of capacity, {_watts(now['chiller_power_w'])}",
            _mode(now),
        ]
        machines.append(_Machine(chillers, "both" if first["condenser_water"] else "beside"))
    tank = total["tank_j_k"] / total["stream_w_k"] if total["stream_w_k"] > 0.0 else 0.0
    flow = total["stream_w_k"] * now["water_flow"] / made["heat_j_m3_k"] * 3600.0
    varies = "variable" if first["variable_flow"] else "constant"
    rated = total["pump_power_w"] + total["condenser_pump_power_w"]
    pumps = [
        f"Pumps, {_of(now['pump_power_w'], rated)}",
        *(["with those of condenser water"] if first["condenser_water"] else []),
        made["coolant"],
        f"{digits(flow, 3)}{THIN}m³/h, {share(now['water_flow'])} of nominal, {varies}",
        *([f"buffer tank of {duration(tank)} of flow"] if tank > 0.0 else []),
    ]
    limits = f"set {_celsius(first['set_point_k'])}, alarm {_celsius(first['alarm_k'])}"
    supply = f"{_celsius(now['supply_temp_k'])} ({limits})"
    return [*machines, _Machine(pumps, "pump", supply, _celsius(now["return_temp_k"]))]


def _halls(kind: str, manifest: Mapping[str, Any], seen: Snapshot) -> list[_Machine]:
    """List what stands in the halls and takes heat to the loop; sidecars give theirs to the halls' air."""
    cdus = _cdus(manifest, seen) if CDUS in kind else []
    air = _air(manifest, seen, seen.loops[kind]) if AIR in kind else []
    beside = bool(cdus and air and manifest["cdus"]["sidecars"])
    return [*air[:-1], air[-1]._replace(pipes=("air", "air")), *cdus] if beside else [*cdus, *air]


def _air(manifest: Mapping[str, Any], seen: Snapshot, now: Mapping[str, float]) -> list[_Machine]:
    air = manifest["hall_air"]
    others = [words for name, words in (("doors", "rear doors"), ("outdoor_air", "outdoor air")) if air[name]]
    coils = [
        " and ".join(["Fan coils", *others]),
        manifest["design"]["fan_coil"],
        f"fans of the halls {_of(now['coil_fan_power_w'], air['fan_power_w'])}",
    ]
    limits = f"set {_celsius(air['set_point_k'])}, alarm {_celsius(air['alarm_k'])}"
    halls, heat = several(len(manifest["halls"]), "halls"), _watts(seen.heat["air_heat_w"])
    return [
        _Machine(coils, "both", f"{_celsius(now['air_temp_k'])} ({limits})", "", ("air", "air")),
        _Machine([f"Air of {halls}", f"{heat} from racks"], pipes=None),
    ]


def _cdus(manifest: Mapping[str, Any], seen: Snapshot) -> list[_Machine]:
    units, now = manifest["cdus"], seen.cdus
    each = now["heat_w"] / units["count"]
    what = "fans" if units["sidecars"] else "valves"
    rows = [
        f"{count(units['count'])} {'sidecars' if units['sidecars'] else 'CDUs'}, pumps {_watts(units['pump_power_w'])}",
        manifest["design"]["cdu"],
        f"{_watts(now['heat_w'])}; {_of(each, units['rated_heat_w'])} each",
        f"{what} {share(now['valve_opening'])} {'of speed' if units['sidecars'] else 'open'}",
    ]
    limits = f"set {_celsius(units['supply_set_point_k'])}, alarm {_celsius(units['supply_alarm_k'])}"
    supply = f"{_celsius(now['supply_temp_k'])} ({limits})"
    racks = sum(row["racks"] for row in manifest["rack_classes"] if row["liquid_fraction"] > 0.0)
    heat = f"{_watts(seen.heat['liquid_heat_w'])} to coolant"
    return [
        _Machine(rows, "both", supply, _celsius(now["return_temp_k"]), ("coolant", "coolant")),
        _Machine([f"{count(racks)} racks with coolant", heat], pipes=None),
    ]


def _draw(x: float, y: float, machine: _Machine) -> tuple[list[str], float]:
    """Draw a machine with the pipes below it; give where they end."""
    left = x + (12 if machine.where != "pump" else _SUPPLY + 26)
    room = x + {"both": _COLUMN, "pump": _RETURN}.get(machine.where, _BESIDE) - left - 8
    rows = svg.wrapped(machine.rows, room)
    height = 12.0 + LINE * len(rows)
    below, supply, back = y + height, x + _SUPPLY, x + _RETURN
    parts = [] if machine.where == "both" else [svg.path([(back, y), (back, below)], "warm")]
    if machine.where == "pump":
        middle = y + 0.5 * height
        blade = [(supply - 11, middle + 6), (supply, middle - 12), (supply + 11, middle + 6)]
        turned = [(x_, 2.0 * middle - y_) for x_, y_ in blade]
        parts += [svg.path([(supply, y), (supply, below)], "cold"), svg.circle(supply, middle, 14), svg.path(turned)]
    else:
        parts.append(svg.box(x, y, _COLUMN if machine.where == "both" else _BESIDE, height))
    parts.append(svg.lines(left, y + 18, rows))
    if machine.pipes is None:
        return parts, below
    end = below + _PIPE
    parts += [
        svg.path([(pipe, below), (pipe, end)], kind) for pipe, kind in zip((supply, back), machine.pipes, strict=True)
    ]
    words = ((supply + 8, machine.supply, "start"), (back - 8, machine.back, "end"))
    parts += [svg.text(at, below + 19, what, "", side) for at, what, side in words if what]
    return parts, end


def _mode(now: Mapping[str, float]) -> str:
    mode = now["cooling_mode"]
    return MODES[round(mode)] if mode == round(mode) else "loops differ"


def _of(value: float, rating: float) -> str:
    return f"{_watts(value)} of {_watts(rating)}"


def _watts(value: float) -> str:
    return quantity(value, "W", 3)


def _celsius(value: float | None) -> str:
    return quantity(value, "K")
