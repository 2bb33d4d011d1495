"""The host network that a site's file names, as a study takes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenarios.gridstudy import host_network
from scenarios.gridstudy.host_network import HostStudy, Network
from twin.grid.feeding import without_lone_slack

if TYPE_CHECKING:
    from facilities.hosts.site import Hosted
    from twin.site import Floats


def study(found: Hosted, rating: float, load: float, run: Floats | None) -> HostStudy:
    """
    Study a site on the network that its file names.

    Parameters
    ----------
    found
        Network and points of connection.
    rating
        Of its connection [W].
    load
        At which outages are studied [W].
    run
        Power of each second [W], if there is a run.

    Returns
    -------
    HostStudy
        Of it.

    Raises
    ------
    FacilityError
        When the network has no power flow.
    """
    host, record = found.host, found.host.record
    grid = without_lone_slack(host.grid)
    licence = f"{record.attribution} {record.licence}, {record.licence_link}. {record.changes}"
    origin = (record.note, licence if found.synthetic else f"{record.origin}. {record.changes}.")
    network = Network(record.title, origin, grid, found.feeding, host.studied, host.studied_branches, found.synthetic)
    return host_network.study(network, rating, load, run)
