"""The same inputs give the same run: in one process, in another, and without the compiler."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.twin import small_site as small
from twin import run, simulate
from twin.changes import Change
from twin.columns import TABLES
from twin.record import Record
from twin.site import Site
from twin.thermal import walk

SECONDS = 95
SHORT = 65


def replay(site: Site, seconds: int) -> Record:
    """Replay a load step, a pump trip and a set point at odd seconds."""
    events = (
        small.pump_trip(0, 7, 0.2, 3.0),
        Change(9, "supply_set_point", np.array([0]), 311.15),
    )
    load = small.load(site, [0.3, 1.0, 0.6], 5.0, offsets=(0.0, 3.0))
    return simulate.run(site, load, small.inputs(seconds, events), small.curve(site))


def save(folder: str) -> None:
    """Replay and write every table of the run."""
    site = small.site()
    context = {"start": small.START, "changes": (), "seed": 0}
    run.assemble(replay(site, SECONDS), site, small.curve(site), context).save(Path(folder))


def keep(path: str) -> None:
    """Replay little more than a minute after one of settling, for a process that compiles nothing, and keep arrays."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(simulate, "SETTLING_TIME", 60)
        kept = replay(small.site(), SHORT)
    stores = np.array([*kept.before, *kept.after])
    compiled = hasattr(walk.macro_step, "signatures")
    np.savez(
        path, compiled=compiled, site=kept.site, voltage=kept.voltage, racks=kept.racks, cdus=kept.cdus, stores=stores
    )


def elsewhere(root: Path, call: str, target: Path, **variables: str) -> None:
    """Run a function of this module in a fresh process."""
    code = f"import sys; from tests.properties import test_determinism as own; own.{call}(sys.argv[1])"
    subprocess.run([sys.executable, "-c", code, str(target)], cwd=root, env=os.environ | variables, check=True)


def test_every_table_is_the_same_byte_for_byte(tmp_path: Path, root: Path) -> None:
    folders = [tmp_path / name for name in ("first", "again", "elsewhere")]
    for folder in folders:
        folder.mkdir()
    save(str(folders[0]))
    save(str(folders[1]))
    elsewhere(root, "save", folders[2])
    for name in TABLES:
        first, again, other = ((folder / f"{name}.parquet").read_bytes() for folder in folders)
        assert first == again, name
        assert first == other, name
    figures = {(folder / "metrics.json").read_bytes() for folder in folders}
    assert len(figures) == 1


def test_the_compiled_kernels_are_the_python_that_is_written(tmp_path: Path, root: Path) -> None:
    """
    The same run with the compiler switched off, in a process of its own.

    Compiled sums may be taken in another order, so that powers differ in the last digits; 1e-9 is allowed. What is
    kept in single precision may fall on the neighbouring number, 1.2e-7 away.
    """
    keep(str(tmp_path / "compiled.npz"))
    elsewhere(root, "keep", tmp_path / "plain.npz", NUMBA_DISABLE_JIT="1")
    with np.load(tmp_path / "compiled.npz") as compiled, np.load(tmp_path / "plain.npz") as plain:
        assert compiled["compiled"]
        assert not plain["compiled"]
        for name in ("site", "voltage", "stores"):
            np.testing.assert_allclose(plain[name], compiled[name], rtol=1e-9, err_msg=name)
        for name in ("racks", "cdus"):
            np.testing.assert_allclose(plain[name], compiled[name], rtol=2.5e-7, err_msg=name)


def test_a_site_in_use_is_not_changed_by_a_run() -> None:
    """A second run of the same objects sees the same site and load: states and tallies are the run's own."""
    site = small.site()
    load = small.load(site, [0.3, 1.0], 20.0)
    first, second = (simulate.run(site, load, small.inputs(60), small.curve(site)) for _ in range(2))
    np.testing.assert_array_equal(first.site, second.site)
    np.testing.assert_array_equal(site.loops.supply_set_point, small.site().loops.supply_set_point)
    assert first.energies.connection == second.energies.connection
