"""The model of a facility file: what is built, and who says so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field, StrictInt, StrictStr, model_validator

from facilities.air_intake import OutdoorAir
from facilities.connection import GridConnection
from facilities.orders import Order, Ordered, raised
from facilities.parts import Catalog, PathStage
from facilities.phases import Phase, Supply, check_phases
from facilities.quantity import (
    AirPart,
    CellCount,
    Cycles,
    Difference,
    Factor,
    HeatCapacity,
    Latitude,
    Length,
    Longitude,
    Margin,
    Model,
    MonthlyDifference,
    MonthlyTemperature,
    Number,
    PositiveCount,
    PositiveFactor,
    Pressure,
    Provenance,
    RackCount,
    Ramp,
    Ratio,
    Share,
    SitePower,
    Temperature,
    Text,
    Time,
    TimeZone,
    UnitPower,
    numbers,
)

FULL_PLANT = 1.0
"""
Rise [control band] of a loop's supply above its set point with the whole plant at work: chillers hold it a band above
what coolers alone are asked for.
"""

LEAST_RESET_SPAN = 1.0
"""Least difference [K] of the two outdoor temperatures of a reset."""

LEAST_COIL_DIFFERENCE = 1.0
"""Least difference [K] of hall air and the coils' water for which coils are sized."""


class Location(Model):
    """Where the site stands."""

    latitude: Latitude
    longitude: Longitude
    pressure: Pressure
    """Mean air pressure."""
    time_zone: TimeZone
    """Local standard time less UTC."""


class Climate(Ordered):
    """Weather of a normal year, and the day for which the plant is sized."""

    station: Text
    dry_bulb: MonthlyTemperature
    daily_range: MonthlyDifference
    """Warmest less coldest hour of a day."""
    dew_point: MonthlyTemperature
    design_dry_bulb: Temperature
    design_wet_bulb: Temperature
    coincident_wet_bulb: Temperature | None = None
    """In the hours of the design dry bulb."""
    coincident_dry_bulb: Temperature | None = None
    """In the hours of the design wet bulb."""
    design_cold: Temperature | None = None
    """Dry bulb of a cold design day."""
    annual_highest: Temperature | None = None
    """Mean of the highest dry bulbs of single years."""
    annual_highest_spread: Difference | None = None
    """Standard deviation of the highest dry bulbs of single years."""
    annual_highest_wet_bulb: Temperature | None = None
    annual_highest_wet_bulb_spread: Difference | None = None
    annual_lowest: Temperature | None = None
    annual_lowest_spread: Difference | None = None
    day_to_day: MonthlyDifference | None = None
    """Standard deviation of the daily means of a month."""

    def orders(self) -> Iterator[Order]:
        """Give wet and dry bulb of each design day."""
        for wet, dry in (
            (self.coincident_wet_bulb, self.design_dry_bulb),
            (self.design_wet_bulb, self.coincident_dry_bulb),
        ):
            if wet is not None and dry is not None:
                yield Order("temperature", {"wet_bulb": wet, "dry_bulb": dry})
        if (highest := self.annual_highest_wet_bulb) is not None:
            wet_bulbs = {"design_wet_bulb": self.design_wet_bulb, "annual_highest_wet_bulb": highest}
            yield Order("temperature", wet_bulbs)

    @model_validator(mode="after")
    def _dew_below_dry(self) -> Climate:
        for month, (dew, dry_mean) in enumerate(zip(self.dew_point.si, self.dry_bulb.si, strict=True), start=1):
            if dew > dry_mean:
                message = f"dew_point of month {month} is above its dry_bulb, which no air is; correct one of them"
                raise ValueError(message)
        return self


class Design(Model):
    """Published figures from which the number of racks follows."""

    facility_power: SitePower
    peak_ratio: PositiveFactor
    """Facility over IT power for which the connection is sized; no PUE."""
    service_share: Ratio
    """Network, storage and management over the nameplate of the racks with accelerators."""


