"""From the catalog's racks to the table of rack classes: SI arrays, and conversion chains as loss curves."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from facilities.coolants import volumetric_heat
from facilities.parts import Accelerator, Catalog, Conductor, Converter, Linear, Node, Points, Rack
from twin import power
from twin.site import Floats, LossCurve, RackClasses

NO_LIMIT = 500.0
"""Chip limits [K] of racks without accelerators: the end of the plausible range, which nothing reaches."""

IDLE_LUMP = (1e3, 1e2)
"""
Heat capacity [J/K] and conductance [W/K] of chip and plate in racks without accelerators. They take no heat and follow
the stream; they are there so that all racks have one shape.
"""


class Unit(NamedTuple):
    """
    One unit of a converter.

    Attributes
    ----------
    rating : [W]
        Rated output.
    curve : LossCurve
        Its loss.
    """

    rating: float
    curve: LossCurve


def unit(converter: Converter, power_factor: float) -> Unit:
    """
    Give the rating and the loss curve of a converter.

    Parameters
    ----------
    converter
        From the catalog.
    power_factor : [1]
        At which a transformer's rating is turned into active power.

    Returns
    -------
    Unit
        In W.
    """
    if isinstance(converter, Linear):
        rating, efficiency = converter.rating.si, converter.efficiency.si
        fixed = converter.constant_loss.si / efficiency / rating
        return Unit(rating, power.affine_curve(fixed, 1.0 / efficiency - 1.0))
    if isinstance(converter, Points):
        load = [point.load_fraction for point in converter.points]
        efficiency_points = [point.si for point in converter.points]
        curve = power.efficiency_curve(load, efficiency_points, converter.no_load_loss.si)
        return Unit(converter.rating.si, curve)
    if isinstance(converter, Conductor):
        return Unit(converter.rating.si, power.quadratic_curve(0.0, converter.loss.si))
    rating = converter.rating.si * power_factor
    curve = power.quadratic_curve(converter.no_load_loss.si / rating, converter.load_loss.si / rating)
    return Unit(rating, curve)


class Model(NamedTuple):
    """
    A class of racks with its parts.

    Attributes
    ----------
    rack, node, accelerator
        From the catalog; no node and no accelerator in racks of network and storage.
    nodes, packages : [1]
        In a rack.
    auxiliary : [W]
        Constant power.
    following : [W]
        Host power that stands for auxiliary power which follows the load, at full load.
    stages : tuple of RackStage
        Conversion chain.
    coolant_heat : [J/K/m^3]
        Heat capacity of the coolant; zero if cooled by air only.
    """

    rack: Rack
    node: Node | None
    accelerator: Accelerator | None
    nodes: float
    packages: float
    auxiliary: float
    following: float
    stages: tuple[power.RackStage, ...]
    coolant_heat: float

    @property
    def liquid_fraction(self) -> float:
        """Part of the heat that the coolant takes [1]."""
        return 0.0 if self.rack.liquid is None else self.rack.liquid.fraction.si

    @property
    def host_max(self) -> float:
        """Host power of a rack at full load, with what follows the load as hosts do [W]."""
        return _hosts(self.node, self.nodes) + self.following

    @property
    def compute_max(self) -> float:
        """Accelerator plus host power at full load [W]."""
        return _chips(self.accelerator, self.packages) + self.host_max

    @property
    def full_power(self) -> float:
        """Power at the rack inlet at full load [W]."""
        losses = power.rack_chain(np.array([self.compute_max]), self.stages)
        return self.compute_max + self.auxiliary + float(losses.sum())

    @property
    def rest_power(self) -> float:
        """Power at the rack inlet with nothing to do [W]."""
        chips = 0.0 if self.accelerator is None else self.packages * self.accelerator.idle_power.si
        hosts = 0.0 if self.node is None else self.nodes * self.node.host_idle_power.si
        losses = power.rack_chain(np.array([chips + hosts]), self.stages)
        return chips + hosts + self.auxiliary + float(losses.sum())

    @property
    def design_power(self) -> float:
        """Power for which supply and cooling are sized [W]: full load, and never less than the nameplate."""
        return max(self.full_power, self.rack.rated_power.si)

    @property
    def air_heat(self) -> float:
        """Heat to the air at design power [W]."""
        return (1.0 - self.liquid_fraction) * self.design_power

    @property
    def air_stream(self) -> float:
        """Air through the rack, mass flow times specific heat [W/K]."""
        return self.air_heat / self.rack.air.rise.si

    @property
    def coolant_stream(self) -> float:
        """Nominal coolant through the rack, mass flow times specific heat [W/K]."""
        liquid = self.rack.liquid
        flow = 0.0 if liquid is None else liquid.flow.si * self.liquid_fraction * self.rack.rated_power.si
        return flow * self.coolant_heat

    @property
    def contained_stream(self) -> float:
        """Air that goes from the hall's cold to its hot side [W/K]; none behind a rear door."""
        return self.air_stream if self.rack.door is None else 0.0

    def door_heat(self, air: float, water: float) -> float:
        """
        Give what the rear door takes at design power [W], and no more than the rack blows.

        Parameters
        ----------
        air, water : [K]
            At the rack's inlet, and into the door.
        """
        return min(self.air_heat, self.door_conductance * (air + self.rack.air.rise.si - water))

    @property
    def door_conductance(self) -> float:
        """Heat that the rear door moves for each kelvin between outlet air and water [W/K]."""
        return 0.0 if self.rack.door is None else self.rack.door.conductance


