"""What a year's cost is for a megawatt, an hour of an accelerator, a training run, a million tokens."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from facilities.computing import performance
from facilities.economics import Economics
from scenarios.yearstudy.money import Stands
from twin.metrics import JOULES_A_KWH

if TYPE_CHECKING:
    from scenarios.yearstudy.study import Found

HOURS = 8760.0
MILLION = 1e6
SERVING = "traces.inference."
"""Of the parameters of a load that serves."""


class Worth(NamedTuple):
    """
    A cost, or a mass, for a unit of something.

    Attributes
    ----------
    figure, label : text
        Its name in metrics.json, and on the page.
    value
        In `unit`.
    unit : text
        Of it.
    working : text
        How it comes about.
    """

    figure: str
    label: str
    value: float
    unit: str
    working: str


class Year(NamedTuple):
    """
    What a year came to.

    Attributes
    ----------
    found : Found
        The year.
    cost, once : [USD]
        Of the year; and investment.
    carbon : [kg]
        Emitted in it; none where the grid's is not known.
    economics : Economics
        For the training run.
    """

    found: Found
    cost: float
    once: float
    carbon: float | None
    economics: Economics


def of(year: Year, stands: Stands) -> Iterator[Worth]:
    """
    Give what the year's cost is for a unit of what a site gives.

    Parameters
    ----------
    year : Year
        What it came to.
    stands : Stands
        What is there.

    Yields
    ------
    Worth
        Those for which the site has what they are counted by.
    """
    megawatts = stands.it_power / MILLION
    working = f"{megawatts:,.1f} MW at rack inlets, as built for"
    yield Worth("cost_capital_it_mw", "Investment per MW of IT", year.once / megawatts, "USD/MW", working)
    yield Worth("cost_it_mw_year", "Year per MW of IT", year.cost / megawatts, "USD/MW", working)
    energy = year.found.figures["it_energy"]["value"] / JOULES_A_KWH
    working = f"{energy / MILLION:,.0f} GWh at rack inlets"
    yield Worth("cost_it_kwh", "Year per kWh of IT", year.cost / energy, "USD/kWh", working)
    chips = sum(stands.accelerators.values())
    if chips > 0.0:
        yield from _by_chip(year, chips)


def _by_chip(year: Year, chips: float) -> Iterator[Worth]:
    hour = year.cost / (chips * HOURS)
    rated = performance(year.found.stretches[-1].facility)
    working = f"{chips:,.0f} chips, every hour of the year, busy or not"  # of servers alone they are processors
    yield Worth("cost_accelerator_hour", "Hour of a chip", hour, "USD/h", working)
    terms = year.economics.training
    if rated.bf16.operations > 0.0 and rated.bf16.accelerators == rated.accelerators:
        each = rated.bf16.operations / rated.bf16.accelerators
        hours = terms.operations.si / (terms.utilisation.si * each) / 3600.0
        working = (
            f"{terms.operations.value} FLOP at {terms.utilisation.value} of {each / 1e12:,.0f} TFLOP/s (dense bf16): "
            f"{hours / MILLION:,.2f} million chip-hours"
        )
        yield Worth("cost_training_run", "Training run (405e9 parameters)", hours * hour, "USD", working)
        if year.carbon is not None:
            mass = year.carbon * hours / (chips * HOURS)
            yield Worth("carbon_training_run", "The same, carbon dioxide", mass, "kg", "its part of the year's")
    if rated.bf16.operations > 0.0:  # services on processors serve no language model
        yield from _tokens(year, hour)


def _tokens(year: Year, hour: float) -> Iterator[Worth]:
    """Give the cost of tokens that the scenario's service gives out, at the requests that it is asked."""
    parameters = year.found.stretches[-1].load.parameters
    wanted = ("request_rate", "accelerators", "output_median", "output_spread")
    if not all(f"{SERVING}{name}" in parameters for name in wanted):
        return
    rate, accelerators, median, spread = (parameters[f"{SERVING}{name}"].value for name in wanted)
    answer = median * float(np.exp(0.5 * spread**2))
    working = (
        f"{rate:g} requests a second on {accelerators:g} accelerators, each answered by {answer:,.0f} tokens in the "
        "mean, as the scenario asks; fuller replicas are cheaper"
    )
    cost = hour * accelerators / (rate * answer * 3600.0) * MILLION
    yield Worth("cost_million_tokens", "Million tokens given out", cost, "USD", working)
