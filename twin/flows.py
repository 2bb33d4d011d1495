"""Where the energy of a run went: flows from the grid to the outdoors, and losses by stage, for pictures and tables."""

from __future__ import annotations

from twin.closure import cooling_energy
from twin.record import Record
from twin.site import Site, Stage

Flow = dict[str, str | float]


def losses(record: Record, site: Site) -> list[Flow]:
    """
    List the losses of every conversion stage.

    Parameters
    ----------
    record : Record
        A run.
    site : Site
        Its site.

    Returns
    -------
    list of dict
        Stage, energy [J] and what it heats, from the point of connection down to the racks.
    """
    energies, chain = record.energies, site.chain
    common = _rows(chain.common_path, energies.common_losses.tolist(), "")
    mechanical = _rows(chain.mechanical_path, energies.mechanical_losses.tolist(), " (cooling)")
    halls = _rows(chain.hall_path, energies.hall_losses.sum(axis=1).tolist(), "")
    inside: list[Flow] = [{"stage": "rack conversion", "energy_j": energies.rack_losses, "heats": "racks"}]
    return [*common[::-1], *mechanical[::-1], *halls[::-1], *inside]


def _rows(stages: tuple[Stage, ...], energies: list[float], suffix: str) -> list[Flow]:
    return [
        {
            "stage": stage.name.replace("_", " ") + suffix,
            "energy_j": energy,
            "heats": "hall air" if stage.heats_hall else "outdoors",
        }
        for stage, energy in zip(stages, energies, strict=True)
    ]


def flows(record: Record, site: Site) -> list[Flow]:
    """
    List the flows of energy from the grid to the outdoors.

    Parameters
    ----------
    record : Record
        A run.
    site : Site
        Its site.

    Returns
    -------
    list of dict
        From, to and energy [J]; each integrated on its own. Energy that stayed in the site's heat capacity is not
        listed.
    """
    energies = record.energies
    spent = losses(record, site)[:-1]
    in_halls = sum(float(row["energy_j"]) for row in spent if row["heats"] == "hall air")
    outdoors = sum(float(row["energy_j"]) for row in spent if row["heats"] == "outdoors")
    cooling = cooling_energy(energies)
    other = energies.racks - energies.accelerators - energies.rack_losses
    listed = (
        ("grid", "IT racks", energies.racks),
        ("grid", "cooling equipment", cooling),
        ("grid", "distribution losses", in_halls + outdoors),
        ("grid", "house load", energies.house),
        ("house load", "outdoors", energies.house),
        ("IT racks", "accelerators", energies.accelerators),
        ("IT racks", "host and auxiliary", other),
        ("IT racks", "rack losses", energies.rack_losses),
        ("accelerators", "rack heat", energies.accelerators),
        ("host and auxiliary", "rack heat", other),
        ("rack losses", "rack heat", energies.rack_losses),
        ("rack heat", "liquid coolant", energies.rack_coolant),
        ("rack heat", "hall air", energies.rack_air),
        ("distribution losses", "hall air", in_halls),
        ("distribution losses", "outdoors", outdoors),
        ("cooling equipment", "liquid coolant", energies.cdu_pumps),
        ("cooling equipment", "hall air", energies.hall_fans),
        ("cooling equipment", "facility water", energies.pumps),
        ("cooling equipment", "condenser water", energies.condenser_pumps),
        ("cooling equipment", "chillers", energies.chillers),
        ("cooling equipment", "outdoors", energies.cooler_fans + energies.outdoor_fans),
        ("liquid coolant", "facility water", energies.cdu_facility),
        ("liquid coolant", "hall air", energies.cdu_air),
        ("hall air", "facility water", energies.coils + energies.doors),
        ("hall air", "outdoors", energies.outdoor_air),
        ("facility water", "outdoors", energies.rejected),
        ("facility water", "chillers", energies.chilled),
        ("facility water", "heat pumps", energies.reused),
        ("cooling equipment", "heat pumps", energies.heat_pumps),
        ("heat pumps", "heat reuse", energies.delivered),
        ("facility water", "condenser water", energies.economised),
        ("chillers", "condenser water", energies.condensed),
        ("chillers", "outdoors", energies.chilled + energies.chillers - energies.condensed),
        ("condenser water", "outdoors", energies.condenser_rejected),
    )
    return [{"from": start, "to": end, "energy_j": energy} for start, end, energy in listed]
