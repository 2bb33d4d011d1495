"""What a job adds to the load table, and how such parts are joined."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from telemetry.parameters import Parameter
from twin.errors import Fault, ScenarioError
from twin.site import Floats, Integers, Site
from twin.workload import LoadTable

JOBS = "the scenario's jobs"
"""Where faults of jobs are, for messages."""


class Trace(NamedTuple):
    """
    Samples that segments follow.

    Attributes
    ----------
    samples : (sample,) float32
        Held from one to the next.
    step : [s]
        Between samples.
    """

    samples: npt.NDArray[np.float32]
    step: float


class Segments(NamedTuple):
    """
    Columns of a load table's segments, `rack` beside them and in any order; shapes and units as in `LoadTable`.

    Attributes
    ----------
    rack : (segment,)
        Row of the rack.
    start, end : (segment,) [s]
        From the start of the run.
    trace : (segment,)
        Which of the part's traces.
    offset : (segment,) [s]
        Where in the trace the segment starts.
    accelerator_base, accelerator_scale, host_base, host_scale : (segment,) [W]
        Power at sample zero, and for each one of sample.
    share : (segment,) [1]
        Part of the rack's chips.
    """

    rack: Integers
    start: Floats
    end: Floats
    trace: Integers
    offset: Floats
    accelerator_base: Floats
    accelerator_scale: Floats
    host_base: Floats
    host_scale: Floats
    share: Floats


class Part(NamedTuple):
    """
    One job's contribution to the load table.

    Attributes
    ----------
    traces : tuple of Trace
        What its segments follow.
    segments : Segments
        Which racks follow, and how.
    notes : tuple of text
        What a reader of the run must know.
    measured : bool
        Whether the segments give power at the rack inlet.
    parameters : name to Parameter
        Numbers that a synthetic trace was made from.
    level : text
        Why the level of the load is uncertain; empty where it is not.
    delivered : name to amount
        What its racks do in all, as asked: see `scenarios.asked.delivered`.
    """

    traces: tuple[Trace, ...]
    segments: Segments
    notes: tuple[str, ...] = ()
    measured: bool = False
    parameters: Mapping[str, Parameter] = MappingProxyType({})
    level: str = ""
    delivered: Mapping[str, float] = MappingProxyType({})


def refused(job: str, key: str, message: str) -> ScenarioError:
    """Give the error of one job."""
    return ScenarioError(JOBS, [Fault(f"jobs.{job}.{key}", message)])


def steady(rows: Integers, start: float, end: float) -> Segments:
    """Give one segment a rack that occupies all of it from start to end [s], without power yet."""
    zero = np.zeros(len(rows))
    return Segments(
        rack=rows,
        start=zero + start,
        end=zero + end,
        trace=np.zeros(len(rows), dtype=np.int64),
        offset=zero,
        accelerator_base=zero,
        accelerator_scale=zero,
        host_base=zero,
        host_scale=zero,
        share=zero + 1.0,
    )


def powered(segments: Segments, site: Site, accelerator: Floats | float = 1.0, host: Floats | float = 1.0) -> Segments:
    """
    Give segments the power of a job: loaded idle at sample zero, full power at sample one.

    Parameters
    ----------
    segments : Segments
        With their racks and shares.
    site : Site
        Whose racks.
    accelerator, host : (segment,) [1]
        Activity of accelerators and hosts at sample one.

    Returns
    -------
    Segments
        With base and scale of accelerators and hosts.
    """
    classes = site.rack_classes
    row = site.racks.rack_class[segments.rack]
    packages = classes.accelerators[row] * segments.share
    loaded, full = classes.accelerator_loaded[row], classes.accelerator_max[row]
    idle_host, full_host = classes.host_idle[row], classes.host_max[row]
    return segments._replace(
        accelerator_base=loaded * packages,
        accelerator_scale=(full - loaded) * packages * accelerator,
        host_base=idle_host * segments.share,
        host_scale=(full_host - idle_host) * segments.share * host,
    )


def join(parts: Sequence[Part], racks: int) -> LoadTable:
    """
    Join the parts of all jobs.

    Parameters
    ----------
    parts : sequence of Part
        In any order.
    racks : [1]
        Racks of the site.

    Returns
    -------
    LoadTable
        With the segments of each rack in order of their start.
    """
    traces = [trace for part in parts for trace in part.traces]
    lengths = [len(trace.samples) for trace in traces]
    whole = _stacked(parts)
    order = np.lexsort((whole.start, whole.rack))
    measured = np.zeros(racks, dtype=np.bool_)
    for part in parts:
        measured[part.segments.rack] |= part.measured
    whole = Segments._make(column[order] for column in whole)
    return LoadTable(
        samples=np.concatenate([np.zeros(0, dtype=np.float32), *(trace.samples for trace in traces)]),
        trace_start=np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)]).astype(np.int64),
        trace_step=np.array([trace.step for trace in traces], dtype=float),
        segment_start=np.searchsorted(whole.rack, np.arange(racks + 1)).astype(np.int64),
        measured=measured,
        **{name: column for name, column in whole._asdict().items() if name != "rack"},
    )


def stacked(columns: Sequence[Segments]) -> Segments:
    """Put segments one after another."""
    return Segments._make(np.concatenate(same) for same in zip(*columns, strict=True))


def _stacked(parts: Sequence[Part]) -> Segments:
    """Put all segments one after another, each part's traces counted on from those before."""
    firsts = np.cumsum([0, *(len(part.traces) for part in parts)])
    shifted = [part.segments._replace(trace=part.segments.trace + at) for part, at in zip(parts, firsts, strict=False)]
    empty = steady(np.zeros(0, dtype=np.int64), 0.0, 0.0)
    return stacked([empty, *shifted])
