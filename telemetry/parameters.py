"""A number of a model of loads or of sensors, and who says so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple


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


def given(parameters: Any, values: Mapping[str, float | None], source: str) -> Any:  # noqa: ANN401
    """
    Put what a user says into a table of parameters.

    Parameters
    ----------
    parameters
        A named tuple of `Parameter`.
    values : name to number
        In the parameters' units; what is none, or no name of the table, changes nothing.
    source
        Who says so.

    Returns
    -------
    named tuple
        The same table, with values that are told as assumed, without a range.
    """
    changed = {
        name: Parameter(value, getattr(parameters, name).unit, "assumed", source, value, value)
        for name, value in values.items()
        if value is not None and name in parameters._fields
    }
    return parameters._replace(**changed)
