"""The model of a site's connection: what it is rated for, the grid behind it, and where it stands in a host network."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StrictInt, StrictStr, model_validator

from facilities.quantity import (
    ApparentPower,
    CarbonIntensity,
    Count,
    Efficiency,
    Frequency,
    Model,
    PositiveCount,
    PositiveFactor,
    Share,
    SitePower,
    Text,
    Voltage,
)

WHOLE = 1e-9
"""By how much shares may miss the whole [1]: rounding."""


class HostPoint(Model):
    """A bus of the host network at which the site connects."""

    bus: StrictInt | Annotated[StrictStr, Field(min_length=1)]
    """Its number, or its name, in the network."""
    share: Share | None = None
    """Of the site's load; all points share equally where none says its own."""
    source: Text
    """Why this bus stands for a substation of the site."""


class HostNetwork(Model):
    """The transmission network around the site."""

    network: Text
    """A host grid of the project by name, or a file of one's own: pandapower JSON, MATPOWER, PSS/E, CGMES."""
    points: Annotated[tuple[HostPoint, ...], Field(min_length=1)]
    additions: tuple[Text, ...] = ()
    """Planned reinforcements that are taken as built, by name."""

    @model_validator(mode="after")
    def _shares_fit(self) -> HostNetwork:
        named = [point.bus for point in self.points]
        if len(set(named)) < len(named):
            message = f"points must name different buses; got {named}"
            raise ValueError(message)
        shares = [point.share.si for point in self.points if point.share is not None]
        if shares and (len(shares) < len(self.points) or abs(sum(shares) - 1.0) > WHOLE):
            message = f"shares of points must be given for all or none, and sum to 1; got {shares}"
            raise ValueError(message)
        return self


class GridConnection(Model):
    """The point of connection and the host grid."""

    rating: SitePower
    voltage: Voltage
    campus_voltage: Voltage
    frequency: Frequency
    points: PositiveCount
    power_factor: Efficiency
    short_circuit_power: ApparentPower
    reactance_ratio: PositiveFactor
    source_voltage: PositiveFactor
    voltage_low: PositiveFactor
    voltage_high: PositiveFactor
    transformer: Text
    spare_transformers: Count
    """At each point, in service beside those that the rating needs."""
    carbon_intensity: CarbonIntensity | None = None
    """Of the energy taken from the grid, a year's mean."""
    tariff: Text | None = None
    """What its energy costs, by a name in facilities/economics.toml or in the file of `twin year --costs`."""
    contract: SitePower | None = None
    """Demand that is contracted with the utility; the rating without it."""
    interconnection: Text | None = None
    """Name of the system that shares its frequency, such as eastern, western or ercot; none where it has no model."""
    host: HostNetwork | None = None
    """Without it the grid is the equivalent of the short-circuit power alone, which is illustrative."""

    @model_validator(mode="after")
    def _points_agree(self) -> GridConnection:
        if self.host is not None and len(self.host.points) != self.points.count:
            message = (
                f"host.points names {len(self.host.points)} buses for {self.points.count} points of connection; name "
                "one for each"
            )
            raise ValueError(message)
        return self
