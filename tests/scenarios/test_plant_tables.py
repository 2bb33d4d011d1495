"""The plant as tables of ``twin show``, on the small site and on the project's own."""

from __future__ import annotations

import io

import numpy as np
from rich.console import Console

import facilities
from facilities import build
from scenarios.commands import plant
from scenarios.page.quantities import THIN
from tests.scenarios import small_site
from twin.site import Site


def text(site: Site, width: int = 200) -> list[str]:
    """Give the tables as lines, rules taken out."""
    console = Console(width=width, file=io.StringIO(), record=True)
    for table in plant.tables(site):
        console.print(table)
    lines = console.export_text().replace(THIN, " ").splitlines()
    return [" ".join(line.replace("│", " ").split()) for line in lines if "─" not in line and "━" not in line]


def test_loops_alike_stand_together() -> None:
    """Loops 1 and 2 differ in nothing but their chillers; a kilowatt of pumps, 4 MJ/K at 20 kW/K are 200 s of pipe."""
    lines = text(small_site.site())
    assert "2 CDUs 36.0 °C 41.0 °C 1.00 kW constant 3 min 20 s" in lines
    assert "1 hall air 19.0 °C 24.0 °C 1.00 kW constant 3 min 20 s" in lines
    assert "1 CDUs 100 kW 1 50% of Carnot at once at once" in lines


def test_what_no_loop_has_is_no_column() -> None:
    heads = " ".join(line for line in text(small_site.site()) if "loops" in line)
    assert not any(name in heads for name in ("tank", "condenser", "make-up", "heat reuse"))


def test_what_one_loop_has_is_told() -> None:
    loops = small_site.loops()
    three = np.ones(3)
    reuse = loops.reuse._replace(heat=np.array([5e4, 0.0, 0.0]), hot=343.15 * three)
    fitted = loops.condenser._replace(
        fitted=np.array([False, False, True]), pump_power=2e3 * three, economiser_conductance=1e4 * three
    )
    site = small_site.site()._replace(
        loops=loops._replace(
            reuse=reuse,
            condenser=fitted,
            tank_capacity=np.array([0.0, 0.0, 6e6]),
            evaporative=np.array([False, False, True]),
            basin=np.array([0.0, 0.0, 5e3]),
            pumps=loops.pumps._replace(variable=np.array([False, True, False]), least_flow=0.4 * three),
            reset=loops.reset._replace(rise=np.array([3.0, 0.0, 0.0])),
        )
    )
    lines = text(site)
    assert any("36.0 °C, 3.0 K more in the cold" in line for line in lines)
    assert any("40% to full" in line for line in lines)
    # 6 MJ/K over 20 kW/K
    assert any("5 min of flow" in line for line in lines)
    assert any("5 tower cells (merkel)" in line and "pumps 2.000 kW, with economiser" in line for line in lines)
    assert any("4 cycles, basins hold 5.000 t" in line for line in lines)
    assert any("50.00 kW at 70.0 °C" in line for line in lines)


def test_the_projects_sites_say_what_they_are_built_of() -> None:
    frontier = text(build.site(facilities.load("frontier")))
    assert any(line.startswith("1 CDUs 6 tower cells (merkel)") and line.endswith("always") for line in frontier)
    assert any(line.startswith("24 CDUs 11 dry coolers") for line in text(build.site(facilities.load("prometheus"))))


def test_one_cooler_is_not_several() -> None:
    site = small_site.site()
    lines = text(site._replace(loops=site.loops._replace(cooler_units=np.ones(3))))
    assert any("1 dry cooler " in line for line in lines)
    assert not any("1 dry coolers" in line for line in lines)
