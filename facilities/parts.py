"""Parts that sites are made of: the models of the catalog's entries."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field, StrictBool, model_validator

from facilities.chillers import Chiller
from facilities.coolants import Coolant
from facilities.orders import Order, Ordered
from facilities.quantity import (
    ApparentPower,
    Bandwidth,
    ChipPower,
    Cycles,
    Difference,
    Efficiency,
    EfficiencyPoint,
    Factor,
    FlopRate,
    Fouling,
    Gain,
    GpuCount,
    HeatCapacity,
    Leakage,
    MassFlow,
    Memory,
    Model,
    PartPower,
    PositiveCount,
    PositiveFactor,
    Pressure,
    RackPower,
    Rangeability,
    Ratio,
    Resistance,
    Share,
    SpecificFlow,
    Temperature,
    Text,
    Time,
    UnitPower,
    Voltage,
    Volume,
)
from facilities.supplies import Battery, Generator
from twin.cooling.air_side import coil_conductance

MOST_DOOR = 1e6
"""Conductance [W/K] that no door has; beyond it its rating point is no point."""


class Accelerator(Ordered):
    """One accelerator package, with the cold plate or heat sink that comes with it."""

    title: Text
    idle_power: ChipPower
    """Without a job."""
    loaded_power: ChipPower
    """A job is resident, but waits."""
    max_power: ChipPower
    dense_bf16: FlopRate | None = None
    """Rated floating-point operations of dense matrices in bfloat16; none where no source gives it."""
    dense_fp8: FlopRate | None = None
    """The same in 8-bit floating point."""
    memory: Memory | None = None
    """High-bandwidth memory of the package."""
    memory_bandwidth: Bandwidth | None = None
    """At which it is read."""
    leakage: Leakage
    leakage_reference: Temperature
    """Chip temperature at which the powers above hold."""
    throttle_temperature: Temperature
    shutdown_temperature: Temperature
    throttle_gain: Gain
    chip_resistance: Resistance
    """Chip to cold plate or heat sink."""
    film_resistance: Resistance
    """Cold plate to coolant, or heat sink to air, at nominal flow."""
    film_exponent: Factor
    chip_capacity: HeatCapacity
    plate_capacity: HeatCapacity
    branch_flow: Share
    """Flow past the worst chip over the mean: branches of coolant, or fans, are not fed alike."""
    chip_spread: Ratio
    """Resistance of the worst chip to its plate or sink, over the mean, less one."""

    def orders(self) -> Iterator[Order]:
        """Give powers and temperatures, by rising load and heat."""
        yield Order("power", {"idle": self.idle_power, "loaded": self.loaded_power, "max": self.max_power})
        yield Order("temperature", {"throttle": self.throttle_temperature, "shutdown": self.shutdown_temperature})


class Auxiliary(Ordered):
    """Power that is neither accelerator nor host."""

    power: PartPower
    """At full load; at every load where none is given for rest."""
    idle_power: PartPower | None = None
    """At rest; in between it follows the load as the hosts do."""
    joins: Text
    """Conversion stage whose output it is drawn from."""

    def orders(self) -> Iterator[Order]:
        """Give power at rest and at full load."""
        if self.idle_power is not None:
            yield Order("power", {"idle": self.idle_power, "full": self.power})

    @property
    def rest(self) -> float:
        """Power at rest [W]."""
        return (self.power if self.idle_power is None else self.idle_power).si


class Node(Model):
    """A server or compute tray."""

    title: Text
    accelerator: Text
    accelerators: GpuCount
    host_idle_power: PartPower
    """All host processors of the node."""
    host_max_power: PartPower
    rated_power: PartPower
    idle_power: PartPower | None = None
    """At rest, as published; the power of a run follows from the parts."""
    auxiliaries: dict[Text, Auxiliary] = Field(default_factory=dict)


class RackStage(Model):
    """One conversion stage inside a rack."""

    name: Text
    converter: Text
    units: PositiveCount
    """In a rack, sharing the load."""


class Liquid(Model):
    """How a rack's coolant takes its part of the heat."""

    coolant: Text
    fraction: Ratio
    """Part of the rack's heat that the coolant takes."""
    flow: SpecificFlow
    """Nominal flow for the rated heat of the coolant."""
    volume: Volume
    """Coolant inside the rack."""


class Air(Model):
    """How air takes the rest of a rack's heat."""

    rise: Difference
    """Of the air through the rack, at rated power."""
    capacity: HeatCapacity
    """Of what the air cools."""


