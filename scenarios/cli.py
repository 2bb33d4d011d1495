"""
The command ``twin``.

Only the words are here; what a command does stands in `scenarios.commands`, loaded when it is wanted, so that
``twin --help`` answers at once.
"""

from __future__ import annotations

import atexit
import gc
import os
import shlex
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from scenarios.commands import sweep_options, year_options
from scenarios.commands.options import AsJson, Format, Mapping, Policy, SiteName, Start, Zone
from twin.errors import TwinError

app = typer.Typer(
    name="twin",
    help="A digital twin of AI superclusters: power and heat from the chip to the transmission grid.",
    epilog="Example: twin replay prometheus",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

FEWER_COLLECTIONS = 1_000_000
"""New objects after which Python looks for cycles among them; 700 if nothing is said."""

INTERRUPTED = 130
"""Exit code after Ctrl-C, as shells have it: 128 and the signal's number."""


@contextmanager
def _told() -> Iterator[None]:
    """Say a user's mistake in one message, and Ctrl-C in one line; other faults are ours and keep their traceback."""
    errors = Console(stderr=True, soft_wrap=True, markup=False, highlight=False, emoji=False)
    try:
        yield
    except TwinError as error:
        errors.print(f"twin: {error}")
        raise typer.Exit(error.exit_code) from None
    except KeyboardInterrupt:
        errors.print("twin: interrupted; nothing was left behind")
        raise typer.Exit(INTERRUPTED) from None


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        Console(highlight=False).print(f"gigatwin {version('gigatwin')}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Take the options of the whole command."""


@app.command("list", epilog="Example: twin list")
def list_names(as_json: AsJson = False) -> None:
    """List sites, racks, accelerators, scenarios, synthetic traces and telemetry formats."""
    with _told():
        from scenarios.commands import listing

        listing.show(as_json=as_json)


@app.command(epilog="Examples: twin catalog; twin catalog ironwood")
def catalog(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="A part, to be shown in full.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show accelerators and racks with power, FLOP/s and how sure it is; or one part with its sources."""
    with _told():
        from scenarios.commands import catalog as shown

        shown.show(name, as_json=as_json)


@app.command(epilog="Example: twin show prometheus")
def show(
    site: SiteName, every: Annotated[bool, typer.Option("--all", help="All assumptions and sources.")] = False
) -> None:
    """Show a site as tables: power, racks, cooling, electrical one-line, assumptions, sources."""
    with _told():
        from scenarios.commands import site as shown

        shown.show(site, every=every)


@app.command(
    epilog="Examples: twin replay prometheus --scenario pump_trip --out runs/trip; "
    "twin replay frontier --telemetry cdus.csv --start 2024-04-07T00:00Z"
)
def replay(
    site: SiteName,
    telemetry: Annotated[Path | None, typer.Option(metavar="FILE", help="What the racks did: CSV or parquet.")] = None,
    format: Format = None,
    mapping: Mapping = None,
    start: Start = None,
    tz: Zone = None,
    policy: Policy = None,
    scenario: Annotated[
        str | None, typer.Option(metavar="NAME|FILE", help="A ready scenario, or a scenario file (.toml).")
    ] = None,
    duration: Annotated[str | None, typer.Option(metavar="D", help="Length of the run, such as '6 h'.")] = None,
    weather: Annotated[
        str | None,
        typer.Option(
            metavar="NAME|FILE", help="Weather: an EPW or TMY3 file, or a name, such as design_day; twin list has them."
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder of the run; a new one in runs/ if not given.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the run that stands in --out.")] = False,
    verify: Annotated[
        str | None,
        typer.Option(
            metavar="D",
            help="Solve so much of the run again by an integrator, such as '2 min'; slow: a minute a minute for 1 GW.",
        ),
    ] = None,
) -> None:
    """Replay a load through a site, second by second, and write the run and its report."""
    with _told():
        from scenarios import study
        from scenarios.commands import replay as replayed

        asked = partial(
            study.replay,
            site,
            telemetry=telemetry,
            format=format,
            mapping=mapping,
            start=start,
            tz=tz,
            policy=tuple(policy or ()),
            scenario=scenario,
            duration=duration,
            weather=weather,
            out=out,
            force=force,
            verify=verify,
            command=shlex.join(["twin", *sys.argv[1:]]),
        )
        replayed.show(asked)


@app.command(epilog="Example: twin report runs/prometheus-default-20260715T050000Z")
def report(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="Folder of a run.")],
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Page to write; report.html in the run if not given.")
    ] = None,
) -> None:
    """Build the page of a run again."""
    with _told():
        from scenarios.commands import report as reported

        reported.show(run, out)


@app.command(epilog="Examples: twin pdf runs/prometheus-default-20260715T050000Z; twin pdf grid/prometheus")
def pdf(
    page: Annotated[Path, typer.Argument(metavar="PAGE|DIR", help="A page (.html), or the folder that holds it.")],
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="PDF to write; beside the page if not given.")
    ] = None,
) -> None:
    """Print the page of a run, a year or a study as PDF, by Chromium or Chrome."""
    with _told():
        from scenarios.commands import pdf as printed

        printed.show(page, out)