class Plan(Model):
    """Where buildings, halls and racks stand on the ground."""

    halls_per_building: PositiveCount
    """Side by side."""
    buildings_per_line: PositiveCount
    places_per_row: PositiveCount
    """Racks and CDUs of a row."""
    place_width: Length
    """Along the row."""
    row_pitch: Length
    """From row to row: a rack's depth, and half of a cold and of a hot aisle on either side."""
    hall_margin: Length
    """From the outermost places to the hall's walls: aisles, fan walls, gangways."""
    building_gap: Length
    """Between buildings: roads, coolers, transformers."""


class Arrangement(Model):
    """How racks stand in halls and around CDUs."""

    halls: PositiveCount
    standing: PositiveCount | None = None
    """The first of the halls, which alone stand; all of them without it."""
    racks_per_cdu: PositiveCount
    """Places for racks of the first kind around one CDU."""
    empty_places: tuple[StrictInt, ...] = ()
    """Places without a rack, numbered through the site from one."""
    plan: Plan | None = None
    """Without it a site has no drawing."""


class RackKind(Model):
    """Racks of one class."""

    rack: Text
    """Name in the catalog."""
    count: RackCount


class Tank(Model):
    """A stratified buffer tank between plant and supply pipe."""

    time: Time
    """Of the loop's flow at rated power that it holds."""
    cells: CellCount
    """Layers that its water is divided into."""


class CondenserWater(Model):
    """Condenser water between towers and a loop's economiser and chillers."""

    pump: Text
    residence_time: Time
    """Of the water on either side of the towers, at its flow."""
    economiser_approach: Difference | None = None
    """Facility less condenser water at the heat of the loop at rated power, equal streams; none without economiser."""
    tower_approach: Difference
    """Cold water above the wet bulb that towers are asked for while chillers carry the heat alone."""
    least_temperature: Temperature
    """Coldest water that is asked for, and that enters the chillers' condensers."""


class VariableFlow(Model):
    """Circulating pumps that follow the flow that valves ask for."""

    least_flow: Share
    """Over that at rated power."""
    static_head: Ratio
    """Part of the pumps' head that does not fall with the flow: the difference that they hold at the valves."""


class HeatReuse(Model):
    """Heat pumps that give heat of the water return to a buyer."""

    heat: UnitPower
    """Most heat delivered, of all halls together."""
    temperature: Temperature
    """Of the water delivered."""
    carnot_fraction: Share
    condenser_approach: Difference
    """Condensing temperature less water delivered."""
    evaporator_approach: Difference
    """Water return less evaporating temperature."""


class SetPointReset(Ordered):
    """A set point that rises in cool weather, in a straight line between two outdoor temperatures."""

    rise: Difference
    """At and below `low`."""
    low: Temperature
    high: Temperature
    """At and above which the supply temperature holds; wet bulb for towers, dry bulb for dry coolers."""

    def orders(self) -> Iterator[Order]:
        """Give its ends, and their span."""
        ends = {"low": self.low, "high": self.high}
        span = f"high must be {LEAST_RESET_SPAN:g} K above low at least; got {self.low.value} to {self.high.value}"
        yield Order("temperature", ends)
        yield Order("temperature", ends, gap=LEAST_RESET_SPAN, refusal=span)


class Staging(Model):
    """How chillers start and stop; without it they follow their load at once."""

    unit_heat: UnitPower | None = None
    """Rated heat of one; a chiller with a published fit has its own, others are one unit where none is given."""
    restart_time: Time
    """From the end of a trip until they take heat again."""
    ramp: Ramp
    """Fastest rise of their heat over the capacity in service."""
    least_run_time: Time
    least_off_time: Time
    stop_delay_time: Time
    """For which one less has to have carried the heat before one stops."""


