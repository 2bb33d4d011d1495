"""A record made by hand, of round numbers that balance, for tests of what is made of a run."""

from __future__ import annotations

import numpy as np

from tests.scenarios import small_site
from tests.twin import small_site as core
from twin import record
from twin.record import COOLING_FIELDS, Energies, Record, Stored
from twin.site import Site
from twin.thermal import laws

START = core.START
SECONDS = 120

ENERGIES = Energies(
    # Racks 1,000, cooling 50, losses 50 in the halls, 4 to the cooling, 16 at the connection.
    connection=1120.0,
    racks=1000.0,
    accelerators=700.0,
    rack_losses=50.0,
    hall_losses=np.array([[20.0, 30.0]]),
    mechanical_losses=np.array([4.0]),
    common_losses=np.array([16.0]),
    # The racks keep 20.
    rack_coolant=780.0,
    rack_air=200.0,
    # The CDUs keep 780 + 10 - 745 - 40 = 5.
    cdu_facility=745.0,
    cdu_air=40.0,
    cdu_pumps=10.0,
    hall_fans=5.0,
    outdoor_fans=4.0,
    pumps=6.0,
    condenser_pumps=3.0,
    cooler_fans=8.0,
    chillers=12.0,
    heat_pumps=2.0,
    # All of the halls' 200 + 40 + 50 + 5.
    coils=265.0,
    doors=20.0,
    outdoor_air=10.0,
    # The plant keeps 745 + 285 + 6 - 694 - 120 - 200 - 4 = 18.
    rejected=694.0,
    chilled=120.0,
    economised=200.0,
    # Of the chillers' 120 + 12; condenser water keeps 200 + 40 + 3 - 236 = 7.
    condensed=40.0,
    reused=4.0,
    delivered=6.0,
    condenser_rejected=236.0,
    evaporation=3.0,
    blowdown=0.9,
    drift=0.1,
    make_up=4.0,
)
BEFORE, AFTER = Stored(100.0, 200.0, 300.0, 50.0, 10.0), Stored(120.0, 205.0, 318.0, 57.0, 10.0)


def site() -> Site:
    """Give the site: two halls, four CDUs, eighteen racks; its one stage in the halls warms them."""
    return small_site.site()


def calm(of: Site, seconds: int = SECONDS) -> Record:
    """Give a record in which nothing comes near a limit; racks of one CDU and class share a kernel rack."""
    none = np.zeros((of.racks.cdu.size, 0), dtype=np.int64)
    layout = laws.layout(of, core.load(of, [0.5]), none)
    steps = -(-seconds // 60)
    kept = record.empty(of, layout, seconds, steps)
    kept.site[0], kept.site[5] = 1000.0, 1120.0
    kept.racks[3:6] = 330.0
    kept.racks[6:9] = 315.0
    kept.cdus[0], kept.cdus[1], kept.cdus[2], kept.cdus[3], kept.cdus[4] = 313.0, 320.0, 5e4, 0.4, 313.5
    kept.cooling_time[:] = 60.0 * np.arange(steps)
    kept.cooling[COOLING_FIELDS.index("supply_temp_k")] = 292.0
    kept.cooling[COOLING_FIELDS.index("return_temp_k")] = 298.0
    kept.cooling[COOLING_FIELDS.index("air_temp_k")] = 297.0
    kept.limits[[3, 5]] = -1.0
    return kept._replace(energies=ENERGIES, before=BEFORE, after=AFTER)
