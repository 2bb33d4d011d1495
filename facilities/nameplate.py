"""What a site is built for, in the few figures by which sites are set side by side."""

from __future__ import annotations

from typing import NamedTuple

from facilities import build
from facilities.computing import performance
from facilities.racks import Model
from facilities.schema import Facility
from twin.outline import cooled
from twin.site import Site


class Nameplate(NamedTuple):
    """
    What a site is built for; runs keep these figures under the same names.

    Attributes
    ----------
    halls, racks, accelerators : [1]
        How many.
    it_power_w : [W]
        At the rack inlets, every rack at full load, and at its nameplate at least.
    facility_power_w : [W]
        At the point of connection then, on the design day, fans at full speed and chillers at full load.
    connection_w : [W]
        Rating of the connection.
    liquid_share : [1]
        Of the racks' heat that coolant takes.
    cooling : text
        What carries the heat outdoors.
    dense_bf16_flop_s : [1/s]
        Floating-point operations of all accelerators as rated, dense, of 16 bits; None where one has no rating.
    unrated : tuple of text
        Accelerators without a rating.
    """

    halls: int
    racks: int
    accelerators: int
    it_power_w: float
    facility_power_w: float
    connection_w: float
    liquid_share: float
    cooling: str
    dense_bf16_flop_s: float | None
    unrated: tuple[str, ...]


def nameplate(facility: Facility) -> Nameplate:
    """
    Give what a site is built for.

    Parameters
    ----------
    facility : Facility
        From `facilities.load`.

    Returns
    -------
    Nameplate
        Counts, powers, cooling, rated computing.
    """
    site, parts, rated = build.site(facility), build.sized(facility), performance(facility)
    it_power = float(parts.heat.power.sum())
    unrated = _unrated(list(parts.models.values()))
    return Nameplate(
        halls=len(site.halls.name),
        racks=len(site.racks.name),
        accelerators=round(rated.accelerators),
        it_power_w=it_power,
        facility_power_w=parts.peak_power,
        connection_w=site.connection.rating,
        liquid_share=float(parts.heat.liquid.sum()) / it_power,
        cooling=_cooling(site),
        dense_bf16_flop_s=None if unrated or not rated.accelerators else rated.bf16.operations,
        unrated=unrated,
    )


def _unrated(models: list[Model]) -> tuple[str, ...]:
    chips = (model.accelerator for model in models)
    return tuple(dict.fromkeys(chip.title for chip in chips if chip is not None and chip.dense_bf16 is None))


def _cooling(site: Site) -> str:
    """Say what each kind of loop hangs on, those that hang on the same together."""
    kinds: dict[str, list[str]] = {}
    for loop in range(len(site.loops.name)):
        coolers = "towers" if site.loops.evaporative[loop] else "dry coolers"
        padded = " with wetted pads" if site.loops.pads.saturation[loop] > 0.0 else ""
        chillers = " and chillers" if site.loops.chiller_capacity[loop] > 0.0 else ""
        kinds.setdefault(f"{coolers}{padded}{chillers}", []).extend(cooled(site, loop))
    return "; ".join(f"{' and '.join(dict.fromkeys(what))}: {plant}" for plant, what in kinds.items() if what)
