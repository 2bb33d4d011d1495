"""What a site can leave to the grid: power by caps, and the computing that they cost."""

from __future__ import annotations

import numpy as np

from twin.site import Floats

CAP_EXPONENT = 0.25
"""
Exponent [1] of performance over the dynamic part of a chip's power. Fitted to one reported point, 1,200 to 1,000 W of
a GB200 for 5 % of performance (Ardestani et al., arXiv 2605.24461, through secondary sources), with a tenth of the
power at rest; one point tells nothing of the shape, and work that waits for memory loses less. Range 0.15 to 0.33,
assumed: a third is dynamic power as the cube of the clock.
"""


def performance(share: Floats, idle: Floats) -> Floats:
    r"""
    Give the performance of a chip that is held below its full power.

    Parameters
    ----------
    share : (any,) [1]
        Cap over full power; at or above 1 nothing is held.
    idle : (any,) [1]
        Power at rest over full power.

    Returns
    -------
    (any,) [1]
        Over that without a cap: :math:`((s - s_0) / (1 - s_0))^{0.25}`; none at or below rest.

    Notes
    -----
    Valid for compute-bound work and caps above half of the dynamic range; below, chips may refuse the cap.
    """
    dynamic = ((share - idle) / (1.0 - idle)).clip(0.0, 1.0)
    return np.asarray(dynamic**CAP_EXPONENT)
