"""What a year costs: energy under a tariff, capital as annuities, upkeep; and what was given off in making it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from facilities.economics import UNLISTED, Built, Economics, Tariff
from facilities.quantity import Number
from twin import economics as laws
from twin.arrays import Flags
from twin.economics import Bill, Months, annuity
from twin.site import Floats


class Times(NamedTuple):
    """
    What a tariff asks of a time.

    Attributes
    ----------
    hour : (interval,) [h]
        Of the day, local standard time.
    month : (interval,)
        Of the year, from 1.
    weekend : (interval,) bool
        Saturday or Sunday.
    period : (interval,)
        Billing period, from 0.
    """

    hour: Floats
    month: Months
    weekend: Flags
    period: Months


class Stands(NamedTuple):
    """
    What is there, through the year in the mean.

    Attributes
    ----------
    accelerators : name to [1]
        By their name in the catalog.
    titles : name to text
        What people call them.
    it_power : [W]
        At rack inlets, for which the site is built.
    connection : [W]
        Rating.
    """

    accelerators: Mapping[str, float]
    titles: Mapping[str, str]
    it_power: float
    connection: float


class Item(NamedTuple):
    """
    A part of what a year costs.

    Attributes
    ----------
    name : text
        Such as ``plant``.
    group : text
        ``capital``, ``electricity``, ``fuel`` or ``running``.
    amount : text
        Of what, at what price.
    once : [USD]
        Investment; none of what is paid as it goes.
    yearly, low, high : [USD]
        A year's cost, and what it is with the item's own price at either end of its range.
    basis : text
        Of the price.
    """

    name: str
    group: str
    amount: str
    once: float
    yearly: float
    low: float
    high: float
    basis: str


def prices(tariff: Tariff, times: Times, energy: float | None = None) -> Floats:
    """
    Give the price of energy at each time.

    Parameters
    ----------
    tariff
        The tariff.
    times : Times
        Which.
    energy : [USD/J]
        In place of the tariff's, off peak; its peak keeps its distance in proportion.

    Returns
    -------
    (interval,) [USD/J]
        By time of use.
    """
    base = tariff.energy.si if energy is None else energy
    found = np.full(times.hour.size, base)
    if tariff.peak is not None:
        peak = tariff.peak
        dear = (times.hour >= peak.from_hour) & (times.hour < peak.to_hour) & np.isin(times.month, peak.months)
        if peak.weekdays:
            dear &= ~times.weekend
        found[dear] = peak.energy.si * base / tariff.energy.si
    return found


def billed(tariff: Tariff, power: Floats, step: float, times: Times, contract: Floats) -> Bill:
    """
    Bill a year.

    Parameters
    ----------
    tariff
        The tariff.
    power : (interval,) [W]
        Drawn from the grid.
    step : [s]
        Length of an interval.
    times : Times
        Of the intervals.
    contract : (period,) [W]
        Contracted demand.

    Returns
    -------
    Bill
        Month by month.
    """
    return laws.bill(power, step, times.period, law(tariff, prices(tariff, times), contract))


def law(tariff: Tariff, energy: Floats, contract: Floats) -> laws.Tariff:
    """
    Give a tariff as the law of bills reads it.

    Parameters
    ----------
    tariff
        As the file has it.
    energy : (interval,) [USD/J]
        Its prices.
    contract : (period,) [W]
        Contracted demand.

    Returns
    -------
    Tariff
        What is not asked for is zero.
    """
    return laws.Tariff(
        energy,
        tariff.demand.si,
        contract,
        _or_none(tariff.minimum_take),
        _or_none(tariff.ratchet),
        _or_none(tariff.fixed),
    )


def _or_none(number: Number | None) -> float:
    return 0.0 if number is None else number.si


def electricity(tariff: Tariff, bill: Bill) -> Iterator[Item]:
    """
    Give the parts of a year's bills.

    Parameters
    ----------
    tariff
        The tariff.
    bill : Bill
        Its months.

    Yields
    ------
    Item
        Energy, demand, what the minimum take adds, and what is fixed.
    """
    low, high = (end / tariff.energy.si for end in tariff.energy.ends)
    energy = float(bill.energy.sum())
    told = f"{tariff.energy.value}" + ("" if tariff.peak is None else f", {tariff.peak.energy.value} at peak")
    yield Item("energy", "electricity", told, 0.0, energy, low * energy, high * energy, tariff.energy.basis)
    used = float(np.minimum(bill.peak, bill.billed_demand).sum()) * tariff.demand.si
    unused = float(bill.demand.sum()) - used
    low, high = (end / tariff.demand.si if tariff.demand.si else 1.0 for end in tariff.demand.ends)
    drawn = f"{tariff.demand.value} a month of {_megawatts(float(bill.peak.max()))} at the highest"
    yield Item("demand", "electricity", drawn, 0.0, used, low * used, high * used, tariff.demand.basis)
    if unused > 0.0:
        take = tariff.minimum_take if tariff.minimum_take is not None else tariff.demand
        told = f"demand billed and not drawn: {_megawatts(float((bill.billed_demand - bill.peak).mean()))} in the mean"
        yield Item("minimum take", "electricity", told, 0.0, unused, low * unused, high * unused, take.basis)
    if bill.fixed.any():
        fixed = float(bill.fixed.sum())
        yield Item("fixed", "electricity", "", 0.0, fixed, fixed, fixed, "assumed")


def _megawatts(power: float) -> str:
    return f"{power / 1e6:,.1f} MW"


def capital(economics: Economics, stands: Stands) -> Iterator[Item]:
    """
    Give what is bought, as payments of a year, and its upkeep.

    Parameters
    ----------
    economics : Economics
        Unit costs.
    stands : Stands
        What is there.

    Yields
    ------
    Item
        Capital first, an item each; then upkeep, and tax and insurance.
    """
    interest = economics.finance.interest.si
    terms = economics.hardware_terms
    kept, taxed = np.zeros(3), 0.0
    for chip, count in stands.accelerators.items():
        listed = economics.hardware.get(chip, economics.hardware.get(UNLISTED))
        if listed is None or count == 0.0:
            continue
        told = f"{count:,.0f} chips at {listed.price.value}, hosts and network included"
        yield bought(f"{stands.titles[chip]}, hosts", told, count, listed.price, terms.life, interest)
        kept += count * listed.price.si * _three(terms.upkeep)
    for name, part, amount in (
        ("building", economics.building, stands.it_power),
        ("plant", economics.plant, stands.it_power),
        ("connection", economics.connection, stands.connection),
    ):
        yield bought(name, f"{_megawatts(amount)} at {part.price.value}", amount, part.price, part.life, interest)
        kept += amount * part.price.si * _three(part.upkeep)
        taxed += amount * part.price.si
    yearly, low, high = kept.tolist()
    yield Item("upkeep", "running", "of each price its own part", 0.0, yearly, low, high, "assumed")
    yield paid("tax and insurance", "running", f"{economics.finance.tax.value} a year", taxed, economics.finance.tax)


def _three(number: Number) -> Floats:
    """Give a number as it is, and the ends of its range."""
    return np.array([number.si, *number.ends])


def running(economics: Economics, stands: Stands, water: float, blowdown: float) -> Iterator[Item]:
    """
    Give what a year takes besides energy and upkeep.

    Parameters
    ----------
    economics : Economics
        Unit costs.
    stands : Stands
        What is there.
    water, blowdown : [m^3]
        Made up, and let into the sewer.

    Yields
    ------
    Item
        Staff, water.
    """
    use = economics.operation
    yield paid("staff", "running", f"{_megawatts(stands.it_power)} at {use.staff.value}", stands.it_power, use.staff)
    if water > 0.0:
        yield paid("water", "running", f"{water:,.0f} m^3 at {use.water.value}", water, use.water)
        yield paid("sewage", "running", f"{blowdown:,.0f} m^3 at {use.sewage.value}", blowdown, use.sewage)


def bought(name: str, told: str, amount: float, price: Number, life: Number, interest: float) -> Item:
    """
    Give the payments of a year for something bought.

    Parameters
    ----------
    name, told
        As of `Item`.
    amount
        Of units, in the unit of the price.
    price, life
        Of a unit.
    interest : [1]
        Of a year.

    Returns
    -------
    Item
        Of capital.
    """
    yearly, (low, high) = annuity(interest, life.si) * amount, price.ends
    once, told = amount * price.si, f"{told}, {life.value}"
    return Item(name, "capital", told, once, yearly * price.si, yearly * low, yearly * high, price.basis)


def paid(name: str, group: str, told: str, amount: float, price: Number) -> Item:
    """
    Give what is paid for an amount.

    Parameters
    ----------
    name, group, told
        As of `Item`.
    amount
        In the unit of the price.
    price
        Of a unit.

    Returns
    -------
    Item
        With the ends of the price's range.
    """
    low, high = price.ends
    return Item(name, group, told, 0.0, amount * price.si, amount * low, amount * high, price.basis)


class Embodied(NamedTuple):
    """
    Carbon dioxide that making something gave off.

    Attributes
    ----------
    name, amount, basis : text
        Of it.
    once, low, high : [kg]
        All of it, and at the ends of its range.
    yearly : [kg]
        Spread over its life.
    """

    name: str
    amount: str
    once: float
    low: float
    high: float
    yearly: float
    basis: str


def embodied(economics: Economics, stands: Stands) -> Iterator[Embodied]:
    """
    Give what was given off in making what stands.

    Parameters
    ----------
    economics : Economics
        Carbon of units, and their lives.
    stands : Stands
        What is there.

    Yields
    ------
    Embodied
        Of hardware, building, plant, connection.
    """
    life = economics.hardware_terms.life
    for chip, count in stands.accelerators.items():
        listed = economics.hardware.get(chip, economics.hardware.get(UNLISTED))
        if listed is not None and count > 0.0:
            told = f"{count:,.0f} chips of {listed.embodied.value}"
            yield _made(f"{stands.titles[chip]}, hosts", told, count, listed.embodied, life)
    parts: Sequence[tuple[str, Built, float]] = (
        ("building", economics.building, stands.it_power),
        ("plant", economics.plant, stands.it_power),
        ("connection", economics.connection, stands.connection),
    )
    for name, part, amount in parts:
        yield _made(name, f"{_megawatts(amount)} of {part.embodied.value}", amount, part.embodied, part.life)


def _made(name: str, told: str, amount: float, each: Number, life: Number) -> Embodied:
    low, high = each.ends
    once = amount * each.si
    return Embodied(name, f"{told}, {life.value}", once, amount * low, amount * high, once / life.si, each.basis)
