"""A run in memory and in its folder."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.twin import made_record as made
from tests.twin import small_site as small
from twin import run
from twin.changes import Change
from twin.columns import TABLES
from twin.errors import ClosureError, InputError
from twin.record import Record


def context() -> dict[str, object]:
    changes = (Change(5, "power_cap", np.array([0]), 1e3),)
    return {"start": made.START, "changes": changes, "command": "twin replay small", "seed": np.int64(7)}


def assembled(kept: Record | None = None) -> run.Made:
    site = made.site()
    return run.assemble(made.calm(site) if kept is None else kept, site, small.curve(site), context())


def saved(folder: Path) -> run.Run:
    assembled().save(folder)
    return run.Run.load(folder)


def test_a_run_comes_back_as_it_was_saved(tmp_path: Path) -> None:
    fresh = assembled()
    back = saved(tmp_path)
    assert back.folder == tmp_path
    assert back.metrics == fresh.metrics
    assert back.manifest["seed"] == 7
    for name in TABLES:
        assert back.table(name).equals(fresh.tables[name].collect()), name
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        ["manifest.json", "metrics.json", *(f"{name}.parquet" for name in TABLES)]
    )


def test_the_manifest_says_what_was_run() -> None:
    manifest = assembled().manifest
    assert manifest["schema"] == run.SCHEMA
    assert manifest["site"] == "small"
    assert manifest["start"] == "2026-07-01T00:00:00+00:00"
    assert manifest["macro_step_s"] == 60
    assert manifest["command"] == "twin replay small"
    # Nine racks a hall.
    assert manifest["halls"] == [{"name": "hall_1", "racks": 9}, {"name": "hall_2", "racks": 9}]
    assert [row["balance"] for row in manifest["closure"]] == [
        "whole site", "power chain", "racks", "CDUs", "halls and plant", "heat pumps", "condenser water", "water",
    ]  # fmt: skip
    assert manifest["closure"][0]["inflow"] == 1120.0
    assert set(manifest["versions"]) == set(run.PACKAGES)
    assert "changes" not in manifest


def test_events_hold_alarms_first_and_then_what_was_scheduled(tmp_path: Path) -> None:
    kept = made.calm(made.site())
    kept.site[5, 99] = 600e3
    assembled(kept).save(tmp_path)
    events = run.Run.load(tmp_path).table("events")
    assert events["kind"].to_list() == ["connection", "scheduled"]
    assert events["margin"].to_list() == [pytest.approx(-0.2), None]


def test_quantities_carry_their_units(tmp_path: Path) -> None:
    """A figure by its name; a column of the site's table by its name without the unit."""
    one = saved(tmp_path)
    assert one.quantity("facility_energy").to("kJ").magnitude == pytest.approx(1.12, rel=1e-12)
    power = one.quantity("it_power").to("kW").magnitude
    assert power.shape == (made.SECONDS,)
    assert np.all(power == 1.0)
    assert one.quantity("pcc_voltage").magnitude[0] == 1.0
    with pytest.raises(KeyError, match="heat_death"):
        one.quantity("heat_death")


def test_the_sites_table_is_at_hand(tmp_path: Path) -> None:
    one = saved(tmp_path)
    assert one.site.equals(one.table("site"))
    assert one.scan("halls").select("hall").unique().collect().height == 2


def test_a_folder_that_is_no_run_is_refused(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text("{}")
    with pytest.raises(InputError) as caught:
        run.Run.load(tmp_path)
    assert str(caught.value) == (
        f"{tmp_path}: is not a whole run: metrics.json, site.parquet, halls.parquet, racks.parquet, cdus.parquet, "
        "cooling.parquet, grid.parquet, events.parquet, layout.parquet missing; give a folder that `twin replay` wrote"
    )
    assert caught.value.exit_code == 2


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is not a whole run"):
        run.Run.load(str(tmp_path / "nowhere"))


@pytest.mark.parametrize("name", ["manifest.json", "metrics.json", "site.parquet", "events.parquet"])
def test_a_run_that_was_cut_off_is_refused(tmp_path: Path, name: str) -> None:
    saved(tmp_path)
    whole = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError) as caught:
        run.Run.load(tmp_path)
    reason = f"is a damaged run: {name} cannot be read, or columns are missing; replay it again"
    assert str(caught.value) == f"{tmp_path}: {reason}"


def test_a_run_that_lacks_columns_is_refused(tmp_path: Path) -> None:
    saved(tmp_path).table("grid").drop("host_loss_w").write_parquet(tmp_path / "grid.parquet")
    with pytest.raises(InputError, match=r"is a damaged run: grid\.parquet cannot be read, or columns are missing"):
        run.Run.load(tmp_path)


def test_a_run_of_another_layout_is_refused(tmp_path: Path) -> None:
    saved(tmp_path)
    (tmp_path / "manifest.json").write_text('{"schema": 99}')
    with pytest.raises(InputError, match="is a run of layout 99, and this program reads 2; replay it again"):
        run.Run.load(tmp_path)


def test_a_run_that_does_not_close_is_not_made() -> None:
    kept = made.calm(made.site())
    with pytest.raises(ClosureError, match="whole site: 10 J of 1120 J"):
        assembled(kept._replace(energies=kept.energies._replace(rejected=684.0)))


def test_what_has_no_place_in_a_manifest_is_refused(tmp_path: Path) -> None:
    odd = assembled()
    odd.manifest["note"] = object()
    with pytest.raises(TypeError, match="object has no place in a manifest"):
        odd.save(tmp_path)
