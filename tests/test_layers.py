"""Imports point one way, and each outside library has one door: read from the import statements themselves."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.source_files import PACKAGES, module_name, place, python_files, syntax_tree

MAY_IMPORT = {
    "twin": {"twin"},
    "telemetry": {"telemetry", "twin"},
    "facilities": {"facilities", "twin"},
    "scenarios": {"scenarios", "facilities", "telemetry", "twin"},
}
DOORS = {
    "pint": {"twin/units.py"},
    "lightsim2grid": {
        "twin/grid/native.py",
        "twin/grid/power_flow.py",
        "benchmarks/grid_day.py",
        "benchmarks/grid_n1.py",
    },
    "pypowsybl": {"facilities/hosts/exchange.py"},
    "pandapower": {"twin/grid/network.py", "twin/grid/pandapower_host.py", "facilities/hosts/read.py"},
    "plotly": {"scenarios/page/figures.py"},
    "comtrade": {"telemetry/formats/comtrade.py"},
    "pooch": {"telemetry/public.py"},
    "pynvml": {"telemetry/recording/nvml.py"},
    "distributed": {"scenarios/sweep/spread.py"},
}


def imports(tree: ast.Module, module: str, *, is_package: bool = False) -> list[tuple[int, str]]:
    """List the line and full dotted name of everything a module imports, inside functions and by name included."""
    found: list[tuple[int, str]] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(node.lineno, name.name) for name in node.names]
        elif isinstance(node, ast.ImportFrom):
            found += [(node.lineno, f"{_origin(node, module, is_package=is_package)}.{n.name}") for n in node.names]
        elif isinstance(node, ast.Call) and _is_import_call(node.func):
            found += [(node.lineno, _imported_text(node))]
    return found


def _origin(node: ast.ImportFrom, module: str, *, is_package: bool) -> str:
    if not node.level:
        return node.module or ""
    parents = module.split(".")
    kept = parents[: len(parents) - node.level + is_package]
    return ".".join([*kept, *([node.module] if node.module else [])])


def _is_import_call(function: ast.expr) -> bool:
    if isinstance(function, ast.Name):
        return function.id in {"__import__", "import_module"}
    return isinstance(function, ast.Attribute) and function.attr == "import_module"


def _imported_text(call: ast.Call) -> str:
    first = call.args[0] if call.args else None
    text = first.value if isinstance(first, ast.Constant) else None
    return text if isinstance(text, str) else "<a name made at run time>"


def _imports_of(path: Path) -> list[tuple[int, str]]:
    return imports(syntax_tree(path), module_name(path), is_package=path.name == "__init__.py")


def test_imports_point_one_way() -> None:
    faults = [
        f"{place(path)}:{line}: {package} may not import {name}"
        for package in PACKAGES
        for path in python_files(package)
        for line, name in _imports_of(path)
        if (head := name.split(".")[0]) in PACKAGES and head not in MAY_IMPORT[package]
    ]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("library", DOORS)
def test_a_library_has_one_door(library: str) -> None:
    importers = {
        place(path)
        for path in python_files(*PACKAGES, "benchmarks")
        for _, name in _imports_of(path)
        if name.split(".")[0] == library
    }
    assert importers == DOORS[library]


def test_no_import_by_a_name_made_at_run_time() -> None:
    faults = [
        f"{place(path)}:{line}" for path in python_files() for line, name in _imports_of(path) if name.startswith("<")
    ]
    assert not faults, "an import that no reader and no test can follow: " + ", ".join(faults)


def test_the_reader_of_imports_sees_every_form() -> None:
    text = """
import a.b, c as d
from e import f
from . import g
from ..h import i
def inside():
    import j
    importlib.import_module("k.l")
    __import__(name)
"""
    names = [name for _, name in imports(ast.parse(text), "top.middle.leaf")]
    assert sorted(names) == sorted(
        ["a.b", "c", "e.f", "top.middle.g", "top.h.i", "j", "k.l", "<a name made at run time>"]
    )


def test_heavy_libraries_wait_until_they_are_needed() -> None:
    """A replay with its caches warm needs no power flow and no weather file, so nothing on its way may load these."""
    modules = [module_name(path) for path in python_files() if place(path) not in DOORS["pandapower"]]
    assert _loaded_by(modules, {"pandapower", "pvlib", "pandas"}) == set()


def test_a_replay_loads_no_statistics() -> None:
    """Filters and distributions take 0.35 s to load, a tenth of Frontier's day."""
    assert _loaded_by(["scenarios.study"], {"scipy.signal", "scipy.stats"}) == set()


def test_help_loads_no_numerical_library() -> None:
    """`twin --help` answers in 0.6 s; each of these takes 0.1 s or more to load."""
    heavy = {"pandapower", "pvlib", "pandas", "plotly", "numba", "scipy", "polars", "pint"}
    assert _loaded_by(["scenarios.cli"], heavy) == set()


def _loaded_by(modules: list[str], watched: set[str]) -> set[str]:
    program = (
        f"import importlib, sys\nfor name in {modules!r}: importlib.import_module(name)\n"
        f"print(*({watched!r} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())
