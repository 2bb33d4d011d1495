"""What runs were made from, side by side, so that no difference of figures is read as something that it is not."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from scenarios.compare.table import NO_RUN
from scenarios.page import quantities
from scenarios.page.quantities import MISSING
from scenarios.report import incidents

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from scenarios.compare.subjects import Subject
    from twin.run import Run

    Manifest = Mapping[str, Any]

DIGEST = 12
"""Digits of a SHA-256 that are shown."""

_SECONDS, _WATTS, _SHARES = {"start", "end", "spread"}, {"sample_idle", "sample_full"}, {"share"}
"""Parameters of jobs, by how they are written."""


class Input(NamedTuple):
    """
    Something that runs are made from.

    Attributes
    ----------
    name : text
        What it is.
    texts : tuple of text
        What it was, one a subject.
    same : bool
        Whether it was the same in all that have it.
    """

    name: str
    texts: tuple[str, ...]
    same: bool

    @property
    def common(self) -> str:
        """What it was, where it was the same in all that have it."""
        return next(text for text in self.texts if text not in {MISSING, NO_RUN})


class Change(NamedTuple):
    """
    A scheduled change, a parameter of a job, or a number of the site, that not all runs of a site share.

    Attributes
    ----------
    where, what : text
        When and to what, and what happened; or which parameter of which job; or which number of which part.
    texts : tuple of text
        One a run.
    """

    where: str
    what: str
    texts: tuple[str, ...]


class Site(NamedTuple):
    """
    Runs of one site, and in what they differ.

    Attributes
    ----------
    name : text
        Of the site.
    labels : tuple of text
        Of its runs.
    changes, parameters, numbers : tuple of Change
        Scheduled changes, parameters of jobs, and numbers of the site, its parts and its traces; those that all runs
        share are left out.
    """

    name: str
    labels: tuple[str, ...]
    changes: tuple[Change, ...]
    parameters: tuple[Change, ...]
    numbers: tuple[Change, ...]

    @property
    def parts(self) -> dict[str, tuple[Change, ...]]:
        """What differs, by what it is; nothing that is empty."""
        named = {
            "Scheduled changes": self.changes,
            "Parameters of jobs": self.parameters,
            "Numbers of the site, its parts and its traces": self.numbers,
        }
        return {name: rows for name, rows in named.items() if rows}


def inputs(subjects: Sequence[Subject]) -> tuple[Input, ...]:
    """
    List what runs were made from.

    Parameters
    ----------
    subjects
        Runs and sites.

    Returns
    -------
    tuple of Input
        In reading order; what none has is left out.
    """
    rows = [
        _input("Site", [f"{subject.title} ({subject.site})" for subject in subjects]),
        _input("Facility file", [subject.facility[:DIGEST] or MISSING for subject in subjects]),
        *(_input(name, [_of(subject, text) for subject in subjects]) for name, text in _OF_RUNS.items()),
    ]
    return tuple(row for row in rows if set(row.texts) - {MISSING, NO_RUN})


def cautions(subjects: Sequence[Subject]) -> tuple[str, ...]:
    """
    Say what a reader must know before comparing.

    Parameters
    ----------
    subjects
        Runs and sites.

    Returns
    -------
    tuple of text
        A sentence or two each.
    """
    runs = [subject for subject in subjects if subject.run is not None]
    different = {row.name for row in inputs(subjects) if not row.same}
    said = [text for name, text in _CAUTIONS.items() if name in different]
    if len({subject.site for subject in subjects}) > 1:
        said.append("The sites differ: energies, powers and water go with their size; ratios and margins compare.")
    for site, digests in _files(subjects).items():
        if len(digests) > 1:
            said.append(f"The facility file of {site} is not the same in all that is compared: it was changed between.")
    bare = [subject for subject in subjects if subject.run is None]
    if bare:
        labels = "; ".join(subject.label for subject in bare)
        said.append(f"{labels}: {NO_RUN}, only the design is told; twin replay {bare[0].given} would make one.")
    said += [
        f"{subject.label}: {subject.run.manifest['labels']['level']}"
        for subject in runs
        if subject.run is not None and subject.run.manifest["labels"]["level"]
    ]
    return tuple(said)


def sites(subjects: Sequence[Subject]) -> tuple[Site, ...]:
    """
    Say in what runs of one site differ.

    Parameters
    ----------
    subjects
        Runs and sites.

    Returns
    -------
    tuple of Site
        Sites with two runs or more.
    """
    by_site: dict[str, list[tuple[str, Run]]] = {}
    for subject in subjects:
        if subject.run is not None:
            by_site.setdefault(subject.site, []).append((subject.label, subject.run))
    found = []
    for name, labelled in by_site.items():
        labels, runs = zip(*labelled, strict=True)
        if len(runs) > 1:
            changes = tuple(sorted(_unshared(map(_changes, runs))))
            parameters, numbers = _unshared(map(_parameters, runs)), _unshared(map(_numbers, runs))
            found.append(Site(name, labels, changes, parameters, numbers))
    return tuple(found)


def _input(name: str, texts: Sequence[str]) -> Input:
    return Input(name, tuple(texts), len(set(texts) - {NO_RUN}) < 2)  # noqa: PLR2004


def _of(subject: Subject, text: Callable[[Manifest], str]) -> str:
    return NO_RUN if subject.run is None else text(subject.run.manifest) or MISSING


def _files(subjects: Sequence[Subject]) -> dict[str, set[str]]:
    files: dict[str, set[str]] = {}
    for subject in subjects:
        if subject.facility:
            files.setdefault(subject.site, set()).add(subject.facility)
    return files


def _file(kind: str) -> Callable[[Manifest], str]:
    def text(manifest: Manifest) -> str:
        rows = [row for row in manifest["inputs"] if row["kind"] == kind]
        return "; ".join(f"{row['name']} ({row['sha256'][:DIGEST]})" for row in rows)

    return text


def _start(manifest: Manifest) -> str:
    return f"{datetime.fromisoformat(manifest['start']):%Y-%m-%d %H:%M:%S} UTC"


def _packages(manifest: Manifest) -> str:
    return ", ".join(f"{name} {version}" for name, version in manifest["versions"].items())


_OF_RUNS: dict[str, Callable[[Manifest], str]] = {
    "Scenario": lambda manifest: ": ".join(
        text for text in (manifest["scenario"]["name"], manifest["scenario"]["description"]) if text
    ),
    "Scenario file": _file("scenario"),
    "Load": lambda manifest: str(manifest["labels"]["load"]),
    "Telemetry": _file("telemetry"),
    "Weather": lambda manifest: str(manifest["labels"]["weather"]),
    "Weather file": _file("weather"),
    "Start": _start,
    "Duration": lambda manifest: quantities.duration(manifest["duration_s"]),
    "Seed": lambda manifest: str(manifest["seed"]),
    "Macro step": lambda manifest: quantities.duration(manifest["macro_step_s"]),
    "Version": lambda manifest: f"gigatwin {manifest['gigatwin']}",
    "Libraries": _packages,
}
"""What a manifest says of a run's inputs."""

