"""Racks at rest: power over the levels of a step, the heat they give, their chips, and how far their power swings."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from twin.power import curve_loss
from twin.site import Floats, Integers, LossCurve, RackClasses
from twin.thermal.coefficients import chain_capacity, rack_network, worst_branch
from twin.year.kinds import Kinds
from twin.year.lag import full_swing
from twin.year.work import AT_REST, Works, taken

ROUNDS = 2
"""Times that chip temperature and conversion loss are set against each other; each round takes a thousandth more."""

NOMINAL_FLOW = 1.0
"""Coolant over its nominal flow [1]: at rest, pumps hold it."""


class Response(NamedTuple):
    """
    What a class of racks does at rest.

    Attributes
    ----------
    chip : (rack_class, 2) [K/W]
        Rise of the mean chip over the supply for heat into the chips, and for heat into the stream.
    worst : (rack_class, 2) [K/W]
        The same of the worst chip.
    loss : (rack_class,) [1]
        Rise of the conversion loss for one of load, between jobs that wait and full load.
    """

    chip: Floats
    worst: Floats
    loss: Floats


class Loads(NamedTuple):
    """
    What racks draw and give in some steps, whatever their supply turns out to be: at a base, and for each kelvin above.

    Kinds that differ only in where they stand share a row, a load; all but `row`, `base` and `spread` are
    (step, load), and those of one rack.

    Attributes
    ----------
    row : (rack kind,)
        Load of each kind.
    base : (load,) [K]
        Supply at which it was worked out.
    state : tuple of (step, load)
        Inlet power, accelerators, losses, heat to coolant and to air [W] and the worst chip [K] there.
    slope : tuple of (step, load)
        Their rise a kelvin of supply.
    hall_swing : (step, hall kind) [W]
        As in `RackState`.
    site_swing : (step,) [W]
        As in `RackState`.
    """

    row: Integers
    base: Floats
    state: tuple[Floats, ...]
    slope: tuple[Floats, ...]
    hall_swing: Floats
    site_swing: Floats


class RackState(NamedTuple):
    """
    Kinds of racks, each of one rack: means over the step.

    Attributes
    ----------
    inlet, accelerators, losses : (step, rack kind) [W]
        Power at the inlet, of the accelerators, and lost in conversion.
    to_coolant, to_air : (step, rack kind) [W]
        Heat to the coolant (nothing for racks cooled by air), and to the air of the hall.
    worst : (step, rack kind) [K]
        Worst chip at the mean load of the step.
    lost : (step, rack kind) [1]
        Part of the power above idle that racks give up, to keep their chips at the limit.
    hall_swing : (step, hall kind) [W]
        Standard deviation, within the step, of the power at the inlets of a hall.
    site_swing : (step,) [W]
        The same of the whole site.
    """

    inlet: Floats
    accelerators: Floats
    losses: Floats
    to_coolant: Floats
    to_air: Floats
    worst: Floats
    lost: Floats
    hall_swing: Floats
    site_swing: Floats


def response(classes: RackClasses) -> Response:
    """
    Give how chips of each class rise over their supply.

    Parameters
    ----------
    classes : RackClasses
        Classes of racks.

    Returns
    -------
    Response
        From the network of the replay at rest, leakage included.

    Notes
    -----
    0 = A x + b: x = -A^-1 b, with A from `twin.thermal.coefficients.rack_network`.
    """
    every = range(len(classes.name))
    chip, worst = (np.stack([_rise(of, row) for row in every]) for of in (classes, worst_branch(classes)))
    swings = np.array([full_swing(classes, row) for row in every])
    return Response(chip, worst, swings[:, 2] / np.maximum(swings[:, 1], 1e-9))


def _rise(classes: RackClasses, row: int) -> Floats:
    network = rack_network(classes, row, NOMINAL_FLOW, float(classes.leakage[row]))
    inputs = np.diag(1.0 / chain_capacity(classes)[row])[:, [0, 2]]
    return np.asarray(np.linalg.solve(-network, inputs)[0], dtype=float)


def loads(kinds: Kinds, rise: Response, works: Works) -> Loads:
    """
    Work out what racks draw and give in some steps.

    Parameters
    ----------
    kinds : Kinds
        Of the site.
    rise : Response
        Of its classes.
    works : Works
        What racks are asked in these steps.

    Returns
    -------
    Loads
        At the set point of each kind's supply.

    Notes
    -----
    Conversion loss is taken at each level of the step and averaged, with the leakage of a chip that is as warm as
    `Works.lagged` says. All else moves with the supply in a straight line, the loss along its slope there.
    """
    row, first, base = _unlike(kinds)
    steps = works.level.shape[1]
    state, slope = (tuple(np.empty((steps, first.size)) for _ in range(6)) for _ in range(2))
    swings = []
    for load, kind in enumerate(first.tolist()):
        found, steep, swing = _load(kinds, rise, works, kind, float(base[load]), None)
        for column, value in zip((*state, *slope), (*found, *steep), strict=True):
            column[:, load] = value
        swings.append(swing)
    return Loads(row, base, state, slope, *_swings(kinds, works, row, swings))


def _unlike(kinds: Kinds) -> tuple[Integers, Integers, Floats]:
    """Tell loads apart: the load of each kind, the first kind of each, and the supply that it is meant to have."""
    own = kinds.racks
    liquid = kinds.classes.liquid_fraction[own.rack_class] > 0.0
    base = np.where(liquid, kinds.cdus.supply_set_point[own.cdu], kinds.halls.air_set_point[own.hall])
    columns = np.column_stack([own.rack_class, base, *own.asked])
    _, first, row = np.unique(columns, axis=0, return_index=True, return_inverse=True)
    return row.reshape(-1).astype(np.int64), first.astype(np.int64), base[first]


def _swings(kinds: Kinds, works: Works, row: Integers, swings: list[Floats]) -> tuple[Floats, Floats]:
    """Give the standard deviations of halls and site within steps from each load's deviations (step, node) [W]."""
    own, steps = kinds.racks, works.level.shape[1]
    hall_spread, site_spread = np.zeros((steps, kinds.hall_count.size)), np.zeros(steps)
    for work in range(works.synchronous.size):
        mine = np.flatnonzero((own.asked.work == work) & (own.asked.accelerator_scale + own.asked.host_scale != 0.0))
        if mine.size == 0:
            continue
        weight = works.weight[work]
        if not works.synchronous[work]:
            for kind in mine.tolist():
                alone = own.in_hall[kind] * np.sum(weight * np.square(swings[row[kind]]), axis=-1)
                hall_spread[:, own.hall[kind]] += alone
                site_spread += kinds.hall_count[own.hall[kind]] * alone
            continue
        on_site = np.zeros(weight.shape)
        for hall in np.unique(own.hall[mine]).tolist():
            inside = mine[own.hall[mine] == hall]
            count = np.bincount(row[inside], own.in_hall[inside], len(swings))
            swing = sum(count[load] * swings[load] for load in np.flatnonzero(count).tolist())
            hall_spread[:, hall] += np.sum(weight * np.square(swing), axis=-1)
            on_site = on_site + kinds.hall_count[hall] * swing
        site_spread += np.sum(weight * np.square(on_site), axis=-1)
    return np.sqrt(hall_spread), np.sqrt(site_spread)


