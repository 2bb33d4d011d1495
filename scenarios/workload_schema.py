"""
The jobs of a scenario file: which racks work, on what, and in which way.

Values are text with a unit in the file and SI numbers here. What `training` and `serving` leave out is as
`telemetry.training` and `telemetry.serving` have it, each number with its source.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, PositiveInt, WithJsonSchema, model_validator

from scenarios.fields import Count, Duration, Model, Power, Rate, Seconds, Share, TimeConstant
from telemetry.language_models import MODELS
from telemetry.traces import TRACES
from telemetry.training import KINDS

GIVEN = "--telemetry"
"""What a job writes for the telemetry file of the command line."""

_MODES = Literal["synchronous", "independent", "measured", "job_log"]


class TrainingOptions(Model):
    """What is known of a job that trains; all that is left out is as of its kind."""

    kind: Annotated[str, WithJsonSchema({"enum": sorted(KINDS)})] = "pretraining"
    """Of training; `twin list` says what each is."""
    job_accelerators: PositiveInt | None = None
    """Those of one job: the racks are dealt to as many as they make, each in step with itself; one job if not given."""
    parameters: Count | None = None
    """Of the model, such as '405e9': with them a run tells the tokens that were trained on."""
    utilisation: Share | None = None
    """Of the rated operations, while it iterates."""
    iteration_period: TimeConstant | None = None
    """Of computing and communicating once."""
    compute_share: Share | None = None
    """Of computing in an iteration."""
    compute_level: Share | None = None
    """Of rated power, while it computes."""
    communication_level: Share | None = None
    """The same while it communicates."""
    checkpoint_period: Duration | None = None
    """Time of iterating between checkpoints."""
    checkpoint_duration: TimeConstant | None = None
    """Of one."""
    ramp_duration: TimeConstant | None = None
    """From loaded idle to iterations."""
    restart: Duration | None = None
    """Time at loaded idle after an interruption."""
    interruptions: bool = True
    """Whether jobs are interrupted, at the published rate of an accelerator."""

    @model_validator(mode="after")
    def _known(self) -> Self:
        if self.kind not in KINDS:
            message = f"kind is none of {', '.join(KINDS)}; got {self.kind!r}"
            raise ValueError(message)
        return self


class ServingOptions(Model):
    """What is known of a service; all that is left out is as `telemetry.serving` has it."""

    model: Annotated[str, WithJsonSchema({"enum": sorted(MODELS)})] = "llama_70b"
    """That answers; `twin list` says what each is."""
    accelerators: PositiveInt | None = None
    """Of one replica of it."""
    request_rate: Rate | None = None
    """Of a replica, in the mean, such as '0.5 Hz'."""
    number: Literal["bf16", "fp8"] = "bf16"
    """Format of weights and context."""
    input_median: Count | None = None
    """Tokens of a prompt, where requests are drawn."""
    output_median: Count | None = None
    """Tokens of an answer, where they are drawn."""
    daily_swing: Share | None = None
    """Amplitude of the daily rhythm about its mean, where they are drawn."""
    peak_time: Seconds | None = None
    """When most requests come, from the start of the run, where they are drawn."""

    @model_validator(mode="after")
    def _known(self) -> Self:
        if self.model not in MODELS:
            message = f"model is none of {', '.join(MODELS)}; got {self.model!r}"
            raise ValueError(message)
        return self


class PlacementOptions(Model):
    """How the jobs of a job table find accelerators."""

    pod: PositiveInt | None = None
    """Racks that share their switches, from the first of each hall on: jobs keep within them; a CDU's if not given."""
    queue: bool = True
    """Whether a job that finds no room waits for it; without, that is a fault of the table."""
    activity: Share | None = None
    """Of accelerators and hosts of jobs of which the table tells none."""
    duration: Duration | None = None
    """Of jobs of which the table tells none."""
    processors: PositiveInt | None = None
    """Cores of a node, of a table that tells a job's cores, and neither accelerators nor nodes."""


