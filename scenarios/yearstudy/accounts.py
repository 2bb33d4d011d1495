"""The accounts of a solved year: how its load is supplied, what that emits, and what all of it costs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, get_args

import numpy as np
import polars as pl

from facilities import economics as data
from facilities.economics import Economics, Tariff
from facilities.quantity import Provenance, numbers
from scenarios.setting import ARGUMENTS
from scenarios.yearstudy import money, standing, supply, worth
from scenarios.yearstudy.carbon import Intensity
from scenarios.yearstudy.money import Embodied, Item, Stands
from scenarios.yearstudy.need import needed
from scenarios.yearstudy.supply import Area, Hours, Sets, Supplied, Used
from scenarios.yearstudy.worth import Worth
from twin.economics import Bill
from twin.errors import Fault, ScenarioError
from twin.metrics import JOULES_A_KWH, Metric
from twin.site import Floats
from twin.supply.dispatch import Aim

if TYPE_CHECKING:
    from scenarios.yearstudy.study import Found

HOUR, QUARTER = 3600, 900
"""Seconds of a dispatched interval, and of the mean that a utility bills."""

LEAST_IMPORT = 0.05
"""Part of the load from which the mean price of what the grid gives says something."""


class Asked(NamedTuple):
    """
    What the accounts of a year are asked for.

    Attributes
    ----------
    carbon, zone
        File of the grid's carbon intensity, and the zone of its times where they do not say it.
    tariff
        By name; the site's own without it.
    costs
        File of unit costs, laid over the project's.
    supply
        Which supply is used.
    aim
        What it is used for: ``cost`` or ``carbon``.
    """

    carbon: Path | None = None
    zone: str | None = None
    tariff: str | None = None
    costs: Path | None = None
    supply: Used = "own"
    aim: Aim = "cost"


class Accounts(NamedTuple):
    """
    The accounts of a year.

    Attributes
    ----------
    economics : Economics
        What of the unit costs is in use.
    tariff : Tariff
        Of the grid's energy.
    supplied : Supplied
        How the load is supplied.
    intensity : Intensity
        Of the grid's energy.
    bill : Bill
        Of the grid, month by month.
    items : tuple of Item
        What the year costs.
    embodied : tuple of Embodied
        What making the site gave off.
    worth : tuple of Worth
        The year's cost for a megawatt, an hour, a run, a token.
    hours, months : frame
        Columns of `twin.columns.ACCOUNTS`; and the months' sums and bills.
    figures : dict of text to Metric
        By name.
    asked : Asked
        What they were asked for.
    contract : (month,) [W]
        Contracted demand.
    stands, stood : Stands
        What is there through the year in the mean, and at its end.
    """

    economics: Economics
    tariff: Tariff
    supplied: Supplied
    intensity: Intensity
    bill: Bill
    items: tuple[Item, ...]
    embodied: tuple[Embodied, ...]
    worth: tuple[Worth, ...]
    hours: pl.DataFrame
    months: pl.DataFrame
    figures: dict[str, Metric]
    asked: Asked
    contract: Floats
    stands: Stands
    stood: Stands

    def numbers(self) -> list[Provenance]:
        """List every number of the unit costs in use."""
        supplies = [area.supply for area in self.supplied.areas]
        there = {"storage": any(each.storage.energy > 0.0 for each in supplies)}
        there["solar"] = any(area.panels > 0.0 for area in self.supplied.areas)
        unused = tuple(f"economics.{name}." for name, is_there in there.items() if not is_there)
        return [number for number in numbers("economics", self.economics) if not number.path.startswith(unused)]

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader must know of supply and carbon."""
        return (*self.supplied.notes, *self.intensity.notes)

    @property
    def told(self) -> dict[str, str]:
        """Say how they were made up."""
        return {
            "tariff": self.tariff.title,
            "tariff_name": next(iter(self.economics.tariffs)),
            "supply": self.asked.supply,
            "aim": self.asked.aim,
            "carbon": self.intensity.label,
        }


