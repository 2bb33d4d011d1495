"""The library of electric chillers, its entries for the catalog, and what it refuses."""

import tomllib
from pathlib import Path

import numpy as np
import pytest

from facilities import catalog, chiller_library
from facilities.chiller_library import COLUMNS, Library
from facilities.chillers import CarnotChiller, ElectricChiller, electric_chillers, load_curve, misrated
from facilities.reader import parsed
from twin.cooling import chillers
from twin.errors import FacilityError, UnknownNameError

GOOD = {
    "name": "good",
    "description": "A machine",
    "condenser_type": "WaterCooled",
    **dict.fromkeys(COLUMNS[3:], "0.0"),
    "q_ref_W": "1e6",
    "cop_ref": "6",
    "t_chw_leaving_ref_degC": "7",
    "t_cond_entering_ref_degC": "30",
    "plr_min": "0.1",
    "plr_min_unload": "0.1",
    "plr_max": "1.05",
    "t_chw_leaving_min_degC": "5",
    "t_chw_leaving_max_degC": "10",
    "t_cond_entering_min_degC": "15",
    "t_cond_entering_max_degC": "35",
    "eta_motor": "1",
    "capft_c0": "1.0",
    "eirft_c0": "1.0",
    "eirfplr_c1": "1.0",
}


def table(folder: Path, *rows: dict[str, str]) -> Path:
    """Write a library of machines that differ from a good one."""
    path = folder / "machines.csv"
    lines = [",".join({**GOOD, **row}[name] for name in COLUMNS) for row in rows]
    path.write_text("\n".join([",".join(COLUMNS), *lines, ""]), encoding="utf-8")
    return path


@pytest.fixture(name="published", scope="module")
def _published(shared_data: Path) -> Library:
    return chiller_library.read(shared_data / "validation" / "chillers_electric_eir.csv")


def test_misrated_machines_are_refused_by_name(tmp_path: Path) -> None:
    """A tenth passes; each fault says which curve misses by how much and what to do."""
    rows = ({}, {"name": "near", "capft_c0": "1.09"}, {"name": "far", "eirft_c0": "0.86", "eirfplr_c1": "1.2"})
    library = chiller_library.read(table(tmp_path, *rows))
    assert chiller_library.chosen(library, ["good", "near"]).capacity.tolist() == [1e6, 1e6]
    with pytest.raises(FacilityError) as refused:
        chiller_library.chosen(library, ["far", "near"])
    assert str(refused.value) == (
        "library of chillers: far: misses its own rated point: power curve -14.0%, part-load curve +20.0%; 10% passes. "
        "Take another record, or set rescaled to scale its curves to the rating"
    )


def test_rescaling_takes_them(tmp_path: Path) -> None:
    library = chiller_library.read(table(tmp_path, {"name": "far", "eirft_c0": "0.86", "eirfplr_c1": "1.2"}))
    machines = chiller_library.chosen(library, ["far"], rescale=True)
    full = chillers.full_load(machines, machines.rated_leaving, machines.rated_entering)
    found = chillers.at_load(machines.load, full, full.capacity)
    assert found.heat[0] / found.power[0] == pytest.approx(6.0, rel=1e-12)


def test_an_entry_reads_back_as_the_same_machine(tmp_path: Path) -> None:
    """Also rescaled, where the entry keeps the published figures and says so."""
    row = {"name": "far", "eirft_c0": "0.86", "eirft_c3": "-1.5e-05", "condenser_type": "AirCooled"}
    library = chiller_library.read(table(tmp_path, row))
    with pytest.raises(FacilityError, match="power curve -14"):
        chiller_library.entry(library, "far", "it", "a list")
    data = tomllib.loads(chiller_library.entry(library, "far", "it", "a list", rescale=True))["it"]
    part, faults = parsed(ElectricChiller, data)
    assert faults == []
    assert part is not None
    assert (part.condenser, part.capacity.source) == ("air", "a list, record far")
    assert part.condenser_approach.basis == "assumed"
    assert_same(electric_chillers([part]), chiller_library.chosen(library, ["far"], rescale=True))
    data.pop("rescaled")
    assert "power curve -14" in parsed(ElectricChiller, data)[1][0].message


def assert_same(first: chillers.ElectricChillers, second: chillers.ElectricChillers) -> None:
    for name in first._fields[:6] + first._fields[7:]:
        np.testing.assert_allclose(getattr(first, name), getattr(second, name), rtol=1e-12)
    for one, other in zip(first.load, second.load, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12)


def test_faults_of_a_table_are_told_at_once(tmp_path: Path) -> None:
    path = table(tmp_path, {"q_ref_W": "much"}, {"condenser_type": "Evaporative", "cop_ref": ""})
    with pytest.raises(FacilityError) as refused:
        chiller_library.read(path)
    assert [str(fault) for fault in refused.value.faults] == [
        "line 2: q_ref_W: give a number; got 'much'",
        "line 3: cop_ref: give a number; got ''",
        "line 3: condenser_type: give WaterCooled or AirCooled; got 'Evaporative'",
    ]
    path.write_text("name,cop_ref\nit,5\n", encoding="utf-8")
    with pytest.raises(FacilityError, match="line 1: has no column description, condenser_type, q_ref_W, t_chw"):
        chiller_library.read(path)
    with pytest.raises(FacilityError, match="has no machine"):
        chiller_library.read(table(tmp_path))