class Selection(Model):
    """Which racks, CDUs or loops: all that fit every key given, or the first `share` or `count` of them."""

    rack: str | None = None
    """Those of this class, by its name in the catalog."""
    halls: tuple[str, ...] = ()
    """Those in these halls."""
    cdus: tuple[str, ...] = ()
    """Those on these CDUs."""
    names: tuple[str, ...] = ()
    """Those of these names; the tables of a run have them."""
    share: Share | None = None
    """The first so many of them, as a part."""
    count: PositiveInt | None = None
    """The first so many of them."""
    rest: bool = False
    """Those that no other job has."""

    @model_validator(mode="after")
    def _one_amount(self) -> Self:
        if (self.share is not None) + (self.count is not None) + self.rest > 1:
            message = "give at most one of share, count and rest"
            raise ValueError(message)
        return self


def _selection(given: object) -> object:
    """Allow the short forms 'all', 'rest' and a list of names."""
    if isinstance(given, str):
        if given not in {"all", "rest"}:
            message = f"give 'all', 'rest', a list of names or a table such as {{ share = \"60 %\" }}; got {given!r}"
            raise ValueError(message)
        return {"rest": given == "rest"}
    return {"names": given} if isinstance(given, list) else given


Chosen = Annotated[
    Selection,
    BeforeValidator(_selection, json_schema_input_type=Literal["all", "rest"] | tuple[str, ...] | Selection),
]
"""A selection, or one of its short forms."""


class Job(Model):
    """Work on some racks: a synthetic trace by name, or a telemetry file, and how racks follow it."""

    name: str
    racks: Chosen = Selection()
    start: Seconds = 0.0
    end: Duration | None = None
    mode: _MODES
    """All in step; each with a shift in time of its own; as measured rack by rack; or as a log of jobs says."""
    trace: Annotated[str, WithJsonSchema({"enum": sorted(TRACES)})] | None = None
    """A synthetic load by name; `twin list` says what each is."""
    telemetry: str | None = None
    """A file, from the scenario's folder; or that of the command line, as '--telemetry'."""
    format: str | None = None
    """Of the file; found from it if not given."""
    mapping: str | None = None
    """What its columns are: a TOML file, or the name of one of the project's."""
    sample_idle: Power | None = None
    """What the sampled accelerator draws at rest, so that racks of others can follow it."""
    sample_full: Power | None = None
    """What it draws at full load."""
    spread: Duration | None = None
    """Longest shift of independent racks; the whole trace if not given."""
    training: TrainingOptions | None = None
    """Of a job that trains."""
    serving: ServingOptions | None = None
    """Of one that serves; with `telemetry`, that is a trace of its requests."""
    placement: PlacementOptions | None = None
    """Of the jobs of a job table."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        complaints = [text for wrong, text in _JOB_RULES if wrong(self)]
        if complaints:
            raise ValueError("; ".join(complaints))
        return self


_JOB_RULES = (
    (
        lambda job: (job.trace is None) == (job.telemetry is None),
        f"give either trace (one of {', '.join(TRACES)}) or telemetry (a file, or {GIVEN!r})",
    ),
    (
        lambda job: job.trace is not None and job.trace not in TRACES,
        f"trace is none of the synthetic ones: {', '.join(TRACES)}",
    ),
    (
        lambda job: job.trace is not None and job.mode in {"measured", "job_log"},
        "a trace cannot be measured or a job log",
    ),
    (
        lambda job: job.training is not None and job.trace != "training" and job.mode != "job_log",
        "training says how trace = 'training' is made, or how the jobs of a log work",
    ),
    (
        lambda job: job.serving is not None and job.trace != "inference" and job.mode != "independent",
        "serving says how trace = 'inference' is made, or how a trace of requests is answered, mode = 'independent'",
    ),
    (lambda job: job.placement is not None and job.mode != "job_log", "placement belongs to job logs"),
    (
        lambda job: job.serving is not None and job.sample_idle is not None,
        "sample_idle and sample_full are of a power that was sampled, and requests have none",
    ),
    (
        lambda job: (job.sample_idle is None) != (job.sample_full is None),
        "give both sample_idle and sample_full, or neither",
    ),
    (
        lambda job: job.sample_idle is not None and job.sample_full is not None and job.sample_idle >= job.sample_full,
        "sample_idle must be below sample_full",
    ),
    (
        lambda job: job.sample_idle is not None and (job.trace is not None or job.mode in {"measured", "job_log"}),
        "sample_idle and sample_full belong to a telemetry sample that is synchronous or independent",
    ),
    (lambda job: job.spread is not None and job.mode != "independent", "spread belongs to independent jobs"),
    (lambda job: job.end is not None and job.end <= job.start, "end must be later than start"),
)
"""What must not be true of a job, and what to say where it is."""
