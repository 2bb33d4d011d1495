"""Host files: a network, which of it may be studied, and where it comes from, in one small file each."""

from __future__ import annotations

import zipfile
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from pydantic import ValidationError

from facilities.quantity import Model, Text
from twin.errors import FacilityError, Fault, UnknownNameError
from twin.grid.host import Branches, Buses, Flags, HostGrid, Units

FOLDER = Path(__file__).parent
SUFFIX = ".npz"

TABLES: dict[str, Any] = {"buses": Buses, "branches": Branches, "units": Units}


class Check(Model):
    """The cut beside its full case, with a load added at the points of connection."""

    load: float
    """Added [W], at the power factor of `Record`."""
    voltage_error: float
    """Largest difference of voltages in the study area [1]."""
    flow_error: float
    """Largest difference of flows in the study area, over their ratings [1]."""
    loaded_flow_error: float
    """The same over the flow itself, of branches that carry three tenths of their rating at least [1]."""
    highest_loading: float
    """Of any branch in the study area [1], so that a load beyond what the network is built for is seen."""


class Record(Model):
    """Where a host file comes from, how it was made, and how good it is."""

    title: Text
    note: Text
    origin: Text
    attribution: Text
    licence: Text
    licence_link: Text
    changes: Text
    case: Text
    latitude: float | None
    longitude: float | None
    """Of the place that it is cut around [deg]."""
    radius: float | None
    """Kept around the place [m]; none for the whole case."""
    study_radius: float | None
    buses: int
    """Of the case that are kept."""
    power_factor: float
    """Of the checks' load, lagging."""
    impedance_error: float | None = None
    """Largest difference of the impedances seen from the points of connection, over them [1]; none for a whole case."""
    checks: tuple[Check, ...] = ()


class Host(NamedTuple):
    """
    A transmission network with what a study must know of it.

    Attributes
    ----------
    grid : HostGrid
        The network.
    studied : (bus,)
        True where results are good for study.
    equivalent : (branch,)
        True for branches of the equivalent, which are no lines.
    record : Record
        Origin and checks.
    """

    grid: HostGrid
    studied: Flags
    equivalent: Flags
    record: Record

    @property
    def studied_branches(self) -> Flags:
        """Branches that may fail in a study, and whose loading means something: real ones in the study area."""
        branches = self.grid.branches
        return ~self.equivalent & self.studied[branches.start] & self.studied[branches.end]


def names() -> list[str]:
    """
    List the host files that come with the project.

    Returns
    -------
    list of text
        In order of the alphabet.
    """
    return sorted(path.stem for path in FOLDER.glob(f"*{SUFFIX}"))


@cache
def load(name: str) -> Host:
    """
    Read a host file that comes with the project.

    Parameters
    ----------
    name
        One of `names`.

    Returns
    -------
    Host
        Do not change its arrays.

    Raises
    ------
    UnknownNameError
        When there is none of that name.
    """
    if name not in names():
        kind = "host grid"
        raise UnknownNameError(kind, name, names())
    return read(FOLDER / f"{name}{SUFFIX}")


def read(path: Path) -> Host:
    """
    Read a host file.

    Parameters
    ----------
    path
        From `write`.

    Returns
    -------
    Host
        The network and its record.

    Raises
    ------
    FacilityError
        When it is not one.
    """
    try:
        with np.load(path, allow_pickle=False) as content:
            record = Record.model_validate_json(str(content["record"]))
            tables: dict[str, Any] = {
                name: kind(*(_column(content[f"{name}.{field}"]) for field in kind._fields))
                for name, kind in TABLES.items()
            }
            grid = HostGrid(
                float(content["base_power"]), float(content["frequency"]), **tables, reference=int(content["reference"])
            )
            return Host(grid, content["studied"], content["equivalent"], record)
    except (OSError, KeyError, ValueError, ValidationError, zipfile.BadZipFile) as error:
        message = f"is no host file: {error}; make it by `docs/make_hosts.py`, or give a network in another format"
        raise FacilityError(path.name, [Fault("", message)]) from error


def write(path: Path, host: Host) -> None:
    """
    Write a host file.

    Parameters
    ----------
    path
        Ends in ``.npz``.
    host : Host
        The network and its record.
    """
    tables: dict[str, Any] = {
        f"{name}.{field}": np.asarray(values)
        for name in TABLES
        for field, values in getattr(host.grid, name)._asdict().items()
    }
    np.savez_compressed(
        path,
        record=np.array(host.record.model_dump_json()),
        base_power=host.grid.base_power,
        frequency=host.grid.frequency,
        reference=host.grid.reference,
        studied=host.studied,
        equivalent=host.equivalent,
        **tables,
    )


def _column(values: np.ndarray[Any, np.dtype[Any]]) -> Any:  # noqa: ANN401  # a column is of numbers, or a tuple of names
    """Give names as text and all else as it stands."""
    return tuple(str(value) for value in values) if values.dtype.kind == "U" else values
