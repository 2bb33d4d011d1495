"""What racks are rated to compute, as a table."""

from __future__ import annotations

from collections.abc import Iterator

from rich.table import Table

from facilities.computing import Performance, Rate, training
from scenarios.page.quantities import duration, quantity

OPERATIONS, UTILISATION = 1e25, 0.4
"""Of the training run that is told: about a quarter of Llama 3 405B's, at what large dense models reach."""


def tables(found: Performance) -> Iterator[Table]:
    """
    Tell what a site is rated to compute.

    Parameters
    ----------
    found : Performance
        From `facilities.performance`.

    Yields
    ------
    Table
        One, or none where no accelerator has a rate.
    """
    rates = [(name, rate) for name, rate in (("bf16", found.bf16), ("fp8", found.fp8)) if rate.operations > 0.0]
    if not rates:
        return
    table = Table(title="rated computing, dense matrices", title_justify="left")
    run = f"10²⁵ operations at {UTILISATION:.0%} of it, racks at their nameplates"
    for column in ("format", "rate", "of accelerators", "per power of all racks", run):
        table.add_column(column)
    for name, rate in rates:
        table.add_row(name, *_cells(found, rate))
    yield table


def _cells(found: Performance, rate: Rate) -> tuple[str, ...]:
    part = rate.accelerators / found.accelerators
    time, energy = training(rate, found.rack_power, OPERATIONS, UTILISATION)
    return (
        quantity(rate.operations, "FLOP/s"),
        "all" if part == 1.0 else f"{part:.0%}; no rate of the others is published",
        f"{rate.operations / found.rack_power / 1e12:.3g} EFLOP/s/MW",
        f"{duration(time)}, {quantity(energy, 'J')}",
    )