def racks(kinds: Kinds, rise: Response, works: Works, made: Loads, supply: Floats) -> RackState:
    """
    Give all kinds of racks.

    Parameters
    ----------
    kinds : Kinds
        Of the site.
    rise : Response
        Of its classes.
    works : Works
        What racks are asked.
    made : Loads
        From `loads` for these steps.
    supply : (step, rack kind) [K]
        Coolant, or air, that each kind gets.

    Returns
    -------
    RackState
        Means over the step.

    Notes
    -----
    A rack whose worst chip would pass its throttle limit gives up that part of its power above idle at which the law of
    throttling, gain times excess, is in balance with it; such steps are worked out anew.
    """
    away = supply - made.base[made.row]
    columns = [
        state[:, made.row] + slope[:, made.row] * away for state, slope in zip(made.state, made.slope, strict=True)
    ]
    lost = np.zeros(supply.shape)
    over = columns[5] > kinds.classes.throttle_temp[kinds.racks.rack_class]
    for kind in np.flatnonzero(over.any(axis=0)).tolist():
        hot = np.flatnonzero(over[:, kind])
        some = taken(works, hot)
        lost[hot, kind] = given = _given_up(kinds, rise, some, kind, columns[5][hot, kind])
        found, _, _ = _load(kinds, rise, some, kind, supply[hot, kind], given)
        for column, value in zip(columns, found, strict=True):
            column[hot, kind] = value
    inlet, accelerators, losses, to_coolant, to_air, worst = columns
    return RackState(inlet, accelerators, losses, to_coolant, to_air, worst, lost, made.hall_swing, made.site_swing)


def _given_up(kinds: Kinds, rise: Response, works: Works, kind: int, worst: Floats) -> Floats:
    """Give the part of their power above idle that racks give up."""
    classes, asked, of = kinds.classes, kinds.racks.asked, int(kinds.racks.rack_class[kind])
    level, weight = works.level[asked.work[kind]], works.weight[asked.work[kind]]
    chips = asked.accelerator_base[kind] + asked.accelerator_scale[kind] * level
    above = np.maximum(np.sum(weight * chips, axis=-1) - classes.accelerators[of] * classes.accelerator_idle[of], 0.0)
    fraction = classes.liquid_fraction[of] or 1.0
    steep = rise.worst[of, 0] - (1.0 - fraction) * rise.worst[of, 1]
    gain, over = classes.throttle_gain[of], worst - classes.throttle_temp[of]
    return np.asarray(np.clip(gain * over / (1.0 + gain * steep * above), 0.0, 1.0) * (above > 0.0), dtype=float)


