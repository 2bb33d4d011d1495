"""The smallest device of each kind with which a load meets a code, or why none can."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from facilities import catalog, codes, fast_load
from facilities.codes import BandLimit, RangeLimit, VoltageLimit
from facilities.supplies import Battery
from scenarios import compliance
from scenarios.compliance import Finding
from scenarios.fast_load.devices import Outcome, Plan, applied
from scenarios.fast_load.load import Load
from scenarios.page.quantities import digits, quantity, share
from twin.errors import UnknownNameError
from twin.waveform import chain
from twin.waveform.smoothing import Dummy, Smoothing
from twin.waveform.storage import Storage

PLENTY = 1e15
"""[W] and [J] of a store that is sized by what it then does."""

FLOORS = np.arange(0.30, 0.9001, 0.01)
LEVELS = np.arange(0.30, 1.0001, 0.01)
"""Of power smoothing and of dummy work, over rated power, from the smallest on."""

TIMES = np.geomspace(0.05, 5000.0, 41)
"""[s] Time constants of stores, from the smallest on: a third more each time."""

MARGIN = 1e-9
"""By which a limit may be passed and count as met [1]: rounding."""


LATE = "it gives {:g} ms after it is asked, so that edges pass meanwhile"
"""Why a store that comes late cannot."""


class Family(NamedTuple):
    """
    Devices of one kind.

    Attributes
    ----------
    title : text
        For tables.
    settings : (setting,)
        From the smallest on.
    plan
        From a setting to devices.
    label
        From a setting and its outcome to words.
    hint : text
        Why the largest may not suffice; may be empty.
    """

    title: str
    settings: Sequence[float]
    plan: Callable[[float], Plan]
    label: Callable[[float, Outcome], str]
    hint: str = ""


class Sized(NamedTuple):
    """
    What was found.

    Attributes
    ----------
    code, device : text
        Names.
    value
        The setting of the family; none where no device is needed.
    met : bool
        Whether the code is met.
    setting : text
        The smallest that meets it, or the largest that does not.
    power, content : [W], [J]
        Of all stores together; zero for other devices.
    energy, performance : [1]
        Costs, as in `Outcome`.
    why : text
        Why none can; empty where one does.
    """

    code: str
    device: str
    value: float | None
    met: bool
    setting: str
    power: float
    content: float
    energy: float
    performance: float
    why: str


class Sizer:
    """Outcomes of a load, each worked once: different codes ask for the same settings."""

    def __init__(self, load: Load) -> None:
        self.load = load
        self.families = families(load)
        self.plain = applied(load, Plan())
        self._outcomes: dict[tuple[str, float], Outcome] = {}

    def outcome(self, device: str, setting: float) -> Outcome:
        """
        Give what a device of a setting does.

        Parameters
        ----------
        device
            Name of a family.
        setting
            One of its settings.
        """
        key = (device, setting)
        if key not in self._outcomes:
            plan = self.families[device].plan(setting)
            self._outcomes[key] = applied(self.load, plan, self.plain.waveform)
        return self._outcomes[key]

    def found(self, sized: Sized) -> Outcome:
        """
        Give what a device that was sized does.

        Parameters
        ----------
        sized
            From `size_to`.
        """
        return self.plain if sized.value is None else self.outcome(sized.device, sized.value)

    def size_to(self, code: str, device: str) -> Sized:
        """
        Find the smallest device with which the load meets a code.

        Parameters
        ----------
        code
            Name of a code.
        device
            Name of a family.

        Returns
        -------
        Sized
            The smallest setting that breaks no limit that the load can be held against, by bisection: a larger device
            is taken to calm more.

        Raises
        ------
        UnknownNameError
            When there is no such code or device.
        """
        if device not in self.families:
            kind = "device"
            raise UnknownNameError(kind, device, list(self.families))
        family = self.families[device]
        if not _broken(self.plain, code):
            unknown = _unknown(self.plain, code)
            setting = "cannot tell" if unknown else "none needed"
            return Sized(code, device, None, not unknown, setting, 0.0, 0.0, 0.0, 0.0, unknown)
        low, high = -1, len(family.settings) - 1
        worst = _broken(self.outcome(device, family.settings[high]), code)
        if worst:
            first = min(worst, key=lambda finding: finding.margin)
            return self._sized(code, device, high, f"{first.measured} against {first.limit}")
        unknown = _unknown(self.outcome(device, family.settings[high]), code)
        if unknown:
            return self._sized(code, device, high, unknown)
        while high - low > 1:
            middle = (low + high) // 2
            if _broken(self.outcome(device, family.settings[middle]), code):
                low = middle
            else:
                high = middle
        return self._sized(code, device, high, "")

    def _sized(self, code: str, device: str, place: int, missed: str) -> Sized:
        family = self.families[device]
        setting = family.settings[place]
        found = self.outcome(device, setting)
        label = family.label(setting, found)
        why = "; ".join(part for part in (f"at its largest, {label}: {missed}", family.hint) if part) if missed else ""
        cost = (found.power, found.content, found.energy, found.performance)
        return Sized(code, device, setting, not missed, label, *cost, why)


def fast_codes(voltage: bool = False) -> list[str]:
    """
    List the codes that limit swings of seconds and less.

    Parameters
    ----------
    voltage
        Whether those count that limit changes of voltage alone.

    Returns
    -------
    list of text
        Those with a limit of a range or of a band of frequencies.
    """
    kinds = RangeLimit | BandLimit | VoltageLimit if voltage else RangeLimit | BandLimit
    return [name for name in codes.names() if any(isinstance(limit, kinds) for limit in codes.load(name).limits)]


def families(load: Load) -> Mapping[str, Family]:
    """
    Give the kinds of devices that a load can be calmed by.

    Parameters
    ----------
    load
        Whose packages and supplies they are for.

    Returns
    -------
    dict of text to Family
        By name.
    """
    data, batteries = fast_load.load(), catalog.builtin().batteries
    firmware, count = data.smoothing, chain.packages(load.site)

    def per_package(_: float, found: Outcome) -> str:
        return f"{digits(found.content / count, 3)} J and {quantity(found.power / count, 'W', 3)} a package"

    return {
        **_of_work(data),
        **_of_racks(data, batteries, per_package),
        **_of_site(batteries["grid_battery_4h"], _smoothing(firmware, firmware.highest_floor.si)),
    }


def _smoothing(firmware: fast_load.Smoothing, floor: float) -> Smoothing:
    return Smoothing(
        float(floor),
        firmware.ramp_up_rate.si,
        firmware.ramp_down_rate.si,
        firmware.ramp_down_hysteresis.si,
        firmware.lowest_ceiling.si,
    )


def _of_work(data: fast_load.FastLoad) -> dict[str, Family]:
    """Devices that change what packages draw."""
    firmware, dummy = data.smoothing, data.dummy
    return {
        "power_smoothing": Family(
            firmware.title,
            FLOORS[firmware.highest_floor.si + MARGIN >= FLOORS].tolist(),
            lambda floor: Plan(package=_smoothing(firmware, floor)),
            lambda floor, _: f"floor {share(floor)}",
            f"floor and ceiling leave {share(firmware.lowest_ceiling.si - firmware.highest_floor.si)} of "
            "the rated power, and hosts follow the job all the same",
        ),
        "dummy_work": Family(
            dummy.title,
            LEVELS[dummy.highest_level.si + MARGIN >= LEVELS].tolist(),
            lambda level: Plan(package=Dummy(float(level), dummy.latency.si, dummy.slowdown.si)),
            lambda level, _: f"level {share(level)}",
            f"dips of {1e3 * dummy.latency.si:g} ms, and peaks, stay",
        ),
    }


def _of_racks(
    data: fast_load.FastLoad, batteries: Mapping[str, Battery], told: Callable[[float, Outcome], str]
) -> dict[str, Family]:
    """Devices that store beside the supplies of a rack."""
    capacitors, shelf = batteries["gb300_supply_storage"], batteries["orv3_battery_shelf"]
    held, once = data.supply_energy.si, capacitors.round_trip.si
    power = capacitors.rating.si * held / capacitors.energy.si
    return {
        "supply_capacitors": Family(
            "capacitors in the supplies",
            TIMES.tolist(),
            lambda time: Plan(rack=Storage(power, held, once, time)),
            told,
            f"they hold {digits(held)} J a package",
        ),
        "rack_storage": Family(
            "rack storage at once, as large as it takes",
            TIMES.tolist(),
            lambda time: Plan(rack=Storage(PLENTY, PLENTY, once, time)),
            told,
        ),
        "rack_battery": Family(
            shelf.title,
            TIMES.tolist(),
            lambda time: Plan(rack=Storage(PLENTY, PLENTY, shelf.round_trip.si, time, shelf.response_time.si)),
            told,
            LATE.format(1e3 * shelf.response_time.si),
        ),
    }


def _of_site(grid: Battery, highest: Smoothing) -> dict[str, Family]:
    """Devices that store at the point of connection, alone and behind power smoothing."""

    def told(_: float, found: Outcome) -> str:
        return f"{quantity(found.power, 'W', 3)} and {quantity(found.content, 'J', 3)}"

    def at_once(time: float) -> Storage:
        return Storage(PLENTY, PLENTY, grid.round_trip.si, time)

    return {
        "grid_battery": Family(
            "battery of the site that follows a set point",
            TIMES.tolist(),
            lambda time: Plan(site=Storage(PLENTY, PLENTY, grid.round_trip.si, time, grid.response_time.si)),
            told,
            LATE.format(1e3 * grid.response_time.si),
        ),
        "grid_forming": Family(
            "battery of the site that forms the grid, at once",
            TIMES.tolist(),
            lambda time: Plan(site=at_once(time)),
            told,
        ),
        "both": Family(
            "power smoothing at its highest floor, and that battery",
            TIMES.tolist(),
            lambda time: Plan(package=highest, site=at_once(time)),
            told,
        ),
    }


def _broken(found: Outcome, code: str) -> list[Finding]:
    """Give the limits that are broken, the worst of rounding aside."""
    return [row for row in compliance.check(found.trace, [code]) if row.verdict == "broken" and row.margin < -MARGIN]


def _unknown(found: Outcome, code: str) -> str:
    """Say what the load cannot show of a code's swings; empty where it shows them."""
    rows = [row for row in compliance.check(found.trace, [code]) if row.verdict == "cannot tell" and row.margin >= 0.0]
    return rows[0].why if rows else ""
