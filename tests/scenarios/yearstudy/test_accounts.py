"""The accounts of a year: bills, carbon and cost worked again from the year's own hours, and supply that balances."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import polars as pl
import pytest

from facilities.loading import SITES
from scenarios.yearstudy import accounts, carbon, standing, study
from scenarios.yearstudy.accounts import Accounts, Asked
from scenarios.yearstudy.workload import Span
from twin.columns import ACCOUNTS
from twin.economics import annuity
from twin.errors import ScenarioError, TelemetryError, UnknownNameError

MEGA, HOUR = 1e6, 3600.0
MWH = MEGA * HOUR


@pytest.fixture(scope="module")
def isambard() -> study.Found:
    """Solve the year of a small site that the grid alone supplies."""
    return study.solve("hpe_isambard_ai")


@pytest.fixture(scope="module")
def island() -> study.Found:
    """Solve the year of a site of which a part stands on an island."""
    return study.solve("prometheus@full")


def value(made: Accounts, name: str) -> float:
    return made.figures[name]["value"]


def item(made: Accounts, name: str) -> float:
    return next(each.yearly for each in made.items if each.name == name)


def carbon_file(path: Path, values: list[str], zone: str = "Z", first: datetime = datetime(2022, 1, 1)) -> Path:
    rows = (f"{first + timedelta(hours=hour):%Y-%m-%dT%H:%M:%S}{zone},{text}" for hour, text in enumerate(values))
    path.write_text("\n".join(["timestamp,carbon_intensity", *rows]) + "\n")
    return path


def test_bills_with_minimum_take_by_hand(isambard: study.Found) -> None:
    """Ohio's tariff on 5 MW of contract: 53 USD/MWh, and 10 USD/kW of 4.25 MW or of what is drawn, month by month."""
    made = accounts.of(isambard, Asked(tariff="ohio_data_center"))
    power = made.hours["facility_power_w"].to_numpy()
    month = made.hours["time"].dt.month().to_numpy()
    peaks = np.array([power[month == each].max() for each in range(1, 13)])
    energy = power.sum() * HOUR / MWH * 53.0
    demand = 10e-3 * np.maximum(peaks, 0.85 * 5 * MEGA).sum()
    assert peaks.max() < 0.85 * 5 * MEGA
    assert value(made, "bill") == pytest.approx(energy + demand, rel=1e-12)
    assert item(made, "demand") == pytest.approx(10e-3 * peaks.sum(), rel=1e-12)
    assert item(made, "minimum take") == pytest.approx(demand - 10e-3 * peaks.sum(), rel=1e-9)


def test_time_of_use_by_hand(isambard: study.Found) -> None:
    """110 USD/MWh from 14 to 20 h on working days of June to September, 50 else; 3 January 2026 is a Saturday."""
    made = accounts.of(isambard, Asked(tariff="us_time_of_use"))
    time = made.hours["time"]
    weekday, hour, month = (getattr(time.dt, part)().to_numpy() for part in ("weekday", "hour", "month"))
    dear = (weekday <= 5) & (hour >= 14) & (hour < 20) & (month >= 6) & (month <= 9)
    prices = np.where(dear, 110.0, 50.0)
    assert made.hours["energy_price_usd_j"].to_numpy() == pytest.approx(prices / MWH, rel=1e-12)
    power = made.hours["facility_power_w"].to_numpy()
    assert item(made, "energy") == pytest.approx(float(prices @ power) * HOUR / MWH, rel=1e-12)


def test_carbon_of_the_grid_by_hand(isambard: study.Found) -> None:
    """125 kg/MWh of all that is drawn, and tests of one diesel set; CUE is that over IT energy."""
    made = accounts.of(isambard, Asked())
    figures = isambard.figures
    grid = figures["facility_energy"]["value"] / MWH * 125.0
    assert value(made, "carbon_grid") == pytest.approx(grid, rel=1e-12)
    (set_,) = made.supplied.standby
    # 18 h at 40 % of 2.75 MW; 0.070 gal/kWh of 35.9 MJ/L is an efficiency of 37.85 %, 0.95 of it at half load.
    full = 1.0 / (0.070 * 3.785411784 * 35.9 / 3.6)
    running, slope = set_.line
    assert running + slope * 2.75 * MEGA == pytest.approx(2.75 * MEGA / full, rel=1e-6)
    burnt = 18 * HOUR * (running + slope * 0.4 * 2.75 * MEGA)
    assert value(made, "carbon_fuel") == pytest.approx(burnt * 74.1e-9, rel=1e-9)
    it_energy = figures["it_energy"]["value"] / 3.6e6
    assert value(made, "cue") == pytest.approx((grid + burnt * 74.1e-9) / it_energy, rel=1e-12)


