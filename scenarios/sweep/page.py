"""The page of a sweep: the best designs, which of them no other betters, and all of them."""

from __future__ import annotations

from importlib import metadata
from typing import TYPE_CHECKING, Any

import numpy as np

from scenarios.page import drawing, lines, pages, quantities
from scenarios.page.quantities import MISSING, quantity
from scenarios.page.shown import Shown
from scenarios.page.style import BLUE, GREY, INK, ORANGE, Chart
from scenarios.yearstudy import accounts_page
from scenarios.yearstudy.page import FIGURES, OF_ACCOUNTS

if TYPE_CHECKING:
    from scenarios.sweep.study import Swept
    from twin.site import Floats, Integers

MOST_ROWS = 200
"""Designs that the page lists; the table of the folder has all."""

DIFFERENCES = frozenset({"chip_margin_min", "extreme_chip_margin_min"})
"""Figures in kelvin that are differences."""

DIGITS, HOUR_DIGITS = 5, 3
"""Of a figure: designs may differ little; and of hours that are counted."""

KINDS = (("no", "Breaks a limit", GREY), ("yes", "Keeps the limits", BLUE), ("front", "No other betters it", ORANGE))
"""Kinds of designs in the picture, with their colours."""


def html(swept: Swept, manifest: dict[str, Any]) -> str:
    """
    Give the page of a sweep: HTML that needs no other file and no network.

    Parameters
    ----------
    swept
        The sweep.
    manifest
        What it was made from.

    Returns
    -------
    text
        The whole file.
    """
    solved = sum(not result["says"] for result in swept.results)
    return pages.html(
        "sweep.html.j2",
        metadata.version("gigatwin"),
        charts(swept),
        manifest=manifest,
        best=_best(swept),
        worse=worse(swept),
        designs=_designs(swept),
        failures=_failures(swept),
        limits=[(called(bound.name), bound.text) for bound in swept.plan.bounds],
        counts=(len(swept.results), solved, int(swept.holds.sum()), int(swept.front.sum())),
        shown=min(MOST_ROWS, len(swept.results)),
    )


def written(swept: Swept, name: str, value: float) -> str:
    """
    Write a figure.

    Parameters
    ----------
    swept
        The sweep.
    name
        Of the figure.
    value
        As stored.

    Returns
    -------
    text
        With its unit; a dash where there is none.
    """
    if not np.isfinite(value):
        return MISSING
    unit = swept.known[name]["unit"]
    if name in OF_ACCOUNTS:
        return accounts_page.text(name, value, unit)
    if name in DIFFERENCES:
        return quantities.difference(value, unit)
    return quantity(value, unit, HOUR_DIGITS if unit == "h" else DIGITS)


LABELS = {name: label for _, members in (*FIGURES, *accounts_page.FIGURES) for name, label in members}
"""Figures of a year by what its page calls them."""


def called(name: str) -> str:
    """
    Say what a figure is called.

    Parameters
    ----------
    name
        Of the figure.

    Returns
    -------
    text
        As the page of a year does; its name in words where that has none.
    """
    return LABELS.get(name) or _words(name).capitalize()


def short(swept: Swept) -> list[str]:
    """
    Name the axes by the ends of their places, as far as these tell them apart.

    Parameters
    ----------
    swept
        The sweep.

    Returns
    -------
    list of text
        In the order of the axes.
    """
    places = [axis.name.split(".") for axis in swept.plan.axes]
    for many in range(1, max(len(place) for place in places) + 1):
        ends = [_words(".".join(place[-many:])) for place in places]
        if len(set(ends)) == len(ends):
            break
    return ends


def _words(name: str) -> str:
    return name.replace("_", " ").replace(".", " \N{MIDDLE DOT} ")


def _figure(swept: Swept, row: int, name: str) -> float:
    return float(swept.results[row]["figures"].get(name, {"value": np.nan})["value"])


