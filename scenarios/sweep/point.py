"""One design of a sweep: by what it is known, and its year, solved wherever a process runs."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from facilities import Facility, build
from scenarios.outdoors import weather_file
from scenarios.schema import Scenario
from scenarios.workload_schema import GIVEN
from twin.errors import InputError, StateError
from twin.metrics import Metric

if TYPE_CHECKING:
    from scenarios.yearstudy.accounts import Asked as AccountsAsked

SCHEMA = 1
"""Version of a stored result."""

BY_CONTENT = frozenset({"carbon", "costs"})
"""Files of the accounts, which are known by their content."""

CONTENT = frozenset({".py", ".toml", ".npz", ".csv", ".json", ".jsonl", ".parquet"})
"""Files of the program that results may depend on: modules and data; not what pages are made of."""

Result = dict[str, Any]
"""``figures``: flat, as of a year; ``says``: why there are none, else empty; ``code``: what solved it."""


class Task(NamedTuple):
    """
    A design to be solved.

    Attributes
    ----------
    key : text
        Hash of all that its result depends on.
    facility : Facility
        The design.
    scenario : Scenario
        Whose jobs run.
    weather : text or None
        As a year takes it.
    step : text
        Of the year.
    first : int
        Calendar year.
    accounts : accounts.Asked
        Tariff, unit costs, carbon and supply.
    """

    key: str
    facility: Facility
    scenario: Scenario
    weather: str | None
    step: str
    first: int
    accounts: AccountsAsked


class Asked(NamedTuple):
    """
    What all designs of a sweep have in common.

    Attributes
    ----------
    scenario, weather, step, first, accounts
        As of `Task`.
    air : text or None
        What is known of the weather: its name, or the hash of its file.
    files : tuple of text
        Hash of each file that the jobs and the accounts read.
    """

    scenario: Scenario
    weather: str | None
    step: str
    first: int
    accounts: AccountsAsked
    air: str | None
    files: tuple[str, ...]


def asked(
    scenario: Scenario, weather: str | Path | None, step: str, first: int, accounts: AccountsAsked | None = None
) -> Asked:
    """
    Collect what all designs have in common.

    Parameters
    ----------
    scenario, weather, step, first, accounts
        As a year takes them.

    Returns
    -------
    Asked
        With the files that are read.
    """
    from scenarios.yearstudy import accounts as of_year

    accounts = of_year.Asked() if accounts is None else of_year.check(accounts)
    given, file = None if weather is None else str(weather), None if weather is None else weather_file(weather)
    read = [Path(name) for job in scenario.jobs for name in (job.telemetry, job.mapping) if name not in {None, GIVEN}]
    files = tuple(_hash(path) for path in read if path.is_file())
    # Each in its place, so that one file for another is another design.
    files += tuple(
        "" if path is None or not path.is_file() else _hash(path) for path in (accounts.carbon, accounts.costs)
    )
    air = given if file is None or not file.is_file() else _hash(file)
    return Asked(scenario, given, step, first, accounts, air, files)


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def task(facility: Facility, common: Asked) -> Task:
    """
    Make the task of a design.

    Parameters
    ----------
    facility : Facility
        The design.
    common : Asked
        What it has in common with others.

    Returns
    -------
    Task
        Known by the hash of its inputs: facility, jobs, files by their content, step, year, and the code itself.
    """
    inputs = {
        "schema": SCHEMA,
        "code": code(),
        "facility": facility.model_dump(mode="json"),
        "scenario": common.scenario.model_dump(mode="json", exclude={"sweep", "name", "description"}),
        "weather": common.air,
        "files": common.files,
        "step": common.step,
        "first": common.first,
        "accounts": {name: value for name, value in common.accounts._asdict().items() if name not in BY_CONTENT},
    }
    text = json.dumps(inputs, sort_keys=True)
    key = hashlib.sha256(text.encode()).hexdigest()[:32]
    return Task(key, facility, common.scenario, common.weather, common.step, common.first, common.accounts)


@cache
def code() -> str:
    """
    Give the hash of the program itself: modules and data of its packages.

    Returns
    -------
    text
        The same wherever the same version is installed.
    """
    root, total = Path(__file__).parents[2], hashlib.sha256()
    for package in ("facilities", "scenarios", "telemetry", "twin"):
        for path in sorted((root / package).rglob("*")):
            if path.suffix in CONTENT:
                total.update(path.relative_to(root).as_posix().encode())
                total.update(path.read_bytes())
    return total.hexdigest()[:32]


def solve(given: Task) -> Result:
    """
    Solve the year of a design.

    Parameters
    ----------
    given : Task
        The design.

    Returns
    -------
    Result
        What can be stored as JSON; a design that cannot be, or cannot carry its heat, says so in the place of figures.
    """
    # Loaded here, so that processes that only wait for tasks start at once.
    from scenarios.yearstudy import study

    try:
        found = study.solve(given.facility, given.scenario, given.weather, given.step, given.first)
        found = study.with_accounts(study.with_capacity(found), given.accounts)
    except (InputError, StateError) as error:
        # A design has no file that could be checked.
        return {"figures": {}, "says": str(error).replace(build.ADVICE, ""), "code": code()}
    return {"figures": figures(found), "says": "", "code": code()}


def figures(found: Any) -> dict[str, Metric]:  # noqa: ANN401 (a solved year, whose module is loaded late)
    """
    Give the figures by which designs are held against each other.

    Parameters
    ----------
    found : Found
        A solved year.

    Returns
    -------
    dict of text to Metric
        Those of the year, of what the site can carry, and of its accounts; of its extreme days the least chip margin,
        the longest time in which a supply is not held, and how many days the plant cannot carry the heat at all.
    """
    table = found.extremes
    made = table.filter(table["dry_bulb_max_k"].is_not_null())
    failed = float(table["says"].str.contains("cannot carry").sum())
    worst = {
        "extreme_days_failed": (failed, "1"),
        "extreme_chip_margin_min": (made["chip_margin_min_k"].min(), "K"),
        "extreme_supply_not_held_time": (made["supply_not_held_h"].max(), "h"),
    }
    added = {name: {"value": float(value), "unit": unit} for name, (value, unit) in worst.items() if value is not None}
    return {**found.figures, **added}
