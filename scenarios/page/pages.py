"""What every page shares: one HTML file that needs no other and no network, written whole or not at all."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from scenarios.page import figures, quantities
from twin.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scenarios.page.style import Chart


def html(template: str, version: str, charts: Mapping[str, Chart], **content: object) -> str:
    """
    Fill a page's template.

    Parameters
    ----------
    template
        Name of a file in ``templates`` that extends ``page.html.j2``.
    version
        Of the program that made what is shown.
    charts
        Name -> chart, in reading order.
    content
        What else the template names.

    Returns
    -------
    text
        The whole file.
    """
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parents[1] / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    writers = (
        quantities.quantity,
        quantities.digits,
        quantities.share,
        quantities.duration,
        quantities.count,
        quantities.several,
        quantities.stated,
    )
    environment.filters |= {writer.__name__: writer for writer in (*writers, breakable)}
    return environment.get_template(template).render(
        version=version,
        charts=charts,
        figures=_charts_json(charts),
        plotly=Markup(figures.library()),
        **content,
    )


def save(content: str | bytes, path: str | Path, what: str) -> Path:
    """
    Write a page.

    Parameters
    ----------
    content
        The page, or what was printed of one.
    path
        File to write; what stands there is replaced once the page is whole.
    what
        What the page is, for the message where it cannot be written.

    Returns
    -------
    Path
        Of the page.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    target = Path(path)
    unfinished = target.parent / f".{target.name}.part"
    try:
        unfinished.write_bytes(content.encode() if isinstance(content, str) else content)
        unfinished.replace(target)
    except OSError as error:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
        reason = f"the {what} cannot be written ({error.strerror})"
        message = f"{target}: {reason}; name a file in a folder that you may write to"
        raise OutputError(message) from error
    return target


def breakable(path: str) -> Markup:
    """Let a dotted path break between its words, where no line is wide enough for it."""
    return Markup(re.sub(r"([._])(?=[a-z])", r"\1<wbr>", str(escape(path))))


def script_json(text: str) -> Markup:
    """Write JSON that may stand inside a script element: no text in it can close the element."""
    return Markup(text.replace("<", "\\u003c"))


def _charts_json(charts: Mapping[str, Chart]) -> Markup:
    members = ",".join(f"{json.dumps(name)}:{chart.figure}" for name, chart in charts.items())
    return script_json("{" + members + "}")
