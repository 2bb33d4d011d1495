"""From chips to the connection: the replay's own laws, and what its means of a second hide."""

from __future__ import annotations

import numpy as np
import pytest

from tests.twin import small_site
from tests.twin.waveform.test_job import REAL
from twin import power, simulate
from twin.site import Site
from twin.waveform import chain
from twin.waveform import job as jobs

STEP, DURATION, COOLING = 0.005, 120, 1.5e5


@pytest.fixture(scope="module")
def site() -> Site:
    """Give the small site with chips whose leakage does not change: temperatures are held in a waveform."""
    plain = small_site.site()
    return plain._replace(rack_classes=plain.rack_classes._replace(leakage=np.zeros(2)))


@pytest.fixture(scope="module")
def asked() -> np.ndarray:
    return jobs.activity(REAL._replace(groups=7), 4, float(DURATION), STEP)


def test_racks_are_dealt_and_halls_counted_once(site: Site) -> None:
    dealt = chain.fleet(site, 4)
    assert np.einsum("h,hcg->c", dealt.halls, dealt.racks).tolist() == [14.0, 2.0]
    assert dealt.halls.sum() == 2.0
    assert chain.packages(site) == 14.0 * 72.0
    assert chain.rated(site) == 14.0 * 72.0 * 1200.0


def test_a_constant_load_by_hand(site: Site) -> None:
    """Against the functions of the replay, rack by rack and hall by hall."""
    found = chain.waveform(site, np.full((2, 3), 0.5), STEP, np.array(COOLING))
    kinds = site.rack_classes
    chips = 72.0 * (240.0 + 0.5 * 960.0)
    compute = chips + 1800.0 + 0.5 * (13e3 - 1800.0)
    busy = power.rack_inlet_power(np.array([compute]), kinds.chain_power[0], kinds.chain_loss[0], 17e3)[0]
    rest = power.rack_inlet_power(np.array([30e3]), kinds.chain_power[1], kinds.chain_loss[1], 0.0)[0]
    racks = np.array([[7.0 * busy + rest], [7.0 * busy + rest]])
    flows = power.facility_flows(site.chain, racks, np.array([COOLING]), 1.0)
    np.testing.assert_allclose(found.chips, 14.0 * chips, rtol=1e-12)
    np.testing.assert_allclose(found.racks, racks.sum(), rtol=1e-12)
    np.testing.assert_allclose(found.connection, flows.connection[0], rtol=1e-12)
    used = 14.0 * (compute + 17e3) + 2.0 * 30e3 + COOLING
    np.testing.assert_allclose(found.losses, flows.connection[0] - used, rtol=1e-9)


def test_a_replay_of_its_means_has_the_energy_of_the_chips(site: Site, asked: np.ndarray) -> None:
    """
    The replay of the means of a second: chips to 1e-6 (float32 samples keep 6e-8 each).

    At the connection it differs by the mean loss less the loss at the mean, worked here from the curves alone.
    """
    slow = asked.reshape(7, DURATION, -1).mean(axis=(0, 2))
    np.testing.assert_allclose(slow, chain.seconds(asked, STEP, chain.shares(site, 7)), rtol=1e-12, atol=1e-15)
    load = small_site.load(site, slow)
    # A waveform holds the voltage: a host grid without impedance does so in the replay.
    stiff = small_site.curve(site)
    stiff = stiff._replace(values=np.ones_like(stiff.values))
    run = simulate.run(site, load, small_site.inputs(DURATION), stiff)
    _, chips, _, cooling, _, connection = run.site[:6]
    fast = chain.waveform(site, asked, STEP, np.repeat(cooling, round(1.0 / STEP)))
    assert fast.chips.sum() * STEP == pytest.approx(chips.sum(), rel=1e-6)
    difference = fast.connection.sum() * STEP - connection.sum()
    by_hand = _mean_loss_less_loss_at_mean(site, asked, slow, cooling)
    energy = connection.sum()
    # Asked for is 1e-4 of the energy; of this site the difference is 3e-4, so that more is needed to tell it from zero.
    assert abs(difference - by_hand) < 1e-6 * energy
    assert abs(by_hand) > 1e-4 * energy