def check(asked: Asked) -> Asked:
    """
    Refuse words that are none.

    Parameters
    ----------
    asked : Asked
        As given.

    Returns
    -------
    Asked
        The same.

    Raises
    ------
    ScenarioError
        With all faults at once.
    """
    known: tuple[tuple[str, str, Any], ...] = (("--supply", asked.supply, Used), ("--aim", asked.aim, Aim))
    faults = [
        Fault(name, f"must be one of {', '.join(get_args(words))}; got {given!r}")
        for name, given, words in known
        if given not in get_args(words)
    ]
    if faults:
        raise ScenarioError(ARGUMENTS, faults)
    return asked


def of(found: Found, asked: Asked, costs: Economics | None = None) -> Accounts:
    """
    Make up the accounts of a year.

    Parameters
    ----------
    found : Found
        The solved year.
    asked : Asked
        Tariff, unit costs, carbon and supply.
    costs : Economics or None
        Unit costs in the place of those of its file.

    Returns
    -------
    Accounts
        Supplied, billed, emitted, paid.

    Raises
    ------
    InputError
        If a file or a name is at fault, or a supply cannot serve its reserve.
    """
    costs = data.load(asked.costs) if costs is None else costs
    need = needed(found, asked, costs)
    name, tariff = need.tariff, costs.tariff(need.tariff)
    hours, grid, connection, growth = need.hours, need.grid, need.connection, need.growth
    supplied = supply.solve(found.facility, costs, hours, connection, asked.supply, asked.aim, growth=growth)
    contract = need.contract * connection.left(supplied.islanded, supplied.on_grid)
    bill = _billed(found, supplied, tariff, contract)
    stands, stood = standing.standing(found)
    items = tuple(items_of(found, costs, tariff, supplied, bill, stands))
    made = tuple(money.embodied(costs, stood))
    used = costs.in_use(name, stood.accelerators, _kinds(supplied))
    table = _hours(found, supplied, hours, costs)
    yearly = sum(item.yearly for item in items)
    emitted = None if grid.values is None else float(table["carbon_kg_s"].sum()) * HOUR
    year = worth.Year(found, yearly, sum(item.once for item in items), emitted, costs)
    worths = tuple(worth.of(year, stands))
    figures = _figures(found, supplied, grid, bill, items, made, table, hours.demand)
    figures |= {each.figure: {"value": each.value, "unit": each.unit} for each in worths}
    months = _months(table, bill)
    return Accounts(
        used,
        tariff,
        supplied,
        grid,
        bill,
        items,
        made,
        worths,
        table,
        months,
        figures,
        asked,
        contract,
        stands,
        stood,
    )