def _told(swept: Swept) -> list[str]:
    """Give the figures that tables show: objectives, then what is limited."""
    return list(
        dict.fromkeys([name for name, _ in swept.plan.objectives] + [bound.name for bound in swept.plan.bounds])
    )


def _best(swept: Swept) -> Shown:
    """Set the best design by each objective beside the site as it is given."""
    names = _told(swept)
    given = ("as given", *("as in the file" for _ in swept.plan.axes))
    rows = [(*given, *(written(swept, name, swept.known[name]["value"]) for name in names))]
    for (name, sign), row in zip(swept.plan.objectives, swept.best, strict=False):
        wanted = f"{called(name)}, {'smallest' if sign > 0.0 else 'largest'}"
        rows.append((wanted, *swept.chosen[row], *(written(swept, each, _figure(swept, row, each)) for each in names)))
    heads = ("", *short(swept), *(called(name) for name in names))
    first = 1 + len(swept.plan.axes)
    return Shown("The best that keep the limits", heads, tuple(rows), tuple(range(first, first + len(names))))


def worse(swept: Swept) -> list[str]:
    """
    Say by which objectives the site as it is given is better than every design.

    Parameters
    ----------
    swept
        The sweep.

    Returns
    -------
    list of text
        A sentence an objective; none where the best design is as good or better, or none keeps the limits.
    """
    broken = [
        called(bound.name)
        for bound in swept.plan.bounds
        if not bound.low <= swept.known.get(bound.name, {"value": np.nan})["value"] <= bound.high
    ]
    end, of = "", "here"
    if swept.plan.bounds:
        of = "that keeps the limits"
        end = f"; it breaks {', '.join(broken)}" if broken else "; it keeps the limits"
    told = []
    for (name, sign), row in zip(swept.plan.objectives, swept.best, strict=False):
        given, best = swept.known[name]["value"], _figure(swept, row, name)
        texts = written(swept, name, given), written(swept, name, best)
        # What reads the same is as good.
        if sign * given < sign * best and texts[0] != texts[1]:
            told.append(
                f"By {called(name)} the site as it is given, {texts[0]}, is better than every design {of}, {texts[1]} "
                f"at best{end}."
            )
    return told


def _designs(swept: Swept) -> Shown:
    """List the designs: on the front, then those that keep the limits, then the others; each by the objectives."""
    names, order = _told(swept), np.lexsort((*swept.costs.T[::-1], ~swept.holds, ~swept.front))
    rows = [
        (
            str(row + 1),
            *swept.chosen[row],
            *(written(swept, name, _figure(swept, row, name)) for name in names),
            _verdict(swept, row),
        )
        for row in order[:MOST_ROWS].tolist()
    ]
    heads = ("No.", *short(swept), *(called(name) for name in names), "")
    first = 1 + len(swept.plan.axes)
    return Shown("Designs", heads, tuple(rows), tuple(range(first, first + len(names))))


def _verdict(swept: Swept, row: int) -> str:
    """Say how a design stands."""
    if swept.results[row]["says"]:
        return "no year"
    if swept.front[row]:
        return "on the front"
    if swept.holds[row]:
        return "keeps the limits"
    broken = [
        called(bound.name)
        for bound in swept.plan.bounds
        if not bound.low <= _figure(swept, row, bound.name) <= bound.high
    ]
    return f"breaks {', '.join(broken)}"


def _failures(swept: Swept) -> Shown:
    told: dict[str, list[int]] = {}
    for row, result in enumerate(swept.results):
        if result["says"]:
            told.setdefault(str(result["says"]), []).append(row + 1)
    rows = tuple((_listed(numbers), text) for text, numbers in told.items())
    return Shown("Designs without a year", ("No.", "Why"), rows[:MOST_ROWS])


def _listed(numbers: list[int]) -> str:
    few = 8
    return ", ".join(map(str, numbers[:few])) + (f" and {len(numbers) - few} more" if len(numbers) > few else "")