def test_unknown_machine(tmp_path: Path) -> None:
    library = chiller_library.read(table(tmp_path, {}))
    with pytest.raises(UnknownNameError, match=r"unknown chiller 'god'; known: good\. Did you mean 'good'\?"):
        chiller_library.chosen(library, ["god"])


def test_entries_of_the_catalog() -> None:
    """Rated 5169.5 kW at 7.15; by its own fit 5201.7 kW. Air-cooled chillers without a fit have power as their load."""
    parts = catalog.builtin().chillers
    york, plain = parts["york_yk_5170kw"], parts["air_cooled"]
    assert isinstance(york, ElectricChiller)
    assert isinstance(plain, CarnotChiller)
    machines = electric_chillers([york])
    full = chillers.full_load(machines, machines.rated_leaving, machines.rated_entering)
    assert full.capacity[0] == pytest.approx(5201.7e3, abs=50)
    assert load_curve(york).coefficients.tolist() == [[0.2497273, 0.1011288, 0.6499847]]
    assert load_curve(plain).coefficients.tolist() == [[0.0, 1.0, 0.0]]
    assert (york.condenser, plain.condenser) == ("water", "air")


def test_a_curve_needs_all_its_coefficients(tmp_path: Path) -> None:
    entry = chiller_library.entry(chiller_library.read(table(tmp_path, {})), "good", "it", "a list")
    data = tomllib.loads(entry)["it"]
    data["load_curve"]["values"].pop()
    data["most_leaving"]["value"] = "6 degC"
    faults = [str(fault) for fault in parsed(ElectricChiller, data)[1]]
    assert faults == ["load_curve: give 3 coefficients; got 2"]
    data["load_curve"]["values"].append("0")
    message = "give each leaving water no lower than the one before; got least '5 degC', rated '7 degC', most '6 degC'"
    assert parsed(ElectricChiller, data)[1][0].message == message


def test_curves_must_stay_positive(tmp_path: Path) -> None:
    """A power curve of 2.75 - 0.25 x is one at the rated 7 degC, and below zero from 11 degC, where the range ends."""
    row = {"eirft_c0": "2.75", "eirft_c1": "-0.25", "t_chw_leaving_max_degC": "11"}
    data = tomllib.loads(chiller_library.entry(chiller_library.read(table(tmp_path, row)), "good", "it", "a list"))[
        "it"
    ]
    message = "a curve falls to zero or below within its range; narrow the range, or mend the coefficients"
    assert [fault.message for fault in parsed(ElectricChiller, data)[1]] == [message]
    data["most_leaving"]["value"] = "10.9 degC"
    assert parsed(ElectricChiller, data)[1] == []


def test_all_published_machines(published: Library) -> None:
    """159 machines, of which one is cooled by air, from 100 kW to 5.65 MW; six miss their rated point by a tenth."""
    assert len(published.names) == len(set(published.names)) == 159
    assert published.condensers.count("air") == 1
    assert published.machines.capacity.min() == pytest.approx(100e3)
    assert published.machines.capacity.max() == pytest.approx(5.65e6, rel=0.002)
    assert {
        fault.where.removeprefix("ElectricEIRChiller_") for fault in misrated(published.names, published.machines)
    } == {
        "York_YT_1495kW_7_51COP_VSD",
        "York_YT_1794kW_7_90COP_VSD",
        "York_YT_1934kW_7_55COP_Vanes",
        "Carrier_19XR_897kW_7_23COP_VSD",
        "York_YT_1090kW_7_57COP_VSD",
        "McQuay_PEH_1934kW_6_01COP_Vanes",
    }


def test_mismatch_of_all_published_machines(published: Library) -> None:
    """Reference: capacity curve 0.950 to 1.203, power curve 0.858 to 1.256, part-load curve 0.987 to 1.007."""
    found = [(1.0 + curve.min(), 1.0 + curve.max()) for curve in chillers.mismatch(published.machines)]
    np.testing.assert_allclose(found, [(0.950, 1.203), (0.858, 1.256), (0.987, 1.007)], atol=5e-4)


def test_published_machines_stay_physical_within_their_range(published: Library) -> None:
    """Within the range of every one, capacity and power are positive and performance is below Carnot's."""
    machines = published.machines
    for leaving in np.linspace(0.0, 1.0, 5):
        for entering in np.linspace(0.0, 1.0, 5):
            water = machines.leaving_range @ [1.0 - leaving, leaving]
            fluid = machines.entering_range @ [1.0 - entering, entering]
            full = chillers.full_load(machines, water, fluid)
            assert full.inside.all()
            assert full.capacity.min() > 0.0
            assert np.all((full.performance > 1.0) & (full.performance < water / np.maximum(fluid - water, 1.0)))


def test_published_entries_are_those_of_the_catalog(published: Library) -> None:
    """Every machine that the catalog takes from the library has the library's figures."""
    found = 0
    for key, part in catalog.builtin().chillers.items():
        if isinstance(part, ElectricChiller):
            source, name = part.capacity.source.split(", record ")
            entry = tomllib.loads(chiller_library.entry(published, name, key, source))[key]
            assert part.model_dump(exclude={"title"}) == ElectricChiller(**entry).model_dump(exclude={"title"})
            found += 1
    assert found == 3
