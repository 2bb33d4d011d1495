"""
What the chips are asked to do: the load table, and the law from demand to power.

The load table is the only description of load that the replay kernel reads. It never holds rack x second: a trace is
stored once, and segments say which rack follows it, when, and with what scale.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from twin.site import Floats, Integers


class LoadTable(NamedTuple):
    """
    Traces, and the segments by which racks follow them.

    During second ``k`` (from ``k`` to ``k + 1``) of the run, a segment that covers it adds to its rack ``base + scale *
    sample`` watts of accelerator and of host power, weighted by the part of the second it covers, where ``sample`` is
    the trace's value, held from its own instant to the next, at ``k - start + offset`` seconds; a trace that ends is
    begun again. The part of a rack that no segment occupies idles.

    Attributes
    ----------
    samples : (sample,) float32
        All traces, one after another.
    trace_start : (trace + 1,)
        Trace ``i`` is ``samples[trace_start[i]:trace_start[i + 1]]``.
    trace_step : (trace,) [s]
        Time from one sample to the next.
    segment_start : (rack + 1,)
        Segments ``segment_start[r]:segment_start[r + 1]`` are rack ``r``'s, in order of their start.
    start, end : (segment,) [s]
        From the start of the run.
    trace : (segment,)
        Which trace.
    offset : (segment,) [s]
        Where in the trace the segment starts; never negative.
    accelerator_base, accelerator_scale : (segment,) [W]
        Accelerator power of the rack at sample zero, and for each one of sample.
    host_base, host_scale : (segment,) [W]
        The same for the host processors.
    share : (segment,) [1]
        Part of the rack's chips that the segment occupies; at most one in sum.
    measured : (rack,) bool
        Where true, the rack's inlet power is prescribed: `accelerator_base` and `accelerator_scale` give it, the host's
        are zero, and neither leakage nor throttling changes it.
    """

    samples: npt.NDArray[np.float32]
    trace_start: Integers
    trace_step: Floats
    segment_start: Integers
    start: Floats
    end: Floats
    trace: Integers
    offset: Floats
    accelerator_base: Floats
    accelerator_scale: Floats
    host_base: Floats
    host_scale: Floats
    share: Floats
    measured: npt.NDArray[np.bool_]
