"""Where compiled functions are kept."""

from __future__ import annotations

import zlib
from pathlib import Path

from platformdirs import user_cache_dir


def folder() -> str:
    """
    Give the folder for this text of the kernels.

    Returns
    -------
    text
        In the user's cache: site-packages may be read-only. The compiler looks at the date of a function's own file
        only, and what it calls may stand in another.
    """
    texts = (path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py")))
    kernels = zlib.crc32(b"".join(text for text in texts if b"@njit" in text))
    return str(Path(user_cache_dir("gigatwin")) / f"kernels-{kernels:08x}")
