"""The electrical one-line of a run's site: what stands from the host grid to the racks, and what it carried at most."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scenarios.page import svg, symbols
from scenarios.page.quantities import count, digits, quantity, share
from scenarios.page.svg import LINE, Drawing
from scenarios.page.symbols import STEP, TEXT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

WIDTH = 780
"""[px] of the drawing; its text is of eight points on paper of A4."""

_WIRE, _COOLING = 40, 430
"""[px] where the wires of the halls and of the cooling run."""

_ASIDE = 340
"""[px] of the box beside the host grid."""

_ACRONYMS = frozenset({"cdu", "pdu", "ups", "sts"})

_CORDS = ("2N", "3N/2", "4N/3")

Row = dict[str, Any]


def one_line(manifest: Mapping[str, Any], machines: Mapping[str, float]) -> Drawing:
    """
    Draw the way of power from the host grid to racks and cooling.

    Parameters
    ----------
    manifest
        Of a run.
    machines
        Kind of cooling machine -> power at the run's highest power [W].

    Returns
    -------
    Drawing
        With number, rating, redundancy and load of each stage.
    """
    line, made = manifest["one_line"], manifest["design"]
    parts, y = _grid(line, made)
    common, halls, mechanical = (_stages(line[name], made[name]) for name in ("common", "halls", "mechanical"))
    for number, stage in enumerate(common):
        parts.append(_stage(_WIRE, y, *stage))
        y += STEP
        if not number:
            parts.append(svg.path([(_WIRE - 24, y), (_WIRE + 306, y)], "busbar"))
    parts += [svg.path([(_WIRE - 24, y), (WIDTH - 30, y)], "busbar"), svg.path([(_COOLING, y), (_COOLING, y + 18)])]
    parts.append(svg.path([(_WIRE, y), (_WIRE, y + 18)]))
    ends = []
    for wire, stages, end in ((_WIRE, halls, _racks(manifest)), (_COOLING, mechanical, _machines(line, machines))):
        down = y + 18.0
        for stage in stages:
            parts.append(_stage(wire, down, *stage))
            down += STEP
        parts += [svg.path([(wire, down), (wire, down + 16)]), svg.box(wire - 24, down + 16, 330, 14 + LINE * len(end))]
        parts.append(svg.lines(wire - 10, down + 34, end))
        ends.append(down + 34 + LINE * len(end))
    moment = f"in the second of the highest power drawn, {quantity(line['power_w'], 'W')}"
    caption = (
        f"Loads {moment}, at {digits(line['voltage_pu'])} pu; bars are full at the rating of all units, of the highest "
        "loaded hall's where there are several. A rating is of what a unit gives."
    )
    return Drawing("Electrical one-line", caption, svg.drawing("Electrical one-line", WIDTH, max(ends) + 4, parts))


def _grid(line: Mapping[str, Any], made: Mapping[str, Any]) -> tuple[list[str], float]:
    """Draw host grid, point of connection, main transformers and what the site has of its own."""
    grid, x = line["connection"], _WIRE
    points = "one point" if grid["points"] == 1 else f"{grid['points']} points"
    strength = quantity(grid["short_circuit_va"], "VA", 3)
    host = (
        "Host grid",
        f"{_volts(grid['voltage_v'])}, {grid['frequency_hz']:g} Hz",
        f"short circuit {strength} at each point",
    )
    loading = line["power_w"] / grid["rating_w"]
    connection = (
        f"Point of connection (PCC), {points}",
        f"for {quantity(grid['rating_w'], 'W', 3)}",
        f"{quantity(line['power_w'], 'W')}, {share(loading)}",
    )
    parts = [
        symbols.host_grid(x, host),
        symbols.breaker(x, STEP, 144),
        svg.lines(x + TEXT, 86, connection),
        svg.bar(x + TEXT, 126, loading),
    ]
    if made["supply"]:
        rows = ["Own supply, stated and not part of the run", *svg.wrapped(made["supply"], _ASIDE - 20)]
        parts += [svg.box(_COOLING - 24, 4, _ASIDE, 14 + LINE * len(rows), "aside"), svg.lines(_COOLING - 12, 22, rows)]
    return parts, 144.0


def _stages(rows: Sequence[Row], made: Sequence[Row]) -> list[tuple[Row, Row]]:
    """Pair what stages carry with what they are, from the grid downwards."""
    return list(zip(rows, made, strict=True))[::-1]


def _stage(x: float, y: float, row: Row, made: Row) -> str:
    """Draw a stage on a wire, with its number, rating, redundancy and load."""
    symbol = {"transformer": symbols.transformer, "conductor": symbols.conductor}.get(made["law"], symbols.converter)
    several = row["fewest"] < row["units"]
    span = count(row["fewest"]) if row["fewest"] == row["most"] else f"{count(row['fewest'])} to {count(row['most'])}"
    each = f", {span} a hall" if several else ""
    volts = f", {_volts(made['voltage_v'])}" if made["voltage_v"] else ""
    loading = f"{share(row['loading'])}{' in the highest hall' if several else ''}"
    words = (
        _title(row["stage"]),
        f"{count(row['units'])} of {quantity(row['rating_w'], 'W', 3)}{volts}; {made['redundancy']}{each}",
        f"{quantity(row['load_w'], 'W')}, {loading}; loss {quantity(row['loss_w'], 'W', 3)}",
    )
    return symbol(x, y) + symbols.beside(x, y, words, row["loading"])


def _title(name: str) -> str:
    words = [word.upper() if word in _ACRONYMS else word for word in name.split("_")]
    return " ".join([words[0][:1].upper() + words[0][1:], *words[1:]])


def _racks(manifest: Mapping[str, Any]) -> list[str]:
    line, stage = manifest["one_line"], manifest["design"]["halls"][0]
    cords = "two cords a rack" if stage["redundancy"] in _CORDS else "one cord a rack"
    rows = [
        f"{count(row['racks'])} {row['name']}, {quantity(row['rated_power_w'], 'W', 3)} each"
        for row in manifest["rack_classes"]
        if row["racks"]
    ]
    halls = len(manifest["halls"])
    return [f"Racks in {count(halls)} hall{'s' if halls > 1 else ''}, {quantity(line['racks_w'], 'W')}", *rows, cords]


def _machines(line: Mapping[str, Any], machines: Mapping[str, float]) -> list[str]:
    rows = [f"{name}, {quantity(power, 'W', 3)}" for name, power in machines.items() if power > 0.0]
    return [f"Cooling, {quantity(line['cooling_w'], 'W')}", *rows]


def _volts(voltage: float) -> str:
    return quantity(voltage, "V", 3)
