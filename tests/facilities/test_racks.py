"""The catalog's racks close to what is published of them."""

from __future__ import annotations

import numpy as np
import pytest

from facilities.catalog import builtin
from facilities.parts import Transformer
from facilities.racks import Model, model, rack_classes, unit
from twin import power

WARM = 311.15
"""Mean coolant temperature [K] of a supply of 33 degC and a rise of 10 K."""


def losses(rack: Model, compute: float) -> dict[str, float]:
    given = power.rack_chain(np.array([compute]), rack.stages)[0]
    return {stage.name: float(loss) for stage, loss in zip(rack.stages, given, strict=True)}


def inlet(rack: Model, compute: float) -> float:
    return compute + rack.auxiliary + sum(losses(rack, compute).values())


def test_gb200_nvl72_closes_to_its_nameplate() -> None:
    """(72 x 1200 + 36 x 364) / (.91 x .983 x .975) + 17,350 / (.983 x .975) + 340 W = 132.5 kW; nameplate 132 kW."""
    rack = model(builtin(), "gb200_nvl72", WARM)
    # Of cards, switches and fans, 10.55 kW follow the load: they stand as hosts behind regulators of 0.91.
    assert rack.compute_max == pytest.approx(72 * 1200 + 36 * 364 + 0.91 * 10_550)
    by_hand = 99_504 / (0.91 * 0.983 * 0.975) + 17_350 / (0.983 * 0.975) + 340.0
    assert by_hand == pytest.approx(132.53e3, abs=10.0)
    # The shelf stands at 49 % load, where its published peak is 97.5 %; the busbar's 0.34 kW pass it too (9 W).
    assert rack.full_power == pytest.approx(by_hand, rel=2e-4)
    assert rack.full_power == pytest.approx(132e3, rel=0.02)


def test_gb200_nvl72_losses_by_stage() -> None:
    rack = model(builtin(), "gb200_nvl72", WARM)
    lost = losses(rack, rack.compute_max)
    regulator = (99_504 + 0.91 * 10_550) * (1 / 0.91 - 1)
    converter = (99_504 / 0.91 + 17_350) * (1 / 0.983 - 1)
    assert lost["regulator"] == pytest.approx(regulator, rel=1e-12)  # straight lines: exact
    assert lost["bus_converter"] == pytest.approx(converter, rel=1e-12)
    # 0.37 % of 192 kW at the square of the load, 128.9 of 192 kW, off the curve's 65th part by less than 1e-3
    assert lost["busbar"] == pytest.approx(0.0037 * 192e3 * (128.88 / 192) ** 2, rel=1e-3)


def test_auxiliaries_that_follow_the_load_are_less_at_rest() -> None:
    """
    By hand, a rack of DGX H100: 4 x ((8 x 71 + 200) / 0.9 + 400 + 650) / 0.983 W behind supplies at a tenth of load.

    Published or assumed of racks at rest: 8 kW for DGX H100, 2.0 kW a node for ND H200 v5, 18 to 22 kW for GB200 NVL72.
    """
    catalog = builtin()
    dgx = model(catalog, "dgx_h100_rack", WARM)
    assert dgx.auxiliary == pytest.approx(4 * 1050.0)
    assert dgx.following == pytest.approx(0.9 * 4 * (900.0 + 680.0))
    output = 4 * ((8 * 71 + 200) / 0.9 + 1050) / 0.983
    supplies = 8.62e3 - output
    assert 0.08 < supplies / output < 0.12  # 90 % at a tenth of load is the floor of the certificate
    assert dgx.rest_power == pytest.approx(8.62e3, abs=10.0)
    assert model(catalog, "nd_h200_v5_rack", WARM).rest_power / 4 == pytest.approx(2.0e3, rel=0.1)
    # Its trays' idle policy leaves out what regulators lose and what switches draw: the parts are a fifth above.
    assert model(catalog, "gb200_nvl72", WARM).rest_power == pytest.approx(26.5e3, abs=100.0)


