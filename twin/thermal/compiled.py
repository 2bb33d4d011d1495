"""The compiler of the kernels, told to keep what it compiles in the user's cache: site-packages may be read-only."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from platformdirs import user_cache_dir

os.environ.setdefault("NUMBA_CACHE_DIR", user_cache_dir("gigatwin"))

import numba  # after the variable above, which it reads when it is imported

njit: Callable[..., Any] = numba.njit

LOOP: dict[str, Any] = {"error_model": "numpy", "fastmath": {"contract", "reassoc", "nnan", "nsz"}}
"""How the loops over a run are compiled: sums may be taken in another order, so that they fill vector registers."""
