"""Outdoor air in halls: air-side economisers, and the pads that cool what they let in."""

from __future__ import annotations

from collections.abc import Iterator

from facilities.orders import Order, Ordered
from facilities.quantity import Model, PositiveCount, Ratio, Share, Temperature


class IntakePads(Model):
    """Wetted pads that outdoor air passes on its way into a hall; as many stages are wetted as hold the set point."""

    saturation: Share
    """Of all stages: the part of the way to the wet bulb."""
    set_point: Temperature
    stages: PositiveCount | None = None
    """Stages that are wet or dry as a whole: then the air may get colder than the set point."""


class OutdoorAir(Ordered):
    """An air-side economiser: dampers let outdoor air in while it is cold and neither too dry nor too moist."""

    part: Ratio
    """Outdoor air at most over the air that the racks need."""
    fan_share: Ratio
    """Power of its fans at full speed over the hall's air heat at rated power."""
    lowest_dew_point: Temperature
    """Of the outdoor air, ahead of the pads; so is the highest."""
    highest_dew_point: Temperature
    pads: IntakePads | None = None

    def orders(self) -> Iterator[Order]:
        """Give the dew points between which air is let in."""
        yield Order("dew point", {"lowest": self.lowest_dew_point, "highest": self.highest_dew_point})
