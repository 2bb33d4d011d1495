"""The table of formats, in the order in which a file is tried."""

from __future__ import annotations

from telemetry.draft import Format, Options
from telemetry.formats import (
    canonical,
    comtrade,
    exposition,
    gavel,
    gpu_matrix,
    ipmi,
    job_log,
    job_table,
    long,
    nvidia_smi,
    opendc,
    opentelemetry,
    philly,
    prometheus,
    redfish,
    requests,
    slurm,
    swf,
    wide,
)
from telemetry.source import Source
from telemetry.table import tabulate
from twin.errors import Fault, TelemetryError, UnknownNameError

FORMATS: dict[str, Format] = {
    module.FORMAT.name: module.FORMAT
    for module in (
        canonical,
        prometheus,
        opentelemetry,
        redfish,
        philly,
        slurm,
        swf,
        ipmi,
        gavel,
        comtrade,
        exposition,
        nvidia_smi,
        opendc,
        job_log,
        job_table,
        requests,
        long,
        wide,
        gpu_matrix,
    )
}
"""Every format by name."""

SERIES = ("prometheus", "opentelemetry", "redfish", "exposition")
"""Formats of named series, whose names a mapping of format ``series`` tells."""

__all__ = ["FORMATS", "SERIES", "choose"]


def choose(bare: Source, name: str | None, options: Options) -> tuple[Format, Source]:
    """
    Find the format of a source: the named one, the mapping's, or the first that fits.

    Parameters
    ----------
    bare
        As `telemetry.source.load` gives it.
    name
        Of a format, if the user named one.
    options
        What else the user said.

    Returns
    -------
    format, source
        The source is a table, unless the format reads it whole.

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
    fitted = SERIES if mapped == "series" else () if mapped is None else (mapped,)
    if name is not None and fitted and name not in fitted:
        message = f"the mapping is for the format {mapped!r}, the format asked for is {name!r}; give one of the two"
        raise TelemetryError(str(bare.path), [Fault("--format", message)])
    asked = name or " or ".join(fitted)
    tried = [FORMATS[each] for each in ((name,) if name is not None else fitted or FORMATS)]
    reasons: dict[str, str] = {}
    for found in (each for each in tried if each.whole):
        reasons[found.name] = found.sniff(bare, options)
        if not reasons[found.name]:
            return found, bare
    separator = options.mapping.separator if options.mapping is not None else ","
    source = tabulate(bare, separator) if any(not found.whole for found in tried) else bare
    for found in (each for each in tried if not each.whole):
        reasons[found.name] = found.sniff(source, options)
        if not reasons[found.name]:
            return found, source
    if asked:
        why = "; ".join(reasons[found.name] for found in tried)
        raise TelemetryError(str(source.path), [*source.faults, Fault("", f"cannot be read as {asked}: {why}")])
    tries = "".join(f"\n    {found}: {reasons[found]}" for found in FORMATS)
    advice = (
        f"no format fits; name one with --format, or say what the columns are with --mapping. {_seen(source)}{tries}"
    )
    raise TelemetryError(str(source.path), [*source.faults, Fault("", advice)])


def _seen(source: Source) -> str:
    if source.kind.startswith("json") and not source.header:
        named = isinstance(source.document, dict)
        return f"The file is JSON{' with ' + ', '.join(list(source.document)[:8]) if named else ''}"
    if not source.header:
        return f"The file has no header and {source.rows.width} columns of numbers"
    shown = ", ".join(source.header[:8])
    return f"The columns are {shown}{' and so on' if len(source.header) > 8 else ''}"  # noqa: PLR2004