class WaterLoop(Ordered):
    """Facility water of a hall, and the plant that cools it."""

    cooler: Text
    chiller: Text
    pump: Text
    coolant: Text
    supply_temperature: Temperature
    supply_alarm: Temperature
    control_band: Difference
    residence_time: Time
    """Of the water on each side, at its flow."""
    cooler_margin: PositiveFactor
    """Rated heat of the coolers over the heat of the loop at rated power."""
    chiller_share: Factor
    """Capacity of the chillers over the heat of the loop at rated power."""
    economy: Difference
    """Least difference of water return and outdoors for which coolers run where chillers can carry the heat."""
    hysteresis: Difference
    """Difference above it at which they start again."""
    dwell: Time
    """Least time between two changes of coolers, and between two of chillers, in and out of service."""
    staging: Staging | None = None
    reset: SetPointReset | None = None
    variable_flow: VariableFlow | None = None
    reuse: HeatReuse | None = None
    pipe_cells: CellCount | None = None
    """Cells that each side's pipe is divided into; one, well mixed, where none is given."""
    tank: Tank | None = None
    condenser: CondenserWater | None = None
    """Where it is given, the coolers cool condenser water, and chillers reject into it; else both work directly."""
    cycles_of_concentration: Cycles | None = None
    """Of the site's own water, in the place of what the coolers' part says."""

    def orders(self) -> Iterator[Order]:
        """Give set point and alarm."""
        yield Order("temperature", {"supply": self.supply_temperature, "alarm": self.supply_alarm})

    @property
    def warmest_supply(self) -> float:
        """Supply with the whole plant at work [K]."""
        return raised(self.supply_temperature, self.above_supply)

    @property
    def above_supply(self) -> tuple[tuple[float, Number], ...]:
        """What the warmest supply lies above the set point: the reset's rise, and control bands."""
        band = (FULL_PLANT, self.control_band)
        return (band,) if self.reset is None else ((1.0, self.reset.rise), band)


class LiquidCooling(Ordered):
    """Coolant of the racks, and the facility water behind it."""

    cdu: Text
    supply_temperature: Temperature
    supply_alarm: Temperature
    loop: WaterLoop

    def orders(self) -> Iterator[Order]:
        """Give water, coolant and alarm."""
        water, coolant = self.loop.supply_temperature, self.supply_temperature
        yield Order("temperature", {"facility_water": water, "coolant": coolant, "alarm": self.supply_alarm})


class SidecarCooling(Ordered):
    """Coolant of the racks, whose heat sidecars give to the hall's air."""

    sidecar: Text
    """One stands beside the racks of each group."""
    supply_temperature: Temperature
    supply_alarm: Temperature

    def orders(self) -> Iterator[Order]:
        """Give coolant and alarm."""
        yield Order("temperature", {"coolant": self.supply_temperature, "alarm": self.supply_alarm})


class AirCooling(Ordered):
    """Air of the halls, and the facility water behind it."""

    fan_coil: Text
    set_point: Temperature
    alarm: Temperature
    water_rise: Difference
    """Of the facility water through the coils, at the hall's air heat at rated power."""
    capacity_per_rack: HeatCapacity
    coil_share: Share | None = None
    """
    Part of the hall's air heat at rated power for which coils and their loop are sized, where outdoor air carries the
    rest on design days; all of it where none is given.
    """
    coil_margin: Margin
    """Coils, with the air they blow, over those that carry the hall's air heat at rated power."""
    recirculation: AirPart
    """Part of the air at the rack inlets that is the racks' own hot air."""
    bypass: AirPart
    """Part of the coils' air that returns to them without having cooled a rack."""
    dew_point: Temperature
    """Highest dew point that the hall's air is allowed; no surface in it may be colder."""
    outdoor_air: OutdoorAir | None = None
    loop: WaterLoop

    def orders(self) -> Iterator[Order]:
        """Give air and alarm, dew points, and the coils' water below their air."""
        yield Order("temperature", {"air": self.set_point, "alarm": self.alarm})
        if self.outdoor_air is not None:
            yield Order("dew point", {"outdoor_air": self.outdoor_air.highest_dew_point, "hall": self.dew_point})
        loop = self.loop
        refusal = (
            f"{FULL_PLANT:g} control bands above its set point, the water of the coils must stay "
            f"{LEAST_COIL_DIFFERENCE:g} K below the air; got air {self.set_point.value!r} and water "
            f"{loop.supply_temperature.value!r}"
        )
        numbers = {"water": loop.supply_temperature, "air": self.set_point}
        yield Order("temperature", numbers, LEAST_COIL_DIFFERENCE, loop.above_supply, refusal)


