"""Run as a program: the command `twin` on a machine whose GPUs are none, by the true clock."""

import sys
import time
from types import SimpleNamespace

from telemetry.recording import command, sampling
from tests.telemetry.fake_nvml import FakeGpu, fake_nvml


class TrueClock(SimpleNamespace):
    """The clock of the machine, as a false GPU asks it."""

    @property
    def now(self):
        return time.monotonic_ns()

    def pass_ns(self, nanoseconds):
        """Let time pass by itself."""


if __name__ == "__main__":
    count = int(sys.argv.pop(1))
    sys.modules["pynvml"] = fake_nvml([FakeGpu(TrueClock()) for _ in range(count)])
    sampling.CHUNK_S = 0.2  # a test cannot wait for five seconds
    command.PATIENCE_S = 0.5
    from scenarios.cli import main

    main()
