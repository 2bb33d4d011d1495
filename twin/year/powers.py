"""Powers of the whole site in each step, each added up on its own."""

from __future__ import annotations

from typing import Any

import numpy as np

from twin.arrays import Floats
from twin.cooling import plant_tables, plant_water
from twin.cooling.psychrometrics import AIR_HEAT
from twin.record import Energies
from twin.year import chain
from twin.year.passes import Outside, Pass
from twin.year.plan import Plan


def powers(made: Plan, found: Pass, outside: Outside) -> Energies:
    """
    Add up all powers of the site.

    Parameters
    ----------
    made : Plan
        Of the site.
    found : Pass
        Its last pass.
    outside : Outside
        Outdoor air.

    Returns
    -------
    Energies
        Mean powers (step,) [W] in the place of energies, water (step,) [kg/s], losses (stage, step) [W], those of halls
        (stage, 1, step).
    """
    own, loops, racks, air = made.kinds, found.loops, found.racks, found.air
    halls, many, fitted = own.hall_count, own.loop_count, own.loops.condenser.fitted
    cdus_of_site = own.cdu_count * halls[own.cdus.hall]
    wet = own.cdu_stream > 0.0
    cdu_pumps = np.full(racks.inlet.shape[0], float(cdus_of_site @ np.where(wet, own.cdus.pump_power, 0.0)))
    condenser_pumps = np.full(cdu_pumps.shape, float(many @ np.where(fitted, own.loops.condenser.pump_power, 0.0)))
    hall_fans = (air.fans + found.sidecar_fans) @ halls
    electric = {
        "cdu_pumps": cdu_pumps,
        "hall_fans": hall_fans,
        "outdoor_fans": air.outdoor_fans @ halls,
        "pumps": found.pumps @ many,
        "condenser_pumps": condenser_pumps,
        "cooler_fans": loops.fans @ many,
        "chillers": loops.chillers @ many,
        "heat_pumps": loops.heat_pumps @ many,
    }
    drawn = chain.common(
        own, found.halls.head @ halls, racks.site_swing, np.sum(list(electric.values()), axis=0) + own.chain.house
    )
    parts: dict[str, Any] = dict(
        connection=drawn.connection,
        house=np.full(cdu_pumps.shape, own.chain.house),
        racks=racks.inlet @ own.racks.on_site,
        accelerators=racks.accelerators @ own.racks.on_site,
        rack_losses=racks.losses @ own.racks.on_site,
        hall_losses=np.einsum("sht,h->st", found.halls.losses, halls)[:, np.newaxis],
        mechanical_losses=drawn.mechanical_losses,
        common_losses=drawn.common_losses,
        rack_coolant=racks.to_coolant @ own.racks.on_site,
        rack_air=racks.to_air @ own.racks.on_site,
        cdu_facility=found.cdus.heat @ (cdus_of_site * ~own.cdus.sidecar),
        cdu_air=found.cdus.heat @ (cdus_of_site * own.cdus.sidecar),
        coils=air.coil @ halls,
        doors=air.door @ halls,
        outdoor_air=air.outdoor @ halls,
        rejected=loops.rejected @ (many * ~fitted),
        condenser_rejected=loops.rejected @ (many * fitted),
        chilled=loops.chilled @ many,
        economised=loops.economised @ many,
        condensed=loops.condensed @ many,
        reused=loops.reused @ many,
        delivered=loops.delivered @ many,
        **electric,
        **_water(made, found, outside),
    )
    return Energies(**parts)


def _water(made: Plan, found: Pass, outside: Outside) -> dict[str, Floats]:
    own = made.kinds
    from_halls = (found.air.passed / AIR_HEAT * outside.intake.taken_up) @ made.halls_air_loop
    evaporation, use = plant_water.water_flows(
        own.loops,
        plant_tables.own_settings(own.loops),
        found.flow,
        found.loops.rejected,
        found.loops.speed,
        outside.wetted,
        outside.air,
        from_halls,
    )
    parts = {"evaporation": evaporation, "blowdown": use.blowdown, "drift": use.drift, "make_up": use.make_up}
    return {name: part @ own.loop_count for name, part in parts.items()}
