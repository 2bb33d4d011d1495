"""The compiler of the kernels, told where to keep what it compiles."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from twin.thermal.cache import folder

os.environ.setdefault("NUMBA_CACHE_DIR", folder())

import numba  # after the variable above, which it reads when it is imported
import numba.extending

njit: Callable[..., Any] = numba.njit


def _left_out(_: Callable[..., Any]) -> Callable[[], None]:
    """Give nothing in the place of what only machine code can do, where kernels run as the Python that is written."""
    return lambda: None


intrinsic: Callable[..., Any] = _left_out if numba.config.DISABLE_JIT else numba.extending.intrinsic  # type: ignore[attr-defined]

VOID: Any = numba.types.void

LOOP: dict[str, Any] = {"error_model": "numpy", "fastmath": {"contract", "reassoc", "nnan", "nsz"}}
"""How the loops over a run are compiled: sums may be taken in another order, so that they fill vector registers."""

PLAIN: dict[str, Any] = {"error_model": "numpy", "_nrt": False}
"""How functions are compiled that allocate nothing: without counting who holds an array, a fifth of a second's work."""

LANE_LOOP: dict[str, Any] = {**LOOP, **PLAIN}
"""How loops over the lanes of a tile are compiled."""