def test_trays_of_a_gb200_nvl72() -> None:
    catalog = builtin()
    rack = catalog.racks["gb200_nvl72"]
    assert rack.nodes is not None
    assert rack.nodes.si * catalog.nodes["gb200_compute_tray"].rated_power.si == pytest.approx(
        120.0e3, abs=10
    )  # 120,006 W


def test_coolant_of_a_gb200_nvl72() -> None:
    """115 kW at 10 K of PG25 of 38 degC: 115e3 / (1010.95 x 3963.9 x 10) m^3/s = 172.2 L/min, 1.5 L/min/kW."""
    rack = model(builtin(), "gb200_nvl72", WARM)
    classes = rack_classes({"gb200_nvl72": rack})
    flow = classes.coolant_stream[0] / (1010.95 * 3963.9) * 60e3
    assert flow == pytest.approx(172.5, rel=1e-3)
    rise = 0.871 * 132e3 / classes.coolant_stream[0]
    assert rise == pytest.approx(10.0, rel=5e-3)


def test_storage_in_the_supplies_of_a_rack() -> None:
    """65 J a GPU is 4.7 kJ a rack: 35 ms at the nameplate, so that it is left out of a replay of 1 s."""
    rack = model(builtin(), "gb200_nvl72", WARM)
    stored = 65.0 * rack.packages
    assert stored == 4680.0
    assert stored / rack.rack.rated_power.si == pytest.approx(0.0355, abs=5e-5)


def test_vera_rubin_nvl72_closes_to_its_nameplate() -> None:
    """(72 x 2300 + 18 x 900) / (.915 x .983 x .975) + 19,100 / (.983 x .975) W = 227.3 kW, busbar not counted."""
    rack = model(builtin(), "vera_rubin_nvl72", WARM)
    by_hand = 181_800 / (0.915 * 0.983 * 0.975) + 19_100 / (0.983 * 0.975)
    assert by_hand == pytest.approx(227.2e3, abs=100.0)
    assert rack.full_power == pytest.approx(by_hand, rel=5e-3)  # busbar 0.6 kW
    assert 227e3 * 0.97 < rack.full_power < 230e3 * 1.03


@pytest.mark.parametrize(("name", "nameplate"), [("dgx_h100_rack", 40.8e3), ("dgx_h200_rack", 40.8e3)])
def test_dgx_racks_close_to_their_nameplate(name: str, nameplate: float) -> None:
    # 4 x ((8 x 700 + 700) / .9 / .983 + 2630 / .983) / .96 = 40.8 kW; supplies stand at half load
    by_hand = 4 * (6300 / 0.9 + 2630) / 0.983 / 0.96
    assert by_hand == pytest.approx(nameplate, rel=1e-3)
    assert model(builtin(), name, WARM).full_power == pytest.approx(by_hand, rel=1e-3)


@pytest.mark.parametrize(
    ("name", "served", "nameplate"), [("service_gb200", 132e3, 36.96e3), ("service_vera_rubin", 227e3, 63.56e3)]
)
def test_service_racks_are_a_seventh_of_what_they_serve(name: str, served: float, nameplate: float) -> None:
    rack = model(builtin(), name, WARM)
    assert 0.14 * 2 * served == pytest.approx(nameplate)
    assert rack.compute_max == 0.0
    assert rack.full_power == pytest.approx(nameplate, rel=1e-3)


# Node at rest 626.26 W and at peak 2704.26 W, of which 74.26 + 80 + 30 W are auxiliary; then, by hand,
# 8 (16 (P + 13) / .98 + 1000 + 4 x 17) / .96 [W] a cabinet.
@pytest.mark.parametrize(
    ("host", "chips", "cabinet"), [(90.0, 352.0, 95.8741e3), (280.0, 2240.0, 378.5952e3), (152.7, 1843.52, 307.3327e3)]
)
def test_frontier_cabinet_is_that_of_raps(host: float, chips: float, cabinet: float) -> None:
    rack = model(builtin(), "frontier_cabinet", WARM)
    node = host + chips + 184.26
    by_hand = 8 * (16 * (node + 13) / 0.98 + 1000 + 4 * 17) / 0.96
    given = inlet(rack, 128 * (host + chips))
    assert given == pytest.approx(by_hand, rel=1e-12)
    assert given == pytest.approx(cabinet, rel=1e-6)


