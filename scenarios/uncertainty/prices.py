"""Costs and carbon of sampled years: unit costs are drawn beside the numbers of the site."""

from __future__ import annotations

from itertools import islice
from typing import NamedTuple

import numpy as np

from facilities.quantity import Number, walk
from facilities.variants import Banded, banded
from scenarios.uncertainty.draws import points
from scenarios.uncertainty.triangular import quantile
from scenarios.yearstudy import accounts, money
from scenarios.yearstudy.accounts import Accounts
from scenarios.yearstudy.money import Stands
from scenarios.yearstudy.study import Found
from twin import economics as laws
from twin.arrays import Floats
from twin.economics import Bill

PLACE = "economics"
"""Before the places of unit costs."""

INTENSITY = "connection.carbon_intensity"
"""Number of the site that the grid's carbon goes with, where no file gives it."""

OTHER_SEED = 1
"""Added to the seed, so that unit costs are drawn by another scrambling."""

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
        places = dict(walk(PLACE, self._costs))
        own = {name: metric["value"] for name, metric in found.figures.items()}
        self.numbers: tuple[Banded, ...] = ()
        self._held: tuple[Number, ...] = ()
        known, moving = self.figures(np.zeros(0), own), []
        for number in banded(made.economics, PLACE):
            held = places[number.path]
            if isinstance(held, Number):
                self._held = (held,)
                if any(self.figures(np.array([end]), own) != known for end in (number.low, number.high)):
                    moving.append((number, held))
                self.figures(np.array([number.value]), own)
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
            By Sobol's sequence, shuffled, so that its points meet those of the site by chance.
        """
        random = np.random.default_rng([seed, OTHER_SEED])
        ends = np.array([[number.low, number.value, number.high] for number in self.numbers]).reshape(-1, 3)
        drawn = np.array(list(islice(points(len(self.numbers), count, seed + OTHER_SEED), count)))
        return np.array([quantile(point, *ends.T) for point in random.permutation(drawn)])

    def figures(self, values: Floats, own: dict[str, float], intensity: float = 1.0) -> dict[str, float]:
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

        Returns
        -------
        dict of text to float
            By name, as of the known year's accounts.

        Notes
        -----
        Supply is that of the known year, scaled with the energy of the site: it is not dispatched again. Hardware is
        scaled with the accelerators that stand, building and plant with what racks are rated for.
        """
        for number, value in zip(self._held, values.tolist(), strict=True):
            number._si = value
        made, known = self._made, self._found.figures
        energy, peak, it_energy = (
            own[name] / known[name]["value"] for name in ("facility_energy", "facility_power_peak", "it_energy")
        )
        bill, size = self._bill(energy, peak), self._size(own)
        once, yearly = self._summed(bill, energy, own, size)
        ratio = yearly / known["cost_yearly"]["value"]
        found = {"cost_yearly": yearly, "cost_capital": once, "bill": bill.total}
        found |= {name: known[name]["value"] * ratio / size.chips for name in BY_CHIP if name in known}
        found["cost_it_mw_year"] = known["cost_it_mw_year"]["value"] * ratio / size.power
        found["cost_capital_it_mw"] = once / (self._made.stands.it_power * size.power / WATTS_A_MW)
        found["cost_it_kwh"] = known["cost_it_kwh"]["value"] * ratio / it_energy
        if "grid_price_mean" in known:
            found["grid_price_mean"] = bill.total / (known["grid_energy"]["value"] * energy / JOULES_A_MWH)
        if "cost_training_run" in found:
            used, given = self._costs.training.utilisation.si, made.economics.training.utilisation.si
            found["cost_training_run"] *= given / used
        made_of = tuple(money.embodied(self._costs, _scaled(made.stood, size)))
        found["carbon_embodied"] = sum(each.once for each in made_of)
        found["carbon_embodied_yearly"] = sum(each.yearly for each in made_of)
        if CARBON in known:
            grid, fuel = (known[name]["value"] * energy for name in ("carbon_grid", "carbon_fuel"))
            hours = 1.0 if made.intensity.hourly else intensity
            found |= {"carbon_grid": grid * hours, "carbon_fuel": fuel * self._fuel_carbon()}
            found[CARBON] = found["carbon_grid"] + found["carbon_fuel"]
            found["cue"] = known["cue"]["value"] * found[CARBON] / known[CARBON]["value"] / it_energy
        return {name: value for name, value in found.items() if name in known}

    def _size(self, own: dict[str, float]) -> Size:
        """Give how large a site is, over the known one."""
        known = self._found.figures
        chips, power = (
            own[name] / known[name]["value"] if known[name]["value"] else 1.0
            for name in ("accelerators", "rack_power_rated")
        )
        return Size(chips, power)

    def _bill(self, energy: float, peak: float) -> Bill:
        """Bill the known year's months, scaled, at the drawn tariff."""
        made = self._made
        (name,) = self._costs.tariffs
        tariff, known = self._costs.tariffs[name], made.bill
        law = money.law(tariff, np.zeros(0), made.contract)
        peaks = known.peak * peak
        demand = laws.billed_demand(peaks, law)
        price = energy * tariff.energy.si / made.tariff.energy.si
        return Bill(peaks, demand, known.energy * price, demand * law.demand, known.fixed)

    def _summed(self, bill: Bill, energy: float, own: dict[str, float], size: Size) -> tuple[float, float]:
        """Add up investment and cost of the year; what goes with energy or water is scaled with it."""
        made, known = self._made, self._found.figures
        (name,) = self._costs.tariffs
        tariff, stands = self._costs.tariffs[name], _scaled(made.stands, size)
        items = accounts.items_of(self._found, self._costs, tariff, made.supplied, bill, stands)
        water = own["water_use"] / known["water_use"]["value"] if known["water_use"]["value"] else 1.0
        scaled = {"water": water, "sewage": water}
        once = yearly = 0.0
        for item in items:
            once += item.once
            yearly += item.yearly * (energy if item.group == "fuel" else scaled.get(item.name, 1.0))
        return once, yearly

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
