"""Every rack of the catalog stands in a small site: it is sound, and a minute of it closes at rest and at full load."""

from __future__ import annotations

from pathlib import Path

import pytest

import facilities
from facilities import build
from facilities.catalog import builtin
from tests.facilities import rack_site
from tests.twin import small_site as small
from twin import simulate
from twin.closure import balances

PUBLISHED = {
    "gb200_nvl72": (130e3, 132e3),
    "gb300_nvl72": (132e3, 142e3),
    "vera_rubin_nvl72": (190e3, 230e3),
    "dgx_h100_rack": (36e3, 42e3),
    "dgx_h200_rack": (36e3, 42e3),
    "nd_h200_v5_rack": (36e3, 42e3),
    "dgx_b200_rack": (57.2e3, 57.2e3),  # four of 14.3 kW
    "aws_p4d_rack": (26e3, 26e3),  # four of the 6.5 kW of a DGX A100
    "catalina_rack": (56e3, 65e3),  # 120 kW a pod nominal, 130 kW with everything; below it at 960 W
    "ex4000_gh200_cabinet": (275e3, 360e3),  # HPL, and 24 rectifiers of 15 kW
    "tpu_v4_rack": (1.35 * 12.288e3, 1.5 * 12.288e3),  # over 64 chips of 192 W
    "ironwood_rack": (69e3, 100e3),  # a 144th of a pod, and what a rack is built for
    "trn2_rack": (24e3, 27.9e3),
    "trn3_rack": (80e3, 115e3),  # 72 chips of 800 to 1100 W with 40 % on top, rounded
    "enterprise_rack": (5e3, 10e3),
}
"""Lowest and highest nameplate [W] that sources give, or that follows from them."""


@pytest.mark.parametrize(("name", "low", "high"), [(name, *span) for name, span in PUBLISHED.items()])
def test_nameplates_are_within_what_is_published(name: str, low: float, high: float) -> None:
    assert low <= builtin().racks[name].rated_power.si <= high


@pytest.mark.parametrize("name", sorted(builtin().racks))
def test_a_site_of_it_is_sound_and_closes(tmp_path: Path, name: str) -> None:
    """Nothing is amiss with four of them, worst chips included; what they draw at full load is what they close to."""
    path = rack_site.written(tmp_path, name)
    assert [str(fault) for fault in facilities.check(path)] == []
    facility = facilities.load(path)
    site = build.site(facility)
    models = build.sized(facility).models
    full = 4.0 * models[name].full_power + models["service_rack"].full_power
    for load in (0.0, 1.0):
        kept = simulate.run(site, small.load(site, [load]), small.inputs(60), small.curve(site))
        assert all(row.closes for row in balances(kept, site))
        if load == 1.0:
            # Leakage moves chips from their rated power by some per cent, as they are warmer or colder than at rating.
            assert kept.energies.racks / 60.0 == pytest.approx(full, rel=0.03)


def test_a_pod_beside_its_liquid_to_air_units_is_sound_and_closes(tmp_path: Path) -> None:
    """Two racks of 56 kW give two thirds of it, 75 kW, to units of 80 kW; full air is not needed."""
    path = rack_site.written(tmp_path, "catalina_rack", "sidecar_80kw")
    assert [str(fault) for fault in facilities.check(path)] == []
    site = build.site(facilities.load(path))
    kept = simulate.run(site, small.load(site, [1.0]), small.inputs(60), small.curve(site))
    assert all(row.closes for row in balances(kept, site))
    # Two pods and their pumps; chips a little colder or warmer than at rating move it by some per cent.
    assert kept.energies.cdu_air / 60.0 == pytest.approx(2 * (2 * 0.667 * 56.2e3 + 1.5e3), rel=0.03)
    assert (kept.cdus[3, -1] < 1.0).all()
