"""``twin new``: a facility or scenario file of one's own, begun as a copy in which every key says what it is."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Mapping
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import BaseModel
from rich.console import Console

import facilities
from facilities import catalog, commented, json_schema, loading
from facilities.notes import TERMS, of_field
from facilities.quantity import Sourced
from facilities.reader import toml
from facilities.schema import Description
from facilities.weather import summary
from scenarios import fields, schema
from scenarios.commands.check import is_scenario
from scenarios.schema import Scenario
from twin.errors import Fault, InputError, OutputError, UnknownNameError

NAMED = "NAME"
"""The argument, as its help calls it."""
NAME = re.compile(r"[a-z][a-z0-9_]*")

FACILITY_STEPS = (
    "A copy of {source}: every number below is still that site's. Change it from the top down; check after each step.",
    "1. title, about, attributions: whose site this is. Attributions stay while numbers of theirs stay.",
    "2. [location] and [climate] together: the plant is sized for the climate's design day.",
    "3. [design] and [arrangement]: the power of the whole site, halls, racks to a CDU.",
    "4. [racks]: which, and how many. A rack of your own goes to [catalog.racks.NAME].",
    "5. [cooling]: set points, coolers, chillers. `twin check` says what cannot hold the design day.",
    "6. [power] and [connection]: from the racks up to the grid; the rating must cover the whole site.",
    "7. [[phases]] and [supply], if there are any: take away what is not yours.",
    "A number is text with its unit, has a source, and says its basis. {basis} Where another source disagrees, keep "
    "its value under conflicts.",
    'Tables may come from designs in the place of your own: designs = ["air_chilled"] above the first table; what '
    "stands in this file goes before them. The project has {designs}.",
    "    twin check {file}     all faults at once, each with its place",
    "    twin show {file}      what was understood, from chip to grid",
    '    twin replay {file} --duration "1 h"     run it, and write a page to read',
)

SCENARIO_STEPS = (
    "A copy of {source}: change the description, then what runs (jobs) and what happens (events). Times of jobs and "
    "events count from the start of the run. Without jobs the telemetry of the command line runs, or the jobs of "
    "default.",
    "    twin check {file}     all faults at once, each with its place",
    "    twin replay SITE --scenario {file}     run it",
)


class Source(NamedTuple):
    """What is copied."""

    path: Path
    model: type[BaseModel]
    terms: Mapping[str, str]
    steps: tuple[str, ...]
    editor: Path


def show(name: str, source: str, out: Path, *, weather: Path | None, force: bool) -> None:
    """Write the file, and say what to do next."""
    path = write(name, source, out, weather=weather, force=force)
    console = Console(soft_wrap=True, highlight=False, markup=False)
    kind = "scenario" if is_scenario(path) else "facility"
    console.print(f"written: {path} ({kind}, a copy of {source})")
    console.print(f"next: read its first lines, change it, then twin check {shlex.quote(str(path))}")


def write(name: str, source: str, out: Path, *, weather: Path | None = None, force: bool = False) -> Path:
    """
    Write a file of one's own, whole or not at all.

    Parameters
    ----------
    name
        Of the new site or scenario, and of its file.
    source
        Name of a site or scenario, or its file.
    out
        Folder of the new file; made if it is not there.
    weather : Path, optional
        A weather file of the new site's place, from which its location and climate are derived.
    force
        Whether a file that stands there is replaced.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    InputError
        When the name will not do, or the source or the weather file is unknown or has faults.
    OutputError
        When a file stands there, or cannot be written.
    """
    _good_name(name)
    found = _source(source)
    target = out / f"{name}.toml"
    if target.exists() and not force:
        message = f"{target}: stands there already; give another name or --out, or --force to replace it"
        raise OutputError(message)
    content = _renamed(name, source, _standing(found))
    if weather is not None:
        content = _placed(content, weather, found)
    _keep(target, _text(source, found, target, content))
    return target


def _good_name(name: str) -> None:
    if not NAME.fullmatch(name):
        near = re.sub(r"[^a-z0-9]+", "_", Path(name).name.lower().removesuffix(".toml")).strip("_0123456789")
        hint = f"; {near!r} would do" if near else ""
        message = f"small letters, digits and underscores, a letter first; got {name!r}{hint}"
        raise InputError(NAMED, [Fault("", message)])
    if name in facilities.names() or name in schema.names():
        message = f"{name!r} comes with the project, and commands would take that one; choose another"
        raise InputError(NAMED, [Fault("", message)])


def _source(source: str) -> Source:
    source = source.replace("-", "_") if source.replace("-", "_") in facilities.names() else source
    path = Path(source)
    if path.suffix != ".toml" and source not in {*facilities.names(), *schema.names()}:
        kind = "site or scenario"
        raise UnknownNameError(kind, source, [*facilities.names(), *schema.names()])
    if source in schema.names() or is_scenario(path):
        schema.load(source)
        editor = Path(schema.__file__).parent / json_schema.FOLDER / "scenario.json"
        return Source(schema.path_of(source), Scenario, fields.TERMS, SCENARIO_STEPS, editor)
    facilities.load(source)
    editor = Path(facilities.__file__).parent / json_schema.FOLDER / "facility.json"
    return Source(loading.file_of(source), Description, TERMS, FACILITY_STEPS, editor)


def _placed(content: dict[str, Any], file: Path, found: Source) -> dict[str, Any]:
    """Put a copy where a weather file is from; who is credited for the source still is."""
    if found.model is not Description:
        where = "--weather"
        raise InputError(
            where, [Fault("", "a scenario names its weather itself; leave it out, and see its key weather")]
        )
    there = summary.tables(file)
    credits = dict.fromkeys([*content.get("attributions", []), *there["attributions"]])
    return {**content, **there, "attributions": list(credits)}


def _text(source: str, found: Source, target: Path, content: Mapping[str, Any]) -> str:
    words = {
        "source": source,
        "file": shlex.quote(str(target)),
        "designs": ", ".join(loading.designs()),
        "basis": of_field(Sourced, "basis"),
    }
    head = [
        f"#:schema {found.editor.as_uri()}",
        *chain.from_iterable(commented.comment(step.format(**words)) for step in found.steps),
    ]
    known = catalog.builtin()
    parts = {kind: f"The project has {', '.join(getattr(known, kind))}." for kind in type(known).model_fields}
    return "\n".join([*head, "", commented.text(found.model, content, found.terms, parts)])


def _standing(found: Source) -> dict[str, Any]:
    """Read the source; files that a scenario names from its own folder are named in full."""
    if found.model is not Scenario:
        return loading.content(found.path)
    data = toml(found.path)
    scenario = schema.load(found.path)
    if "weather" in data and scenario.weather != data["weather"]:
        data["weather"] = str(Path(scenario.weather).resolve())
    for job, read in zip(data.get("jobs", ()), scenario.jobs, strict=False):
        for key in ("telemetry", "mapping"):
            if job.get(key) != getattr(read, key):
                job[key] = str(Path(getattr(read, key)).resolve())
    return data


def _renamed(name: str, source: str, data: dict[str, Any]) -> dict[str, Any]:
    data = {**data, "name": name}
    if "title" in data:
        data["title"] = f"{name}, begun as a copy of {data['title']}"
        data["about"] = f"Say here what it is, and what of it is known. Of {source}: {data['about']}"
    return data


def _keep(target: Path, text: str) -> None:
    unfinished = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        unfinished.write_text(text, encoding="utf-8")
        unfinished.replace(target)
    except OSError as error:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
        message = (
            f"{target}: cannot be written ({error.strerror or error}); give --out in a folder that you may write to"
        )
        raise OutputError(message) from error
