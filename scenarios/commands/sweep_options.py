"""What ``twin sweep`` may be told, in words; apart from what it does, so that ``--help`` answers at once."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Annotated

import typer

from scenarios.commands.options import SiteName, Zone
from scenarios.commands.year_options import Aim, Carbon, Costs, First, Step, Supply, Tariff, Weather

EXAMPLES = (
    "Examples: twin sweep prometheus --scenario warmer_water; twin sweep my_site.toml --scenario my_sweep.toml "
    "--cluster tcp://10.0.0.1:8786"
)

Designs = Annotated[str, typer.Option(metavar="NAME|FILE", help="A scenario with a table [sweep].")]
Out = Annotated[
    Path | None, typer.Option(metavar="DIR", help="Folder of the sweep; the same one in runs/ if not given.")
]
Processes = Annotated[
    int | None, typer.Option(metavar="N", help="Processes of this machine; as many as it has processors if not given.")
]
Cluster = Annotated[
    str | None, typer.Option(metavar="ADDRESS", help="Scheduler of a Dask cluster that works in their place.")
]


def add(app: typer.Typer, told: Callable[[], AbstractContextManager[None]]) -> None:
    """
    Give the command line its search of designs.

    Parameters
    ----------
    app
        The command line.
    told
        Says a user's mistake in one message.
    """

    @app.command(epilog=EXAMPLES)
    def sweep(
        site: SiteName,
        scenario: Designs,
        weather: Weather = None,
        step: Step = "1 h",
        first: First = 2026,
        carbon: Carbon = None,
        tz: Zone = None,
        tariff: Tariff = None,
        costs: Costs = None,
        supply: Supply = "own",
        aim: Aim = "cost",
        out: Out = None,
        processes: Processes = None,
        cluster: Cluster = None,
    ) -> None:
        """Solve a year of each design of a sweep, and show the best; goes on where it was ended."""
        with told():
            from scenarios.commands import sweep as swept

            accounts = swept.Asked(carbon, tz, tariff, costs, supply, aim)  # type: ignore[arg-type]  # checked
            swept.show(site, scenario, weather, step, first, out, processes, cluster, accounts=accounts)