@app.command(
    epilog="Examples: twin compare runs/calm runs/trip; twin compare prometheus hyperion frontier; "
    "twin compare runs/calm runs/trip --csv > table.csv"
)
def compare(
    what: Annotated[
        list[str], typer.Argument(metavar="RUN|SITE", help="Two or more folders of runs, sites, facility files.")
    ],
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Page to write; compare.html beside the first run, or here, if not given."),
    ] = None,
    as_csv: Annotated[
        bool, typer.Option("--csv", help="Print the table for machines, in SI; no page without --out.")
    ] = False,
) -> None:
    """Set runs and sites side by side: one table, what differs in their inputs, and a page with pictures."""
    with _told():
        from scenarios.commands import compare as compared

        compared.show(what, out, as_csv=as_csv)


@app.command(
    epilog="Examples: twin check prometheus; twin check my_site.toml; twin check power.csv --tz UTC; "
    "twin check columbus.tmy3 --site prometheus"
)
def check(
    file: Annotated[
        str,
        typer.Argument(metavar="FILE", help="A facility, scenario, telemetry or weather file, or the name of a site."),
    ],
    site: Annotated[
        str | None, typer.Option(metavar="SITE", help="The site for which a weather file is meant.")
    ] = None,
    format: Format = None,
    mapping: Mapping = None,
    start: Start = None,
    tz: Zone = None,
    as_json: AsJson = False,
) -> None:
    """Say whether a file is good, and all that is wrong with it at once."""
    with _told():
        from scenarios.commands import check as checked

        good = checked.show(file, format=format, mapping=mapping, start=start, tz=tz, site=site, as_json=as_json)
    if not good:
        raise typer.Exit(TwinError.exit_code)


@app.command(
    epilog="Examples: twin new my_site --from prometheus --weather memphis.epw; twin new my_question --from heat_wave"
)
def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Of the new site or scenario, and of its file.")],
    source: Annotated[
        str, typer.Option("--from", metavar="NAME|FILE", help="The site or scenario to begin with, or its file.")
    ],
    weather: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="EPW or TMY3 file of the new site's place: gives its location and climate."),
    ] = None,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder of the file; here if not given.")] = Path(),
    force: Annotated[bool, typer.Option("--force", help="Replace the file that stands there.")] = False,
) -> None:
    """Begin a facility or scenario file of your own: a copy of another in which every key says what it is."""
    with _told():
        from scenarios.commands import new as begun

        begun.show(name, source, out, weather=weather, force=force)


@app.command(epilog="Examples: twin data list; twin data get azure_llm_2023_code")
def data(
    act: Annotated[str, typer.Argument(metavar="list|get", help="List all sets, or fetch one.")],
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", show_default=False, help="Of the set to get.")] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder to keep it in; the user's cache if not given.")
    ] = None,
) -> None:
    """Fetch public traces and weather by name: checked, kept, their licence told."""
    with _told():
        from scenarios.commands import data as fetched
        from twin.errors import Fault, InputError

        if act not in {"list", "get"} or (act == "get") != (name is not None):
            asked = " ".join(word for word in (act, name) if word)
            raise InputError(source="", faults=[Fault("twin data", f"say list, or get NAME; got {asked!r}")])
        if name is None:
            fetched.show()
        else:
            fetched.get(name, out)


@app.command(
    epilog="Examples: twin convert smi.csv --tz America/New_York --out smi.parquet; twin convert "
    "http://localhost:9090 --query DCGM_FI_DEV_POWER_USAGE --start 2026-07-15T00:00Z --end 2026-07-15T01:00Z"
)
def convert(
    file: Annotated[
        str, typer.Argument(metavar="FILE|URL", help="A telemetry file in any known format, or a Prometheus server.")
    ],
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="File to write; beside the given one if not given.")
    ] = None,
    format: Format = None,
    mapping: Mapping = None,
    start: Start = None,
    tz: Zone = None,
    policy: Policy = None,
    query: Annotated[str | None, typer.Option(metavar="Q", help="What a server is asked, in PromQL.")] = None,
    end: Annotated[str | None, typer.Option(metavar="T", help="End of what a server is asked.")] = None,
    step: Annotated[
        float | None, typer.Option(metavar="S", help="Seconds between points of a server; as scraped if not given.")
    ] = None,
    to: Annotated[
        str, typer.Option("--to", metavar="F", help="parquet, csv, openmetrics, prometheus or opentelemetry.")
    ] = "parquet",
    run: Annotated[
        Path | None, typer.Option(metavar="RUN", help="A replay of this file, compared with it on the page.")
    ] = None,
    page: Annotated[bool, typer.Option("--page/--no-page", help="Write the page of its quality.")] = True,
    force: Annotated[bool, typer.Option("--force", help="Replace the file that stands there.")] = False,
) -> None:
    """Convert telemetry to canonical parquet, with a page that says how good it is."""
    with _told():
        from scenarios.commands import convert as converted

        asked = converted.Asked(format, mapping, start, tz, tuple(policy or ()), query, end, step, to, run, page, force)
        converted.show(file, out, asked)


