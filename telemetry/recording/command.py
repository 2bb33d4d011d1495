"""What a recording lasts for: a time, a command with a pause before and after it, or until somebody stops it."""

from __future__ import annotations

import shutil
import signal
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from types import FrameType
from typing import NamedTuple

from twin.errors import RecordingError

PATIENCE_S = 5.0
"""[s] that a command has to end after a recording was stopped, and again after it was asked to."""

_NS = 1e9


class Stop:
    """Whether the recorder was asked to stop, and by which signal."""

    def __init__(self) -> None:
        self.signal: int | None = None

    def take(self, number: int, frame: FrameType | None) -> None:
        """Note a signal; what was begun is ended in order."""
        del frame
        self.signal = number


@contextmanager
def stoppable() -> Iterator[Stop]:
    """Turn Ctrl-C and a request to end into a note, as long as a recording runs."""
    stop = Stop()
    if threading.current_thread() is not threading.main_thread():
        yield stop  # signals reach the main thread alone
        return
    before = {number: signal.signal(number, stop.take) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class Told(NamedTuple):
    """When a command began and ended, in UTC as text, and its exit code (128 and the signal's number if killed)."""

    started: str
    ended: str
    exit_code: int


class Span:
    """
    Says whether a recording is to go on.

    Parameters
    ----------
    duration : [s]
        Of the recording; endless if None.
    command
        To run meanwhile; the recording lasts for it.
    lead : [s]
        Before and after the command.
    stop
        Whether it was asked to stop.

    Raises
    ------
    RecordingError
        If there is no such command.
    """

    def __init__(self, duration: float | None, command: Sequence[str], lead: float, stop: Stop) -> None:
        if command and shutil.which(command[0]) is None:
            message = f"{command[0]}: no such command, or not to be run; nothing was recorded"
            raise RecordingError(message)
        self._duration, self._command, self._lead, self._stop = duration, command, lead, stop
        self._begun: int | None = None
        self._ended: int | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._times: list[str] = []

    def goes_on(self, now: int) -> bool:
        """Start the command when it is its time, and say whether there is more to record."""
        if self._begun is None:
            self._begun = now
        if self._stop.signal is not None:
            return False
        passed = (now - self._begun) / _NS
        if not self._command:
            return self._duration is None or passed < self._duration
        if self._process is None:
            if passed >= self._lead:
                self._start()
            return True
        if self._ended is None and self._process.poll() is not None:
            self._ended = now
            self._times.append(_clock())
        return self._ended is None or (now - self._ended) / _NS < self._lead

    def close(self) -> Told | None:
        """End a command that still runs, and tell how it went; none if none was started."""
        if self._process is None:
            return None
        for ask in (self._process.terminate, self._process.kill):
            try:
                self._process.wait(PATIENCE_S)
                break
            except subprocess.TimeoutExpired:
                ask()
        code = self._process.wait()
        if len(self._times) == 1:
            self._times.append(_clock())
        return Told(self._times[0], self._times[1], code if code >= 0 else 128 - code)

    def _start(self) -> None:
        self._times.append(_clock())
        try:
            self._process = subprocess.Popen(self._command)
        except OSError as error:
            message = f"{self._command[0]}: cannot be run ({error.strerror or error})"
            raise RecordingError(message) from error


def _clock() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
