"""The table of formats, in the order in which a file is tried."""

from __future__ import annotations

from telemetry.draft import Format, Options
from telemetry.formats import canonical, gpu_matrix, job_log, nvidia_smi, wide
from telemetry.source import Source
from twin.errors import Fault, TelemetryError, UnknownNameError

FORMATS: dict[str, Format] = {
    found.name: found for found in (canonical.FORMAT, nvidia_smi.FORMAT, job_log.FORMAT, wide.FORMAT, gpu_matrix.FORMAT)
}
"""Every format by name."""

__all__ = ["FORMATS", "choose"]


def choose(source: Source, name: str | None, options: Options) -> Format:
    """
    Find the format of a source: the named one, the mapping's, or the first that fits.

    Raises
    ------
    TelemetryError
        Where none fits, with each one's reason.
    UnknownNameError
        Where the named one is not in the table.
    """
    if name is not None and name not in FORMATS:
        raise UnknownNameError(kind="telemetry format", name=name, known=list(FORMATS))
    mapped = options.mapping.format if options.mapping is not None else None
    if name is not None and mapped is not None and name != mapped:
        message = f"the mapping is for the format {mapped!r}, the format asked for is {name!r}; give one of the two"
        raise TelemetryError(str(source.path), [Fault("--format", message)])
    asked = name or mapped
    tried = [FORMATS[asked]] if asked else list(FORMATS.values())
    reasons = {found.name: found.sniff(source, options) for found in tried}
    fitting = [found for found in tried if not reasons[found.name]]
    if fitting:
        return fitting[0]
    if asked:
        raise TelemetryError(
            str(source.path), [*source.faults, Fault("", f"cannot be read as {asked}: {reasons[asked]}")]
        )
    tries = "".join(f"\n    {found}: {reason}" for found, reason in reasons.items())
    advice = (
        f"no format fits; name one with --format, or say what the columns are with --mapping. {_seen(source)}{tries}"
    )
    raise TelemetryError(str(source.path), [*source.faults, Fault("", advice)])


def _seen(source: Source) -> str:
    if not source.header:
        return f"The file has no header and {source.rows.width} columns of numbers"
    shown = ", ".join(source.header[:8])
    return f"The columns are {shown}{' and so on' if len(source.header) > 8 else ''}"  # noqa: PLR2004