def test_items_and_what_they_come_to(isambard: study.Found) -> None:
    """5,448 GH200 of 42,000 USD over 5.5 years at 8 %; all items add up, and each lies within its range."""
    made = accounts.of(isambard, Asked())
    hardware = made.items[0]
    assert hardware.once == pytest.approx(5448 * 42000.0)
    assert hardware.yearly == pytest.approx(5448 * 42000.0 * annuity(0.08, 5.5), rel=1e-12)
    whole = sum(each.yearly for each in made.items)
    assert value(made, "cost_yearly") == pytest.approx(whole, rel=1e-12)
    assert value(made, "cost_accelerator_hour") == pytest.approx(whole / 5448 / 8760, rel=1e-12)
    assert all(each.low <= each.yearly <= each.high for each in made.items)
    # Llama 3 405B: 3.8e25 FLOP at 41 % of 989.4 TFLOP/s are 26.0 million hours; its makers tell of 30.84 (model card),
    # restarts, evaluation and smaller batches included.
    run = value(made, "cost_training_run") / value(made, "cost_accelerator_hour")
    assert run == pytest.approx(3.8e25 / (0.41 * 989.4e12) / HOUR, rel=1e-9)
    assert 0.8 < run / 30.84e6 < 1.0


def test_an_island_carries_its_part(island: study.Found) -> None:
    """Load is import, sets and what is not served, hour by hour; a further unit is in reserve; fuel is by its line."""
    made = accounts.of(island, Asked())
    table = made.hours
    assert table.columns == list(ACCOUNTS)
    given = table["import_power_w"] + table["generation_power_w"] + table["unserved_power_w"]
    assert given.to_numpy() == pytest.approx(table["facility_power_w"].to_numpy(), rel=1e-9)
    (area,) = made.supplied.areas
    assert area.role == "islanded"
    assert value(made, "dispatch_gap") < 1e-9
    assert value(made, "unserved_energy") == pytest.approx(0.0, abs=1.0)
    (sets,) = area.sets
    assert (sets.units, sets.spare) == (28, 6)
    # 22 MW at 98.8 kPa, 0.9751 of the rating, and at the warmest hour's heat: 22 units of them carry "about 400 MW".
    heat = 1.0 - 0.0068 * (float(island.series.dry_bulb.max()) - 288.15)
    assert sets.firm == pytest.approx(22 * 22 * MEGA * 98.8 / 101.325 * heat, rel=1e-9)
    spinning = area.used.running[0] * sets.rating * sets.part - area.used.power[0]
    assert spinning.min() > 0.85 * sets.rating * sets.part.min()
    burnt = float(area.used.fuel.sum())
    assert 0.33 < float(area.used.power.sum()) / burnt < 0.39
    assert value(made, "carbon_fuel") > burnt * HOUR * 56.1e-9


def test_a_stated_contract_is_billed_whole(island: study.Found) -> None:
    """Ohio bills 85 % of 1,000 MW that were contracted, whatever an island carries; of a mere rating a part."""
    connection = island.facility.connection.model_copy(update={"contract": island.facility.connection.rating})
    stated = island._replace(facility=island.facility.model_copy(update={"connection": connection}))
    made = accounts.of(stated, Asked())
    assert made.bill.billed_demand == pytest.approx(np.full(12, 850.0 * MEGA), rel=1e-12)
    rated = accounts.of(island, Asked())
    part = 850.0 * MEGA * (1.0 - rated.supplied.islanded)
    assert rated.bill.billed_demand == pytest.approx(np.maximum(rated.bill.peak, part), rel=1e-12)


