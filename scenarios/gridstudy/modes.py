"""Electromechanical modes of the network around a site, and what work in step does at them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl
from scipy import signal

from facilities import fast_load, machines
from twin.grid import eigenmodes, power_flow
from twin.grid.modes import Mode

if TYPE_CHECKING:
    from twin.grid.feeding import Feeding
    from twin.grid.host import HostGrid

FREQUENCIES = np.geomspace(0.1, 3.0, 401)
"""[Hz] Of a load that oscillates: iterations of 10 s to a third of a second, 0.9 % apart: peaks are twice as wide."""

LARGE = 0.1
"""Of the largest swing of a mode, from which a machine is counted on a side."""

SHOWN = 12
"""Modes that the page lists, the slowest."""

DRIVEN = 6
"""Peaks of the answer that count as modes of the load: the highest, as a network has hundreds that it hardly drives."""


class Chapter(NamedTuple):
    """
    The chapter of modes.

    Attributes
    ----------
    title : text
        Of the network.
    machines : int
        In it.
    modes : frame
        A row a mode, slowest first: frequency, ratio of damping, machines on either side, and the bus that swings most.
    forced : frame
        Over frequency: the sum of all machines' swings over the load's, the largest of one machine, and its bus.
    """

    title: str
    machines: int
    modes: pl.DataFrame
    forced: pl.DataFrame


def study(grid: HostGrid, title: str, feeding: Feeding) -> Chapter | None:
    """
    Study a network's modes, and a load that oscillates at a site's buses.

    Parameters
    ----------
    grid
        The network.
    title
        Its name.
    feeding
        The site's buses and their shares.

    Returns
    -------
    Chapter
        Machines are typical ones, by the classical model; None where no unit is large enough to have one.
    """
    solved = power_flow.solve(grid)
    units = machines.of(grid, solved)
    if not units.bus.size:
        return None
    system = eigenmodes.linear(grid, solved, units, feeding.bus, "classical")
    found = eigenmodes.of_swings(eigenmodes.modes(system), system.size)
    answer = np.abs(eigenmodes.forced(system, FREQUENCIES, feeding.share))
    shape = found.shape
    return Chapter(
        title=title,
        machines=int(units.bus.size),
        modes=pl.DataFrame(
            {
                "frequency_hz": found.frequency,
                "damping": found.damping,
                "one_side": np.sum((shape.real > 0.0) & (np.abs(shape) > LARGE), axis=1),
                "other_side": np.sum((shape.real < 0.0) & (np.abs(shape) > LARGE), axis=1),
                "largest_bus": grid.buses.number[units.bus[np.abs(shape).argmax(axis=1)]],
            }
        ),
        forced=pl.DataFrame(
            {
                "frequency_hz": FREQUENCIES,
                "amplification": answer.sum(axis=1),
                "largest": answer.max(axis=1),
                "largest_bus": grid.buses.number[units.bus[answer.argmax(axis=1)]],
            }
        ),
    )


def driven(found: Chapter | None, interconnection: str | None) -> tuple[Mode, ...]:
    """
    Give the modes that a site's load may meet, computed ones in the place of those that are assumed of machines nearby.

    Parameters
    ----------
    found
        The chapter; None where the site has no network.
    interconnection
        By name, if there is one.

    Returns
    -------
    tuple of Mode
        In order of frequency. Modes between areas and of shafts stay assumed: a cut has not all of the first, and
        machines of one mass have none of the second. Damping is as assumed of machines nearby: typical machines
        without controls say where peaks stand, not how high they are.
    """
    assumed = fast_load.modes_of(interconnection)
    if found is None:
        return assumed
    answer = found.forced["amplification"].to_numpy()
    peaks, _ = signal.find_peaks(answer)
    highest = peaks[np.argsort(-answer[peaks], kind="stable")][:DRIVEN]
    local = fast_load.nearby()
    computed = [local._replace(frequency=float(FREQUENCIES[peak]), basis="computed") for peak in highest]
    kept = [mode for mode in assumed if mode != local] if computed else assumed
    return tuple(sorted([*kept, *computed], key=lambda mode: mode.frequency))
