"""Heat exchangers."""

from __future__ import annotations

from scenarios.published.laws.law import Law, Outputs
from twin.cooling import exchangers
from twin.site import Floats


def _exchanger(transfer_units: Floats, stream_ratio: Floats) -> Outputs:
    return {
        "counterflow": exchangers.counterflow(transfer_units, stream_ratio),
        "crossflow": exchangers.crossflow(transfer_units, stream_ratio),
    }


EXCHANGER = Law(_exchanger, {"transfer_units": "1", "stream_ratio": "1"}, {"counterflow": "1", "crossflow": "1"})
