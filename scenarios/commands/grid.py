"""``twin grid``: what a site does to the network at its point of connection, as a page and tables."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.table import Table

import facilities
from scenarios import study_folder
from scenarios.fast_load.measured import Sensor
from scenarios.gridstudy import page
from scenarios.gridstudy.study import Waveform, study
from twin import units
from twin.errors import Fault, InputError

COMMAND = "twin grid"
"""Where faults of options are, for messages."""


def measured(
    file: Path | None, average: str | None, idle: str | None, full: str | None, zone: str | None
) -> Waveform | None:
    """Read how a waveform was measured; none without a file."""
    given = {"--average": (average, "s"), "--idle": (idle, "W"), "--full": (full, "W")}
    if file is None:
        without = [name for name, (text, _) in given.items() if text is not None]
        if without:
            message = "says how a waveform was measured; give --waveform FILE"
            raise InputError(COMMAND, [Fault(", ".join(without), message)])
        return None
    values: dict[str, float | None] = {}
    faults = []
    for name, (text, unit) in given.items():
        try:
            values[name] = None if text is None else units.si(units.read(text), unit)
        except ValueError as error:
            faults.append(Fault(name, str(error)))
    if faults:
        raise InputError(COMMAND, faults)
    return Waveform(file, Sensor(values["--average"], values["--idle"], values["--full"]), zone)


def show(site: str, run: Path | None, out: Path | None, waveform: Waveform | None, *, network: bool) -> None:
    """Print what a reader asks for first, write page and tables, and say where they are."""
    folder = study_folder.place(page.KIND, facilities.load(site).name, out)
    found = study(site, run, waveform, network=network)
    written = page.write(found, folder)
    console = Console(highlight=False)
    table = Table(show_header=False, title=found.facility.title, title_justify="left")
    table.add_column()
    table.add_column(overflow="fold")
    for name, text in page.summary(found):
        table.add_row(name, text)
    console.print(table)
    if run is None:
        note = "no run was given: ramps, spectrum and codes are left out; give one with --run"
        console.print(f"note: {note}", markup=False, soft_wrap=True)
    console.print(f"page: {written}", markup=False, soft_wrap=True)