def charts(swept: Swept) -> dict[str, Chart]:
    """
    Draw the designs by their objectives, each pair of these.

    Parameters
    ----------
    swept
        The sweep.

    Returns
    -------
    dict of text to Chart
        By name; none where there is one objective, or no design has a year.
    """
    names = [name for name, _ in swept.plan.objectives]
    pairs = [(across, up) for place, up in enumerate(names) for across in names[:place]]
    if np.isnan(swept.costs).all():
        return {}
    return {f"pareto_{across}_{up}": _pareto(swept, across, up) for across, up in pairs}


def _pareto(swept: Swept, across: str, up: str) -> Chart:
    values = {name: np.array([_figure(swept, row, name) for row in range(len(swept.results))]) for name in (across, up)}
    scales = {name: _scale(swept, name, own) for name, own in values.items()}
    kind = np.where(swept.front, "front", np.where(swept.holds, "yes", "no"))
    figure = drawing.stacked(440)
    for name, label, colour in KINDS:
        rows = np.flatnonzero((kind == name) & np.isfinite(values[across]))
        if rows.size:
            drawing.add(figure, _points(swept, rows, values, scales, (across, up)) | _look(name, label, colour))
    given = {name: np.array([swept.known[name]["value"]]) for name in (across, up)}
    mark = {"name": "As given", "mode": "markers", "marker": {"color": INK, "symbol": "x", "size": 10}}
    drawing.add(
        figure,
        {
            "type": "scatter",
            "x": lines.shown(given[across], scales[across]),
            "y": lines.shown(given[up], scales[up]),
            "hovertemplate": "as given<extra></extra>",
            **mark,
        },
    )
    for side, name in (("x", across), ("y", up)):
        unit = scales[name].unit
        title = f"{called(name)} [{unit}]" if unit else called(name)
        drawing.set_axes(figure, side, title={"text": title}, hoverformat=".5~g")
    drawing.update(figure["layout"], {"hovermode": "closest", "margin": {"b": 58}})
    wanted = ", ".join(f"{called(name)} ({'small' if sign > 0 else 'large'})" for name, sign in swept.plan.objectives)
    caption = (
        f"Each point is a year of one design. Wanted: {wanted}. Those on the front keep all limits, and no other "
        "that does is as good in every objective and better in one. The axes do not start at zero."
    )
    return lines.chart(f"{called(up)} against {called(across)}", caption, figure)


def _scale(swept: Swept, name: str, values: Floats) -> quantities.Scale:
    unit = swept.known[name]["unit"]
    if unit == "K":
        return quantities.Scale(1.0, "K") if name in DIFFERENCES else lines.CELSIUS
    return quantities.fitting(float(np.nanmax(np.abs(values))), unit)


def _points(
    swept: Swept, rows: Integers, values: dict[str, Floats], scales: dict[str, Any], axes: tuple[str, str]
) -> dict[str, Any]:
    across, up = axes
    told = ["<br>".join([f"No. {row + 1}", *_chosen(swept, row)]) for row in rows.tolist()]
    return {
        "type": "scatter",
        "x": lines.shown(values[across][rows], scales[across]),
        "y": lines.shown(values[up][rows], scales[up]),
        "text": told,
        "hovertemplate": "%{text}<br>%{x:.5~g}, %{y:.5~g}<extra></extra>",
    }


def _chosen(swept: Swept, row: int) -> list[str]:
    return [f"{_words(axis.name)}: {value}" for axis, value in zip(swept.plan.axes, swept.chosen[row], strict=True)]


def _look(kind: str, label: str, colour: str) -> dict[str, Any]:
    size = 11 if kind == "front" else 8
    symbol = {"no": "circle-open", "yes": "circle", "front": "diamond"}[kind]
    return {"name": label, "mode": "markers", "marker": {"color": colour, "size": size, "symbol": symbol}}
