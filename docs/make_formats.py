"""Write docs/formats.md from the table of formats and the mappings, so that the page cannot differ from the code."""

from __future__ import annotations

from pathlib import Path

from facilities.weather import FORMATS as WEATHER
from telemetry import mapping
from telemetry.formats import FORMATS, SERIES, writing

PAGE = Path(__file__).with_name("formats.md")

INTRODUCTION = """\
# Telemetry formats

Made from `telemetry/formats` and `telemetry/mappings` by `make docs`; change it there. A file's format is found from
what is in it, in this order; `--format NAME` asks for one. [Telemetry](telemetry.md) says what is done with a file.

| format | files | known by |
|---|---|---|
"""

MAPPINGS = """
## Mappings

What the columns of a table are, or the series of a monitoring system, a mapping says: a TOML file, found by a file's
columns, or given with `--mapping`. These come with the package:

| mapping | of format | files |
|---|---|---|
"""

WRITTEN = """
## Written

`twin convert FILE --to NAME` writes measurements as one of these, and reads them back as the same frame:

| name | file ends in |
|---|---|
| parquet | .parquet |
"""

WEATHER_TEXT = """
## Weather

Files of weather are not telemetry; they go to `--weather`: {names}, of a typical year.
"""


def page() -> str:
    """Give the whole page as Markdown."""
    formats = "".join(f"| `{name}` | {found.description} | {found.known_by} |\n" for name, found in FORMATS.items())
    mappings = "".join(
        f"| `{name}` | {_of(found.format)} | {found.description} |\n" for name, found in mapping.shipped().items()
    )
    written = "".join(f"| {name} | {suffix} |\n" for name, suffix in writing.SUFFIXES.items())
    weather = WEATHER_TEXT.format(names=", ".join(WEATHER))
    return INTRODUCTION + formats + MAPPINGS + mappings + WRITTEN + written + weather


def _of(name: str) -> str:
    return ", ".join(f"`{each}`" for each in SERIES) if name == "series" else f"`{name}`"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
