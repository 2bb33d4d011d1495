"""
Public data by name: where it stands, whose it is, under which licence; fetched when asked for, and kept.

Nothing that the project does needs any of it, and no test fetches any. A file is held against its checksum; of one
whose checksum nobody published the first download's is kept beside it, and later downloads are held against that.
"""

from __future__ import annotations

import hashlib
import tomllib
import urllib.parse
from functools import cache
from pathlib import Path

import platformdirs
from pydantic import BaseModel, ConfigDict, Field

from twin.errors import Fault, OutputError, TelemetryError, UnknownNameError

_LIST = Path(__file__).with_name("public.toml")
_SEEN = ".sha256"
"""End of the name of the file that keeps the checksum of a first download."""


class PublicData(BaseModel):
    """
    A set of files.

    `files` maps each file to its SHA-256, empty where none is known; it stands at `base` and its name. `read` is what
    `twin convert` must be told to read it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str
    files: dict[str, str] = Field(min_length=1)
    base: str
    licence: str
    credit: str
    read: str = ""


@cache
def known() -> dict[str, PublicData]:
    """Give all sets by name."""
    content = tomllib.loads(_LIST.read_text(encoding="utf-8"))
    return {name: PublicData.model_validate(entry) for name, entry in content.items()}


def folder() -> Path:
    """Give the folder in which data is kept."""
    return Path(platformdirs.user_cache_dir("gigatwin", appauthor=False)) / "data"


def get(name: str, into: Path | None = None, sets: dict[str, PublicData] | None = None) -> list[Path]:
    """
    Fetch a set, unless it is at hand already.

    Parameters
    ----------
    name
        Of the set.
    into
        Folder to keep it in; the user's cache if not given.
    sets
        Where names are looked up; those that come with the package if not given.

    Returns
    -------
    list of Path
        Of its files, whole and checked.

    Raises
    ------
    UnknownNameError
        Where there is no such set.
    TelemetryError
        Where a file cannot be had, or is not what it was.
    OutputError
        Where it cannot be kept.
    """
    chosen = known() if sets is None else sets
    if name not in chosen:
        raise UnknownNameError(kind="public data", name=name, known=list(chosen))
    place = (folder() if into is None else into) / name
    return [_fetched(chosen[name], file, place) for file in chosen[name].files]


def _fetched(data: PublicData, file: str, place: Path) -> Path:
    # A library that other commands need not load.
    import pooch
    import requests

    url = data.base + urllib.parse.quote(file)
    seen = place / f"{file}{_SEEN}"
    wanted = data.files[file] or (seen.read_text(encoding="utf-8").strip() if seen.exists() else "")
    local = urllib.parse.urlsplit(url).scheme == "file"
    pooch.get_logger().setLevel("WARNING")
    try:
        found = pooch.retrieve(
            url,
            known_hash=f"sha256:{wanted}" if wanted else None,
            fname=file,
            path=place,
            downloader=_copied if local else None,
        )
        if not wanted:
            seen.write_text(hashlib.sha256(Path(found).read_bytes()).hexdigest() + "\n", encoding="utf-8")
    except PermissionError as error:
        message = f"{place}: cannot be written: {error.strerror}; give --out a folder that you may write to"
        raise OutputError(message) from error
    except ValueError as error:
        message = "is not what it was: its checksum is another; its owner may have changed it. Nothing was kept"
        raise TelemetryError(url, [Fault("", message)]) from error
    except (OSError, requests.RequestException) as error:
        message = (
            f"cannot be fetched: {error}; is there a network? It may be fetched by hand and kept as {place / file}"
        )
        raise TelemetryError(url, [Fault("", message)]) from error
    return Path(found)


def _copied(url: str, output: str, pooch: object) -> None:
    """Copy a file of this machine, as a test does."""
    del pooch
    Path(output).write_bytes(Path(urllib.parse.unquote(urllib.parse.urlsplit(url).path)).read_bytes())
