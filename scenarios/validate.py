"""
Published cases: what a source says, what the twin says, and how far they may be apart.

A case is a folder of data with a ``case.toml``; its `kind` says which module of `scenarios.published` reads it. A case
whose public data is not at hand is not run, and never passes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from pydantic import BaseModel

from facilities.reader import nearest, parsed, toml
from scenarios.published import catalog_case, law_case, rack_power, replay_case, year_case
from scenarios.published.checks import Check, Status
from twin.errors import FacilityError, Fault, InputError, ScenarioError

__all__ = ["Check", "Status", "validate"]

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")

CASES = Path(__file__).parent / "validation"
"""Where the project's own cases lie."""


class _Kind(NamedTuple):
    """How a kind of case is read, checked further, and run."""

    schema: type[BaseModel]
    run: Callable[[Any, str, Path, Path | None], list[Check]]
    faults: Callable[[Any], list[Fault]] = lambda _: []


_KINDS = {
    "catalog": _Kind(catalog_case.CatalogCase, catalog_case.run, catalog_case.faults),
    "law": _Kind(law_case.LawCase, law_case.run, law_case.faults),
    "rack_power": _Kind(rack_power.RackPowerCase, rack_power.run),
    "replay": _Kind(replay_case.ReplayCase, replay_case.run, replay_case.faults),
    "year": _Kind(year_case.YearCase, year_case.run, year_case.faults),
}
"""Kinds of cases by name."""


class _Found(NamedTuple):
    folder: Path
    kind: _Kind
    content: BaseModel


def validate(data: Path | None = None, cases: Path | None = None) -> list[Check]:
    """
    Run every published case.

    Parameters
    ----------
    data
        Folder with public data, at any depth, for the cases that need it.
    cases
        Folder with further cases, a folder each; they run after the project's own.

    Returns
    -------
    list of Check
        In order of the cases.

    Raises
    ------
    ScenarioError
        If a folder is not there, cases are at fault, or a file of public data is not the one that a case means; the
        faults of all cases at once, and nothing runs before all can be read.
    """
    folders = [CASES]
    if data is not None and not data.is_dir():
        raise ScenarioError(str(data), [Fault("", "is no folder; give --data the folder of the public data")])
    if cases is not None:
        if not any(cases.glob("*/case.toml")):
            message = "holds no case; give --cases a folder of folders, each with a case.toml"
            raise ScenarioError(str(cases), [Fault("", message)])
        folders.append(cases)
    found = _each(_read, (path for folder in folders for path in sorted(folder.glob("*/case.toml"))))
    ran = _each(lambda case: case.kind.run(case.content, case.folder.name, case.folder, data), found)
    return [check for checks in ran for check in checks]


def _each(ask: Callable[[Asked], Answer], cases: Iterable[Asked]) -> list[Answer]:
    """Ask all cases, and tell the faults of all of them together."""
    answers: list[Answer] = []
    wrong: list[InputError] = []
    for case in cases:
        try:
            answers.append(ask(case))
        except InputError as error:
            wrong.append(error)
    if len(wrong) == 1:
        raise wrong[0]
    if wrong:
        told = [
            Fault(": ".join(part for part in (error.source, fault.where) if part), fault.message)
            for error in wrong
            for fault in error.faults
        ]
        source = f"{len(wrong)} cases"
        raise ScenarioError(source, told)
    return answers


def _read(path: Path) -> _Found:
    """Read a case and check all of it before any case runs."""
    source = f"{path.parent.name}/{path.name}"
    try:
        content = toml(path)
    except FacilityError as error:
        raise ScenarioError(source, error.faults) from error
    name = content.get("kind")
    if name not in _KINDS:
        raise ScenarioError(source, [Fault("kind", f"{name!r} is no kind of case.{nearest(str(name), _KINDS)}")])
    kind = _KINDS[name]
    case, faults = parsed(kind.schema, content)
    faults = faults if case is None else kind.faults(case)
    if case is None or faults:
        raise ScenarioError(source, faults)
    return _Found(path.parent, kind, case)
