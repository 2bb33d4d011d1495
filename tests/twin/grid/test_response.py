"""Response curves against direct solves and laws; their cache."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.errors import FacilityError
from twin.grid import network, response
from twin.site import Connection

CONNECTION = Connection(
    rating=1e9,
    voltage=345e3,
    campus_voltage=34.5e3,
    frequency=60.0,
    points=1,
    power_factor=0.98,
    short_circuit_power=15e9,
    reactance_ratio=12.0,
    source_voltage=1.0,
    voltage_low=0.95,
    voltage_high=1.05,
    transformers=6,
    transformer_rating=300e6,
    transformer_impedance=0.12,
    transformer_reactance_ratio=48.0,
    transformer_no_load_loss=120e3,
    transformer_load_loss=750e3,
)
FRACTION = st.floats(0.0, 1.2)


@pytest.fixture(scope="module")
def curve() -> response.ResponseCurve:
    return response.solve(CONNECTION)


def test_curve_is_the_direct_solve(curve: response.ResponseCurve) -> None:
    """Seventeen power flows hold 1e-8 per unit, and 1e-8 of the greatest loss, at loads that are not among them."""
    net = network.build(CONNECTION, 0.0)
    loads = np.array([0.03, 0.41, 0.77, 1.13]) * 1e9
    direct = np.array([network.solve(net, CONNECTION, load) for load in loads])
    values, inside = response.evaluate(curve, loads)
    assert curve.load.size == 17
    assert curve.error <= 1e-8
    assert inside.all()
    np.testing.assert_allclose(values[:, :3], direct[:, :3], atol=1e-8)
    np.testing.assert_allclose(values[:, 3:], direct[:, 3:], atol=1e-8 * direct[:, 3:].max())


def test_voltage_by_hand(curve: response.ResponseCurve) -> None:
    """1 GW and 203.06 Mvar on 15 GVA with X/R 12: 0.978321 per unit by the two-bus quadratic (see test_network)."""
    values, _ = response.evaluate(curve, np.array([1e9]))
    assert values[0, curve.names.index("pcc_voltage_pu")] == pytest.approx(0.978321, abs=1e-6)


def test_nodes_give_their_own_values(curve: response.ResponseCurve) -> None:
    values, inside = response.evaluate(curve, curve.load)
    np.testing.assert_allclose(values, curve.values, rtol=1e-14, atol=1e-20)  # a zero keeps 1e-30 of its neighbours
    assert inside.all()


def test_outside_is_the_end_and_is_said(curve: response.ResponseCurve) -> None:
    values, inside = response.evaluate(curve, np.array([-1.0, 1.3e9, np.nan, 0.5e9]))
    np.testing.assert_allclose(values[:2], curve.values[[0, -1]], rtol=1e-14, atol=1e-20)
    assert inside.tolist() == [False, False, False, True]


@given(fractions=st.tuples(FRACTION, FRACTION).filter(lambda pair: abs(pair[0] - pair[1]) > 1e-3))
def test_more_load_lowers_voltage_and_raises_loss(
    curve: response.ResponseCurve, fractions: tuple[float, float]
) -> None:
    values, _ = response.evaluate(curve, np.sort(fractions) * 1e9)
    change = dict(zip(curve.names, values[1] - values[0], strict=True))
    assert change["pcc_voltage_pu"] < 0
    assert change["campus_voltage_pu"] < 0
    assert change["transformer_loading"] > 0
    assert change["host_loss_w"] > 0


@given(fraction=st.floats(0.05, 1.2))
def test_host_loss_is_current_squared(curve: response.ResponseCurve, fraction: float) -> None:
    """R S^2 / V^2 in per unit of 15 GVA, R = 1 / sqrt(145)."""
    values = dict(zip(curve.names, response.evaluate(curve, np.array([fraction * 1e9]))[0][0], strict=True))
    apparent = np.hypot(fraction * 1e9, values["pcc_reactive_power_var"]) / 15e9
    expected = apparent**2 / values["pcc_voltage_pu"] ** 2 / np.sqrt(145) * 15e9
    assert values["host_loss_w"] == pytest.approx(expected, rel=1e-6)


def test_weak_grid_shortens_the_curve() -> None:
    """On 3.1 times the rating the limit is 1.05 to 1.2 of it; by the quadratic the PCC alone bears 1.19 GW."""
    weak = response.solve(CONNECTION._replace(short_circuit_power=3.1e9))
    assert 1e9 < weak.load[-1] == pytest.approx(0.95 * weak.limit, rel=1e-12)
    # 3.1 GVA / (2 (1 + 0.0830455 * 0.98 + 0.9965458 * 0.198997)) * 0.98 = 1.187 GW; the campus bus gives way sooner
    assert 1.05e9 < weak.limit < 1.187e9
    assert weak.error <= 1e-8


def test_too_weak_a_grid_is_refused() -> None:
    with pytest.raises(FacilityError, match=r"cannot carry the rating of 1000 MW: its limit is 9\d\d"):
        response.solve(CONNECTION._replace(short_circuit_power=2.5e9))


def test_cache_gives_the_same_bits(curve: response.ResponseCurve, tmp_path: Path) -> None:
    first = response.cached(CONNECTION, tmp_path / "new" / "folder")
    kept = list((tmp_path / "new" / "folder").iterdir())
    second = response.cached(CONNECTION, tmp_path / "new" / "folder")
    assert [file.suffix for file in kept] == [".npz"]
    for other in (first, second):
        np.testing.assert_array_equal(other.values, curve.values)
        np.testing.assert_array_equal(other.load, curve.load)
        assert other[1] == curve.names
        assert other[3:] == curve[3:]


@pytest.fixture
def solved_once(curve: response.ResponseCurve, monkeypatch: pytest.MonkeyPatch) -> list[Connection]:
    """Stand a solve in for the slow one, and list what was asked of it."""
    asked: list[Connection] = []

    def instead(connection: Connection) -> response.ResponseCurve:
        asked.append(connection)
        return curve

    monkeypatch.setattr(response, "solve", instead)
    return asked


@pytest.mark.parametrize("damage", [b"", b"not an archive", b"PK\x03\x04 cut short"])
def test_damaged_cache_is_solved_anew(damage: bytes, solved_once: list[Connection], tmp_path: Path) -> None:
    response.cached(CONNECTION, tmp_path)
    (file,) = tmp_path.iterdir()
    whole = file.read_bytes()
    for content in (damage, whole[: len(whole) // 2]):
        file.write_bytes(content)
        response.cached(CONNECTION, tmp_path)
        assert file.read_bytes() == whole
    assert len(solved_once) == 3


def test_another_connection_is_another_file(solved_once: list[Connection], tmp_path: Path) -> None:
    response.cached(CONNECTION, tmp_path)
    response.cached(CONNECTION._replace(reactance_ratio=10.0), tmp_path)
    response.cached(CONNECTION, tmp_path)
    assert len(solved_once) == 2
    assert len(list(tmp_path.iterdir())) == 2


def test_a_folder_that_cannot_be_written(
    curve: response.ResponseCurve, solved_once: list[Connection], tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    assert response.cached(CONNECTION, tmp_path / "file") is curve
    assert solved_once == [CONNECTION]


def test_a_warm_cache_needs_no_pandapower(solved_once: list[Connection], tmp_path: Path) -> None:
    response.cached(CONNECTION, tmp_path)
    code = (
        "import sys; from pathlib import Path; from twin.site import Connection; from twin.grid import response;"
        f"curve = response.cached(Connection{tuple(CONNECTION)!r}, Path({str(tmp_path)!r}));"
        "print(curve.load.size, 'pandapower' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["17", "False"]
