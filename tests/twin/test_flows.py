"""Where the energy went: every inner node gives what it got, but for what stayed in its heat capacity."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest

from tests.twin import made_record as made
from tests.twin import small_site as small
from twin import flows, simulate
from twin.record import Record
from twin.site import Site

INNER = (
    "IT racks", "cooling equipment", "distribution losses", "accelerators", "host and auxiliary", "rack losses",
    "rack heat", "liquid coolant", "hall air", "facility water",
    "condenser water", "chillers", "heat pumps", "house load",
)  # fmt: skip


def kept_by(record: Record, site: Site) -> dict[str, float]:
    """Give what each inner node got more than it gave."""
    over: dict[str, float] = defaultdict(float)
    for row in flows.flows(record, site):
        over[str(row["to"])] += float(row["energy_j"])
        over[str(row["from"])] -= float(row["energy_j"])
    return over


def test_inner_nodes_by_hand() -> None:
    """From the made record: racks keep 20 J, CDUs 5, hall air nothing, facility and condenser water 18 and 7."""
    over = kept_by(made.calm(made.site()), made.site())
    kept = {"rack heat": 20.0, "liquid coolant": 5.0, "facility water": 18.0, "condenser water": 7.0}
    for node in INNER:
        assert over[node] == pytest.approx(kept.get(node, 0.0), abs=1e-12), node
    assert set(over) == {*INNER, "grid", "outdoors", "heat reuse"}
    # What left: 6 to a buyer; 694 + 236 of the waters, 92 of chillers, 10 with air, 12 of fans, 20 of losses.
    assert over["grid"] == -1120.0
    assert (over["outdoors"], over["heat reuse"]) == (1064.0, 6.0)


def test_host_and_auxiliary_is_what_neither_accelerators_nor_losses_took() -> None:
    """1,000 J at the rack inlets less 700 J of accelerators and 50 J of losses."""
    rows = {(row["from"], row["to"]): row["energy_j"] for row in flows.flows(made.calm(made.site()), made.site())}
    assert rows["IT racks", "host and auxiliary"] == 250.0
    assert rows["distribution losses", "hall air"] == 50.0
    assert rows["distribution losses", "outdoors"] == 20.0


def test_inner_nodes_of_a_run() -> None:
    """A run through a load step, a pump trip and a warm front: what the nodes keep is what the site's stores gained."""
    site = small.site()
    events = (
        small.pump_trip(0, 47, 0.3, 2.0),
        small.Change(61, "outdoor_offset", np.array([], dtype=np.int64), 5.0),
    )
    kept = simulate.run(site, small.load(site, [0.1, 0.9], 70.0), small.inputs(150, events), small.curve(site))
    over = kept_by(kept, site)
    stayed = {name: getattr(kept.after, name) - getattr(kept.before, name) for name in ("racks", "cdus", "plant")}
    # Rounding of sums of up to 1e9 J held by the site, each to 1e-16: a few 1e-6 J.
    near = {"abs": 1e-9 * kept.energies.connection}
    assert over["rack heat"] == pytest.approx(stayed["racks"], **near)
    assert over["liquid coolant"] == pytest.approx(stayed["cdus"], **near)
    assert over["hall air"] + over["facility water"] == pytest.approx(stayed["plant"], **near)
    for node in INNER[:6]:
        assert over[node] == pytest.approx(0.0, **near), node
    assert abs(stayed["racks"]) > 1e6


def test_losses_from_the_connection_down_to_the_racks() -> None:
    assert flows.losses(made.calm(made.site()), made.site()) == [
        {"stage": "main transformer", "energy_j": 16.0, "heats": "outdoors"},
        {"stage": "mechanical substation (cooling)", "energy_j": 4.0, "heats": "outdoors"},
        # 20 J in one hall, 30 J in the other.
        {"stage": "substation", "energy_j": 50.0, "heats": "hall air"},
        {"stage": "rack conversion", "energy_j": 50.0, "heats": "racks"},
    ]
