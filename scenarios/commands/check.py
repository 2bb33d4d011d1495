"""``twin check``: is this facility, scenario, telemetry or weather file good; all faults at once."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from rich.console import Console

from facilities import weather
from twin.errors import Fault, InputError

_SCENARIO_KEYS = {"jobs", "events", "duration", "seed", "weather", "sweep"}
"""Keys by which a TOML file is known as a scenario."""


class Verdict(NamedTuple):
    """What a check found: the kind of file, what is wrong, and what was noticed."""

    kind: str
    faults: tuple[Fault, ...]
    notes: tuple[str, ...] = ()


def show(file: str, *, as_json: bool, site: str | None = None, **options: str | None) -> bool:
    """Check a file, print what was found, and say whether it is good."""
    verdict = judge(file, site, **options)
    console = Console(soft_wrap=True, highlight=False, markup=False)
    if as_json:
        console.print(json.dumps(_content(file, verdict), indent=2))
        return not verdict.faults
    for fault in verdict.faults:
        console.print(f"{file}: {fault}")
    for note in verdict.notes:
        console.print(f"note: {note}")
    count = len(verdict.faults)
    console.print(f"{file}: {verdict.kind}, " + ("good" if not count else f"{count} fault{'s' if count > 1 else ''}"))
    return not count


def judge(file: str, site: str | None = None, **options: str | None) -> Verdict:
    """
    Check a file of any kind, or a site by its name.

    Parameters
    ----------
    file
        Path, or name of a site.
    site
        For which a weather file, or that of a scenario, is meant.
    options
        Of `telemetry.read`.

    Returns
    -------
    Verdict
        Without faults if the file is good.
    """
    if weather.is_weather(Path(file)):
        return _weather(file, site)
    if Path(file).suffix != ".toml" and (Path(file).exists() or Path(file).suffix):
        return _telemetry(file, options)
    if is_scenario(Path(file)):
        return _scenario(file, site)
    import facilities

    return Verdict("facility", facilities.check(file))


def is_scenario(path: Path) -> bool:
    """
    Say whether a TOML file holds a scenario.

    Parameters
    ----------
    path
        Of the file; what cannot be read is left to the facility's check to complain of.

    Returns
    -------
    bool
        Whether it has a key that only scenarios have.
    """
    try:
        return bool(_SCENARIO_KEYS & set(tomllib.loads(path.read_text(encoding="utf-8"))))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return False


def _scenario(file: str, site: str | None) -> Verdict:
    from scenarios import schema

    try:
        scenario = schema.load(file)
    except InputError as error:
        return Verdict("scenario", error.faults)
    if scenario.weather in schema.WEATHER:
        return Verdict("scenario", ())
    found = _weather(scenario.weather, site)
    faults = (Fault(f"weather: {fault.where}".removesuffix(": "), fault.message) for fault in found.faults)
    return Verdict("scenario", tuple(faults), found.notes)


def _weather(file: str, site: str | None) -> Verdict:
    import facilities

    found = weather.examine(file, None if site is None else facilities.load(site).location)
    return Verdict(f"weather ({found.format})" if found.format else "weather", found.faults, found.notes)


def _telemetry(file: str, options: dict[str, Any]) -> Verdict:
    import telemetry

    try:
        reading = telemetry.read(file, **options)
    except InputError as error:
        return Verdict("telemetry", error.faults)
    return Verdict(f"telemetry ({reading.format})", (), reading.notes)


def _content(file: str, verdict: Verdict) -> dict[str, Any]:
    faults: Sequence[dict[str, str]] = [fault._asdict() for fault in verdict.faults]
    return {"file": file, "kind": verdict.kind, "good": not faults, "faults": faults, "notes": list(verdict.notes)}