class Door(Ordered):
    """A rear door with a coil, at a rating point with the rack's own air and its valve open."""

    heat: RackPower
    air_temperature: Temperature
    """Air that leaves the rack's nodes."""
    water_temperature: Temperature
    """Water that enters the door."""

    def orders(self) -> Iterator[Order]:
        """Give its water and its air."""
        yield Order("temperature", {"water": self.water_temperature, "air": self.air_temperature})

    @model_validator(mode="after")
    def _unlike(self) -> Door:
        if self.conductance > MOST_DOOR:
            message = f"air and water are as warm as each other: {self.air_temperature.value!r}"
            raise ValueError(message)
        return self

    @property
    def conductance(self) -> float:
        """Heat for each kelvin between that air and that water [W/K]."""
        return self.heat.si / max(self.air_temperature.si - self.water_temperature.si, 1e-9)


class Rack(Model):
    """A rack: its nodes, what else draws power, its conversion stages, its cooling."""

    title: Text
    rated_power: RackPower
    """Nameplate at the rack inlet."""
    node: Text | None = None
    nodes: PositiveCount | None = None
    auxiliaries: dict[Text, Auxiliary] = Field(default_factory=dict)
    stages: Annotated[tuple[RackStage, ...], Field(min_length=1)]
    """From the chips towards the rack inlet."""
    liquid: Liquid | None = None
    air: Air
    door: Door | None = None

    @model_validator(mode="after")
    def _parts_fit(self) -> Rack:
        if (self.node is None) != (self.nodes is None):
            message = "name a node and how many stand in the rack, or neither"
            raise ValueError(message)
        names = [stage.name for stage in self.stages]
        if len(set(names)) < len(names):
            message = f"give each stage a name of its own; got {', '.join(names)}"
            raise ValueError(message)
        return self


Cooled = Literal["natural", "forced", "immersed"]
"""What cools a converter: air by itself, air of fans, or a liquid whose tank stands in the air."""


class Linear(Model):
    """A converter that takes (output + constant loss) / efficiency."""

    title: Text
    law: Literal["linear"]
    rating: UnitPower
    cooled: Cooled | None = None
    """By what; above 1,000 m its rating then falls."""
    efficiency: Efficiency
    constant_loss: PartPower


class Points(Model):
    """A converter with published efficiencies."""

    title: Text
    law: Literal["points"]
    rating: UnitPower
    cooled: Cooled | None = None
    no_load_loss: Ratio
    """Over the rating."""
    points: Annotated[tuple[EfficiencyPoint, ...], Field(min_length=1)]
    """By rising load."""

    @model_validator(mode="after")
    def _loads_rise(self) -> Points:
        loads = [point.load_fraction for point in self.points]
        if any(second <= first for first, second in pairwise(loads)):
            message = f"give the points by rising load; got {', '.join(point.load for point in self.points)}"
            raise ValueError(message)
        return self


class Conductor(Model):
    """A busbar, busway or cable: loss goes with the square of the load."""

    title: Text
    law: Literal["conductor"]
    rating: UnitPower
    loss: Ratio
    """At rating, over the rating."""


class Transformer(Model):
    """A transformer."""

    title: Text
    law: Literal["transformer"]
    rating: ApparentPower
    cooled: Cooled | None = None
    no_load_loss: UnitPower
    load_loss: UnitPower
    """At rating, without the no-load loss."""
    impedance: Share
    reactance_ratio: PositiveFactor


Converter = Annotated[Linear | Points | Conductor | Transformer, Field(discriminator="law")]


class CoolantUnit(Model):
    """A coolant distribution unit (CDU)."""

    title: Text
    coolant: Text
    rated_heat: UnitPower
    design_rise: Difference
    """Of the facility water at rated heat, valve open."""
    approach: Difference
    """Coolant supply less facility water supply, at rated heat with equal heat capacity rates."""
    pump_power: PartPower
    supply_volume: Volume
    return_volume: Volume
    pump_fixed_head: Ratio
    """Part of the pumps' head that does not change with flow: a pressure difference that they hold at the racks."""
    fouling: Fouling
    """Resistance of the deposits in the exchanger."""
    valve_rangeability: Rangeability
    """Of the equal-percentage valve in the facility water."""
    valve_authority: Share
    """Pressure difference over the open valve over that of its whole branch."""
    valve_gain: Gain
    valve_integral_time: Time
    valve_stroke_time: Time