def test_frontier_cabinet_losses_are_those_of_raps() -> None:
    """All 9472 nodes at rest: 0.2467 MW in SIVOCs and 0.3240 MW in rectifiers."""
    lost = losses(model(builtin(), "frontier_cabinet", WARM), 128 * 442.0)
    assert 74 * lost["sivoc"] == pytest.approx(0.2467e6, rel=2e-4)  # four digits published
    assert 74 * lost["rectifier"] == pytest.approx(0.3240e6, rel=2e-4)


def test_unit_substation_has_the_legal_efficiency() -> None:
    """2500 kVA, 99.53 % at half load: P0 = Pk / 4 = 2.95 kW, and 99.413 % at full load and at quarter load."""
    part = builtin().converters["unit_substation_2500kva"]
    assert isinstance(part, Transformer)
    assert (part.no_load_loss.si, part.load_loss.si) == (2950.0, 11810.0)
    # 10 CFR 431.196 states it at unity power factor
    rating, curve = unit(part, 1.0)
    load = np.array([0.25, 0.5, 1.0])
    efficiency = load / (load + power.curve_loss(curve, load))
    assert rating == 2.5e6
    assert efficiency == pytest.approx([0.99413, 0.9953, 0.99413], abs=1e-4)


def test_a_transformer_gives_less_at_a_lower_power_factor() -> None:
    assert unit(builtin().converters["main_transformer_90mva"], 0.98).rating == pytest.approx(88.2e6)


def test_every_converter_loses_something_and_never_negative() -> None:
    for name, part in builtin().converters.items():
        curve = unit(part, 0.98).curve
        load = np.linspace(0.0, 1.0, 201)
        loss = power.curve_loss(curve, load)
        assert loss.min() >= 0.0, name
        assert 0.0 < loss[-1] < 0.13, name  # the lossiest is a regulator of 90 %: 0.111


def test_every_rack_of_the_catalog_closes_to_its_nameplate() -> None:
    for name, part in builtin().racks.items():
        assert model(builtin(), name, WARM).full_power == pytest.approx(part.rated_power.si, rel=0.02), name


def test_classes_share_their_stage_names() -> None:
    catalog = builtin()
    models = {name: model(catalog, name, WARM) for name in ("gb200_nvl72", "frontier_cabinet", "service_gb200")}
    classes = rack_classes(models)
    assert classes.stage_names == ("regulator", "bus_converter", "busbar", "shelf", "sivoc", "rectifier")
    assert classes.chain_loss[1, :, :4].max() == 0.0
    assert classes.chain_loss[0, :, 4:].max() == 0.0
    assert np.all(np.diff(classes.chain_power, axis=1) > 0.0)
    # A service rack loses its shelves' loss whatever the (absent) chips do: 36.0 kW at 54.5 % of 66 kW
    assert classes.auxiliary_power[2] == 36e3
    assert classes.chain_loss[2, 0, 3] == pytest.approx(36.92e3 - 36e3, abs=20.0)


def test_thermal_values_are_those_of_all_packages_together() -> None:
    classes = rack_classes({"gb200_nvl72": model(builtin(), "gb200_nvl72", WARM)})
    assert classes.chip_conductance[0] == pytest.approx(72 / 0.014)
    assert classes.film_conductance[0] == pytest.approx(72 / 0.010)
    assert classes.chip_capacity[0] == 72 * 350
    assert classes.leakage[0] == pytest.approx(72 * 0.96)
    assert classes.throttle_temp[0] == pytest.approx(363.15)
    assert classes.coolant_capacity[0] == pytest.approx(0.025 * 1010.95 * 3963.9, rel=1e-5)
