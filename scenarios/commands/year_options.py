"""What ``twin year`` may be told, in words; apart from what it does, so that ``--help`` answers at once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

EXAMPLES = (
    "Examples: twin year prometheus; twin year hyperion@first --step '5 min'; twin year prometheus --weather year.epw; "
    "twin year hyperion --growth --first 2028; twin year prometheus --samples 256"
)

Jobs = Annotated[
    str | None, typer.Option(metavar="NAME|FILE", help="Whose jobs run through the year; the site's own without it.")
]
Weather = Annotated[
    str | None, typer.Option(metavar="NAME|FILE", help="normals, synthetic_year, or an EPW or TMY3 file.")
]
Step = Annotated[str, typer.Option(metavar="D", help="'1 h' or '5 min'.")]
First = Annotated[int, typer.Option(metavar="YEAR", help="Calendar year, for weekdays and phases.")]
Growth = Annotated[bool, typer.Option("--growth", help="Let the site grow along its phases through the year.")]
Samples = Annotated[
    int,
    typer.Option(metavar="N", help="Draw N sites from the ranges of assumptions: P10, P50, P90, what matters. Or 0."),
]
Out = Annotated[Path | None, typer.Option(metavar="DIR", help="Folder of the year; a new one in runs/ if not given.")]
Force = Annotated[bool, typer.Option("--force", help="Replace the run that stands in --out.")]