@app.command(
    epilog="Examples: twin record -o run.parquet --duration '60 s'; twin record -o run.parquet -- python train.py; "
    "twin record --recover run.parquet.unfinished"
)
def record(
    command: Annotated[
        list[str] | None,
        typer.Argument(metavar="[-- COMMAND ...]", show_default=False, help="Recorded while it runs."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", "-o", metavar="FILE|DIR", help="Parquet to write, or a folder for it; here if not given."
        ),
    ] = None,
    rate: Annotated[float, typer.Option(metavar="HZ", help="Samples of power and energy a second, at most 50.")] = 50,
    slow_rate: Annotated[
        float, typer.Option(metavar="HZ", help="Of temperatures, clocks, utilisation, clock events.")
    ] = 10,
    duration: Annotated[
        str | None, typer.Option(metavar="D", help="Length, such as '60 s'; until Ctrl-C if not given.")
    ] = None,
    lead: Annotated[str, typer.Option(metavar="D", help="Recorded before and after the command.")] = "5 s",
    gpus: Annotated[
        str | None, typer.Option(metavar="N,N", help="Numbers of GPUs, such as 0,3; all if not given.")
    ] = None,
    anonymous: Annotated[bool, typer.Option("--anonymous", help="Leave the UUIDs of GPUs out.")] = False,
    recover: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Put the parts of a recording that was cut off together.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file that stands there.")] = False,
) -> None:
    """Record what the NVIDIA GPUs of this machine draw and do, to canonical parquet; nothing is changed on them."""
    with _told():
        from scenarios.commands import record as recorded

        if recover is not None:
            recorded.recover(recover, out, force=force)
            return
        code = recorded.show(
            Path() if out is None else out,
            command or [],
            rate=rate,
            slow_rate=slow_rate,
            duration=duration,
            lead=lead,
            gpus=gpus,
            anonymous=anonymous,
            force=force,
        )
    if code:
        raise typer.Exit(code)


@app.command(
    epilog="Examples: twin codes; twin codes runs/prometheus-default-20260715T050000Z; twin codes --equipment itic"
)
def codes(
    run: Annotated[Path | None, typer.Argument(metavar="RUN", help="Folder of a run to hold against them.")] = None,
    equipment: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="A curve of equipment, such as itic: where it may leave too early."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List what grid operators ask of large loads, or hold a run or a curve of equipment against it."""
    with _told():
        from scenarios.commands import codes as coded

        code = coded.show(run, equipment, as_json=as_json)
    if code:
        raise typer.Exit(code)


@app.command(
    epilog="Examples: twin grid prometheus; twin grid prometheus --run runs/prometheus-default-20260715T050000Z"
)
def grid(
    site: SiteName,
    run: Annotated[Path | None, typer.Option(metavar="DIR", help="A run of the site: ramps, spectrum, codes.")] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder of page and tables; grid/SITE if not given.")
    ] = None,
    waveform: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Fast telemetry of an accelerator, in the place of a synthetic job."),
    ] = None,
    average: Annotated[
        str | None, typer.Option(metavar="TIME", help="Over which its sensor averages, such as '1 s': bring it back.")
    ] = None,
    idle: Annotated[str | None, typer.Option(metavar="POWER", help="Its loaded idle, such as '120 W'.")] = None,
    full: Annotated[str | None, typer.Option(metavar="POWER", help="Its full power, such as '700 W'.")] = None,
    tz: Zone = None,
    network: Annotated[bool, typer.Option(help="Study the host network; takes a minute.")] = True,
) -> None:
    """Study a site's connection: strength, steady state, hosting capacity, voltage, frequency, swings, and a run's."""
    with _told():
        from scenarios.commands import grid as studied

        studied.show(site, run, out, studied.measured(waveform, average, idle, full, tz), network=network)


@app.command(epilog="Examples: twin failures prometheus; twin failures traditional_enterprise --out failures/old")
def failures(
    site: SiteName,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder of page and tables; failures/SITE if not given.")
    ] = None,
) -> None:
    """Take every part of a site's power and cooling out: overloads, temperatures, time to throttle, availability."""
    with _told():
        from scenarios.commands import failures as failed

        failed.show(site, out)


year_options.add(app, _told)
sweep_options.add(app, _told)


@app.command(epilog="Examples: twin validate --data ../shared/data; twin validate --cases my_cases")
def validate(
    data: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder with public data that some cases need.")
    ] = None,
    cases: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder with further cases, a folder with a case.toml each.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Run every published case: expected, got, error, tolerance."""
    with _told():
        from scenarios.commands import validation

        good = validation.show(data, cases, as_json=as_json)
    if not good:
        raise typer.Exit(1)


def main() -> None:
    """Run the command line."""
    # Our matrices are small; threads that wait for a large one burn 0.4 s of a replay. Read as numpy loads.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # Loading libraries makes half a million objects that stay: looking for rubbish among them takes 0.3 s of a replay,
    # and once more as Python ends.
    gc.set_threshold(FEWER_COLLECTIONS)
    atexit.register(gc.freeze)
    # A batch system, or `kill`, ends a run as Ctrl-C does: nothing is left behind.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    app()
