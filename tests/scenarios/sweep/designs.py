"""A small sweep that tests share."""

from __future__ import annotations

from pathlib import Path

SITE = "aws_p4d_ultracluster"

SWEEP = """
name = "small"
description = "Coils and house load of a small site."

[sweep]
objectives = ["pue", "-chip_margin_min"]

[sweep.axes]
cooling.air.coil_margin = ["1.2", "1.3", "1.4"]

[sweep.choices.house.frugal]
power.house.lighting.share = "0.1 %"

[sweep.choices.house.lavish.power.house]
lighting.share = "0.5 %"
offices_and_auxiliaries.share = "1.5 %"

[sweep.limits]
pue = { at_most = "1.13" }
"""
"""Six designs; those of the lavish house break the limit."""


def written(folder: Path, text: str = SWEEP) -> Path:
    """Write a sweep's scenario file."""
    path = folder / "small.toml"
    path.write_text(text, encoding="utf-8")
    return path


def content(folder: Path) -> dict[str, bytes]:
    """Read every file of a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
