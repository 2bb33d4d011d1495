"""The way of power from the host grid to the racks: what stands there, and what it carries at a run's highest power."""

from __future__ import annotations

from typing import Any

import numpy as np

from twin.power import facility_flows
from twin.record import Record
from twin.site import Floats, Site, Stage


def one_line(record: Record, site: Site) -> dict[str, Any]:
    """
    Say what each stage of the power chain carries in the second of the highest power drawn.

    Parameters
    ----------
    record : Record
        A run.
    site : Site
        Its site.

    Returns
    -------
    dict
        ``second`` of the run; ``power_w``, ``voltage_pu`` at the point of connection; ``racks_w``, ``cooling_w``;
        ``connection``, its ratings; and ``common``, ``halls`` and ``mechanical``, rows of stages from the load
        upwards: name, ``units`` in all, ``fewest`` and ``most`` in a hall, ``rating_w`` of one, ``load_w`` that leaves
        all, ``loading`` of the highest loaded, ``loss_w``.

    Notes
    -----
    Only energies of stages are kept, so the chain is walked again from the stored power of racks and cooling; the
    voltage is that of this second, not of the macro step before.
    """
    second = int(np.argmax(record.site[5]))
    racks = record.halls[0][second].astype(float)[:, np.newaxis]
    cooling, voltage = record.site[3][second], float(record.voltage[second])
    chain = site.chain
    flows = facility_flows(chain, racks, np.array([cooling]), voltage)
    feeders = racks.sum() + flows.hall_losses.sum() + cooling + chain.house + flows.mechanical_losses.sum()
    paths = {
        "halls": (chain.hall_path, racks[:, 0], flows.hall_losses[:, :, 0]),
        "mechanical": (chain.mechanical_path, np.array([cooling + chain.house]), flows.mechanical_losses),
        "common": (chain.common_path, np.array([feeders]), flows.common_losses),
    }
    return {
        "second": second,
        "power_w": float(record.site[5][second]),
        "voltage_pu": voltage,
        "racks_w": float(record.site[0][second]),
        "cooling_w": float(cooling),
        "connection": {
            "rating_w": site.connection.rating,
            "voltage_v": site.connection.voltage,
            "campus_voltage_v": site.connection.campus_voltage,
            "frequency_hz": site.connection.frequency,
            "points": site.connection.points,
            "short_circuit_va": site.connection.short_circuit_power,
        },
        **{name: _rows(*path) for name, path in paths.items()},
    }


def _rows(stages: tuple[Stage, ...], output: Floats, losses: Floats) -> list[dict[str, Any]]:
    """Describe the stages of a path; output (row,) of the first [W], losses (stage, row) [W]."""
    rows, carried = [], output
    for stage, loss in zip(stages, losses, strict=True):
        rows.append(
            {
                "stage": stage.name,
                "units": int(np.rint(stage.units.sum())),
                "fewest": int(np.rint(stage.units.min())),
                "most": int(np.rint(stage.units.max())),
                "rating_w": float(stage.rating),
                "load_w": float(carried.sum()),
                "loading": float((carried / (stage.units * stage.rating)).max()),
                "loss_w": float(loss.sum()),
                "heats": "hall air" if stage.heats_hall else "outdoors",
            }
        )
        carried = carried + loss
    return rows