def test_without_its_supply_a_site_takes_all_from_the_grid(island: study.Found) -> None:
    without = accounts.of(island, Asked(supply="none"))
    assert without.supplied.areas == ()
    assert value(without, "grid_energy") == pytest.approx(island.figures["facility_energy"]["value"], rel=1e-12)


def test_a_constant_file_is_a_constant(isambard: study.Found, tmp_path: Path) -> None:
    """A year of 125 g/kWh emits what 125 kg/MWh does, and each hour of a file is at its local hour."""
    flat = accounts.of(isambard, Asked())
    file = carbon_file(tmp_path / "flat.csv", ["125"] * 8760)
    assert value(accounts.of(isambard, Asked(carbon=file)), "carbon") == pytest.approx(value(flat, "carbon"), rel=1e-9)
    later = carbon_file(tmp_path / "later.csv", [str(100 + hour % 24) for hour in range(8760)], "+02:00")
    found = carbon.intensity(isambard.facility, datetime(2026, 1, 1), later, None)
    assert found.values is not None
    # Bristol keeps UTC: 100 g at midnight of UTC+2 is at 22 h of the day before.
    assert found.values[22] * 3.6e9 == pytest.approx(100.0)
    assert found.values[2 * 24] * 3.6e9 == pytest.approx(102.0)


def test_hours_that_a_file_lacks(isambard: study.Found, tmp_path: Path) -> None:
    values = [str(100 + hour % 24) for hour in range(8760)]
    values[30] = ""
    few = carbon_file(tmp_path / "few.csv", values)
    found = carbon.intensity(isambard.facility, datetime(2026, 1, 1), few, None)
    assert found.values is not None
    assert found.values[30] * 3.6e9 == pytest.approx(106.0)
    assert any("1 hours without a value" in note for note in found.notes)
    short = carbon_file(tmp_path / "short.csv", values[:8000])
    with pytest.raises(TelemetryError, match=r"761 of the year's 8,760 hours are missing.*02 January 06:00"):
        carbon.intensity(isambard.facility, datetime(2026, 1, 1), short, None)