class Cooling(Ordered):
    """All cooling of a site."""

    liquid: LiquidCooling | None = None
    sidecar: SidecarCooling | None = None
    """Neither of both where all racks are cooled by air."""
    air: AirCooling

    def orders(self) -> Iterator[Order]:
        """Give the coolant of sidecars above their air."""
        if self.sidecar is not None:
            yield Order("temperature", {"air": self.air.set_point, "coolant": self.sidecar.supply_temperature})

    @model_validator(mode="after")
    def _one_coolant(self) -> Cooling:
        if self.liquid is not None and self.sidecar is not None:
            message = "give the racks' coolant to facility water (liquid) or to air (sidecar), not to both"
            raise ValueError(message)
        return self

    @property
    def coolant(self) -> LiquidCooling | SidecarCooling | None:
        """Cooling of the racks' coolant, if they have any."""
        return self.liquid if self.sidecar is None else self.sidecar


class HouseLoad(Model):
    """Something that the buildings draw besides racks and cooling; its heat goes outdoors."""

    name: Text
    share: AirPart
    """Of the racks' rated power."""


class Power(Model):
    """Conversion stages from the racks and from the plant upwards, up to the main transformers."""

    hall: Annotated[tuple[PathStage, ...], Field(min_length=1)]
    mechanical: Annotated[tuple[PathStage, ...], Field(min_length=1)]
    """Feeds the cooling, and the house load."""
    common: tuple[PathStage, ...] = ()
    house: tuple[HouseLoad, ...] = ()
    """What the buildings draw besides racks and cooling, day and night."""


class Description(Model):
    """A facility file as it stands, before its parts are looked up."""

    name: Annotated[StrictStr, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    title: Text
    about: Text
    attributions: tuple[Text, ...] = ()
    scenario: Text | None = None
    """That `twin replay` runs where none is asked for; the project's default without it."""
    location: Location
    climate: Climate
    design: Design
    arrangement: Arrangement
    racks: Annotated[dict[Text, RackKind], Field(min_length=1)]
    """By kind; those of the first kind stand on the places around the CDUs, others are spread evenly among them."""
    cooling: Cooling
    power: Power
    connection: GridConnection
    phases: tuple[Phase, ...] = ()
    """In order of time."""
    supply: dict[Text, Supply] = Field(default_factory=dict)
    """Generation and storage, by name."""
    catalog: Catalog = Catalog()
    """Parts of the site's own."""

    @model_validator(mode="after")
    def _places_exist(self) -> Description:
        empty = self.arrangement.empty_places
        places = next(iter(self.racks.values())).count.count + len(empty)
        if len(set(empty)) < len(empty) or not all(1 <= place <= places for place in empty):
            message = f"arrangement.empty_places must name different places from 1 to {places}; got {list(empty)}"
            raise ValueError(message)
        if places < self.arrangement.halls.count:
            message = f"arrangement.halls must not be more than the {places} places for racks"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _phases_fit(self) -> Description:
        check_phases(self.phases, self.arrangement.halls.count, self.racks)
        return self


class Facility(Description):
    """A site and the parts that it uses."""

    def assumptions(self) -> list[Provenance]:
        """
        List every number that the site uses, its parts' included.

        Returns
        -------
        list of Provenance
            In the order of the file; `basis` says which are assumed.
        """
        return list(numbers("", self))
