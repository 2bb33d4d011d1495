"""What all tests share: the settings of hypothesis, and files at hand that the project does not ship."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parents[1]

# Derandomised, so that a failure on one machine is a failure on all; no deadline, since the first call may compile.
settings.register_profile(
    "gigatwin", derandomize=True, deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("gigatwin")


@pytest.fixture(scope="session")
def root() -> Path:
    """Give the folder of the project."""
    return ROOT


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Give the folder of real telemetry, weather and validation files that stands beside some checkouts."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the real data files that stand beside some checkouts are not here")
    return folder
