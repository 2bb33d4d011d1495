"""Money: what a connection's energy costs under a tariff, and what a plant costs a year."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from twin.site import Floats

Months = npt.NDArray[np.intp]
"""Billing period of each interval, counted from 0."""


class Tariff(NamedTuple):
    """
    What a utility asks for energy and for the connection.

    Attributes
    ----------
    energy : (interval,) [USD/J]
        Price of energy taken in each interval: flat, by time of use, or a market's.
    demand : [USD/W]
        For a billing period, of its billed demand.
    contract : [W]
        Demand that the customer contracted for; of each billing period where it grows.
    minimum_take : [1]
        Part of the contract that is billed even where less is drawn.
    ratchet : [1]
        Part of the highest demand of the periods before that is billed even where less is drawn.
    fixed : [USD]
        For a billing period, whatever is drawn.
    """

    energy: Floats
    demand: float
    contract: float | Floats
    minimum_take: float
    ratchet: float
    fixed: float


class Bill(NamedTuple):
    """
    What is paid, billing period by billing period.

    Attributes
    ----------
    peak, billed_demand : (period,) [W]
        Highest demand that was drawn, and that is paid for.
    energy, demand, fixed : (period,) [USD]
        Parts of the bill.
    """

    peak: Floats
    billed_demand: Floats
    energy: Floats
    demand: Floats
    fixed: Floats

    @property
    def total(self) -> float:
        """All parts over all periods [USD]."""
        return float(self.energy.sum() + self.demand.sum() + self.fixed.sum())


def bill(power: Floats, step: float, period: Months, tariff: Tariff) -> Bill:
    """
    Bill what a connection draws.

    Parameters
    ----------
    power : (interval,) [W]
        Mean of each interval. A tariff's demand is a mean of 15 or 30 min: intervals longer than that understate it.
    step : [s]
        Length of an interval.
    period : (interval,)
        Billing period of each, from 0, each at least once.
    tariff : Tariff
        What is asked.

    Returns
    -------
    Bill
        By billing period.
    """
    periods = int(period.max()) + 1
    peak: Floats = np.zeros(periods)
    np.maximum.at(peak, period, power)
    billed = billed_demand(peak, tariff)
    energy: Floats = np.bincount(period, power * tariff.energy, periods).astype(np.float64) * step
    return Bill(peak, billed, energy, billed * tariff.demand, np.full(periods, tariff.fixed))


def billed_demand(peak: Floats, tariff: Tariff) -> Floats:
    r"""
    Give the demand that is paid for.

    Parameters
    ----------
    peak : (period,) [W]
        Highest demand of each billing period.
    tariff : Tariff
        Contract, minimum take and ratchet.

    Returns
    -------
    (period,) [W]
        No less than was drawn.

    Notes
    -----
    With the highest demand :math:`P_m` of period :math:`m`, the contract :math:`C` and its billed part :math:`c`, and
    the ratchet :math:`r`, the billed demand is :math:`\max(P_m,\; c\,C,\; r \max_{k<m} P_k)`. Utilities call :math:`c`
    a minimum demand charge: AEP Ohio's for data centres is 85 % of the contract [1]_.

    References
    ----------
    .. [1] Public Utilities Commission of Ohio, order of 9 July 2025 in case 24-0508-EL-ATA (through publicpower.org)
    """
    before = np.concatenate(([0.0], np.maximum.accumulate(peak)[:-1]))
    return np.maximum(np.maximum(peak, tariff.minimum_take * tariff.contract), tariff.ratchet * before)


def annuity(rate: float, years: float) -> float:
    r"""
    Spread an investment over the years of its life in equal payments.

    Parameters
    ----------
    rate : [1]
        Interest of a year; 0 spreads the bare sum.
    years : [1]
        Life, above 0.

    Returns
    -------
    [1]
        Of the investment, to be paid each year.

    Notes
    -----
    The capital recovery factor :math:`i (1+i)^n / ((1+i)^n - 1)` [1]_.

    References
    ----------
    .. [1] W. Short, D. Packey, T. Holt, NREL/TP-462-5173, 1995, equation 2-7
    """
    if rate == 0.0:
        return 1.0 / years
    return float(rate / -np.expm1(-years * np.log1p(rate)))
