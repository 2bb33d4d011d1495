"""What a rack of each class is made of, as far as jobs ask: nodes, and what its accelerators are rated for."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from facilities import Facility
from facilities.parts import Accelerator
from facilities.quantity import Number
from twin.arrays import Floats
from twin.site import Site


class Machines(NamedTuple):
    """
    Nodes and accelerators of racks, a row a class.

    Attributes
    ----------
    nodes : (rack_class,) [1]
        Of a rack; zero for racks without nodes.
    bf16, fp8 : (rack_class,) [FLOP/s]
        Rated operations of one accelerator on dense matrices; zero where no source gives them.
    bandwidth : (rack_class,) [byte/s]
        Of its memory; zero likewise.
    memory : (rack_class,) [byte]
        Of it; zero likewise.
    """

    nodes: Floats
    bf16: Floats
    fp8: Floats
    bandwidth: Floats
    memory: Floats


def machines(facility: Facility, site: Site) -> Machines:
    """
    Give what racks of a site are made of.

    Parameters
    ----------
    facility : Facility
        With its catalog.
    site : Site
        The same, as it is run.

    Returns
    -------
    Machines
        In order of the site's classes.
    """
    names = site.rack_classes.name
    nodes = [facility.catalog.racks[name].nodes for name in names]
    chips = [_chip(facility, name) for name in names]
    return Machines(
        nodes=np.array([0.0 if count is None else count.si for count in nodes]),
        bf16=_rated([None if chip is None else chip.dense_bf16 for chip in chips]),
        fp8=_rated([None if chip is None else chip.dense_fp8 for chip in chips]),
        bandwidth=_rated([None if chip is None else chip.memory_bandwidth for chip in chips]),
        memory=_rated([None if chip is None else chip.memory for chip in chips]),
    )


def _chip(facility: Facility, rack: str) -> Accelerator | None:
    node = facility.catalog.racks[rack].node
    return None if node is None else facility.catalog.accelerators[facility.catalog.nodes[node].accelerator]


def _rated(numbers: list[Number | None]) -> Floats:
    return np.array([0.0 if number is None else number.si for number in numbers])
