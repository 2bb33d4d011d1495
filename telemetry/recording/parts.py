"""
How a recording reaches its file: part by part into a folder beside it, then into one file, whole or not at all.

Parts are written by a thread of their own, since the disk may be slow and deadlines are not. Each is a canonical file.
"""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Mapping
from pathlib import Path
from queue import Queue
from typing import NamedTuple

import numpy as np
import polars as pl

from telemetry.clean import canonical
from telemetry.draft import GOOD, NO_SENSOR
from telemetry.recording.nvml import METRICS
from telemetry.recording.sampling import Samples
from telemetry.times import INSTANT
from twin.errors import OutputError, RecordingError

SUFFIX = ".unfinished"
"""Of the folder that holds the parts of a recording."""

_WAITING = 8
"""Chunks that may wait for a slow disk, so that memory stays flat; after that sampling waits too, and says so."""

_ROWS_A_GROUP = 500_000
_DISK = (OSError, pl.exceptions.PolarsError)


class Recovered(NamedTuple):
    """A recording put together from parts: where it is, its rows, and parts that could not be read."""

    path: Path
    rows: int
    damaged: tuple[str, ...]


class Writer:
    """
    Writes parts into a new folder.

    Parameters
    ----------
    target
        File that the recording shall become.
    assets
        Names of its GPUs.
    metadata
        For each part.

    Raises
    ------
    OutputError
        If the folder cannot be made, or holds another recording.
    """

    def __init__(self, target: Path, assets: tuple[str, ...], metadata: Mapping[str, str]) -> None:
        self.folder = target.with_name(target.name + SUFFIX)
        self.fault: Exception | None = None
        self.rows = self._number = 0
        self._assets, self._metadata = assets, dict(metadata)
        self._queue: Queue[Samples | None] = Queue(_WAITING)
        self._thread = threading.Thread(target=self._work, name="parts of a recording", daemon=True)
        _make(self.folder)
        self._thread.start()

    def put(self, samples: Samples) -> None:
        """Take samples to be written."""
        self._queue.put(samples)

    def close(self) -> None:
        """
        Wait until all is written.

        Raises
        ------
        OutputError
            If a part was not; those before it are kept.
        """
        self._queue.put(None)
        self._thread.join()
        if isinstance(self.fault, _DISK):
            raise OutputError(_unwritten(self.folder, self.folder, self.fault)) from self.fault
        if self.fault is not None:
            raise self.fault

    def _work(self) -> None:
        while (samples := self._queue.get()) is not None:
            if self.fault is not None:
                continue  # the queue is emptied all the same, or sampling would wait for ever
            try:
                self._write(frame(samples, self._assets))
            except Exception as error:  # noqa: BLE001  told by `close`, whatever it is
                self.fault = error

    def _write(self, part: pl.DataFrame) -> None:
        self._number += 1
        path = self.folder / f"part-{self._number:06d}.parquet"
        unfinished = path.with_suffix(".writing")
        part.write_parquet(unfinished, metadata=self._metadata)
        unfinished.replace(path)
        self.rows += part.height


def frame(samples: Samples, assets: tuple[str, ...]) -> pl.DataFrame:
    """Make canonical rows of samples; what could not be read is null, as a sensor's fault."""
    value = pl.Series(np.frombuffer(samples.value, np.float64)).fill_nan(None)
    rows = pl.DataFrame(
        {
            "time": pl.Series(np.frombuffer(samples.time, np.int64) // 1000).cast(INSTANT),
            "asset": pl.Series(assets).gather(np.frombuffer(samples.gpu, np.uint16)),
            "metric": pl.Series(METRICS).gather(np.frombuffer(samples.metric, np.uint8)),
            "value": value,
        }
    )
    return canonical(rows.with_columns(quality=pl.when(pl.col("value").is_null()).then(NO_SENSOR).otherwise(GOOD)))


def assemble(folder: Path, target: Path, metadata: Mapping[str, str]) -> int:
    """
    Put all parts of a folder into one file, and take the folder away; give the number of rows.

    Raises
    ------
    OutputError
        If the file cannot be written; the parts are kept.
    RecordingError
        If there is no part.
    """
    unfinished = folder / "whole.writing"
    paths = sorted(folder.glob("part-*.parquet"))
    if not paths:
        shutil.rmtree(folder, ignore_errors=True)
        message = "stopped before the first sample; nothing was recorded"
        raise RecordingError(message)
    parts = pl.scan_parquet(paths)
    try:
        rows = int(parts.select(pl.len()).collect().item())
        parts.sink_parquet(unfinished, metadata=dict(metadata), row_group_size=_ROWS_A_GROUP, compression_level=9)
        unfinished.replace(target)
    except _DISK as error:
        raise OutputError(_unwritten(target, folder, error)) from error
    shutil.rmtree(folder, ignore_errors=True)
    return rows


def recover(folder: Path, target: Path | None = None, *, force: bool = False) -> Recovered:
    """
    Put together what a recording that was killed has left.

    Parameters
    ----------
    folder
        The one with its parts, named like the file and ``.unfinished``.
    target
        File to write; the one that it was to become if not given.
    force
        Whether a file that stands there is replaced.

    Raises
    ------
    OutputError
        If there is no readable part, or the file cannot be written.
    """
    if target is None:
        target = folder.with_name(folder.name.removesuffix(SUFFIX))
    if target == folder:
        message = (
            f"{folder}: is not named like the parts of a recording (NAME.parquet{SUFFIX}); give --out FILE.parquet"
        )
        raise OutputError(message)
    check_target(target, force=force)
    damaged = []
    for part in sorted(folder.glob("part-*.parquet")):
        try:
            pl.read_parquet(part)
        except _DISK:
            part.rename(part.with_suffix(".damaged"))
            damaged.append(part.name)
    good = sorted(folder.glob("part-*.parquet"))
    if not good:
        message = f"{folder}: holds no readable part of a recording (part-000001.parquet and so on)"
        raise OutputError(message)
    metadata = {key: text for key, text in pl.read_parquet_metadata(good[0]).items() if key != "ARROW:schema"}
    note = f"the recording was cut off; put together from {len(good)} parts" + (
        f", without {len(damaged)} that could not be read" if damaged else ""
    )
    metadata["notes"] = json.dumps([*json.loads(metadata.get("notes", "[]")), note])
    return Recovered(target, assemble(folder, target, metadata), tuple(damaged))


def check_target(target: Path, *, force: bool) -> None:
    """
    Refuse a place where a recording cannot go.

    Raises
    ------
    OutputError
        Where something stands there already.
    """
    if target.exists() and (not force or target.is_dir()):
        message = f"{target}: stands there already; give another --out, or --force to replace a file"
        raise OutputError(message)


def _make(folder: Path) -> None:
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir()
    except FileExistsError:
        message = (
            f"{folder}: holds a recording that is running or was cut off; put it together with "
            "twin record --recover, or give another --out"
        )
        raise OutputError(message) from None
    except OSError as error:
        message = f"{folder}: cannot be made ({error.strerror or error}); give --out in a folder that you may write to"
        raise OutputError(message) from error


def _unwritten(what: Path, folder: Path, error: Exception) -> str:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else error
    return (
        f"{what}: cannot be written ({reason}); make room, then put together what was recorded with "
        f"twin record --recover {folder}"
    )