def model(catalog: Catalog, name: str, coolant_temperature: float) -> Model:
    """
    Collect the parts of a rack.

    Parameters
    ----------
    catalog
        Where the parts are.
    name
        Of the rack.
    coolant_temperature : [K]
        Mean of the coolant at design, at which its properties are taken.

    Returns
    -------
    Model
        With its conversion chain.
    """
    rack = catalog.racks[name]
    node = None if rack.node is None else catalog.nodes[rack.node]
    accelerator = None if node is None else catalog.accelerators[node.accelerator]
    nodes = 0.0 if rack.nodes is None else rack.nodes.si
    packages = 0.0 if node is None else nodes * node.accelerators.si
    joins, rising = _joins(rack, node, nodes)
    stages = _stages(catalog, rack, joins)
    coolant = None if rack.liquid is None else catalog.coolants[rack.liquid.coolant]
    return Model(
        rack=rack,
        node=node,
        accelerator=accelerator,
        nodes=nodes,
        packages=packages,
        auxiliary=sum(joins.values()),
        following=_following(stages, _chips(accelerator, packages) + _hosts(node, nodes), rising),
        stages=stages,
        coolant_heat=0.0 if coolant is None else volumetric_heat(coolant, coolant_temperature),
    )


def _chips(accelerator: Accelerator | None, packages: float) -> float:
    """Give the highest power of a rack's accelerators [W]."""
    return 0.0 if accelerator is None else packages * accelerator.max_power.si


def _hosts(node: Node | None, nodes: float) -> float:
    """Give the highest power of a rack's host processors [W]."""
    return 0.0 if node is None else nodes * node.host_max_power.si


def _joins(rack: Rack, node: Node | None, nodes: float) -> tuple[dict[str, float], dict[str, float]]:
    """Add up the power [W] of auxiliaries at each stage's output: at rest, and by how much it rises to full load."""
    rest = dict.fromkeys((stage.name for stage in rack.stages), 0.0)
    rising = dict(rest)
    parts = [(1.0, one) for one in rack.auxiliaries.values()]
    parts += [] if node is None else [(nodes, one) for one in node.auxiliaries.values()]
    for count, auxiliary in parts:
        rest[auxiliary.joins] += count * auxiliary.rest
        rising[auxiliary.joins] += count * (auxiliary.power.si - auxiliary.rest)
    return rest, rising


def _following(stages: tuple[power.RackStage, ...], compute: float, rising: dict[str, float]) -> float:
    """
    Give the host power [W] that brings as much to each stage's output as its auxiliaries rise by.

    It passes the stages before, so that their efficiency at full load is taken off: exact where they lose a constant
    part. The load so moves auxiliaries without a state of their own.
    """
    total, carried, passed = 0.0, compute, 1.0
    losses = power.rack_chain(
        np.array([compute]), [stage._replace(joins=stage.joins + rising[stage.name]) for stage in stages]
    )[0]
    for stage, loss in zip(stages, losses, strict=True):
        carried += stage.joins + rising[stage.name]
        total += passed * rising[stage.name]
        passed *= carried / max(carried + float(loss), 1e-9)
        carried += float(loss)
    return total


