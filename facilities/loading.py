"""Find a facility file, read it, and look up its parts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from facilities.catalog import resolved
from facilities.phases import at_phase
from facilities.reader import nearest, parsed, toml
from facilities.schema import Description, Facility
from twin.errors import FacilityError, Fault, UnknownNameError

SITES = Path(__file__).parent / "sites"
DESIGNS = Path(__file__).parent / "designs"
"""Parts of facility files that several sites share: a way to cool, a way to bring power, a way to build."""

AT = "@"
"""Between a site and one of its phases, as in ``hyperion@first``."""


def names() -> list[str]:
    """
    List the sites that come with the project.

    Returns
    -------
    list of text
        In order of the alphabet.
    """
    return sorted(path.stem for path in SITES.glob("*.toml"))


def designs() -> list[str]:
    """
    List the designs that come with the project.

    Returns
    -------
    list of text
        In order of the alphabet.
    """
    return sorted(path.stem for path in DESIGNS.glob("*.toml"))


def file_of(name_or_path: str | Path) -> Path:
    """
    Find the file of a site.

    Parameters
    ----------
    name_or_path
        One of `names`, or the path of a facility file; a phase behind ``@`` is left aside.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    UnknownNameError
        When there is no such site and no such file.
    """
    site = _split(name_or_path)[0]
    if (name := site.replace("-", "_")) in names():
        return SITES / f"{name}.toml"
    path = Path(site)
    if path.suffix == ".toml" or path.is_file():
        return path
    kind = "site"
    raise UnknownNameError(kind, site, names())


def _split(name_or_path: str | Path) -> tuple[str, str]:
    """Give the site, and the phase that is asked for, if one is."""
    text = str(name_or_path)
    site, at, phase = text.rpartition(AT)
    return (site, phase) if at and "/" not in phase and not Path(text).is_file() else (text, "")


def load(name_or_path: str | Path) -> Facility:
    """
    Read a facility with the parts that it uses.

    Parameters
    ----------
    name_or_path
        One of `names`, or the path of a facility file; with ``@`` and the name of a phase, the site as it then is.

    Returns
    -------
    Facility
        Frozen; every number with its unit, basis and source.

    Raises
    ------
    UnknownNameError
        When there is no such site, no such file, or no such phase.
    FacilityError
        With all faults of the file, or of the designs that it names, at once.
    """
    path, phase = file_of(name_or_path), _split(name_or_path)[1]
    facility = understood(content(path), path.name)
    return _at(facility, phase) if phase else facility


def understood(data: dict[str, Any], name: str) -> Facility:
    """
    Understand the content of a facility file.

    Parameters
    ----------
    data
        As `content` gives it.
    name
        Of the file, for messages.

    Returns
    -------
    Facility
        With the parts that it uses.

    Raises
    ------
    FacilityError
        With all faults at once.
    """
    description, faults = parsed(Description, data)
    if description is None:
        raise FacilityError(name, faults)
    catalog, faults = resolved(description)
    if faults:
        raise FacilityError(name, faults)
    return Facility(**{**dict(description), "catalog": catalog})


def _at(facility: Facility, phase: str) -> Facility:
    known = [each.name for each in facility.phases]
    if phase not in known:
        kind = f"phase of {facility.name}"
        raise UnknownNameError(kind, phase, known)
    return at_phase(facility, phase)


def content(path: Path) -> dict[str, Any]:
    """
    Read a facility file on top of the designs that it names, the later over the earlier.

    Parameters
    ----------
    path
        Of the file.

    Returns
    -------
    dict
        As one file without designs would have it.

    Raises
    ------
    FacilityError
        When the file or a design cannot be read, or there is no such design.
    """
    own = toml(path)
    named = own.pop("designs", [])
    if not isinstance(named, list) or not all(isinstance(name, str) for name in named):
        raise FacilityError(path.name, [Fault("designs", f"give a list of names; got {named!r}")])
    known = designs()
    faults, data = [], dict[str, Any]()
    for name in named:
        file = path.parent / name if name.endswith(".toml") else DESIGNS / f"{name}.toml"
        if name.endswith(".toml") or name in known:
            data = merged(data, {key: value for key, value in toml(file).items() if key != "about"})
        else:
            faults.append(Fault("designs", f"{name!r} is none.{nearest(name, known)}"))
    if faults:
        raise FacilityError(path.name, faults)
    return merged(data, own)


def merged(under: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """
    Lay the content of one file over that of another.

    Parameters
    ----------
    under, over
        As read. Tables are merged key by key; a number with its provenance, or a list, is replaced as a whole.

    Returns
    -------
    dict
        What `over` says, and what it leaves to `under`.
    """
    result = dict(under)
    for key, value in over.items():
        below = result.get(key)
        tables = isinstance(value, dict) and isinstance(below, dict) and not {"value", "values"} & value.keys()
        result[key] = merged(below, value) if tables and isinstance(below, dict) else value
    return result
