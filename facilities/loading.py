"""Find a facility file, read it, and look up its parts."""

from __future__ import annotations

from pathlib import Path

from facilities.catalog import resolved
from facilities.reader import parsed, toml
from facilities.schema import Description, Facility
from twin.errors import FacilityError, UnknownNameError

SITES = Path(__file__).parent / "sites"


def names() -> list[str]:
    """
    List the sites that come with the project.

    Returns
    -------
    list of text
        In order of the alphabet.
    """
    return sorted(path.stem for path in SITES.glob("*.toml"))


def file_of(name_or_path: str | Path) -> Path:
    """
    Find the file of a site.

    Parameters
    ----------
    name_or_path
        One of `names`, or the path of a facility file.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    UnknownNameError
        When there is no such site and no such file.
    """
    if str(name_or_path) in names():
        return SITES / f"{name_or_path}.toml"
    path = Path(name_or_path)
    if path.suffix == ".toml" or path.is_file():
        return path
    kind = "site"
    raise UnknownNameError(kind, str(name_or_path), names())


def load(name_or_path: str | Path) -> Facility:
    """
    Read a facility with the parts that it uses.

    Parameters
    ----------
    name_or_path
        One of `names`, or the path of a facility file.

    Returns
    -------
    Facility
        Frozen; every number with its unit, basis and source.

    Raises
    ------
    UnknownNameError
        When there is no such site and no such file.
    FacilityError
        With all faults of the file at once.
    """
    path = file_of(name_or_path)
    description, faults = parsed(Description, toml(path))
    if description is None:
        raise FacilityError(path.name, faults)
    catalog, faults = resolved(description)
    if faults:
        raise FacilityError(path.name, faults)
    return Facility(**{**dict(description), "catalog": catalog})
