"""Arguments and options that several commands take, in words."""

from __future__ import annotations

from typing import Annotated

import typer

SiteName = Annotated[str, typer.Argument(metavar="SITE", help="Name of a site, or a facility file (.toml).")]
AsJson = Annotated[bool, typer.Option("--json", help="Print for machines.")]
Format = Annotated[
    str | None, typer.Option("--format", metavar="F", help="Telemetry format; found from the file if not given.")
]
Mapping = Annotated[
    str | None, typer.Option("--mapping", metavar="FILE", help="What the columns are: a TOML file, or a shipped name.")
]
Start = Annotated[
    str | None,
    typer.Option("--start", metavar="T", help="Start, such as 2026-07-15T05:00Z; relative times count from it."),
]
Zone = Annotated[
    str | None, typer.Option("--tz", metavar="Z", help="Zone of times that name none, such as America/New_York.")
]
Policy = Annotated[
    list[str] | None,
    typer.Option(
        metavar="P", help="repeats=last|mean, clock_change=earlier|later or outside=flag: not refused, but marked."
    ),
]
