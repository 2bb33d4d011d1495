"""House rules that a reader cannot be trusted to see: size, names, what is printed, what is changed in place."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from tests.source_files import PACKAGES, ROOT, place, python_files, syntax_tree

LONGEST_FILE = 500
"""Lines; a longer file is two files."""

PRINTING = ("scenarios/cli.py", "scenarios/commands/")
"""The command line alone prints, so that everything else can be used from Python."""


def test_no_file_is_too_long() -> None:
    lengths = {
        place(path): path.read_text(encoding="utf-8").count("\n")
        for path in python_files(*PACKAGES, "tests", "benchmarks", "docs")
    }
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_FILE} == {}


def test_no_physics_knows_a_site_by_name() -> None:
    sites = [path.stem for path in sorted((ROOT / "facilities" / "sites").glob("*.toml"))]
    assert {"frontier", "hyperion", "prometheus"} <= set(sites)
    named = re.compile(r"\b(" + "|".join(map(re.escape, sites)) + r")\b", re.IGNORECASE)
    faults = [
        f"{place(path)}:{number}: {line.strip()}"
        for path in python_files("twin")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if named.search(line)
    ]
    assert not faults, "\n".join(faults)


def test_only_the_command_line_prints() -> None:
    faults = [
        f"{place(path)}:{node.lineno}"
        for path in python_files()
        if not place(path).startswith(PRINTING)
        for node in ast.walk(syntax_tree(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]
    assert not faults, "\n".join(faults)


def test_no_quantity_changes_its_unit_in_place() -> None:
    """pint's `ito` changes what every other holder of the quantity sees; on an array it rewrites the data."""
    faults = [
        f"{place(path)}:{node.lineno}"
        for path in python_files(*PACKAGES, "tests", "benchmarks")
        for node in ast.walk(syntax_tree(path))
        if isinstance(node, ast.Attribute) and re.fullmatch(r"ito(_\w+)?", node.attr)
    ]
    assert not faults, "\n".join(faults)


def test_users_faults_are_not_asserted() -> None:
    """`python -O` takes every assert away, and an AssertionError tells a user nothing."""
    faults = [
        f"{place(path)}:{node.lineno}"
        for path in python_files()
        for node in ast.walk(syntax_tree(path))
        if isinstance(node, ast.Assert)
    ]
    assert not faults, "\n".join(faults)


def test_every_package_folder_says_what_it_is() -> None:
    folders = {path.parent for path in python_files()}
    silent = [place(folder) for folder in sorted(folders) if not _docstring(folder / "__init__.py")]
    assert silent == []


def _docstring(path: Path) -> str | None:
    return ast.get_docstring(syntax_tree(path)) if path.is_file() else None