def test_a_public_file_of_a_grid(isambard: study.Found, shared_data: Path) -> None:
    """PJM's year 2022: 23 empty hours and 5 partial reports are filled; its mean is that of the other 8,732 hours."""
    file = shared_data / "telemetry" / "carbon" / "PJM_NG_avgCI.csv"
    found = carbon.intensity(isambard.facility, datetime(2026, 1, 1), file, None)
    assert found.values is not None
    assert any("28 hours without a value" in note for note in found.notes)
    assert "Hewlett Packard" in found.attribution
    raw = pl.read_csv(file)
    whole = raw.filter((pl.col("COL") > 0) & (pl.col("NUC") > 0))["avg_CI"].drop_nulls()
    assert whole.len() == 8732
    # The filled hours weigh 28 of 8,760 and lie near the mean.
    assert found.values.mean() * 3.6e9 == pytest.approx(whole.mean(), rel=1e-3)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("timestamp,carbon_intensity\n2022-01-01T00:00:00,100\n", "--tz"),
        ("timestamp,carbon_intensity\n2022-01-01T00:00:00Z,hundred\n", "'hundred'"),
        ("timestamp,carbon_intensity\n2022-01-01T00:00:00Z,-5\n", "negative"),
        ("time,price\n2022-01-01T00:00:00Z,100\n", "column.*price|price.*column"),
        ("time,asset,metric,value\n2022-01-01T00:00:00Z,site,facility_power_w,5\n", "no grid_carbon_kg_j"),
    ],
)
def test_bad_files_are_refused(isambard: study.Found, tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "bad.csv"
    file.write_text(text)
    with pytest.raises(TelemetryError, match=told):
        carbon.intensity(isambard.facility, datetime(2026, 1, 1), file, None)


def test_words_that_are_none_are_refused_together(isambard: study.Found) -> None:
    with pytest.raises(ScenarioError, match=r"(?s)--supply.*none, own, all.*--aim.*cost, carbon"):
        accounts.check(Asked(supply="some", aim="fun"))  # type: ignore[arg-type]
    with pytest.raises(UnknownNameError, match="tariff"):
        accounts.of(isambard, Asked(tariff="free"))
    with pytest.raises(ScenarioError, match="--carbon FILE"):
        accounts.of(isambard, Asked(zone="UTC"))


def test_the_folder_has_the_accounts(tmp_path: Path) -> None:
    _, page = study.year("hpe_isambard_ai", out=tmp_path / "year")
    months = pl.read_parquet(page.parent / "accounts.parquet")
    assert months.height == 12
    assert pl.read_parquet(page.parent / "supply.parquet").columns == list(ACCOUNTS)
    assert pl.read_parquet(page.parent / "costs.parquet")["yearly"].sum() > 0.0
    text = page.read_text(encoding="utf-8")
    for title in ("Supply", "Carbon", "Cost", "Where a year&#39;s money goes", "Carbon dioxide by month"):
        assert title in text


def test_the_contract_grows_with_the_phases() -> None:
    """The second phase begins on 15 April: from May on its 300 MW are contracted; names do not order phases."""

    def part(name: str, start: int, rating: float) -> SimpleNamespace:
        connection = SimpleNamespace(rating=SimpleNamespace(si=rating), contract=None)
        return SimpleNamespace(name=name, steps=slice(start, 8760), facility=SimpleNamespace(connection=connection))

    stretches = (part("second", 0, 100e6), part("first", 104 * 24, 300e6))
    span = Span(datetime(2026, 1, 1), 3600, 8760)
    found: Any = SimpleNamespace(span=span, stretches=stretches, facility=stretches[-1].facility)
    got = standing.contract(found, standing.times(found, 3600))
    assert got == pytest.approx([100e6] * 4 + [300e6] * 8)


def test_what_a_battery_and_panels_cost(tmp_path: Path) -> None:
    """4 MWh at 300 USD/kWh and 1 MW at 1.4 USD/W, beside a grid with a peak price: both are used."""
    site = tmp_path / "mine.toml"
    number = 'value = "{}", basis = "measured", source = "chosen"'
    supply = "\n".join(
        f'[supply.{name}]\nkind = "{kind}"\nrole = "behind the meter"\npower = {{ {number.format(power)} }}\n{more}'
        for name, kind, power, more in (
            ("store", "battery", "1 MW", f"energy = {{ {number.format('4 MWh')} }}"),
            ("roof", "solar", "1 MW", ""),
        )
    )
    text = (SITES / "hpe_isambard_ai.toml").read_text(encoding="utf-8")
    site.write_text(f"{text}\n{supply}\n", encoding="utf-8")
    made = accounts.of(study.solve(site), Asked(tariff="us_time_of_use"))
    once = {each.name: each.once for each in made.items}
    assert once["batteries"] == pytest.approx(4000 * 300.0)
    assert once["panels"] == pytest.approx(1e6 * 1.4)
    table = made.hours
    given = table["import_power_w"] + table["sun_power_w"] + table["discharge_power_w"] - table["charge_power_w"]
    assert given.to_numpy() == pytest.approx(table["facility_power_w"].to_numpy(), rel=1e-9)
    assert float(table["discharge_power_w"].sum()) == pytest.approx(
        0.9 * float(table["charge_power_w"].sum()), rel=1e-6
    )
    dear = table.filter(pl.col("energy_price_usd_j") > table["energy_price_usd_j"].min())
    assert float(dear["discharge_power_w"].sum()) > float(dear["charge_power_w"].sum())


def test_cleanest_needs_the_grids_carbon(isambard: study.Found) -> None:
    connection = isambard.facility.connection.model_copy(update={"carbon_intensity": None})
    unknown = isambard._replace(facility=isambard.facility.model_copy(update={"connection": connection}))
    made = accounts.of(unknown, Asked())
    assert "cue" not in made.figures
    assert "carbon_training_run" not in made.figures
    with pytest.raises(ScenarioError, match="carbon intensity of the grid"):
        accounts.of(unknown, Asked(aim="carbon"))


def test_services_on_processors_have_no_price_of_a_token(isambard: study.Found) -> None:
    """They are drawn by the same trace as language models, which the racks of an enterprise serve none of."""
    assert "cost_million_tokens" in accounts.of(isambard, Asked()).figures
    enterprise = accounts.of(study.solve("traditional_enterprise"), Asked())
    assert "cost_million_tokens" not in enterprise.figures
    assert "cost_accelerator_hour" in enterprise.figures
