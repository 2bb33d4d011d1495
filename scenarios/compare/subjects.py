"""What is compared: folders of runs, and sites that stand for their design alone."""

from __future__ import annotations

import difflib
import hashlib
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import facilities
from facilities.loading import file_of
from facilities.nameplate import Nameplate, nameplate
from twin.errors import Fault, InputError, UnknownNameError
from twin.run import Run

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

LEAST = 2
"""Runs or sites that a comparison takes."""

SITE_ONLY = "site"
"""Stands for the scenario of a site without a run."""


class Subject(NamedTuple):
    """
    A run, or a site without one.

    Attributes
    ----------
    given, label : text
        As the user wrote it, and what heads its column; no two are alike.
    site, title : text
        Name and title of the site.
    facility : text
        SHA-256 of its file; empty where a run was made from a facility without one.
    design : Nameplate
        None for a run that an older version made.
    run : Run
        None for a site.
    """

    given: str
    label: str
    site: str
    title: str
    facility: str
    design: Nameplate | None
    run: Run | None

    @property
    def scenario(self) -> str:
        """Name of the run's scenario; empty for a site."""
        return "" if self.run is None else str(self.run.manifest["scenario"]["name"])


def read(arguments: Sequence[str]) -> tuple[Subject, ...]:
    """
    Find what is to be compared.

    Parameters
    ----------
    arguments
        Folders of runs, names of sites, facility files.

    Returns
    -------
    tuple of Subject
        In the order given.

    Raises
    ------
    InputError
        With the faults of all arguments at once.
    """
    faults: list[Fault] = []
    if len(arguments) < LEAST:
        message = f"give two or more runs or sites to compare; got {len(arguments)}"
        faults.append(Fault("", message))
    twice = [name for name, count in Counter(arguments).items() if count > 1]
    faults += [Fault(name, "is given twice; give each once") for name in twice]
    found: list[Subject] = []
    for argument in dict.fromkeys(arguments):
        try:
            found.append(_subject(argument))
        except InputError as error:
            faults += [_placed(argument, fault) for fault in error.faults]
    if faults:
        raise InputError(source="", faults=faults)
    labels = _labels(found)
    return tuple(subject._replace(label=label) for subject, label in zip(found, labels, strict=True))


def _placed(argument: str, fault: Fault) -> Fault:
    return Fault(f"{argument}: {fault.where}" if fault.where else argument, fault.message)


def _subject(argument: str) -> Subject:
    """Names of sites come first, as in every other command; a folder called like a site is ``./name``."""
    path = Path(argument)
    if _is_site(argument):
        return _site(argument)
    if path.is_dir():
        return _run(path)
    if path.is_file():
        message = "is a file; give the folder of a run, the name of a site, or a facility file (.toml)"
        raise InputError(source="", faults=[Fault("", message)])
    near = difflib.get_close_matches(argument, facilities.names(), n=1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    message = f"is neither the folder of a run nor a site (twin list has the names of sites).{hint}"
    raise InputError(source="", faults=[Fault("", message)])


def _is_site(argument: str) -> bool:
    try:
        file = file_of(argument)
    except UnknownNameError:
        return False
    return file.suffix == ".toml" and file.is_file()


def _site(argument: str) -> Subject:
    facility = facilities.load(argument)
    digest = hashlib.sha256(file_of(argument).read_bytes()).hexdigest()
    return Subject(argument, "", facility.name, facility.title, digest, nameplate(facility), None)


def _run(folder: Path) -> Subject:
    run = Run.load(folder)
    manifest = run.manifest
    files = [row["sha256"] for row in manifest["inputs"] if row["kind"] == "facility"]
    design = _design(manifest.get("nameplate"))
    return Subject(str(folder), "", manifest["site"], manifest["title"], files[0] if files else "", design, run)


def _design(kept: dict[str, Any] | None) -> Nameplate | None:
    return None if kept is None else Nameplate(**{**kept, "unrated": tuple(kept["unrated"])})


def _labels(found: Sequence[Subject]) -> list[str]:
    """Name all by their sites; if that does not tell them apart by scenarios too, else by folders, else as given."""
    names: tuple[Callable[[Subject], str], ...] = (
        lambda subject: subject.site,
        lambda subject: f"{subject.site}, {subject.scenario or SITE_ONLY}",
        lambda subject: Path(subject.given).resolve().name,
        lambda subject: subject.given,
    )
    choices = ([name(subject) for subject in found] for name in names)
    return next(labels for labels in choices if len(set(labels)) == len(labels))
