"""Kinds of parts stand for all of a site's."""

from __future__ import annotations

import numpy as np
import pytest

import facilities
from facilities import build
from twin.year.kinds import Asked, idle, kinds


@pytest.mark.parametrize("name", ["prometheus", "aws_rainier", "frontier", "meta_150mw", "fairwater"])
def test_every_part_is_counted(name: str) -> None:
    """Racks, coolant, halls, loops and rated heat of the kinds add up to the site's."""
    site = build.site(facilities.load(name))
    found = kinds(site, idle(site))
    cdus = found.cdu_count * found.hall_count[found.cdus.hall]
    assert found.racks.on_site.sum() == site.racks.cdu.size
    assert found.hall_count.sum() == len(site.halls.name)
    assert found.loop_count.sum() == len(site.loops.name)
    assert cdus.sum() == len(site.cdus.name)
    assert cdus @ found.cdus.rated_heat == pytest.approx(site.cdus.rated_heat.sum(), rel=1e-12)
    assert found.loop_count @ found.loops.water_stream == pytest.approx(site.loops.water_stream.sum(), rel=1e-12)
    units = np.broadcast_to(site.chain.hall_path[0].units, len(site.halls.name))
    assert found.hall_count @ found.chain.hall_path[0].units == pytest.approx(units.sum(), rel=1e-12)


def test_halls_that_do_otherwise_are_kinds_of_their_own() -> None:
    """Of the 24 halls of one site, two lay-outs; one rack with other work makes its hall a third kind."""
    site = build.site(facilities.load("prometheus"))
    alike = idle(site)
    other = Asked(*(part.copy() for part in alike))
    other.accelerator_base[0] += 1.0
    assert sorted(kinds(site, alike).hall_count) == [12.0, 12.0]
    assert sorted(kinds(site, other).hall_count) == [1.0, 11.0, 12.0]
