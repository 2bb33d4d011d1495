"""Devices that calm a fast load: what stands at the package, in the rack and at the site, and what it costs."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from scenarios.compliance import Trace
from scenarios.fast_load.load import Load
from twin.grid import thevenin
from twin.site import Floats, RackClasses
from twin.waveform import chain, smoothing, storage
from twin.waveform.chain import Waveform
from twin.waveform.smoothing import Dummy, Smoothing
from twin.waveform.storage import Storage, Stored


class Plan(NamedTuple):
    """
    Devices together.

    Attributes
    ----------
    package
        At each package: power smoothing, dummy work, or nothing.
    rack : Storage
        At the inlet of each rack, for each of its packages; may be none.
    site : Storage
        At the point of connection; may be none.
    """

    package: Smoothing | Dummy | None = None
    rack: Storage | None = None
    site: Storage | None = None


class Outcome(NamedTuple):
    """
    What upstream sees of a load with devices, and what they did.

    Attributes
    ----------
    trace : Trace
        Power and voltage at the point of connection.
    waveform : Waveform
        Before what stands at the point of connection.
    energy : [1]
        Energy drawn beyond that without devices, over that; what stores still hold is taken off.
    performance : [1]
        Part of the work that is lost or withheld.
    power : [W]
        Most that all stores together gave or took.
    content : [J]
        Between their lowest and highest content, together.
    """

    trace: Trace
    waveform: Waveform
    energy: float
    performance: float
    power: float
    content: float


def applied(load: Load, plan: Plan, plain: Waveform | None = None) -> Outcome:
    """
    Give what upstream sees of a load with devices.

    Parameters
    ----------
    load
        What is asked.
    plan
        Devices.
    plain
        The waveform without devices, if it is known.

    Returns
    -------
    Outcome
        With the costs.
    """
    site, classes = load.site, load.site.rack_classes
    kept = _Kept([], [], [])
    found = chain.waveform(
        site,
        load.activity,
        load.step,
        np.array(load.cooling),
        package=None if plan.package is None else _package_filter(load, plan.package, kept),
        rack=None if plan.rack is None else _rack_filter(load, plan.rack, kept),
    )
    plain = found if plan == Plan() else plain or applied(load, Plan()).waveform
    drawn, left = found.connection, 0.0
    if plan.site is not None:
        stored = storage.levelled(drawn, load.step, plan.site)
        kept.stores.append((stored, drawn, np.ones(1)))
        drawn = stored.drawn
    for stored, _, count in kept.stores:
        rows = np.atleast_2d(stored.content)
        left += float(count @ (rows[:, -1] - rows[:, 0]))
    before = float(plain.connection.sum() * load.step)
    after = float(drawn.sum() * load.step)
    return Outcome(
        trace=Trace(drawn, thevenin.voltage(site.connection, drawn), load.step),
        waveform=found,
        energy=(after - left - before) / before,
        performance=_performance(classes, load, plan, kept),
        power=sum(float(count @ np.abs(_flow(stored, asked)).max(axis=1)) for stored, asked, count in kept.stores),
        content=sum(float(count @ np.ptp(np.atleast_2d(stored.content), axis=1)) for stored, _, count in kept.stores),
    )


class _Kept(NamedTuple):
    """What filters saw: stores, what was asked of them and how many each row stands for; work withheld, and asked."""

    stores: list[tuple[Stored, Floats, Floats]]
    withheld: list[float]
    wanted: list[float]


def _flow(stored: Stored, asked: Floats) -> Floats:
    return np.atleast_2d(stored.drawn - asked)


def _package_filter(load: Load, device: Smoothing | Dummy, kept: _Kept) -> chain.Filter:
    classes = load.site.rack_classes
    weight = _racks(load) * classes.accelerators[:, np.newaxis]

    def change(asked: Floats, row: int) -> Floats:
        rated, rest = float(classes.accelerator_max[row]), float(classes.accelerator_loaded[row])
        if isinstance(device, Smoothing):
            drawn = smoothing.smoothed(asked, load.step, rated, device, running=load.activity[:, 0].min() > 0.0)
        else:
            drawn = smoothing.with_dummy_work(asked, load.step, rated, device)
        kept.withheld.append(float(weight[row] @ (asked - drawn).clip(0.0).sum(axis=1)))
        kept.wanted.append(float(weight[row] @ (asked - rest).clip(0.0).sum(axis=1)))
        return drawn

    return change


def _rack_filter(load: Load, device: Storage, kept: _Kept) -> chain.Filter:
    classes, count = load.site.rack_classes, _racks(load)

    def change(asked: Floats, row: int) -> Floats:
        packages = float(classes.accelerators[row])
        own = device._replace(power=device.power * packages, energy=device.energy * packages)
        stored = storage.levelled(asked, load.step, own)
        kept.stores.append((stored, asked, count[row]))
        return stored.drawn

    return change


def _racks(load: Load) -> Floats:
    """Count racks (rack_class, group)."""
    dealt = chain.fleet(load.site, load.activity.shape[0])
    return np.asarray(np.einsum("h,hcg->cg", dealt.halls, dealt.racks), dtype=float)


def _performance(classes: RackClasses, load: Load, plan: Plan, kept: _Kept) -> float:
    slower = plan.package.slowdown if isinstance(plan.package, Dummy) else 0.0
    return slower + (sum(kept.withheld) / sum(kept.wanted) if sum(kept.wanted) else 0.0)
