"""
Feed damaged telemetry to every text format, and hold what comes back to the promise.

Whatever a file holds, reading it ends in a canonical frame (no NaN, times in order, metrics and so units that are
declared, values within their ranges) or in a `TelemetryError`; never in another exception, never in a warning.

    python benchmarks/fuzz_telemetry.py --inputs 100000

A damage is drawn from a seed and a number, so that each failure can be made again: ``--first NUMBER --inputs 1``.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import tempfile
import time
import traceback
import warnings
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import polars as pl

import telemetry
from twin.columns import KINDS, METRICS, Column
from twin.errors import TelemetryError

SEED = 20_241_201

_ROWS = range(4)


def _minutes(text: str) -> str:
    """Write a line for each of some minutes, in the place of ``{m}``, with numbers in that of ``{v}``."""
    return "".join(text.replace("{m}", f"{row:02d}").replace("{v}", f"{600 + 7 * row}") for row in _ROWS)


def _answer() -> str:
    metric = {"__name__": "DCGM_FI_DEV_POWER_USAGE", "gpu": "0", "Hostname": "n1"}
    values = [[1704067200 + 15 * row, str(600.5 + row)] for row in _ROWS]
    return json.dumps(
        {"status": "success", "data": {"resultType": "matrix", "result": [{"metric": metric, "values": values}]}}
    )


def _export() -> str:
    points = [
        {"timeUnixNano": str((1704067200 + row) * 10**9), "asDouble": 900.0 + row, "attributes": []} for row in _ROWS
    ]
    host = [{"key": "host.name", "value": {"stringValue": "n1"}}]
    metrics = [
        {"name": "hw.host.power", "unit": "W", "gauge": {"dataPoints": points}},
        {"name": "hw.host.energy", "unit": "J", "sum": {"dataPoints": points, "aggregationTemporality": 1}},
    ]
    return json.dumps({"resourceMetrics": [{"resource": {"attributes": host}, "scopeMetrics": [{"metrics": metrics}]}]})


def _report() -> str:
    path = "/redfish/v1/Chassis/1/Power#/PowerControl/0/PowerConsumedWatts"
    values = [
        {
            "MetricId": "P",
            "MetricProperty": path,
            "MetricValue": str(900 + row),
            "Timestamp": f"2024-01-01T00:{row:02d}:00Z",
        }
        for row in _ROWS
    ]
    return json.dumps({"Id": "r", "ReportSequence": "1", "MetricValues": values})


def _philly() -> str:
    detail = [{"ip": "m1", "gpus": ["gpu0"]}]
    attempt = {"start_time": "2017-10-09 00:01:00", "end_time": "2017-10-09 01:01:00", "detail": detail}
    jobs = [
        {
            "jobid": f"j{row}",
            "status": "Pass",
            "vc": "v",
            "submitted_time": "2017-10-09 00:00:00",
            "attempts": [attempt],
        }
        for row in _ROWS
    ]
    return json.dumps(jobs)


_IPMI = """Instantaneous power reading:   {v} Watts
IPMI timestamp:   Thu Aug  1 13:{m}:34 2024
Power reading state is:   activated
"""
_DCGM = '{gpu="0",Hostname="n1"}'
_CFG = (
    "Station,dev,1999\n2,1A,1D\n1,VA,A,,kV,0.01,0,0,-32767,32767,1,1,P\n1,trip,,,0\n60\n1\n1000,3\n"
    "01/01/2024,00:00:00.000000\n01/01/2024,00:00:00.001000\nASCII\n1\n"
)

CORPUS: dict[str, str] = {
    "canonical.csv": "time,asset,metric,value,quality\n"
    + _minutes("2024-01-01T00:{m}:00Z,rack_1,it_power_w,{v}.5,0\n"),
    "smi.csv": "timestamp, index, power.draw [W], utilization.gpu [%], temperature.gpu\n"
    + _minutes("2024/01/01 00:{m}:00.858, 0, {v}.25 W, 90 %, 61\n2024/01/01 00:{m}:00.859, 1, [N/A], 9 %, 60\n"),
    "smi_bare.csv": "timestamp, power.draw [W]\n"
    + _minutes("2024/01/01 00:{m}:00.850, {v}.25 W\n2024/01/01 00:{m}:00.859, {v}.75 W\n"),
    "jobs.csv": "id,nodes,start,end,accelerator_utilisation,host_utilisation\n"
    + _minutes("{m},2,2024-01-01T00:{m}Z,2024-01-01T01:{m}Z,0.5,0.25\n"),
    "cep.csv": "timestamp,mtwst,k100_pue,cep_outside_air_wet_bulb_temp\n"
    + _minutes("2024-01-01 00:{m}:00,68.5,1.1,50\n"),
    "pdu.csv": "timestamp,rPDU2DeviceStatusPower.1,rPDU2DeviceStatusEnergy.1\n"
    + _minutes("2024-01-01T00:{m}:00,512,{v}\n"),
    "carbon.csv": "timestamp,WND,SUN,WAT,OIL,NG,COL,NUC,OTH,avg_CI\n"
    + _minutes("2022-01-01 00:{m}:00+00:00,1,2,3,4,5,6,7,8,{v}.0\n"),
    "matrix.csv": _minutes("{m}.113,{v}.5,70\n"),
    "azure.csv": "TIMESTAMP,ContextTokens,GeneratedTokens\r\n" + _minutes("2023-11-16 18:{m}:03.9799600,{v},10\r\n"),
    "mooncake.jsonl": _minutes('{"timestamp": {v}, "input_length": 6758, "output_length": 5, "hash_ids": [0, 1]}\n'),
    "acme.csv": "job_id,node_num,gpu_num,cpu_num,type,state,submit_time,start_time,end_time\n"
    + _minutes(
        "j{m},2,16,240,Pretrain,COMPLETED,2023-05-01 08:{m}:00+08:00,2023-05-01 09:00:00Z,2023-05-01 10:00:00Z\n"
    ),
    "zeus.csv": "dataset,network,batch_size,optimizer,power_limit,time_per_epoch,average_power\n"
    + _minutes("cifar,net,{m},adam,100,{v}.5,106.8\n"),
    "sacct.txt": "JobID|Submit|Start|End|Elapsed|NNodes|AllocTRES|State|ConsumedEnergyRaw\n"
    + _minutes("{m}|2024-01-01T00:{m}:00|Unknown|Unknown|1-00:{m}:00|2|cpu=2,gres/gpu=8|CANCELLED by 7|{v}\n"),
    "log.swf": "; UnixStartTime: 1704067200\n" + _minutes("{v} {m} 60 600 32 300 -1 32 3600 -1 1 5 1 1 1 -1 -1 -1\n"),
    "gavel.trace": _minutes("ResNet (batch 64)\tcd x\t--steps\t1\t500\t{m}.5\t8\n"),
    "ipmi.txt": _minutes(_IPMI),
    "dcgm.txt": "# TYPE DCGM_FI_DEV_POWER_USAGE gauge\n"
    + _minutes(
        f"DCGM_FI_DEV_POWER_USAGE{_DCGM} {{v}}.5 17040672{{m}}000\nDCGM_FI_DEV_GPU_TEMP{_DCGM} 61 17040672{{m}}000\n"
    ),
    "open.txt": "# TYPE gigatwin_it_power_w gauge\n"
    + _minutes('gigatwin_it_power_w{asset="rack_1"} {v}.5 17040672{m}.5\n')
    + "# EOF\n",
    "answer.json": _answer(),
    "export.json": _export(),
    "report.json": _report(),
    "philly.json": _philly(),
    "event.cfg": _CFG,
}
"""A small good file of each text format, by the name that it is given."""

BESIDE = {"event.dat": "1,0,100,0\n2,1000,200,0\n3,2000,-100,1\n"}
"""Files that stand beside them, whole."""

_TOKENS = (
    *("nan", "NaN", "inf", "-Infinity", "1e999", "-1", "0", "9223372036854775794", "140737488355328", "1e-320", "0x1f"),
    *(
        "",
        " ",
        ",",
        ";",
        "\t",
        "|",
        '"',
        "'",
        "\n",
        "\r\n",
        "\\",
        "{",
        "}",
        "[",
        "]",
        "#",
        "=",
        ":",
        "null",
        "true",
        "[]",
    ),
    *(
        "[N/A]",
        "71.25 W",
        "0.07 kW",
        "9**9**9",
        "5 W/W",
        "°C",
        "\0",
        "\ufeff",
        "\u2028",
        "é",
        "\udc80",
        "1,5",
        "12 parsec",
    ),
    *("2024-02-30", "1970-01-01T00:00:00Z", "24:00", "23:59:60", "99999999999999999999", "../..", "__name__", "{}"),
    *("gigatwin_it_power_w", "DCGM_FI_DEV_GPU_TEMP", "it_power_w", "heat_w", "time", "power.draw", "# EOF", "- "),
)
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


class Outcome(NamedTuple):
    """How the reading of one damaged file ended: its number and file, and what broke the promise, if anything did."""

    number: int
    name: str
    refused: bool
    broken: str


def damaged(number: int) -> tuple[str, bytes]:
    """Give the name and the bytes of a damaged file."""
    draw = random.Random(f"{SEED}/{number}")
    name = draw.choice(list(CORPUS))
    text = CORPUS[name]
    for _ in range(draw.choice((1, 1, 1, 2, 2, 3, 6))):
        text = draw.choice(_DAMAGES)(draw, text)
    return name, text.encode("utf-8", "surrogateescape")


def _span(draw: random.Random, text: str) -> tuple[int, int]:
    start = draw.randrange(len(text) + 1)
    return start, min(len(text), start + draw.choice((1, 1, 2, 5, 20, 100)))


def _cut(draw: random.Random, text: str) -> str:
    return text[: draw.randrange(len(text) + 1)]


def _without(draw: random.Random, text: str) -> str:
    start, end = _span(draw, text)
    return text[:start] + text[end:]


def _twice(draw: random.Random, text: str) -> str:
    start, end = _span(draw, text)
    return text[:end] + text[start:]


def _token(draw: random.Random, text: str) -> str:
    start, end = _span(draw, text)
    return text[:start] + draw.choice(_TOKENS) + text[end if draw.random() < 0.5 else start :]  # noqa: PLR2004


def _number(draw: random.Random, text: str) -> str:
    """Put something else in the place of a number."""
    found = list(_NUMBER.finditer(text))
    if not found:
        return text
    place = draw.choice(found)
    other = draw.choice((*_TOKENS, f"-{place[0]}", f"{place[0]}000", f"{place[0]}e30", f"0.{place[0]}", place[0][::-1]))
    return text[: place.start()] + other + text[place.end() :]


def _sign(draw: random.Random, text: str) -> str:
    place = draw.randrange(len(text) + 1)
    return text[:place] + chr(draw.choice((draw.randrange(32, 127), draw.randrange(1, 0x2000)))) + text[place + 1 :]


def _lines(draw: random.Random, text: str) -> str:
    """Move, repeat or leave out a line."""
    lines = text.splitlines(keepends=True) or [""]
    line = lines[draw.randrange(len(lines))]
    act = draw.randrange(3)
    if act:
        lines.insert(draw.randrange(len(lines) + 1), line)
    if act != 1:
        lines.remove(line)
    return "".join(lines)


def _spliced(draw: random.Random, text: str) -> str:
    """Join the head of one file to the tail of another."""
    other = CORPUS[draw.choice(list(CORPUS))]
    return text[: draw.randrange(len(text) + 1)] + other[draw.randrange(len(other)) :]


_DAMAGES = (_cut, _without, _twice, _token, _token, _number, _number, _number, _sign, _lines, _lines, _spliced)


def outcome(number: int, folder: Path) -> Outcome:
    """Read one damaged file, and say how it ended."""
    name, content = damaged(number)
    path = folder / name
    path.write_bytes(content)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            reading = telemetry.read(path, start="2024-01-01T00:00Z", tz="UTC")
            frame = reading.frame.collect()
    except TelemetryError:
        return Outcome(number, name, refused=True, broken="")
    except Exception:  # noqa: BLE001  any other exception is what is looked for
        return Outcome(number, name, refused=False, broken=traceback.format_exc(limit=-4))
    return Outcome(number, name, refused=False, broken=broken(reading.kind, frame))


def broken(kind: str, frame: pl.DataFrame) -> str:
    """Say what of a frame is not as promised; nothing if all is."""
    columns = KINDS[kind]
    if frame.columns != list(columns):
        return f"columns are {frame.columns}"
    first = frame.columns[0]
    if frame[first].has_nulls() or (kind != "jobs" and not frame[first].is_sorted()):
        return f"{first} is missing or out of order"
    numbers = {name: (frame[name], column) for name, column in columns.items() if column.dtype == "f64"}
    if kind == "measurements":
        unknown = set(frame["metric"]) - set(METRICS)
        if unknown:
            return f"metrics are not declared: {unknown}"
        parts = frame.partition_by("metric", as_dict=True)
        numbers = {str(metric): (rows["value"], METRICS[str(metric)]) for (metric,), rows in parts.items()}
    bad = [name for name, (values, column) in numbers.items() if not _within(values, column)]
    return f"{', '.join(bad)} is no number in its range" if bad else ""


def _within(values: pl.Series, column: Column) -> bool:
    known = values.drop_nulls()
    return not known.is_nan().any() and bool(known.is_between(column.low, column.high).all())


def run(first: int, inputs: int, folder: Path) -> list[Outcome]:
    """Read many damaged files."""
    for name, text in BESIDE.items():
        (folder / name).write_text(text)
    return [outcome(number, folder) for number in range(first, first + inputs)]


def main() -> None:
    """Print how many were read and refused, and every promise that was broken."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1] if __doc__ else "")
    parser.add_argument("--inputs", type=int, default=2000)
    parser.add_argument("--first", type=int, default=0)
    asked = parser.parse_args()
    begin = time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        found = run(asked.first, asked.inputs, Path(folder))
    seconds = time.process_time() - begin
    failures = [one for one in found if one.broken]
    seen = set()
    for one in failures:
        last = one.broken.strip().splitlines()[-1]
        if last not in seen:
            seen.add(last)
            print(f"input {one.number} ({one.name}):\n{one.broken}")
    refused = sum(one.refused for one in found)
    read = len(found) - refused - len(failures)
    print(f"{len(found):,} inputs of {len(CORPUS)} formats: {read:,} read, {refused:,} refused,")
    print(f"{len(failures):,} broke the promise; {seconds:.0f} CPU s, {1e3 * seconds / len(found):.1f} ms each")
    print("broken by file:", dict(Counter(one.name for one in failures)))
    raise SystemExit(1 if failures else 0)


if __name__ == "__main__":
    main()