def _stages(catalog: Catalog, rack: Rack, joins: dict[str, float]) -> tuple[power.RackStage, ...]:
    # Converters inside a rack are rated in W, so no power factor enters.
    parts = [(stage, unit(catalog.converters[stage.converter], 1.0)) for stage in rack.stages]
    return tuple(
        power.RackStage(stage.name, stage.units.si, part.rating, part.curve, joins[stage.name]) for stage, part in parts
    )


def rack_classes(models: dict[str, Model]) -> RackClasses:
    """
    Make the table of rack classes.

    Parameters
    ----------
    models : name to Model
        In order of the table.

    Returns
    -------
    RackClasses
        One row a class.
    """
    names = tuple(dict.fromkeys(stage.name for model in models.values() for stage in model.stages))
    columns = [{**_power(model), **_chip(model), **_streams(model)} for model in models.values()]
    chains = [_chain(model, names) for model in models.values()]
    table = {key: np.array([column[key] for column in columns]) for key in columns[0]}
    return RackClasses(
        name=tuple(models),
        stage_names=names,
        chain_power=np.stack([chain[0] for chain in chains]),
        chain_loss=np.stack([chain[1] for chain in chains]),
        **table,
    )


def _chain(model: Model, names: tuple[str, ...]) -> tuple[Floats, Floats]:
    # A rack without chips still needs a grid that rises.
    grid = power.chain_grid(model.compute_max or model.rack.rated_power.si)
    losses = np.zeros((grid.size, len(names)))
    losses[:, [names.index(stage.name) for stage in model.stages]] = power.rack_chain(grid, model.stages)
    return grid, losses


def _power(model: Model) -> dict[str, float]:
    chip, node = model.accelerator, model.node
    return {
        "rated_power": model.rack.rated_power.si,
        "accelerators": model.packages,
        "accelerator_idle": chip.idle_power.si if chip else 0.0,
        "accelerator_loaded": chip.loaded_power.si if chip else 0.0,
        "accelerator_max": chip.max_power.si if chip else 0.0,
        "host_idle": model.nodes * node.host_idle_power.si if node else 0.0,
        "host_max": model.host_max,
        "auxiliary_power": model.auxiliary,
    }


def _chip(model: Model) -> dict[str, float]:
    chip, packages = model.accelerator, model.packages
    capacity, conductance = IDLE_LUMP
    return {
        "leakage": packages * chip.leakage.si if chip else 0.0,
        "leakage_reference": chip.leakage_reference.si if chip else NO_LIMIT,
        "throttle_temp": chip.throttle_temperature.si if chip else NO_LIMIT,
        "shutdown_temp": chip.shutdown_temperature.si if chip else NO_LIMIT,
        "throttle_gain": chip.throttle_gain.si if chip else 0.0,
        "branch_flow": chip.branch_flow.si if chip else 1.0,
        "chip_spread": chip.chip_spread.si if chip else 0.0,
        "chip_capacity": packages * chip.chip_capacity.si if chip else capacity,
        "plate_capacity": packages * chip.plate_capacity.si if chip else capacity,
        "chip_conductance": packages / chip.chip_resistance.si if chip else conductance,
        "film_conductance": packages / chip.film_resistance.si if chip else conductance,
        "film_exponent": chip.film_exponent.si if chip else 0.0,
    }


def _streams(model: Model) -> dict[str, float]:
    liquid, air = model.rack.liquid, model.rack.air
    return {
        "liquid_fraction": model.liquid_fraction,
        "coolant_capacity": 0.0 if liquid is None else liquid.volume.si * model.coolant_heat,
        "coolant_stream": model.coolant_stream,
        "air_capacity": air.capacity.si,
        "air_stream": model.air_stream,
        "door_conductance": model.door_conductance,
    }
