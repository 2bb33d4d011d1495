"""Air between racks and coils, and the coils' law, against numbers worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from tests.twin import air_site
from twin.cooling import air_side, hall_air
from twin.thermal import halls

RACKS = np.array([10e3])
"""Air through racks [W/K]."""

HOT = np.array([150e3])
"""Heat in the hot air [W]: a rise of 15 K."""


def part(value: float) -> np.ndarray:
    return np.array([value])


def test_air_mixes_as_it_is_drawn() -> None:
    """
    A tenth recirculates and a fifth passes by: coils blow 10 x 0.9 / 0.8 = 11.25 kW/K.

    Supply x, hot x + y, y the rise above the racks' mix plus 15 K: racks draw 0.9 x + 0.1 (T + 15) = T, so that
    x = T - 1.667 K; back comes 0.8 (T + 15) + 0.2 x = T + 11.667 K.
    """
    blown = air_side.matching_stream(RACKS, part(0.1), part(0.2))
    assert blown[0] == pytest.approx(11.25e3, rel=1e-12)
    assert air_side.supply_fall(RACKS, part(0.1))[0] * HOT[0] == pytest.approx(15.0 / 9.0, rel=1e-12)
    assert air_side.return_rise(RACKS, blown, part(0.1))[0] * HOT[0] == pytest.approx(12.0 - 1.0 / 3.0, rel=1e-12)


def test_perfect_containment_returns_the_whole_rise() -> None:
    rise = air_side.return_rise(RACKS, air_side.matching_stream(RACKS, part(0.0), part(0.0)), part(0.0))
    assert rise[0] * HOT[0] == pytest.approx(15.0, rel=1e-12)


def test_more_air_than_racks_need_passes_by() -> None:
    """Twice the air: half of it returns unused, and the mix is 7.5 K above the racks."""
    assert air_side.return_rise(RACKS, 2.0 * RACKS, part(0.0))[0] * HOT[0] == pytest.approx(7.5, rel=1e-12)


def test_racks_draw_their_own_air_where_coils_blow_too_little() -> None:
    """
    Racks draw 100 W/K, of which 5 % is their own; of what coils blow 10 % returns unused: 105.56 W/K match.

    Of 60 W/K they get 54: 46 % is their own. With 1 kW the supply is 0.46 / 0.54 x 10 K = 8.5185 K below the air at the
    racks, and 16.6667 K are added in the coils: the return is 8.1481 K above that air, and so the racks' hot air, 10 K
    above it, less 6 of 60 W/K of supply in it: (54 x 10 - 6 x 8.5185) / 60 = 8.1481 K.
    """
    racks, part, bypass = np.array([100.0]), np.array([0.05]), np.array([0.1])
    for blown, own in ((200.0, 0.05), (95.0 / 0.9, 0.05), (60.0, 0.46)):
        found = air_side.drawn_back(racks, np.array([blown]), part, bypass)
        assert found == pytest.approx([own], rel=1e-12)
    rise = air_side.return_rise(racks, np.array([60.0]), found)
    assert 1e3 * rise == pytest.approx([8.148148], abs=1e-6)
    assert np.isfinite(air_side.return_rise(racks, np.zeros(1), air_side.drawn_back(racks, np.zeros(1), part, bypass)))


def test_a_hall_without_air_through_racks_has_one_temperature() -> None:
    none = np.zeros(1)
    assert air_side.supply_fall(none, part(0.1))[0] == 0.0
    assert air_side.return_rise(none, none, part(0.1))[0] == 0.0


def test_coils_give_their_design_heat_at_their_design_point() -> None:
    conductance = air_side.coil_conductance(15.0, 12e3, 20e3, 120e3)
    one = np.ones(1)
    rate = air_side.coil_rate(conductance * one, 12e3 * one, 20e3 * one, one, one)
    # The root is found to 1e-12 of a transfer unit, of which an effectiveness of two thirds has about 1.6.
    assert rate[0] * 15.0 == pytest.approx(120e3, rel=1e-10)


def test_coils_at_part_flow() -> None:
    """
    Half the air and half the water, films 0.5^0.8 = 0.57435 and 0.5^0.85 = 0.55478, resistances two to one.

    UA / UA0 = 1 / (2/3 / 0.57435 + 1/3 / 0.55478) = 0.56768; of 20 kW/K 11.354. Streams 5 and 10 kW/K:
    N = 2.2707, r = 0.5; the exact series for unmixed crossflow gives 0.79416.
    """
    half = np.full(1, 0.5)
    rate = air_side.coil_rate(np.full(1, 20e3), np.full(1, 10e3), np.full(1, 20e3), half, half)
    assert rate[0] == pytest.approx(crossflow_series(2.27072, 0.5) * 5e3, rel=2e-5)


def crossflow_series(units: float, ratio: float) -> float:
    """Give the effectiveness of unmixed crossflow by Mason's series, another form of the same answer."""

    def rest(x: float) -> np.ndarray:
        terms = np.cumprod(np.concatenate([[1.0], x / np.arange(1.0, 40.0)]))
        return 1.0 - np.exp(-x) * np.cumsum(terms)

    return float(np.sum(rest(units) * rest(ratio * units)) / (ratio * units))


def test_a_coil_that_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="effectiveness"):
        air_side.coil_conductance(10.0, 12e3, 20e3, 130e3)


def test_a_sidecar_by_hand() -> None:
    """
    Coolant of 10 kW/K at full flow, air of 10 kW/K at full speed, UA 20 kW/K: N = 2, r = 1, by the series 0.61448.

    At rest, air still rises by itself; without coolant nothing moves.
    """
    given = (np.full(3, 20e3), np.full(3, 10e3), np.full(3, 10e3))
    rate = air_side.sidecar_rate(*given, np.array([1.0, 1.0, 0.0]), np.array([1.0, 0.0, 1.0]))
    assert rate[0] == pytest.approx(crossflow_series(2.0, 1.0) * 10e3, rel=1e-9)
    assert 0.0 < rate[1] <= 0.047 * 10e3
    assert rate[2] == 0.0


def test_sidecar_fans_draw_by_their_curve() -> None:
    """Half speed: 0.142516 of the 2 % that the second hall's fans draw of 960 kW."""
    site = air_site.site()
    power = [halls.sidecar_fans(hall_air.law(site), hall, np.array([0.5, 0.5])) for hall in range(2)]
    assert power[0] == 0.0
    assert power[1] == pytest.approx(0.142515786 * 0.02 * 960e3, rel=1e-9)


def test_air_that_must_be_contained() -> None:
    """First hall: seven racks of 1.2 kW/K, the one with a door left out; second: the sidecar's 80 kW/K more."""
    assert hall_air.contained_air(air_site.site()) == pytest.approx([8.4e3, 88.4e3], rel=1e-12)
