"""Loads on a small site, for tests of what calms them."""

from __future__ import annotations

import numpy as np

from scenarios.fast_load.load import Load
from tests.twin import small_site

PACKAGES = 14.0
"""Of the site: one a rack."""


def load(
    activity: np.ndarray, step: float, rated: float = 100e6, idle: float = 0.0, period: float | None = None
) -> Load:
    """
    Give a load on a site whose packages have a rated power together [W], hosts and leakage that do not change.

    One package a rack, so that 14 of them make the site; losses are linear in power.
    """
    plain = small_site.site()
    kinds = plain.rack_classes
    largest = rated / PACKAGES
    grid = np.array([np.linspace(0.0, 2.0 * largest, 3), np.linspace(0.0, 8e4, 3)])
    loss = np.zeros((2, 3, 2))
    site = plain._replace(
        rack_classes=kinds._replace(
            accelerators=np.array([1.0, 0.0]),
            accelerator_idle=np.array([idle * largest, 0.0]),
            accelerator_loaded=np.array([idle * largest, 0.0]),
            accelerator_max=np.array([largest, 0.0]),
            host_idle=np.zeros(2),
            host_max=np.zeros(2),
            auxiliary_power=np.zeros(2),
            chain_power=grid,
            chain_loss=loss,
            leakage=np.zeros(2),
        ),
        chain=plain.chain._replace(hall_path=(), mechanical_path=(), common_path=()),
        connection=plain.connection._replace(rating=2.0 * rated, short_circuit_power=20.0 * rated),
    )
    return Load(site, step, np.atleast_2d(activity), 0.0, period, "made")
