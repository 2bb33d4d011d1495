"""What a command takes, as the system counts it."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from typing import NamedTuple


class Cost(NamedTuple):
    """What a command took."""

    processor: float  # [s], user and system, of all threads and children
    memory: float  # [GB], highest resident set
    wall: float  # [s]


def cost_of(command: Sequence[str]) -> Cost:
    """Run a command once and read from the system what it took; one that fails ends the benchmark."""
    begun = time.perf_counter()
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            output.seek(0)
            sys.exit(f"{' '.join(command)} failed:\n{output.read().decode(errors='replace')}")
    scale = 1.0 if sys.platform == "darwin" else 1024.0  # ru_maxrss is in bytes there, in KiB elsewhere
    return Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss * scale / 1e9, wall)
