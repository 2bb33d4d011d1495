"""A machine with GPUs that are none."""

import sys

import pytest

from telemetry.recording.sampling import Clock
from tests.telemetry.fake_nvml import FakeClock, fake_nvml


@pytest.fixture
def clock():
    """Time that passes when somebody sleeps."""
    return FakeClock()


@pytest.fixture
def clocks(clock):
    """Give the clocks as the recorder takes them."""
    return Clock(clock.monotonic, clock.utc, clock.sleep)


@pytest.fixture
def machine(monkeypatch):
    """Put GPUs into the machine, and give its library."""

    def put(*gpus, calls=None):
        module = fake_nvml(gpus, calls)
        monkeypatch.setitem(sys.modules, "pynvml", module)
        return module

    return put
