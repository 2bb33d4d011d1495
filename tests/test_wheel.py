"""The wheel is the whole program: every data file inside, no test, and it works from where it lies."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.source_files import PACKAGES

DATA = {".toml", ".j2", ".csv", ".md", ".json", ".jsonl", ".parquet", ".npz"}
"""Suffixes of what the packages read at run time, or ship to be read."""


@pytest.fixture(scope="module")
def wheel(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(root)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = folder.glob("gigatwin-*.whl")
    return built


@pytest.fixture(scope="module")
def contents(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Lay the wheel out as an installation would, in a folder that knows nothing of the checkout."""
    folder = tmp_path_factory.mktemp("installed")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def test_every_source_and_data_file_is_in_it(root: Path, contents: set[str]) -> None:
    wanted = {
        path.relative_to(root).as_posix()
        for package in PACKAGES
        for path in (root / package).rglob("*")
        if path.suffix in DATA | {".py"}
    }
    assert wanted - contents == set()


def test_nothing_else_is_in_it(contents: set[str]) -> None:
    tops = {name.split("/")[0] for name in contents}
    assert {top for top in tops if not top.endswith(".dist-info")} == set(PACKAGES)
    assert {name for name in contents if "/tests/" in name or name.endswith(".pyc")} == set()
    recordings = {name for name in contents if name.endswith(".parquet")}
    assert {name for name in recordings if not name.startswith("telemetry/samples/")} == set()


def test_it_carries_its_licence_and_command(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        information = next(name.split("/")[0] for name in archive.namelist() if ".dist-info/" in name)
        commands = archive.read(f"{information}/entry_points.txt").decode()
        licence = archive.read(f"{information}/licenses/LICENSE").decode()
    assert "twin = scenarios.cli:main" in commands
    assert "Apache License" in licence


def test_it_finds_its_sites_and_builds_one(installed: Path) -> None:
    """Frontier has 74 cabinets, a published count, so 74 racks must come out of the wheel's own files."""
    program = (
        "import sys, facilities, facilities.build as build\n"
        f"assert facilities.__file__.startswith({str(installed)!r}), facilities.__file__\n"
        "site = build.site(facilities.load('frontier'))\n"
        "print(*sorted(facilities.names()))\nprint(len(site.racks.name))"
    )
    answer = _run_installed(installed, ["-c", program])
    names, racks = answer.splitlines()
    assert {"frontier", "hyperion", "prometheus"} <= set(names.split())
    assert int(racks) == 74


def test_its_command_lists_what_it_knows(installed: Path) -> None:
    answer = _run_installed(
        installed, ["-c", "import sys; sys.argv = ['twin', 'list']; import scenarios.cli as c; c.main()"]
    )
    assert "prometheus" in answer


def _run_installed(installed: Path, arguments: list[str]) -> str:
    # PYTHONPATH stands before the environment's own packages, an editable installation of the checkout included.
    command = ["env", "-u", "PYTHONHOME", f"PYTHONPATH={installed}", sys.executable, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=installed.parent)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
