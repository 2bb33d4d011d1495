"""What a site's accelerators are rated to compute, beside the power of the racks they stand in."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from facilities.layout import layout
from facilities.parts import Accelerator, Catalog
from facilities.quantity import Number
from facilities.schema import Facility


class Rate(NamedTuple):
    """
    Rated operations on dense matrices in one number format.

    Attributes
    ----------
    operations : [FLOP/s]
        Of all accelerators of which a source gives a rate; zero if it gives none.
    accelerators : [1]
        How many those are.
    rack_power : [W]
        Nameplates of the racks in which those stand.
    """

    operations: float
    accelerators: float
    rack_power: float


class Performance(NamedTuple):
    """
    What racks are rated to compute.

    Attributes
    ----------
    accelerators : [1]
        In all racks.
    bf16, fp8 : Rate
        In bfloat16, and in 8-bit floating point.
    memory : [byte]
        High-bandwidth memory of the accelerators of which a source gives it.
    rack_power : [W]
        Nameplates of all racks, those of network and storage included.
    """

    accelerators: float
    bf16: Rate
    fp8: Rate
    memory: float
    rack_power: float


def performance(facility: Facility) -> Performance:
    """
    Add up what the accelerators of a site are rated to compute.

    Parameters
    ----------
    facility : Facility
        As loaded; a phase counts the racks that then stand.

    Returns
    -------
    Performance
        Rated, of dense matrices: what a program reaches is less, by half or more. Divide it by the power that a run
        draws for FLOP/J; 1e12 FLOP/J are an exaFLOP/s for each megawatt.
    """
    places = layout(facility)
    counts = np.bincount(places.rack_class, minlength=len(places.classes))
    return _summed(
        [
            _scaled(rack_performance(facility.catalog, name), float(count))
            for name, count in zip(places.classes, counts, strict=True)
        ]
    )


def rack_performance(catalog: Catalog, name: str) -> Performance:
    """
    Give what the accelerators of one rack are rated to compute.

    Parameters
    ----------
    catalog : Catalog
        Where the rack and its parts are.
    name : text
        Of the rack.

    Returns
    -------
    Performance
        Zeros for a rack without accelerators.
    """
    rack = catalog.racks[name]
    power = rack.rated_power.si
    if rack.node is None or rack.nodes is None:
        return Performance(0.0, _NO_RATE, _NO_RATE, 0.0, power)
    node = catalog.nodes[rack.node]
    chip, packages = catalog.accelerators[node.accelerator], rack.nodes.si * node.accelerators.si
    bf16, fp8 = (_rate(number, packages, power) for number in (chip.dense_bf16, chip.dense_fp8))
    memory = 0.0 if chip.memory is None else packages * chip.memory.si
    return Performance(packages, bf16, fp8, memory, power)


def operations_per_joule(chip: Accelerator) -> tuple[float | None, float | None]:
    """
    Give the rated operations of an accelerator over its highest power.

    Parameters
    ----------
    chip : Accelerator
        From the catalog.

    Returns
    -------
    tuple of [FLOP/J]
        In bfloat16 and in 8-bit floating point; none where no source gives a rate. The package alone: hosts,
        conversion, network and cooling come on top.
    """
    bf16, fp8 = (
        None if number is None else number.si / chip.max_power.si for number in (chip.dense_bf16, chip.dense_fp8)
    )
    return bf16, fp8


def training(rate: Rate, power: float, operations: float, utilisation: float) -> tuple[float, float]:
    """
    Give the time and the energy of a training run.

    Parameters
    ----------
    rate : Rate
        Of the site, in the number format of the run; its operations are above zero.
    power : [W]
        Mean draw of the site meanwhile: of its racks, or at its point of connection.
    operations : [1]
        Floating-point operations of the model, such as 6 for each parameter and token.
    utilisation : [1]
        Of the rated operations, between zero and one; 0.35 to 0.45 is reached by large dense models.

    Returns
    -------
    tuple of [s] and [J]
        Time and energy.

    Notes
    -----
    ``time = operations / (utilisation rate)``, without restarts and checkpoints. Source: Chowdhery et al., PaLM, arXiv
    2204.02311, section 4.1, for what utilisation means.
    """
    time = operations / (utilisation * rate.operations)
    return time, time * power


_NO_RATE = Rate(0.0, 0.0, 0.0)


def _rate(number: Number | None, packages: float, power: float) -> Rate:
    return _NO_RATE if number is None else Rate(number.si * packages, packages, power)


def _scaled(one: Performance, count: float) -> Performance:
    bf16, fp8 = (Rate(*(count * value for value in rate)) for rate in (one.bf16, one.fp8))
    return Performance(count * one.accelerators, bf16, fp8, count * one.memory, count * one.rack_power)


def _summed(parts: list[Performance]) -> Performance:
    bf16, fp8 = (
        Rate(*map(sum, zip(*rates, strict=True)))
        for rates in zip(*((part.bf16, part.fp8) for part in parts), strict=True)
    )
    return Performance(
        sum(part.accelerators for part in parts),
        bf16,
        fp8,
        sum(part.memory for part in parts),
        sum(part.rack_power for part in parts),
    )
