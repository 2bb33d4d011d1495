"""What ``twin year`` may be told, in words; apart from what it does, so that ``--help`` answers at once."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Annotated

import typer

from scenarios.commands.options import SiteName, Zone

EXAMPLES = (
    "Examples: twin year prometheus; twin year hyperion@first --step '5 min'; twin year prometheus --weather year.epw; "
    "twin year hyperion --growth --first 2028; twin year prometheus --samples 256; twin year oracle_abilene --carbon "
    "hours.csv --aim carbon; twin year hyperion --supply all"
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
Carbon = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE", help="The grid's carbon intensity by the hour, CSV or parquet; the site's mean without it."
    ),
]
Tariff = Annotated[
    str | None, typer.Option(metavar="NAME", help="What the grid's energy costs; the site's own without it.")
]
Costs = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Unit costs, laid over those of facilities/economics.toml.")
]
Supply = Annotated[
    str,
    typer.Option(
        metavar="none|own|all",
        help="Supply of the site that is used: none; of islands and behind the meter; its plants on the grid as well.",
    ),
]
Aim = Annotated[str, typer.Option(metavar="cost|carbon", help="What that supply is used for.")]
Out = Annotated[Path | None, typer.Option(metavar="DIR", help="Folder of the year; a new one in runs/ if not given.")]
Force = Annotated[bool, typer.Option("--force", help="Replace the run that stands in --out.")]


def add(app: typer.Typer, told: Callable[[], AbstractContextManager[None]]) -> None:
    """
    Give the command line its planning year.

    Parameters
    ----------
    app
        The command line.
    told
        Says a user's mistake in one message.
    """

    @app.command(epilog=EXAMPLES)
    def year(
        site: SiteName,
        scenario: Jobs = None,
        weather: Weather = None,
        step: Step = "1 h",
        first: First = 2026,
        growth: Growth = False,
        samples: Samples = 0,
        carbon: Carbon = None,
        tz: Zone = None,
        tariff: Tariff = None,
        costs: Costs = None,
        supply: Supply = "own",
        aim: Aim = "cost",
        out: Out = None,
        force: Force = False,
    ) -> None:
        """Solve a planning year: energy, water, carbon, supply, cost, by month and hour, extreme days, as a page."""
        with told():
            from scenarios.commands import year as planned

            accounts = planned.Asked(carbon, tz, tariff, costs, supply, aim)  # type: ignore[arg-type]  # checked
            asked = {"growth": growth, "samples": samples, "asked": accounts, "out": out, "force": force}
            command = shlex.join(["twin", *sys.argv[1:]])
            planned.show(site, scenario, weather, step, first, command=command, **asked)
