"""The limits of a site's power chain: as its design loads each stage, and up to the ratings that redundancy leaves."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from facilities import plan
from facilities.build import Sized
from facilities.parts import PathStage
from facilities.schema import Facility
from twin.capacity import path_limits, scale_at_limit
from twin.redundancy import usable
from twin.site import Floats, Site, Stage
from twin.year.limits import Powers

TIMES = "\N{MULTIPLICATION SIGN}"


class Chain(NamedTuple):
    """
    Limits of a part of the chain.

    Attributes
    ----------
    names : tuple of text
        Of its stages.
    rated : (stage, hall) [W] or (stage, weather) [1]
        IT power of halls, or racks of the site over those that stand, at which a stage is as full as its rating and
        redundancy let it be.
    designed : (stage, hall) [W] or (stage, weather) [1]
        The same where it is no fuller than its design loading either.
    about : name to text
        What stands.
    """

    names: tuple[str, ...]
    rated: Floats
    designed: Floats
    about: dict[str, str]


def halls(facility: Facility, site: Site, parts: Sized) -> Chain:
    """
    Give the limits of the stages that feed the halls.

    Parameters
    ----------
    facility : Facility
        For redundancy and design loading.
    site : Site
        As built from it.
    parts : Sized
        Its racks.

    Returns
    -------
    Chain
        Of the first stage the fullest feed counts as well, whole or with another lost, by its rating.
    """
    wanted, stages = facility.power.hall, site.chain.hall_path
    may = [usable(own.redundancy, stage.units) for own, stage in zip(wanted, stages, strict=True)]
    wished = [own.design_loading.si * stage.units for own, stage in zip(wanted, stages, strict=True)]
    rated, designed = path_limits(stages, may), path_limits(stages, wished)
    feeds = plan.feeds(facility, site)
    fullest = np.zeros(len(site.halls.name))
    np.maximum.at(fullest, feeds.hall, feeds.most)
    rated[0] = np.minimum(rated[0], feeds.rating / fullest * parts.heat.power)
    about = {own.name: _words(own, stage) for own, stage in zip(wanted, stages, strict=True)}
    return Chain(tuple(about), rated, np.minimum(rated, designed), about)


def site(facility: Facility, of: Site, powers: Powers, scales: Floats) -> Chain:
    """
    Give the limits of what all halls share.

    Parameters
    ----------
    facility : Facility
        For redundancy, design loading and spare transformers.
    of : Site
        As built from it.
    powers : Powers
        Of the site, by weather and scale.
    scales : (weather, scale) [1]
        Racks over those that stand.

    Returns
    -------
    Chain
        Stages of the plant's feeders and of the common path, main transformers, and the connection.
    """
    paths, grid = of.chain, facility.connection
    wanted = (*facility.power.mechanical, *facility.power.common)
    stages = (*paths.mechanical_path, *paths.common_path[:-1])
    transformer = paths.common_path[-1]
    left = float(transformer.units[0]) - grid.points.count * grid.spare_transformers.count
    ends = [left * transformer.rating, of.connection.rating]
    pairs = list(zip(wanted, stages, strict=True))
    may = [float(usable(own.redundancy, stage.units)[0]) * stage.rating for own, stage in pairs]
    wished = [own.design_loading.si * float(stage.units[0]) * stage.rating for own, stage in pairs]
    loads = np.concatenate([powers.mechanical, powers.common, powers.connection[np.newaxis]])
    rated, designed = (_scales(loads, np.array([*most, *ends]), scales) for most in (may, wished))
    about = {own.name: _words(own, stage) for own, stage in pairs}
    about[transformer.name] = f"{left:.0f} of {transformer.units[0]:.0f} {TIMES} {transformer.rating / 1e6:.4g} MW"
    about["connection"] = f"rated {of.connection.rating / 1e6:.5g} MW"
    return Chain(tuple(about), rated, np.minimum(rated, designed), about)


def _scales(loads: Floats, limit: Floats, scales: Floats) -> Floats:
    """Give the scale (limit, weather) [1] at which loads (limit, weather, scale) [W] reach limits (limit,) [W]."""
    rows = range(scales.shape[0])
    return np.stack([scale_at_limit(loads[:, row] / limit[:, np.newaxis], scales[row]) for row in rows], axis=1)


def _words(own: PathStage, stage: Stage) -> str:
    units = np.unique(np.rint(stage.units)).astype(int)
    many = f"{units[0]}" if units.size == 1 else f"{units[0]} to {units[-1]}"
    loading = f"{100.0 * own.design_loading.si:.3g} %"
    return f"{own.redundancy}, {many} {TIMES} {stage.rating / 1e6:.4g} MW, loaded to {loading}"
