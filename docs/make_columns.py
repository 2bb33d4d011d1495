"""Write docs/columns.md from the vocabulary, so that the page cannot differ from the code."""

from __future__ import annotations

from pathlib import Path

from twin.columns import ACCOUNTS, JOBS, METRICS, REQUESTS, TABLES, TELEMETRY, YEAR, Column

PAGE = Path(__file__).with_name("columns.md")

INTRODUCTION = """\
# Columns

Made from `twin/columns.py` by `make docs`; change it there. The unit is the column's suffix, values are SI. Power is
positive into the load, grid power positive when drawn, heat positive into the coolant.
"""

TABLE_HEAD = "| column | unit | type | meaning | plausible |\n|---|---|---|---|---|\n"


def page() -> str:
    """Give the whole page as Markdown."""
    canonical = _part("Telemetry", "The canonical telemetry frame, one row a measurement.", TELEMETRY)
    metrics = _part("Metrics of telemetry", "What may stand in `metric`, and the unit of its value.", METRICS)
    jobs = _part("Jobs", "A canonical job table, one row a job.", JOBS)
    requests = _part("Requests", "A canonical request trace, one row a request.", REQUESTS)
    tables = [_part(f"{name}.parquet", "A table of a run folder.", columns) for name, columns in TABLES.items()]
    year = _part("hours.parquet", "The hours of a planning year.", YEAR)
    supply = _part("supply.parquet", "How a planning year is supplied, and what that emits.", ACCOUNTS)
    return "\n".join([INTRODUCTION, canonical, metrics, jobs, requests, *tables, year, supply])


def _part(title: str, text: str, columns: dict[str, Column]) -> str:
    rows = "".join(_row(name, column) for name, column in columns.items())
    return f"## {title}\n\n{text}\n\n{TABLE_HEAD}{rows}"


def _row(name: str, column: Column) -> str:
    unbounded = column.low == float("-inf") and column.high == float("inf")
    plausible = "" if unbounded else f"{column.low:g} to {column.high:g}"
    return f"| `{name}` | {column.unit} | {column.dtype} | {column.meaning} | {plausible} |\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
