"""
What a synthetic load is, where no measured one is at hand.

A trace is a fraction of the way from loaded idle (0: a job is resident and waits) to full power (1), one sample a
second, so that it fits any chip. Levels are published as fractions of the chip's rated power and are mapped with the
loaded idle of the chip they were measured on. Every parameter carries its unit, basis and source; a report lists them.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from telemetry.parameters import Parameter


class Trace(NamedTuple):
    """
    A sample of a load.

    Attributes
    ----------
    name, description
        What it is.
    samples : (sample,) float32
        Fraction of the way from loaded idle (0) to full power (1); means over each step.
    step : [s]
        From one sample to the next.
    parameters : name to parameter
        What it was made from.
    work : name to amount
        What each accelerator does meanwhile: ``iterating`` [s], ``interruptions`` [1] of its job, ``requests``,
        ``input_tokens`` and ``output_tokens`` [1].
    """

    name: str
    samples: npt.NDArray[np.float32]
    step: float
    description: str
    parameters: Mapping[str, Parameter]
    work: Mapping[str, float] = MappingProxyType({})


def fraction(idle: float, level: float) -> float:
    """
    Map a fraction of rated power to one of the way from loaded idle to rated power.

    Parameters
    ----------
    idle, level : [1]
        Loaded idle, and the level, over rated power.

    Returns
    -------
    [1]
        (level - idle) / (1 - idle).
    """
    return (level - idle) / (1.0 - idle)
