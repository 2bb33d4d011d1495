"""Costs and carbon of sampled years: unit costs are drawn beside the numbers of the site."""

from __future__ import annotations

import re
from itertools import islice
from typing import NamedTuple

import numpy as np

from facilities.quantity import Number, walk
from facilities.variants import Banded, banded
from scenarios.uncertainty.dispatched import Supplies
from scenarios.uncertainty.draws import points
from scenarios.uncertainty.triangular import quantile
from scenarios.yearstudy import accounts, money
from scenarios.yearstudy.accounts import LEAST_IMPORT, Accounts
from scenarios.yearstudy.money import Stands
from scenarios.yearstudy.study import Found
from scenarios.yearstudy.supply import HOUR, Supplied
from twin import economics as laws
from twin.arrays import Floats
from twin.economics import Bill
from twin.metrics import JOULES_A_KWH

PLACE = "economics"
"""Before the places of unit costs."""

INTENSITY = "connection.carbon_intensity"
"""Number of the site that the grid's carbon goes with, where no file gives it."""

OTHER_SEED = 1
"""Added to the seed, so that unit costs are drawn by another scrambling."""

TOGETHER = re.compile(r"economics\.hardware\.[^.]+\.(price|embodied)")
"""Unit costs of hardware: the file derives those of one accelerator from another's, so they are unsure together."""

BY_CHIP = ("cost_accelerator_hour", "cost_training_run", "cost_million_tokens")
"""Figures that go with the cost of the year for an accelerator."""

CARBON = "carbon"
JOULES_A_MWH, WATTS_A_MW = 3.6e9, 1e6


class Size(NamedTuple):
    """
    How large a site is, over the known one.

    Attributes
    ----------
    chips, power : [1]
        Accelerators, and what all racks are rated for.
    """

    chips: float
    power: float


class Use(NamedTuple):
    """
    How a year is supplied.

    Attributes
    ----------
    supplied : Supplied
        Its sets, and what they give and burn.
    burnt : [1]
        What costs of fuel are, over those of `supplied`.
    grid, generated, fuel : [J]
        Energy of the year.
    own : [1]
        Part of the load that is the site's own.
    carbon : [kg]
        Of fuel.
    peaks : (month,) [W]
        Highest import.
    bought : (month,) [USD]
        Energy of the grid at the known tariff.
    contract : (month,) [W]
        Contracted demand.
    """

    supplied: Supplied
    burnt: float
    grid: float
    generated: float
    fuel: float
    own: float
    carbon: float
    peaks: Floats
    bought: Floats
    contract: Floats


class Loads(NamedTuple):
    """
    The known year's load and import by the month.

    Attributes
    ----------
    highest : (month,) [W]
        Load.
    peak : (month,) [1]
        Highest import over this, over the mean of that of all months; one where there is none.
    price : (month,) [USD]
        Of all of the load's energy, at what the import pays, or at what the load would where there is hardly any.
    """

    highest: Floats
    peak: Floats
    price: Floats


def _loads(made: Accounts) -> Loads:
    """Add up the hours of a known year."""
    columns = ("facility_power_w", "import_power_w", "energy_price_usd_j")
    load, imported, price = (made.hours[name].to_numpy() for name in columns)
    month = made.hours["time"].dt.month().to_numpy()
    parts = [month == each for each in np.unique(month)]
    highest = np.array([load[part].max() for part in parts])
    taken = imported if imported.sum() > LEAST_IMPORT * load.sum() else load
    mean = float(taken @ price / taken.sum())
    share = made.bill.peak / highest
    weights = np.array([load[part].sum() for part in parts])
    seasonal = np.array([taken[part] @ price[part] / max(taken[part].sum(), 1e-9) for part in parts])
    of_month = np.where([taken[part].sum() > 0.0 for part in parts], seasonal, mean)
    even = np.ones(share.size)
    return Loads(highest, share / share.mean() if share.mean() > 0.0 else even, HOUR * weights * of_month)


def _scaled(stands: Stands, size: Size) -> Stands:
    """Give what stands on a site of another size."""
    chips = {name: count * size.chips for name, count in stands.accelerators.items()}
    return stands._replace(accelerators=chips, it_power=stands.it_power * size.power)


