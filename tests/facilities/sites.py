"""Facility files for tests: a site of the project with one thing changed."""

from __future__ import annotations

from pathlib import Path

from facilities.loading import SITES


def changed(folder: Path, site: str, *changes: tuple[str, str]) -> Path:
    """Write a copy of a site in which texts are replaced; each must be there."""
    text = (SITES / f"{site}.toml").read_text(encoding="utf-8")
    for old, new in changes:
        if old not in text:
            message = f"{old!r} is not in {site}.toml"
            raise ValueError(message)
        text = text.replace(old, new, 1)
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return path