def _loss(site: Site, racks: np.ndarray, share: np.ndarray, cooling: np.ndarray) -> np.ndarray:
    """Give all losses (time,) [W] for the activity of each group, by linear interpolation, stage after stage."""
    kinds, rest = site.rack_classes, 30e3

    def curve(stage, load):
        rating = stage.units[0] * stage.rating
        return rating * np.interp(load / rating, stage.curve.load, stage.curve.loss)

    compute = 72.0 * (240.0 + 960.0 * share) + 1800.0 + 11.2e3 * share
    lost = np.interp(compute, kinds.chain_power[0], kinds.chain_loss[0].sum(axis=1))
    idle = np.interp(rest, kinds.chain_power[1], kinds.chain_loss[1].sum(axis=1))
    total, heads = np.zeros(share.shape[1]), np.zeros(share.shape[1])
    for hall in range(2):
        carried = racks[hall] @ (compute + 17e3 + lost) + rest + idle
        total = total + racks[hall] @ lost + idle
        for stage in site.chain.hall_path:
            here = curve(stage, carried)
            total, carried = total + here, carried + here
        heads = heads + carried
    mechanical = curve(site.chain.mechanical_path[0], cooling)
    return np.asarray(total + mechanical + curve(site.chain.common_path[0], heads + cooling + mechanical))


def _mean_loss_less_loss_at_mean(site: Site, asked: np.ndarray, slow: np.ndarray, cooling: np.ndarray) -> float:
    # Seven racks with accelerators in each of two halls, dealt to seven groups in turn.
    racks = np.ones((2, 7))
    fast = _loss(site, racks, asked, np.repeat(cooling, round(1.0 / STEP)))
    at_mean = _loss(site, racks, np.broadcast_to(slow, (7, slow.size)), cooling)
    return float(fast.sum() * STEP - at_mean.sum())


def test_what_seconds_hide_is_told(site: Site, asked: np.ndarray) -> None:
    """Chips pass the same energy, so that the connection differs by the losses, to rounding."""
    found = chain.hidden(site, asked, STEP, COOLING)
    assert abs(found.chips) < 1e-12 * found.energy
    assert found.connection == pytest.approx(found.losses, abs=1e-11 * found.energy)
    assert abs(found.losses) > 1e-6 * found.energy


def test_convex_losses_are_larger_than_at_their_mean(site: Site) -> None:
    """A square wave through a loss of a square: b (a^2) more, with half of its swing a: worked at the transformer."""
    two = np.array([[0.25, 0.75]])
    flat = np.array([[0.5, 0.5]])
    curve = power.quadratic_curve(0.0, 0.1)
    alone = site._replace(
        chain=site.chain._replace(
            hall_path=(), common_path=(site.chain.common_path[0]._replace(curve=curve),), mechanical_path=()
        )
    )
    fast, slow = (chain.waveform(alone, some, 0.5, np.array(0.0)) for some in (two, flat))
    stage = alone.chain.common_path[0]
    rating = stage.units[0] * stage.rating
    heads = fast.racks
    expected = 0.1 * np.mean(heads**2) / rating - 0.1 * np.mean(slow.racks) ** 2 / rating
    found = np.mean(fast.connection - fast.racks) - np.mean(slow.connection - slow.racks)
    # 129 points up to twice the rating: a chord of a parabola is off by (2/128)^2 / 4 of its factor.
    assert found == pytest.approx(expected, abs=0.1 * rating * (2.0 / 128.0) ** 2 / 4.0)


def test_steps_that_do_not_divide_a_second_are_refused() -> None:
    with pytest.raises(ValueError, match=r"0\.007 s does not divide a second"):
        chain.seconds(np.zeros((1, 1000)), 0.007, np.ones(1))


def test_ten_minutes_of_milliseconds_are_quick(site: Site) -> None:
    """120,000 samples of sixteen groups; 0.4 CPU s where it was written, 5 are allowed for a site."""
    import time

    begin = time.process_time()
    chain.waveform(site, jobs.activity(REAL._replace(groups=16), 1, 600.0, STEP), STEP, np.array(COOLING))
    assert time.process_time() - begin < 5.0