class Sidecar(Model):
    """A coolant distribution unit that gives its heat to the hall's air; rated at full fan speed."""

    title: Text
    coolant: Text
    rated_heat: UnitPower
    initial_difference: Difference
    """Coolant that comes back less air that is drawn, at rated heat."""
    coolant_fall: Difference
    """Of the coolant through the coil at rated heat."""
    air_rise: Difference
    """Of the air through the coil at rated heat."""
    fan_power: PartPower
    pump_power: PartPower
    pump_fixed_head: Ratio
    """As in `CoolantUnit`."""
    supply_volume: Volume
    return_volume: Volume
    fan_gain: Gain
    """Of the controller that holds the coolant's supply by the fans' speed."""
    fan_integral_time: Time
    fan_ramp_time: Time
    """From rest to full speed."""

    @model_validator(mode="after")
    def _can_be(self) -> Sidecar:
        coil_conductance(*self.rating)
        return self

    @property
    def rating(self) -> tuple[float, float, float, float]:
        """Initial difference [K], air and coolant [W/K], and heat [W] of the rating point."""
        heat = self.rated_heat.si
        return self.initial_difference.si, heat / self.air_rise.si, heat / self.coolant_fall.si, heat


class WettedPads(Model):
    """Adiabatic pre-cooling of a dry cooler's air."""

    saturation: Share
    set_point: Temperature
    """Dry bulb at which water starts."""
    band: Difference
    """Fall below it at which water stops."""
    cycles_of_concentration: Cycles


class DryCooler(Model):
    """A dry cooler at its rating point, fans at full speed."""

    title: Text
    law: Literal["dry"]
    heat: UnitPower
    dry_bulb: Temperature
    water_inlet: Temperature
    water_outlet: Temperature
    air_flow: MassFlow
    fan_power: UnitPower
    pads: WettedPads | None = None


class Tower(Model):
    """A cooling tower at its design point, fan at full speed."""

    title: Text
    law: Literal["tower"]
    heat: UnitPower
    wet_bulb: Temperature
    water_inlet: Temperature
    water_outlet: Temperature
    air_flow: MassFlow
    fan_power: UnitPower
    cycles_of_concentration: Cycles
    drift_fraction: Ratio
    curve: Literal["merkel", "york_calc", "cool_tools"] = "merkel"
    """Merkel's law, or one of the published curves."""
    basin: Volume | None = None
    """Usable water under it; none where none is given."""


Cooler = Annotated[DryCooler | Tower, Field(discriminator="law")]


class FanCoil(Model):
    """Fan coils that cool a hall's air."""

    title: Text
    fan_share: Ratio
    """Fan power at full speed over the hall's air heat at rated power."""
    least_speed: Share | None = None
    """Over full speed; all of it for fans without drives. None where the racks' air is the limit."""


class Pump(Model):
    """Circulating pumps."""

    title: Text
    head: Pressure
    efficiency: Share
    """From electricity to water."""


class Catalog(Model):
    """All parts, by kind and name."""

    accelerators: dict[Text, Accelerator] = Field(default_factory=dict)
    nodes: dict[Text, Node] = Field(default_factory=dict)
    racks: dict[Text, Rack] = Field(default_factory=dict)
    coolants: dict[Text, Coolant] = Field(default_factory=dict)
    converters: dict[Text, Converter] = Field(default_factory=dict)
    cdus: dict[Text, CoolantUnit] = Field(default_factory=dict)
    sidecars: dict[Text, Sidecar] = Field(default_factory=dict)
    coolers: dict[Text, Cooler] = Field(default_factory=dict)
    chillers: dict[Text, Chiller] = Field(default_factory=dict)
    fan_coils: dict[Text, FanCoil] = Field(default_factory=dict)
    pumps: dict[Text, Pump] = Field(default_factory=dict)
    generators: dict[Text, Generator] = Field(default_factory=dict)
    batteries: dict[Text, Battery] = Field(default_factory=dict)


Redundancy = Literal["N", "N+1", "2N", "3N/2", "4N/3", "block"]
"""
Every unit needed; one more than needed; two of everything, each for all of the load; three units, or four, that carry
the load of two, or three, each rack on two of them; or five units and a sixth that takes over for any of them.
"""


class PathStage(Model):
    """One conversion stage between the point of connection and the racks."""

    name: Text
    converter: Text
    heats_hall: StrictBool
    design_loading: Share
    """Load of each unit over its rating at the rated power of what it feeds; sets their number."""
    voltage: Voltage | None = None
    """Nominal, of what it gives; for drawings."""
    redundancy: Redundancy = "N"
    """What of the stage may fail; how much of it may be used follows, and how many feeds a rack has."""
