"""What drawings of the made-up run read: what stands where, its plant, its power chain and its parts."""

from __future__ import annotations

from typing import Any

from twin.columns import TABLES


def layout(halls: list[str], racks: int, cdus: int, rated: float) -> dict[str, list[Any]]:
    """Stand each hall in a building of its own, its racks in one row, 0.8 m wide, and its CDUs behind them."""
    rows: list[dict[str, Any]] = []
    size = {"width_m": 0.8 * racks + 8.0, "depth_m": 12.0}
    for kind in ("building", "hall"):
        rows += [
            {"kind": kind, "number": i, "name": f"{kind}_{name}" if kind == "building" else name, **size}
            | {"x_m": 0.5 * size["width_m"] + 40.0 * i, "y_m": 6.0}
            for i, name in enumerate(halls)
        ]
    place = {"width_m": 0.8, "depth_m": 1.6}
    for i, hall in enumerate(halls):
        rows += [
            {"kind": "cdu", "number": cdus * i + j, "name": f"{hall}/cdu_{j}", "hall": hall, **place}
            | {"x_m": 4.4 + 0.8 * j + 40.0 * i, "y_m": 8.5}
            for j in range(cdus)
        ]
        rows += [
            {
                **{"kind": "rack", "number": racks * i + j, "name": f"{hall}/cdu_{j * cdus // racks}/rack_{j:02}"},
                **{"hall": hall, "hall_row": 0, "cdu": f"{hall}/cdu_{j * cdus // racks}", "rack_class": "example_rack"},
                **{"feed_a": f"{hall}/busway_{j % 2 + 1}", "feed_b": f"{hall}/busway_{2 - j % 2}"},
                **{"rated_power_w": rated, "throttle_temp_k": 361.15},
                **{"x_m": 4.4 + 0.8 * j + 40.0 * i, "y_m": 5.5, **place},
            }
            for j in range(racks)
        ]
    return {name: [row.get(name) for row in rows] for name in TABLES["layout"]}


def plant(*, condenser: bool) -> dict[str, Any]:
    """Give a loop's plant: 100 m^3/h at 4 MJ/m^3/K."""
    return {
        **{"set_point_k": 301.15, "alarm_k": 306.15, "stream_w_k": 4e6 * 100.0 / 3600.0, "pump_power_w": 2e5},
        **{"cooler_units": 6.0, "cooler_fan_power_w": 3e5, "chiller_capacity_w": 2e6, "chiller_units": 2.0},
        **{"economiser_w_k": 1e5 * condenser, "condenser_pump_power_w": 1e5 * condenser, "tank_j_k": 0.0},
        **{"reuse_w": 0.0, "variable_flow": False, "condenser_water": condenser, "pads": False},
    }


def site(racks: int, rated: float) -> dict[str, Any]:
    """Give what drawings say of the site: 8 MW of connection, one stage a path besides the main transformers."""
    design = {"law": "transformer", "part": "Example transformer", "redundancy": "N+1", "voltage_v": 415.0}

    def stage(name: str, units: int, loading: float) -> dict[str, Any]:
        found = {"stage": name, "units": units, "fewest": units // 2, "most": units // 2, "rating_w": 1e6}
        return found | {"load_w": loading * units * 1e6, "loading": loading, "loss_w": 5e4, "heats": "outdoors"}

    pump = {"coolant": "Example water", "cooler": "Example cooler", "chiller": "Example chiller", "heat_j_m3_k": 4e6}
    return {
        "rack_classes": [{"name": "example_rack", "racks": racks, "rated_power_w": rated, "liquid_fraction": 0.85}],
        "cdus": {
            **{"count": 6, "sidecars": False, "rated_heat_w": 1.5e6, "supply_set_point_k": 308.15},
            **{"supply_alarm_k": 313.15, "pump_power_w": 6e4},
        },
        "hall_air": {
            **{"set_point_k": 298.15, "alarm_k": 305.15, "fan_power_w": 1e5},
            **{"doors": False, "outdoor_air": False},
        },
        "one_line": {
            **{"second": 1805, "power_w": 7.0125e6, "voltage_pu": 0.99, "racks_w": 6.1e6, "cooling_w": 5e5},
            "connection": {
                **{"rating_w": 8e6, "voltage_v": 138e3, "campus_voltage_v": 13.8e3, "frequency_hz": 60.0},
                **{"points": 1, "short_circuit_va": 2e9},
            },
            "halls": [stage("busway", 14, 0.45), stage("unit_substation", 8, 0.78)],
            "mechanical": [stage("plant_substation", 2, 0.25)],
            "common": [stage("main_transformer", 10, 0.7)],
        },
        "design": {
            "halls": [design | {"law": "conductor", "redundancy": "2N"}, design],
            "mechanical": [design | {"law": "linear", "redundancy": "N", "voltage_v": None}],
            "common": [design | {"voltage_v": 13.8e3}],
            "water": {"CDUs": pump, "hall air": pump},
            **{"cdu": "Example CDU", "fan_coil": "Example fan wall", "supply": ["gensets: diesel, 4 of 2 MW, backup"]},
        },
    }