def _billed(found: Found, supplied: Supplied, tariff: Tariff, contract: Floats) -> Bill:
    """Bill means of a quarter of an hour where steps are that short; what moves within an hour comes from the grid."""
    step = min(max(found.span.step, QUARTER), HOUR)
    many = HOUR // step
    power = standing.mean(np.asarray(found.series.powers.connection), step // found.span.step)
    within = power.reshape(-1, many) - power.reshape(-1, many).mean(axis=1, keepdims=True)
    outside = 1.0 - supplied.islanded
    drawn = np.maximum(supplied.imported[:, np.newaxis] + outside * within, 0.0).reshape(-1)
    return money.billed(tariff, drawn, float(step), standing.times(found, step), contract)


def _kinds(supplied: Supplied) -> list[str]:
    return [each.kind for each in (*_fleets(supplied), *supplied.standby)]


def _fleets(supplied: Supplied) -> list[Sets]:
    return [each for area in supplied.areas for each in area.sets]


def items_of(
    found: Found, costs: Economics, tariff: Tariff, supplied: Supplied, bill: Bill, stands: Stands
) -> Iterator[Item]:
    """
    Give what a year costs.

    Parameters
    ----------
    found : Found
        For its water.
    costs : Economics
        Unit costs.
    tariff : Tariff
        Of the bill.
    supplied : Supplied
        Own sets and what they burn.
    bill : Bill
        Of the grid.
    stands : Stands
        What is there.

    Yields
    ------
    Item
        Capital, electricity, fuel, what runs.
    """
    figures = found.figures
    yield from money.capital(costs, stands)
    yield from _own(costs, supplied)
    yield from money.electricity(tariff, bill)
    litres = 1e-3
    blown = (figures["blowdown"]["value"] + figures["drift"]["value"]) * litres
    yield from money.running(costs, stands, figures["water_use"]["value"] * litres, blown)


def _own(costs: Economics, supplied: Supplied) -> Iterator[Item]:
    """Give what supply of the site's own costs: bought, burnt, kept up; tests of standby sets."""
    interest = costs.finance.interest.si
    for area in supplied.areas:
        for place, each in enumerate(area.sets):
            terms, fuel = costs.generation[each.kind], costs.fuels[each.fuel]
            power, label = each.units * each.rating, each.label
            told = f"{power / 1e6:,.0f} MW at {terms.price.value}"
            yield money.bought(label, told, power, terms.price, terms.life, interest)
            burnt = float(area.used.fuel[place].sum()) * HOUR
            yield money.paid(
                f"fuel of {label}", "fuel", f"{burnt / 1e12:,.0f} TJ at {fuel.price.value}", burnt, fuel.price
            )
            given = float(area.used.power[place].sum()) * HOUR
            told = f"{given / 3.6e12:,.0f} GWh at {terms.upkeep.value}"
            yield money.paid(f"upkeep of {label}", "fuel", told, given, terms.upkeep)
        if area.supply.storage.energy > 0.0:
            energy, terms_of = area.supply.storage.energy, costs.storage
            told = f"{energy / 3.6e9:,.0f} MWh at {terms_of.price.value}"
            bought = money.bought("batteries", told, energy, terms_of.price, terms_of.life, interest)
            yield bought
            yield money.paid(
                "upkeep of batteries", "running", f"{terms_of.upkeep.value} a year", bought.once, terms_of.upkeep
            )
        if area.panels > 0.0:
            sun = costs.solar
            told = f"{area.panels / 1e6:,.0f} MW at {sun.price.value}"
            bought = money.bought("panels", told, area.panels, sun.price, sun.life, interest)
            yield bought
            yield money.paid("upkeep of panels", "running", f"{sun.upkeep.value} a year", bought.once, sun.upkeep)
    burnt = sum(tested(costs, each) for each in supplied.standby)
    if burnt > 0.0:
        fuel = costs.fuels[supplied.standby[0].fuel]
        told = f"{costs.dispatch.test_time.value} at {costs.dispatch.test_load.value} of {_standby_power(supplied)}"
        yield money.paid("tests of standby sets", "fuel", told, burnt, fuel.price)


def _standby_power(supplied: Supplied) -> str:
    return f"{sum(each.units * each.rating for each in supplied.standby) / 1e6:,.0f} MW"


def tested(costs: Economics, each: Sets) -> float:
    """
    Give the fuel that tests of standby sets burn in a year.

    Parameters
    ----------
    costs : Economics
        Time and load of tests.
    each : Sets
        The sets.

    Returns
    -------
    [J]
        Of all its units.
    """
    time = costs.dispatch.test_time.si * HOUR
    power = costs.dispatch.test_load.si * each.rating
    return each.units * time * (each.line[0] + each.line[1] * power)


def _emitted(area: Area, costs: Economics) -> Floats:
    """Give carbon dioxide [kg/s] of an area's fuel."""
    return sum(
        (area.used.fuel[place] * costs.fuels[each.fuel].carbon.si for place, each in enumerate(area.sets)),
        np.zeros(area.used.imported.size),
    )


def _hours(found: Found, supplied: Supplied, hours: Hours, costs: Economics) -> pl.DataFrame:
    """Give the accounts hour by hour."""
    nothing = np.zeros(hours.demand.size)
    tests = sum(tested(costs, each) * costs.fuels[each.fuel].carbon.si for each in supplied.standby)
    fuel = sum((_emitted(area, costs) for area in supplied.areas), nothing) + tests / (HOUR * nothing.size)
    grid = supplied.imported * hours.carbon

    def of_all(name: Literal["sun", "charged", "discharged", "unserved"]) -> Floats:
        return sum((getattr(area.used, name) for area in supplied.areas), nothing)

    columns = {
        "facility_power_w": hours.demand,
        "import_power_w": supplied.imported,
        "generation_power_w": sum((area.used.power.sum(axis=0) for area in supplied.areas), nothing),
        "sun_power_w": of_all("sun"),
        "charge_power_w": of_all("charged"),
        "discharge_power_w": of_all("discharged"),
        "unserved_power_w": of_all("unserved"),
        "fuel_power_w": sum((area.used.fuel.sum(axis=0) for area in supplied.areas), nothing),
        "energy_price_usd_j": hours.price,
        "grid_carbon_kg_j": hours.carbon,
        "grid_carbon_kg_s": grid,
        "fuel_carbon_kg_s": fuel,
        "carbon_kg_s": grid + fuel,
    }
    time = [found.span.start + timedelta(hours=hour) for hour in range(nothing.size)]
    return pl.DataFrame({"time": time, **columns}).with_columns(pl.col("time").cast(pl.Datetime("us")))


def _months(table: pl.DataFrame, bill: Bill) -> pl.DataFrame:
    """Add up the accounts of each month, beside its bill."""
    energies = [name for name in table.columns if name.endswith("_power_w")]
    added = (
        table.group_by(pl.col("time").dt.month().alias("month"))
        .agg(
            *((pl.col(name).sum() * HOUR).alias(f"{name.removesuffix('_power_w')}_energy_j") for name in energies),
            *(
                (pl.col(name).sum() * HOUR).alias(name.removesuffix("_s"))
                for name in ("grid_carbon_kg_s", "fuel_carbon_kg_s", "carbon_kg_s")
            ),
        )
        .sort("month")
    )
    return added.with_columns(
        peak_w=bill.peak,
        billed_demand_w=bill.billed_demand,
        bill_energy_usd=bill.energy,
        bill_demand_usd=bill.demand,
        bill_fixed_usd=bill.fixed,
    )


def _figures(
    found: Found,
    supplied: Supplied,
    grid: Intensity,
    bill: Bill,
    items: tuple[Item, ...],
    made: tuple[Embodied, ...],
    table: pl.DataFrame,
    load: Floats,
) -> dict[str, Metric]:
    """Give the figures of the accounts."""
    energy = {
        name: float(table[f"{name}_power_w"].sum()) * HOUR for name in ("import", "generation", "sun", "unserved")
    }
    it_energy, whole = found.figures["it_energy"]["value"], float(load.sum()) * HOUR
    mass = {name: float(table[f"{name}carbon_kg_s"].sum()) * HOUR for name in ("", "grid_", "fuel_")}
    groups = {group: sum(item.yearly for item in items if item.group == group) for group in _GROUPS}
    values: dict[str, tuple[float, str]] = {
        "grid_energy": (energy["import"], "J"),
        "generated_energy": (energy["generation"], "J"),
        "sun_energy": (energy["sun"], "J"),
        "unserved_energy": (energy["unserved"], "J"),
        "fuel_energy": (float(table["fuel_power_w"].sum()) * HOUR, "J"),
        "own_share": (1.0 - (energy["import"] + energy["unserved"]) / whole if supplied.areas else 0.0, "1"),
        "firm_power": (sum(each.firm for each in _fleets(supplied)), "W"),
        "standby_power": (sum(each.firm for each in supplied.standby), "W"),
        "dispatch_gap": (max((area.used.gap for area in supplied.areas), default=0.0), "1"),
        "carbon_fuel": (mass["fuel_"], "kg"),
        "carbon_embodied": (sum(each.once for each in made), "kg"),
        "carbon_embodied_yearly": (sum(each.yearly for each in made), "kg"),
        "cost_capital": (sum(item.once for item in items), "USD"),
        "cost_yearly": (sum(groups.values()), "USD"),
        **{f"cost_{group}_yearly": (value, "USD") for group, value in groups.items()},
        "bill": (bill.total, "USD"),
        "billed_demand_max": (float(bill.billed_demand.max()), "W"),
        "grid_peak": (float(bill.peak.max()), "W"),
    }
    if energy["import"] > LEAST_IMPORT * whole:
        values["grid_price_mean"] = (bill.total / (energy["import"] / 3.6e9), "USD/MWh")
    if grid.values is not None:
        values |= {
            "carbon_grid": (mass["grid_"], "kg"),
            "carbon": (mass[""], "kg"),
            "cue": (mass[""] / (it_energy / JOULES_A_KWH), "kg/kWh"),
        }
    return {name: {"value": float(value), "unit": unit} for name, (value, unit) in values.items()}


_GROUPS = ("capital", "electricity", "fuel", "running")
"""Of the items."""
