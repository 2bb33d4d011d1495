"""A number of a model of loads or of sensors, and who says so."""

from __future__ import annotations

from typing import NamedTuple


class Parameter(NamedTuple):
    """
    A number, and who says so.

    Attributes
    ----------
    value, low, high
        In `unit`.
    unit
        As pint reads it.
    basis
        ``primary``, ``reported``, ``derived``, ``measured`` or ``assumed``.
    source
        Where it is from, or why it is assumed.
    """

    value: float
    unit: str
    basis: str
    source: str
    low: float
    high: float
