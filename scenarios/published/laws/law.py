"""What a law is to a published case."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from twin.site import Floats

Outputs = Mapping[str, Floats]
"""Values (row,) in SI by name."""


class Law(NamedTuple):
    """
    A function of the physics with its names and units as a case has them.

    Attributes
    ----------
    function
        Takes each argument as (row,), or (row, part) where it has parts, and gives each output as (row,).
    arguments, outputs
        Units by name; ``delta_degC`` is a difference of temperatures.
    parts
        Arguments that are several numbers, and how many.
    """

    function: Callable[..., Outputs]
    arguments: dict[str, str]
    outputs: dict[str, str]
    parts: Mapping[str, int] = MappingProxyType({})


def one(values: Floats, name: str) -> float:
    """
    Give the value that all rows share.

    Raises
    ------
    ValueError
        When they do not share one.
    """
    first = float(values.flat[0])
    if not np.all(values == first):
        message = f"{name} must be the same in all rows: the law takes one machine, at one place"
        raise ValueError(message)
    return first
