"""The chapter of a year's page on how sure its figures are."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from scenarios.page import drawing, lines, quantities
from scenarios.page.quantities import MISSING, digits
from scenarios.page.shown import Shown
from scenarios.page.style import BLUE, INK, ORANGE, Chart
from scenarios.uncertainty import carrying
from scenarios.uncertainty.sampling import HEADLINES, OF_ACCOUNTS, OF_CAPACITY, SHOWN, Sampled, ranked
from scenarios.uncertainty.tables import spread

if TYPE_CHECKING:
    from twin.site import Floats

Write = Callable[[str, float], str]
"""Writes a figure, by its name."""

REASONS = 4
"""Reasons that are told why sites cannot be."""

LEAST_ERROR = 0.01
"""Per cent of a spread below which an error is not told in figures."""

LABEL_WIDTH = 26
"""Letters of a line beside a bar."""

CHART = "tornado_"
"""Before the name of a figure, in the name of its chart."""


class Content(NamedTuple):
    """
    What the chapter shows.

    Attributes
    ----------
    quantiles : Shown
        P10, P50 and P90 of each figure.
    charts : dict of text to Chart
        What moves each headline.
    matters : Shown
        Numbers that matter.
    notes : list of text
        How it was made.
    limits : Shown or None
        What limits the samples can carry, and how often each binds.
    """

    quantiles: Shown
    charts: dict[str, Chart]
    matters: Shown
    notes: list[str]
    limits: Shown | None


def content(sampled: Sampled, labels: Mapping[str, str], write: Write) -> Content:
    """
    Give what the chapter shows.

    Parameters
    ----------
    sampled
        The samples.
    labels
        Of figures, in reading order.
    write
        Writes a figure.

    Returns
    -------
    Content
        For the template.
    """
    able = sampled.carrying
    return Content(
        quantiles=shown(sampled, labels, write),
        charts=charts(sampled, labels, write),
        matters=matters(sampled, labels),
        notes=notes(sampled),
        limits=None if able is None else carrying.shown(able, lambda power: write(OF_CAPACITY[0], power)),
    )


def shown(sampled: Sampled, labels: Mapping[str, str], write: Write) -> Shown:
    """
    Give the table of quantiles.

    Parameters
    ----------
    sampled
        The samples.
    labels
        Of figures, in reading order.
    write
        Writes a figure.

    Returns
    -------
    Shown
        Figures that change from sample to sample.
    """
    rows = [
        (
            label,
            write(name, sampled.known[name]["value"]),
            *(write(name, value) for value in spread(sampled.figures[name]).values()),
            _error(sampled, name),
        )
        for name, label in labels.items()
        if name in sampled.figures and np.nanmin(sampled.figures[name]) < np.nanmax(sampled.figures[name])
    ]
    heads = ("Figure", "As given", "P10", "P50", "P90", "Error")
    caption = f"Of {len(sampled.values)} years: a tenth lies below P10, half below P50, a tenth above P90"
    return Shown(caption, heads, tuple(rows), (1, 2, 3, 4, 5))


def _error(sampled: Sampled, name: str) -> str:
    """Write an error as a part of the spread from P10 to P90."""
    of = spread(sampled.figures[name])
    width = of["p90"] - of["p10"]
    if name not in sampled.missed or width <= 0.0:
        return MISSING
    part = 100.0 * sampled.missed[name] / width
    written = digits(part, 2) if part >= LEAST_ERROR else f"below {LEAST_ERROR}"
    return f"{written}\N{NARROW NO-BREAK SPACE}%"


def charts(sampled: Sampled, labels: Mapping[str, str], write: Write) -> dict[str, Chart]:
    """
    Draw for each headline how far it swings with the numbers that matter to it.

    Parameters
    ----------
    sampled
        The samples.
    labels
        Of figures.
    write
        Writes a figure.

    Returns
    -------
    dict of text to Chart
        By name; none for figures of which no number tells itself from chance.
    """
    found = {name: _bars(sampled, name) for name in HEADLINES if name in sampled.correlation and name in labels}
    return {
        f"{CHART}{name}": _tornado(sampled, name, labels[name], bars, write) for name, bars in found.items() if bars
    }


def _bars(sampled: Sampled, name: str) -> list[tuple[int, float | None, float | None]]:
    """Give row, and figure at least and most, of numbers that matter to a figure and were swung; widest swing last."""
    swings = {swing.number: swing for swing in sampled.swings}
    rows = [row for row in ranked(sampled.correlation[name], sampled.told) if row in swings]
    known = sampled.known[name]["value"]
    bars = [(row, swings[row].low.get(name), swings[row].high.get(name)) for row in rows]

    def width(bar: tuple[int, float | None, float | None]) -> float:
        ends = [known if end is None else end for end in bar[1:]]
        return max(*ends, known) - min(*ends, known)

    return sorted((bar for bar in bars if bar[1:] != (None, None)), key=width)


def _tornado(
    sampled: Sampled, name: str, label: str, bars: Sequence[tuple[int, float | None, float | None]], write: Write
) -> Chart:
    known, unit = sampled.known[name]["value"], sampled.known[name]["unit"]
    scale = quantities.fitting(abs(known), unit)
    names = [_label(sampled, row) for row, _, _ in bars]
    figure = drawing.stacked(120 + 44 * max(len(bars), 2))
    for side, text, colour in ((1, "at its least", BLUE), (2, "at its most", ORANGE)):
        told = [bar for bar in bars if bar[side] is not None]
        ends: Floats = np.array([bar[side] for bar in told], dtype=float)
        trace: dict[str, Any] = {
            "type": "bar",
            "orientation": "h",
            "y": [_label(sampled, bar[0]) for bar in told],
            "x": (ends - known) / scale.factor,
            "base": known / scale.factor,
            "name": f"Number {text}",
            "marker": {"color": colour},
            "customdata": [_end(sampled, bar[0], side) for bar in told],
            "text": [write(name, float(end)) for end in ends],
            "textposition": "none",
            "hovertemplate": "%{y} = %{customdata}: %{text}<extra></extra>",
        }
        drawing.add(figure, trace)
    drawing.set_axes(figure, "y", categoryorder="array", categoryarray=names, showgrid=False)
    axis = f"{label} [{scale.unit}]" if scale.unit else label
    drawing.set_axes(figure, "x", title={"text": axis}, nticks=6, hoverformat=".5~g")
    line = {"type": "line", "x0": known / scale.factor, "x1": known / scale.factor, "y0": 0, "y1": 1, "yref": "paper"}
    drawing.update(
        figure["layout"],
        {
            "barmode": "overlay",
            "hovermode": "closest",
            "margin": {"b": 58},
            "shapes": [{**line, "line": {"color": INK, "width": 1}}],
        },
    )
    caption = "One number alone at its least and at its most; upright: the site as its file has it. Not from zero."
    return lines.chart(f"What moves it: {label}", caption, figure)


def _label(sampled: Sampled, row: int) -> str:
    """Write the place of a number in lines that leave room for bars on a narrow screen."""
    return "<br>".join(textwrap.wrap(_words(sampled.numbers[row].path), LABEL_WIDTH))


def _end(sampled: Sampled, row: int, side: int) -> str:
    number = sampled.numbers[row].provenance
    return number.low if side == 1 else number.high


def matters(sampled: Sampled, labels: Mapping[str, str]) -> Shown:
    """
    Give the table of numbers that matter to the headlines.

    Parameters
    ----------
    sampled
        The samples.
    labels
        Of figures.

    Returns
    -------
    Shown
        The strongest numbers of each headline, with value, range, and why.
    """
    rows = []
    for name in HEADLINES:
        if name not in sampled.correlation or name not in labels:
            continue
        correlation = sampled.correlation[name]
        for row in ranked(correlation, sampled.told):
            number = sampled.numbers[row].provenance
            rows.append(
                (
                    labels[name],
                    _words(number.path),
                    quantities.signed(float(correlation[row]), 2),
                    number.value,
                    f"{number.low} to {number.high}",
                    number.source,
                )
            )
    heads = ("Figure", "Number", "Rank correlation", "As given", "Range", "Why")
    return Shown("Numbers that matter, by rank correlation (Spearman)", heads, tuple(rows), (2,))


def _words(path: str) -> str:
    return path.removeprefix("catalog.").replace("_", " ").replace(".", " \N{MIDDLE DOT} ")


def notes(sampled: Sampled) -> list[str]:
    """
    Say how the samples were made, and what to know of them.

    Parameters
    ----------
    sampled
        The samples.

    Returns
    -------
    list of text
        In order of weight.
    """
    count, cannot = len(sampled.values) + len(sampled.failed), sum(times for _, times in sampled.refused)
    told = [
        f"{len(sampled.numbers)} numbers of the site and its unit costs have a range; each is drawn by itself between "
        "its least and its most, the likeliest being that of the file (triangular; Sobol's sequence, scrambled by seed "
        f"{sampled.seed}, dimensions that echo one another shuffled). Weather, jobs and what has no range are "
        "those of the year above. Where a file's own number lies near one end of its range, it is no "
        "median: P50 then differs from it.",
        f"Of each sampled year {sampled.steps} steps are solved, and its difference from the year above is carried to "
        "the steps that are like them; the error says how far that was from the whole year, in the worst of "
        "some samples that were solved whole, as a part of the spread from P10 to P90.",
    ]
    told.append(
        f"A number is said to matter where its rank correlation with a figure is beyond what chance gives one of "
        f"{len(sampled.numbers)} numbers once in 20 times, \N{PLUS-MINUS SIGN}{sampled.told:.2f} in so many samples; "
        f"{SHOWN} of a figure are shown at most. Bars are years solved with that number alone at its ends, "
        "numbers that must fit it moved as little as they must; an end that no such site can have is left out."
    )
    if any(name in sampled.figures for name in OF_ACCOUNTS):
        told.append(
            "Costs and carbon of a sample are those of its own energy, peak and water at its own unit costs. Supply of "
            "its own is dispatched for each sample in some days of the year, and carried to all; of the samples that "
            "were solved whole, in every hour."
        )
    if sampled.carrying is not None:
        told.append(
            "What a site can carry is solved for each sample on its design days, all plant at work; with a unit out, "
            "and once in 20 years, for the site as given alone. Set points are drawn apart from the coolers that must "
            "hold them, as no file says how wide that tie is: a sample that asks its plant for water colder than it "
            "can make carries hardly any IT with set points held, though its racks would only run warmer. Up to alarms "
            "is what is carried before an alarm or a throttling chip, and hangs far less on that."
        )
    told.append(
        "Not sampled: how many racks with accelerators stand (without any, how many racks). A range of such a count is "
        "that of a class of sites, or of a split between two kinds of racks: drawn, it would be another site behind "
        "the same connection, and no doubt about this one. How many racks of storage and network serve them is drawn."
    )
    if sampled.tied:
        told.insert(
            1,
            f"{sampled.tied} of these must fit together (coolant above its water by what its CDUs need, power at rest "
            "no higher than at work, water that its coils can warm so far): each is drawn from what those that the "
            "file names before it leave of its range, by its own distribution cut there.",
        )
    if sampled.failed:
        told.insert(
            0,
            f"In {len(sampled.failed)} of {count} samples the plant cannot carry the heat of its halls; the figures "
            f"are of the others. The first: {sampled.failed[0]}",
        )
    if cannot:
        reasons = "; ".join(f"{text} ({times})" for text, times in sampled.refused[:REASONS])
        told.append(
            f"{cannot} of {sampled.tried} sites that were drawn ({digits(100.0 * cannot / sampled.tried, 2)} %) cannot "
            "be, since numbers that are drawn by themselves must fit together; they are left out, which narrows the "
            f"ranges of these numbers. Most often: {reasons}."
        )
    return told
