"""
What the loop keeps: arrays by second, minute and macro step, and the energies that crossed each boundary.

Nothing is kept rack x second. Racks are kept as lowest, mean and highest of each minute, one row for racks that do the
same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from twin.cooling.ranges import LAWS
from twin.site import Floats, Site
from twin.thermal import tiles
from twin.thermal.tables import Layout, Tally

if TYPE_CHECKING:
    from twin.changes import Setting
    from twin.cooling.hall_air import HallState
    from twin.cooling.plant import PlantState
    from twin.thermal.tables import ThermalState

Singles = npt.NDArray[np.float32]

COOLING_FIELDS = (
    "supply_temp_k",
    "return_temp_k",
    "air_temp_k",
    "fan_power_w",
    "pump_power_w",
    "chiller_power_w",
    "coil_fan_power_w",
    "cdu_pump_power_w",
    "heat_rejected_w",
    "water_use_kg_s",
    "fan_speed",
    "chiller_load",
    "dry_bulb_temp_k",
    "wet_bulb_temp_k",
    "condenser_temp_k",
    "cooling_mode",
    "water_flow",
    "delivered_heat_w",
    "basin_kg",
)
"""Rows of `Record.cooling`, in order; columns of cooling.parquet."""


class Energies(NamedTuple):
    """
    Energy that crossed each boundary during the run, each integrated on its own; water likewise.

    Attributes
    ----------
    connection : [J]
        Drawn at the point of connection.
    racks : [J]
        Drawn at the rack inlets.
    accelerators : [J]
        Used by the accelerator packages.
    rack_losses : [J]
        Lost in conversion inside the racks.
    hall_losses : (stage, hall) [J]
        Lost in the stages of the hall path.
    mechanical_losses, common_losses : (stage,) [J]
        Lost in the stages of the other paths.
    rack_coolant, rack_air : [J]
        Heat from racks to coolant and to air.
    cdu_facility, cdu_air : [J]
        Heat from CDUs to facility water, and from those that are sidecars to hall air.
    cdu_pumps, hall_fans, outdoor_fans, pumps, condenser_pumps, cooler_fans, chillers, heat_pumps : [J]
        Electric energy of the cooling equipment; hall fans are those of coils and sidecars, outdoor fans those of
        air-side economisers, heat pumps those of heat reuse.
    coils, doors : [J]
        Heat from hall air to facility water, and through rear doors.
    outdoor_air : [J]
        Heat from hall air to the outdoors, with the air that is blown out.
    rejected : [J]
        Heat from facility water to the outdoors through the coolers.
    chilled : [J]
        Heat from facility water to the chillers.
    economised : [J]
        Heat from facility to condenser water through economisers.
    condensed : [J]
        Heat from chillers to condenser water.
    reused : [J]
        Heat from facility water to heat pumps.
    delivered : [J]
        Heat from them to a buyer, off the site.
    condenser_rejected : [J]
        Heat from condenser water to the outdoors through the coolers.
    evaporation, blowdown, drift, make_up : [kg]
        Water of the towers.
    house : [J]
        Used by the buildings besides racks and cooling.
    """

    connection: float
    racks: float
    accelerators: float
    rack_losses: float
    hall_losses: Floats
    mechanical_losses: Floats
    common_losses: Floats
    rack_coolant: float
    rack_air: float
    cdu_facility: float
    cdu_air: float
    cdu_pumps: float
    hall_fans: float
    outdoor_fans: float
    pumps: float
    condenser_pumps: float
    cooler_fans: float
    chillers: float
    heat_pumps: float
    coils: float
    doors: float
    outdoor_air: float
    rejected: float
    chilled: float
    economised: float
    condensed: float
    reused: float
    delivered: float
    condenser_rejected: float
    evaporation: float
    blowdown: float
    drift: float
    make_up: float
    house: float = 0.0


class Stored(NamedTuple):
    """
    Energy held by the site above 0 K.

    Attributes
    ----------
    racks, cdus, plant, condenser : [J]
        In racks, in CDUs with their coolant, in facility water and hall air, in condenser water.
    basins : [kg]
        Water in the basins of towers.
    """

    racks: float
    cdus: float
    plant: float
    condenser: float
    basins: float


class Snapshot(NamedTuple):
    """
    State of a site at the start of a macro step, copied.

    Attributes
    ----------
    time : [s]
        From the start of the run.
    setting : Setting
        What scheduled changes had set before.
    thermal : ThermalState
        Racks, CDUs and halls.
    plant : PlantState
        Loops.
    halls : HallState
        What the halls' controls remember.
    warming : (hall,) [J]
        Conversion heat on its way to the halls' air.
    """

    time: int
    setting: Setting
    thermal: ThermalState
    plant: PlantState
    halls: HallState
    warming: Floats


class Record(NamedTuple):
    """
    All that a replay gives.

    Attributes
    ----------
    site : (row, second) [W]
        Rack inlets, accelerators, rack losses, cooling, distribution losses, connection, house load.
    voltage : (second,) [1]
        At the point of connection, per unit.
    halls : (6, second, hall)
        Rack inlets, accelerators, heat to coolant, heat to air [W]; warmest chip, warmest coolant supply [K].
    racks : (9, minute, kernel rack)
        Lowest, mean and highest of inlet power [W], worst chip [K] and stream outlet [K].
    cdus : (5, minute, cdu)
        Means of supply [K], return [K], heat [W] and valve opening [1], and the highest supply [K].
    cooling_time : (step,) [s]
        Start of each macro step.
    cooling : (field, step, loop)
        See `COOLING_FIELDS`.
    limits : (8, kernel rack)
        As in `Tally`.
    layout : Layout
        Which kernel rack stands for which racks.
    energies : Energies
        What crossed each boundary.
    before, after : Stored
        What the site held at the start and at the end.
    inside : (step, law, loop) bool
        Whether the plant's models were inside their ranges in a macro step; laws as in `twin.cooling.ranges.LAWS`.
    on_curve : (second,) bool
        Whether the load was inside the grid's response curve.
    watched : tuple of Snapshot
        States at the macro steps of the window that was to be watched.
    """

    site: Floats
    voltage: Floats
    halls: Singles
    racks: Singles
    cdus: Singles
    cooling_time: Floats
    cooling: Singles
    limits: Floats
    layout: Layout
    energies: Energies
    before: Stored
    after: Stored
    inside: npt.NDArray[np.bool_]
    on_curve: npt.NDArray[np.bool_]
    watched: tuple[Snapshot, ...] = ()


def empty(site: Site, layout: Layout, seconds: int, steps: int) -> Record:
    """
    Make a record to be filled.

    Parameters
    ----------
    site : Site
        The site.
    layout : Layout
        The kernel's racks.
    seconds : [s]
        Length of the run.
    steps : [1]
        Macro steps of the run.

    Returns
    -------
    Record
        Arrays of zeros; energies and stores are put in when the run ends.
    """
    minutes = -(-seconds // 60)
    halls, cdus, loops = len(site.halls.name), len(site.cdus.name), len(site.loops.name)
    none = Stored(0.0, 0.0, 0.0, 0.0, 0.0)
    chain = site.chain
    return Record(
        site=np.zeros((7, seconds)),
        voltage=np.ones(seconds),
        halls=np.zeros((6, seconds, halls), np.float32),
        racks=np.zeros((9, minutes, layout.order.size), np.float32),
        cdus=np.zeros((5, minutes, cdus), np.float32),
        cooling_time=np.zeros(steps),
        cooling=np.zeros((len(COOLING_FIELDS), steps, loops), np.float32),
        limits=np.zeros((8, layout.order.size)),
        layout=layout,
        energies=no_energies(len(chain.hall_path), halls, len(chain.mechanical_path), len(chain.common_path)),
        before=none,
        after=none,
        inside=np.ones((steps, len(LAWS), loops), dtype=bool),
        on_curve=np.ones(seconds, dtype=bool),
    )


def no_energies(hall_stages: int, halls: int, mechanical_stages: int, common_stages: int) -> Energies:
    """
    Give energies of zero.

    Parameters
    ----------
    hall_stages, halls, mechanical_stages, common_stages : [1]
        Sizes of the site's power chain.

    Returns
    -------
    Energies
        All zero.
    """
    none = np.zeros(hall_stages * halls).reshape(hall_stages, halls)
    stages = {
        "hall_losses": none,
        "mechanical_losses": np.zeros(mechanical_stages),
        "common_losses": np.zeros(common_stages),
    }
    zeros: dict[str, Any] = dict.fromkeys(Energies._fields, 0.0) | stages
    return Energies(**zeros)


def add(total: Energies, more: Energies) -> Energies:
    """
    Add energies.

    Parameters
    ----------
    total, more : Energies
        What to add.

    Returns
    -------
    Energies
        Sum of each field.
    """
    sums: dict[str, Any] = {name: getattr(total, name) + getattr(more, name) for name in Energies._fields}
    return Energies(**sums)


def tally(layout: Layout, cdus: int, halls: int, seconds: int) -> Tally:
    """
    Make the kernel's tally.

    Parameters
    ----------
    layout : Layout
        The kernel's racks.
    cdus, halls : [1]
        CDUs and halls of the site.
    seconds : [s]
        Longest step of the kernel.

    Returns
    -------
    Tally
        Cleared.
    """
    racks = layout.order.size
    new = Tally(
        hall_power=np.zeros((seconds, halls, 5)),
        hall_extreme=np.zeros((seconds, halls, 2)),
        cdu_heat=np.zeros(cdus),
        coil_heat=np.zeros(halls),
        outdoor_heat=np.zeros(halls),
        door=np.zeros((3, halls)),
        hot=np.zeros(halls),
        cdu_sum=np.zeros((5, cdus)),
        limit=np.zeros((8, racks)),
    )
    clear(new)
    return new


def clear(tally: Tally) -> None:
    """
    Forget what a tally holds.

    Parameters
    ----------
    tally : Tally
        Cleared in place.
    """
    tally.limit[:] = 0.0
    tally.limit[[3, 5]] = -1.0
    tally.cdu_sum[:] = 0.0


def keep_minute(kept: Record, tally: Tally, rack: Floats, minute: int, seconds: int) -> None:
    """
    Write a minute's racks and CDUs into a record and begin the next.

    Parameters
    ----------
    kept : Record
        Written to.
    tally : Tally
        Read, and cleared for the next minute.
    rack : (tile, row, lane) [K], [W] and [1]
        Racks, as in `ThermalState`; their tallies are read, and cleared.
    minute : [1]
        Which minute.
    seconds : [s]
        Seconds that it has.
    """
    kept.racks[:, minute] = tiles.tallies(kept.layout, rack)
    kept.racks[1::3, minute] /= np.float32(seconds)
    kept.cdus[:4, minute] = tally.cdu_sum[:4] / seconds
    kept.cdus[4, minute] = tally.cdu_sum[4]
    tally.cdu_sum[:] = 0.0
    tiles.forget(rack)
