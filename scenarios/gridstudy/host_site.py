"""The host network that a site's file names, as a study takes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from facilities.hosts.site import hosted
from scenarios.gridstudy import host_network
from scenarios.gridstudy.host_network import HostStudy, Network
from twin.grid.feeding import shared_by_headroom

if TYPE_CHECKING:
    from facilities import Facility
    from twin.site import Floats


def study(facility: Facility, rating: float, load: float, run: Floats | None) -> HostStudy | None:
    """
    Study a site on the network that its file names.

    Parameters
    ----------
    facility
        The site.
    rating
        Of its connection [W].
    load
        At which outages are studied [W].
    run
        Power of each second [W], if there is a run.

    Returns
    -------
    HostStudy or None
        None where the site names no network.

    Raises
    ------
    FacilityError
        When the network or its points of connection cannot be used.
    """
    found = hosted(facility)
    if found is None:
        return None
    host, record = found.host, found.host.record
    grid = host.grid
    if (grid.units.share > 0.0).sum() == 1:  # one slack bus would draw the whole campus along its own paths
        grid = shared_by_headroom(grid)
    origin = (record.note, f"{record.attribution} {record.licence}, {record.licence_link}. {record.changes}")
    network = Network(record.title, origin, grid, found.feeding, host.studied, host.studied_branches)
    return host_network.study(network, rating, load, run)
