"""Tables of numbers without a header: seconds from the start, then the power of one accelerator a column."""

from __future__ import annotations

from telemetry.draft import Draft, Format, Options
from telemetry.formats import wide
from telemetry.mapping import ColumnRule, TimeColumn, WideMapping
from telemetry.source import Source

_MAPPING = WideMapping(
    name="gpu_matrix",
    description="seconds, then watts of one accelerator a column",
    format="wide",
    note=(
        "the file has no header: its first column is read as seconds, the others as the power of one accelerator in W",
    ),
    time=TimeColumn(column="column_0", unit="s"),
    column=(ColumnRule(match="column_{n}", asset="gpu_{n}", metric="accelerator_power_w", unit="W"),),
)


def sniff(source: Source, options: Options) -> str:
    """Give the reason why a source is no table of accelerator powers; empty when it is."""
    del options
    if source.header:
        return "the first line is not all numbers"
    if source.rows.width < 2:  # noqa: PLR2004
        return "there is one column; wanted seconds, then watts of one accelerator a column"
    return ""


def read(source: Source, options: Options) -> Draft:
    """Read a table of accelerator powers; ``gpu_1`` is the column after the times."""
    return wide.read_mapped(source, options, _MAPPING)


FORMAT = Format(
    "gpu_matrix",
    "CSV without header: seconds, then watts of one accelerator a column",
    "no header: a first line of numbers",
    sniff,
    read,
)