_CAUTIONS = {
    "Duration": "The runs are not of one length: energies and water are of different times, and the longer has had "
    "more occasion for peaks. No value of a run is marked as the best.",
    "Macro step": "The runs were stepped differently: small differences may be those of the steps.",
    "Version": "Different versions of the program made the runs: a difference may be the program's.",
    "Start": "The runs start at different times: weather, and what else the clock says, are of other days or hours.",
}
"""By what differs."""


def _changes(run: Run) -> dict[tuple[str, str], str]:
    """Give what was scheduled in a run, by when it came and to what, with what happened."""
    start = datetime.fromisoformat(run.manifest["start"])
    rows = incidents.scheduled(run.table("events")).select("time", "asset", "message").rows()
    return {(f"{_clock(time - start)}, {asset}", message): "yes" for time, asset, message in rows}


def _clock(passed: timedelta) -> str:
    minutes, seconds = divmod(round(passed.total_seconds()), 60)
    return f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02} after the start"


def _parameters(run: Run) -> dict[tuple[str, str], str]:
    """Give the parameters of a run's jobs, by their path."""
    jobs = run.manifest["scenario"].get("jobs", [])
    return {(job["name"], path): text for job in jobs for path, text in _flat(job) if path != "name"}


def _numbers(run: Run) -> dict[tuple[str, str], str]:
    """Give every number that a run rests on, whichever file it came from, by its part and its name."""
    rows = (*run.manifest["assumptions"], *run.manifest["sources"])
    return {row["path"].rpartition(".")[::2]: row["value"] for row in rows}


def _flat(part: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    for name, value in part.items():
        path = f"{above}.{name}" if above else name
        if isinstance(value, dict):
            yield from _flat(value, path)
        else:
            yield path, _written(name, value)


def _written(name: str, value: object) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        if name in _SECONDS:
            return quantities.duration(value)
        if name in _WATTS:
            return quantities.quantity(value, "W")
        if name in _SHARES:
            return quantities.share(value)
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "yes" if value is True else str(value)


def _unshared(found: Iterator[dict[tuple[str, str], str]]) -> tuple[Change, ...]:
    """Keep what differs between runs, in the order of the first that has it."""
    tables = list(found)
    keys = dict.fromkeys(key for table in tables for key in table)
    rows = (Change(*key, tuple(table.get(key, MISSING) for table in tables)) for key in keys)
    return tuple(row for row in rows if len(set(row.texts)) > 1)