class Prices:
    """Costs and carbon of years like a known one, at other unit costs."""

    def __init__(self, found: Found, made: Accounts) -> None:
        """Take the known year and its accounts; unit costs that move none of its figures are not drawn."""
        self._found, self._made = found, made
        self._costs = made.economics.model_copy(deep=True)
        self._supplies = Supplies(found, made) if made.supplied.areas else None
        self._loads = _loads(made)
        places = dict(walk(PLACE, self._costs))
        own = {name: metric["value"] for name, metric in found.figures.items()}
        self.numbers: tuple[Banded, ...] = ()
        self._held: tuple[Number, ...] = ()
        known, moving = self.figures(np.zeros(0), own), []
        sets = (each.kind for area in made.supplied.areas for each in area.sets)
        by_dispatch = tuple(f"{PLACE}.{each}." for each in ("solar", *(f"generation.{kind}" for kind in sets)))
        for number in banded(made.economics, PLACE):
            held = places[number.path]
            if isinstance(held, Number):
                self._held = (held,)
                year = found if number.path.startswith(by_dispatch) else None
                before = known if year is None else self.figures(np.array([number.value]), own, 1.0, year)
                if any(self.figures(np.array([end]), own, 1.0, year) != before for end in (number.low, number.high)):
                    moving.append((number, held))
                self._set(np.array([number.value]))
        self.numbers, self._held = tuple(number for number, _ in moving), tuple(held for _, held in moving)
        self.given = np.array([number.value for number in self.numbers])

    def draw(self, count: int, seed: int) -> Floats:
        """
        Draw unit costs.

        Parameters
        ----------
        count
            Samples.
        seed
            Of the site's draws.

        Returns
        -------
        (sample, number)
            By Sobol's sequence, shuffled, so that its points meet those of the site by chance. Hardware of all kinds
            goes together, prices by one share of their ranges, and embodied carbon by one.
        """
        random = np.random.default_rng([seed, OTHER_SEED])
        ends = np.array([[number.low, number.value, number.high] for number in self.numbers]).reshape(-1, 3)
        names = [TOGETHER.sub(r"\1", number.path) for number in self.numbers]
        kinds = list(dict.fromkeys(names))
        drawn = np.array(list(islice(points(len(kinds), count, seed + OTHER_SEED), count)))
        column = [kinds.index(name) for name in names]
        return np.array([quantile(point[column], *ends.T) for point in random.permutation(drawn)])

    def figures(
        self, values: Floats, own: dict[str, float], intensity: float = 1.0, found: Found | None = None
    ) -> dict[str, float]:
        """
        Give costs and carbon of a year.

        Parameters
        ----------
        values : (number,)
            Unit costs, each in the unit of its field.
        own : dict of text to float
            Figures of the year.
        intensity : [1]
            The site's carbon intensity over that of the known year; not read where a file gave it.
        found : Found or None
            The year, for which own supply is dispatched; without it that is scaled from the known year's.

        Returns
        -------
        dict of text to float
            By name, as of the known year's accounts.

        Notes
        -----
        Hardware is scaled with the accelerators that stand, building and plant with what racks are rated for.
        """
        self._set(values)
        made, known = self._made, self._found.figures
        energy, peak, it_energy = (
            own[name] / known[name]["value"] for name in ("facility_energy", "facility_power_peak", "it_energy")
        )
        supplies = self._supplies
        if found is None or supplies is None:
            use = self._use(energy, peak)
        else:
            use = self._dispatched(supplies, found, energy, peak)
        bill, size = self._bill(use), self._size(own)
        once, yearly = self._summed(bill, use, own, size)
        ratio = yearly / known["cost_yearly"]["value"]
        made_figures = {"cost_yearly": yearly, "cost_capital": once, "bill": bill.total}
        made_figures |= {"grid_energy": use.grid, "generated_energy": use.generated, "fuel_energy": use.fuel}
        made_figures["own_share"] = use.own
        made_figures |= {name: known[name]["value"] * ratio / size.chips for name in BY_CHIP if name in known}
        made_figures["cost_it_mw_year"] = known["cost_it_mw_year"]["value"] * ratio / size.power
        made_figures["cost_capital_it_mw"] = once / (made.stands.it_power * size.power / WATTS_A_MW)
        made_figures["cost_it_kwh"] = known["cost_it_kwh"]["value"] * ratio / it_energy
        if use.grid > LEAST_IMPORT * own["facility_energy"]:
            made_figures["grid_price_mean"] = bill.total / (use.grid / JOULES_A_MWH)
        if "cost_training_run" in made_figures:
            used, given = self._costs.training.utilisation.si, made.economics.training.utilisation.si
            made_figures["cost_training_run"] *= given / used
        made_of = tuple(money.embodied(self._costs, _scaled(made.stood, size)))
        made_figures["carbon_embodied"] = sum(each.once for each in made_of)
        made_figures["carbon_embodied_yearly"] = sum(each.yearly for each in made_of)
        if CARBON in known:
            hours = 1.0 if made.intensity.hourly else intensity
            made_figures |= {"carbon_grid": use.grid * self._grid_carbon() * hours, "carbon_fuel": use.carbon}
            made_figures[CARBON] = made_figures["carbon_grid"] + use.carbon
            made_figures["cue"] = made_figures[CARBON] / (own["it_energy"] / JOULES_A_KWH)
        return {name: value for name, value in made_figures.items() if name in known}

    def _use(self, energy: float, peak: float) -> Use:
        """Scale the known year's supply with energy and peak."""
        made, known = self._made, self._found.figures
        grid, generated, fuel, carbon = (
            known[name]["value"] * energy for name in ("grid_energy", "generated_energy", "fuel_energy", "carbon_fuel")
        )
        peaks, bought = made.bill.peak * peak, made.bill.energy * energy
        carbon *= self._fuel_carbon()
        own = known["own_share"]["value"]
        return Use(made.supplied, energy, grid, generated, fuel, own, carbon, peaks, bought, made.contract)

    def _dispatched(self, supplies: Supplies, found: Found, energy: float, peak: float) -> Use:
        """Supply a year by its own dispatch."""
        made, costs = self._made, self._costs
        carried = supplies.of(found, costs)
        load = self._found.figures["facility_energy"]["value"] * energy
        areas = carried.supplied.areas
        burnt = [(each.fuel, float(area.used.fuel[row].sum())) for area in areas for row, each in enumerate(area.sets)]
        burnt = [(fuel, HOUR * power) for fuel, power in burnt]
        tests = [(each.fuel, accounts.tested(costs, each)) for each in carried.supplied.standby]
        return Use(
            carried.supplied,
            1.0,
            carried.grid * load,
            HOUR * sum(float(area.used.power.sum()) for area in areas),
            sum(heat for _, heat in burnt),
            max(1.0 - carried.grid - carried.unserved, 0.0),
            sum(heat * costs.fuels[fuel].carbon.si for fuel, heat in (*burnt, *tests)),
            self._loads.highest * peak * carried.peak * self._loads.peak,
            self._loads.price * energy * carried.grid,
            made.contract * (carried.contract / supplies.contract if supplies.contract > 0.0 else 1.0),
        )

    def anew(self, values: Floats, found: Found) -> dict[str, float]:
        """
        Give costs and carbon of a year with its supply dispatched for itself, and its own hours billed.

        Parameters
        ----------
        values : (number,)
            Unit costs, each in the unit of its field.
        found : Found
            The year of a site like the known one, solved whole.

        Returns
        -------
        dict of text to float
            Those of `figures`.
        """
        self._set(values)
        made = accounts.of(found, self._made.asked, self._costs.model_copy(deep=True)).figures
        return {name: metric["value"] for name, metric in made.items() if name in self._found.figures}

    def _set(self, values: Floats) -> None:
        for number, value in zip(self._held, values.tolist(), strict=True):
            number._si = value

    def _size(self, own: dict[str, float]) -> Size:
        """Give how large a site is, over the known one."""
        known = self._found.figures
        chips, power = (
            own[name] / known[name]["value"] if known[name]["value"] else 1.0
            for name in ("accelerators", "rack_power_rated")
        )
        return Size(chips, power)

    def _bill(self, use: Use) -> Bill:
        """Bill the months at the drawn tariff."""
        (name,) = self._costs.tariffs
        tariff = self._costs.tariffs[name]
        law = money.law(tariff, np.zeros(0), use.contract)
        demand = laws.billed_demand(use.peaks, law)
        price = tariff.energy.si / self._made.tariff.energy.si
        return Bill(use.peaks, demand, use.bought * price, demand * law.demand, self._made.bill.fixed)

    def _summed(self, bill: Bill, use: Use, own: dict[str, float], size: Size) -> tuple[float, float]:
        """Add up investment and cost of the year; what goes with energy or water is scaled with it."""
        made, known = self._made, self._found.figures
        (name,) = self._costs.tariffs
        tariff, stands = self._costs.tariffs[name], _scaled(made.stands, size)
        items = accounts.items_of(self._found, self._costs, tariff, use.supplied, bill, stands)
        water = own["water_use"] / known["water_use"]["value"] if known["water_use"]["value"] else 1.0
        scaled = {"water": water, "sewage": water}
        once = yearly = 0.0
        for item in items:
            once += item.once
            yearly += item.yearly * (use.burnt if item.group == "fuel" else scaled.get(item.name, 1.0))
        return once, yearly

    def _grid_carbon(self) -> float:
        """Give carbon of the grid's energy [kg/J] as the known year takes it, or its load would."""
        known, table = self._found.figures, self._made.hours
        if known["grid_energy"]["value"] > LEAST_IMPORT * known["facility_energy"]["value"]:
            return known["carbon_grid"]["value"] / known["grid_energy"]["value"]
        load = table["facility_power_w"].to_numpy()
        return float(load @ table["grid_carbon_kg_j"].to_numpy() / load.sum())

    def _fuel_carbon(self) -> float:
        """Give carbon of the known year's fuel at the drawn factors, over what it was."""
        known = {name: each.carbon.si for name, each in self._made.economics.fuels.items()}
        now = {name: each.carbon.si for name, each in self._costs.fuels.items()}
        areas = self._made.supplied.areas
        burnt = dict.fromkeys(known, 0.0)
        for area in areas:
            for place, each in enumerate(area.sets):
                burnt[each.fuel] += float(area.used.fuel[place].sum())
        whole = sum(burnt[name] * known[name] for name in known)
        # Without sets of its own a site burns diesel in tests alone.
        if whole <= 0.0:
            return now["diesel"] / known["diesel"] if "diesel" in known else 1.0
        return sum(burnt[name] * now[name] for name in known) / whole
