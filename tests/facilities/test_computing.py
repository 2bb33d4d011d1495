"""What racks and sites are rated to compute, against published totals and by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

import facilities
from facilities.catalog import builtin
from facilities.computing import Rate, operations_per_joule, performance, rack_performance, training
from tests.facilities import rack_site


@pytest.mark.parametrize(
    ("rack", "number", "bf16", "fp8"),
    [
        ("tpu_v4_rack", 64, 1.1264e18, 0.0),  # a pod of 4096: 1.126 exaFLOP/s
        ("tpu_v4_rack", 512, 9.011e18, 0.0),  # eight pods in Mayes County: 9 exaFLOP/s, as told at their preview
        ("ironwood_rack", 144, 21.26e18, 42.52e18),  # a pod of 9,216: 42.5 exaFLOP/s in fp8
        ("trn2_rack", 2, 42.69e15, 83.14e15),  # an UltraServer: 83.2 petaFLOP/s in fp8 (1.3 a chip)
        ("trn3_rack", 2, 96.62e15, 362.4e15),  # of the second generation: 362 petaFLOP/s in fp8
        ("dgx_b200_rack", 1, 72e15, 144e15),  # four of 36 dense a node; the datasheet's 72 and 144 are with sparsity
    ],
)
def test_racks_compute_what_is_published_of_them(rack: str, number: int, bf16: float, fp8: float) -> None:
    one = rack_performance(builtin(), rack)
    assert number * one.bf16.operations == pytest.approx(bf16, rel=1e-3)  # four digits in the sources
    assert number * one.fp8.operations == pytest.approx(fp8, rel=1e-3)


def test_a_site_adds_up_its_racks(tmp_path: Path) -> None:
    """Four NVL72 of 142 kW and a rack of service of 20 kW; 4 x 72 x 2.5 and 5 petaFLOP/s, 288 GB each."""
    found = performance(facilities.load(rack_site.written(tmp_path, "gb300_nvl72")))
    assert found.accelerators == 288.0
    assert found.bf16 == Rate(pytest.approx(720e15), 288.0, pytest.approx(568e3))
    assert found.fp8 == Rate(pytest.approx(1440e15), 288.0, pytest.approx(568e3))
    assert found.memory == pytest.approx(288 * 288e9)
    assert found.rack_power == pytest.approx(588e3)


def test_what_has_no_rate_counts_as_none(tmp_path: Path) -> None:
    """No source gives a bf16 rate of Rubin, nor any of the processors of a server."""
    rubin = rack_performance(builtin(), "vera_rubin_nvl72")
    assert rubin.bf16 == Rate(0.0, 0.0, 0.0)
    assert rubin.fp8.operations == pytest.approx(1.2e18, rel=3e-3)  # told of the rack; 16.7 PFLOP/s have three digits
    servers = performance(facilities.load(rack_site.written(tmp_path, "enterprise_rack")))
    assert servers.accelerators == 4 * 20 * 2
    assert (servers.bf16.operations, servers.fp8.operations, servers.memory) == (0.0, 0.0, 0.0)


def test_a_phase_computes_with_what_then_stands() -> None:
    whole = performance(facilities.load("prometheus"))
    first = performance(facilities.load("prometheus@first"))
    assert 0.3 < first.bf16.operations / whole.bf16.operations < 0.7
    assert first.bf16.operations / first.accelerators == pytest.approx(2500e12)


def test_chips_are_told_apart_by_their_operations_a_joule() -> None:
    """GB200: 2500 TFLOP/s at 1200 W; A100: 312 at 400 W, and no fp8."""
    chips = builtin().accelerators
    assert operations_per_joule(chips["gb200"]) == (
        pytest.approx(2.0833e12, rel=1e-4),
        pytest.approx(4.1667e12, rel=1e-4),
    )
    assert operations_per_joule(chips["a100_sxm_40gb"]) == (pytest.approx(0.78e12), None)
    assert operations_per_joule(chips["server_processor"]) == (None, None)


def test_a_training_run_by_hand() -> None:
    """Llama 3 405B: 3.8e25 operations on 16,384 H100 at 40 % are 68 days; at 25 MW, 41 GWh."""
    rate = Rate(16384 * 989.4e12, 16384.0, 0.0)
    time, energy = training(rate, 25e6, 3.8e25, 0.4)
    assert time / 86400.0 == pytest.approx(67.8, abs=0.1)
    assert energy / 3.6e12 == pytest.approx(40.7, abs=0.1)
