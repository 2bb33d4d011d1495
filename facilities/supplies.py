"""Kinds of generation and storage: ratings that a site's supply may refer to. A planning year uses them, no replay."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from pydantic import model_validator

from facilities.orders import Order, Ordered
from facilities.quantity import (
    Efficiency,
    Energy,
    FuelRate,
    Model,
    Ratio,
    ResponseTime,
    Share,
    SitePower,
    Text,
    Time,
)

USUAL = {
    "gas_turbine": "gas_turbine_22mw",
    "gas_engine": "gas_engine_2500kw",
    "combined_cycle": "combined_cycle_750mw",
    "diesel": "diesel_2750kw",
}
"""Sets of the catalog by kind, where a site's supply names none."""


class Generator(Ordered):
    """A set or a turbine, one unit."""

    title: Text
    kind: Literal["combined_cycle", "diesel", "fuel_cell", "gas_engine", "gas_turbine"]
    rating: SitePower
    start_time: Time
    """From rest until it takes load."""
    full_load_time: Time
    """From rest until it carries its rating."""
    fuel_rate: FuelRate | None = None
    """Volume of a liquid fuel for each unit of electricity, at rating."""
    efficiency: Share | None = None
    """Electricity over the lower heating value of the fuel, at rating; where the fuel is a gas."""
    least_load: Ratio
    """Over the rating, for as long as one likes."""

    def orders(self) -> Iterator[Order]:
        """Give the times of a start."""
        yield Order("time", {"start": self.start_time, "full_load": self.full_load_time})

    @model_validator(mode="after")
    def _can_be(self) -> Generator:
        if (self.fuel_rate is None) == (self.efficiency is None):
            message = "give fuel_rate of a liquid fuel, or efficiency of a gas; got both or neither"
            raise ValueError(message)
        return self


class Battery(Model):
    """Storage of electricity, one unit."""

    title: Text
    kind: Literal["grid", "rack", "ups"]
    """On the site's network, in a rack behind its supplies, or behind a UPS."""
    rating: SitePower
    energy: Energy
    """That it gives at rating."""
    response_time: ResponseTime
    """From a call until it gives its rating."""
    round_trip: Efficiency
    """Electricity out over electricity in."""

    @property
    def duration(self) -> float:
        """Time for which it gives its rating [s]."""
        return self.energy.si / self.rating.si
