"""The project's own source files, as the structure tests read them."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("twin", "facilities", "telemetry", "scenarios")


def python_files(*folders: str) -> list[Path]:
    """List the Python files under some of the project's folders, all packages if none is named."""
    return [path for folder in folders or PACKAGES for path in sorted((ROOT / folder).rglob("*.py"))]


def place(path: Path) -> str:
    """Give a file's path inside the project, with forward slashes."""
    return path.relative_to(ROOT).as_posix()


def module_name(path: Path) -> str:
    """Give the dotted name under which a file is imported."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def syntax_tree(path: Path) -> ast.Module:
    """Give a file's syntax tree."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