def _load(
    kinds: Kinds, rise: Response, works: Works, kind: int, supply: Floats | float, lost: Floats | None
) -> tuple[tuple[Floats, ...], tuple[Floats, ...], Floats]:
    """Give a kind's means in the order of `Loads.state`, their slopes over supply, and its deviations at the levels."""
    asked, of = kinds.racks.asked, int(kinds.racks.rack_class[kind])
    work = int(asked.work[kind])
    level, weight, row = works.level[work], works.weight[work], int(works.row[work, of])
    if asked.accelerator_scale[kind] == 0.0 and asked.host_scale[kind] == 0.0:
        # Without work a rack has one level.
        level, weight, row = level[:, :1], np.ones((level.shape[0], 1)), AT_REST
    now = _at(kinds, kind, level, lost)
    warm = now if row == AT_REST else _at(kinds, kind, works.lagged[row], lost)
    return _balance(kinds, rise, of, now, warm, weight, supply)


def _at(kinds: Kinds, kind: int, level: Floats, lost: Floats | None) -> tuple[Floats, Floats]:
    """Give the accelerators, and accelerators and hosts together, of a kind at levels of its work."""
    classes, asked, of = kinds.classes, kinds.racks.asked, int(kinds.racks.rack_class[kind])
    chips = asked.accelerator_base[kind] + asked.accelerator_scale[kind] * level
    hosts = asked.host_base[kind] + asked.host_scale[kind] * level
    if lost is not None:
        floor = classes.accelerators[of] * classes.accelerator_idle[of]
        chips = np.where(chips > floor, floor + (1.0 - lost[:, np.newaxis]) * (chips - floor), chips)
    return chips, chips + hosts


def _balance(
    kinds: Kinds,
    rise: Response,
    of: int,
    now: tuple[Floats, Floats],
    warm: tuple[Floats, Floats],
    weight: Floats,
    supply: Floats | float,
) -> tuple[tuple[Floats, ...], tuple[Floats, ...], Floats]:
    """Set the chips of one class at its levels of load in balance with their leakage, which knows levels as `warm`."""
    classes, compute = kinds.classes, now[1]
    curve = LossCurve(classes.chain_power[of], classes.chain_loss[of].sum(axis=1))
    leakage, reference, auxiliary = (
        float(part[of]) for part in (classes.leakage, classes.leakage_reference, classes.auxiliary_power)
    )
    liquid = classes.liquid_fraction[of] > 0.0
    fraction = float(classes.liquid_fraction[of]) if liquid else 1.0
    (by_heat, by_given), (worst_heat, worst_given) = rise.chip[of], rise.worst[of]
    into_chips, wanted = (np.einsum("tn,tn->t", weight, part) for part in now)
    # The network holds leakage against the supply, so that heat is that at a chip as cold as the supply.
    heat, swing = into_chips + leakage * (supply - reference), np.zeros((1, 1))
    loss = curve_loss(curve, compute)
    lost = np.einsum("tn,tn->t", weight, loss)
    if leakage:
        # In the heat of the stream that chips know, the loss goes along a straight line, so that its mean is kept.
        chips, load = warm[0] - into_chips[:, np.newaxis], warm[1] - wanted[:, np.newaxis]
        swing = leakage * (by_heat * chips + by_given * (fraction * (1.0 + rise.loss[of]) * load - chips))

    def drawing(lost: Floats) -> tuple[Floats, Floats, Floats]:
        drawn = wanted + lost + auxiliary
        given = fraction * drawn - into_chips
        return drawn, given, leakage * (supply + by_heat * heat + by_given * given - reference)

    drawn, given, leaked = drawing(lost)
    for _ in range(ROUNDS if leakage else 0):
        loss = curve_loss(curve, compute + swing + leaked[:, np.newaxis])
        lost = np.einsum("tn,tn->t", weight, loss)
        drawn, given, leaked = drawing(lost)
    state = (
        drawn + leaked,
        into_chips + leaked,
        lost,
        (fraction * drawn + leaked) * liquid,
        (1.0 - fraction) * drawn if liquid else drawn + leaked,
        supply + worst_heat * heat + worst_given * given,
    )
    steep = np.zeros(lost.shape)
    if leakage:
        more = curve_loss(curve, compute + swing + leaked[:, np.newaxis] + leakage)
        steep = (np.einsum("tn,tn->t", weight, more) - lost) / leakage
    leaking = leakage * (1.0 + by_heat * leakage) / (1.0 - leakage * by_given * fraction * steep)
    losing = steep * leaking
    slope = (
        losing + leaking,
        leaking,
        losing,
        (fraction * losing + leaking) * liquid,
        ((1.0 - fraction) * losing) if liquid else losing + leaking,
        1.0 + worst_heat * leakage + worst_given * fraction * losing,
    )
    deviations = compute + loss
    return state, slope, deviations - np.einsum("tn,tn->t", weight, deviations)[:, np.newaxis]
