"""
The door to NVIDIA's management library: which readings each GPU gives, and how they become SI values.

Only functions that read are called. What a GPU gives is found out once, by asking; a reading that fails later is a
missing value, and a GPU that is lost is asked no more.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from ctypes import Structure
from types import ModuleType
from typing import Any, NamedTuple

from twin.errors import RecordingError

POWER, AVERAGE, ENERGY = "accelerator_power_w", "accelerator_average_power_w", "accelerator_energy_j"
"""Metrics that are read at the full rate."""

METRICS = (
    POWER,
    AVERAGE,
    ENERGY,
    "accelerator_temp_k",
    "accelerator_memory_temp_k",
    "accelerator_clock_hz",
    "accelerator_memory_clock_hz",
    "accelerator_clock_events",
    "accelerator_busy",
    "accelerator_memory_busy",
)
"""All that is recorded, by the names of `twin.columns.METRICS`."""

ZERO_CELSIUS = 273.15
"""[K] of 0 degC."""

MILLI, MEGA, PER_CENT = 1e-3, 1e6, 0.01


class Call(NamedTuple):
    """
    One call of the library.

    Attributes
    ----------
    metrics
        What it gives.
    sources
        What the library calls each of them, with its unit.
    read
        Give their SI values, NaN for one that failed alone.
    """

    metrics: tuple[str, ...]
    sources: tuple[str, ...]
    read: Callable[[], Sequence[float]]


class Gpu(NamedTuple):
    """
    A GPU, and how it is read.

    Attributes
    ----------
    asset
        Its name in the telemetry.
    fast, slow
        Calls for power and energy, and for what changes slowly.
    facts
        What it is: model, limits, and UUID unless anonymous.
    notes
        What stands in for readings that it does not give, and what is left out.
    """

    asset: str
    fast: tuple[Call, ...]
    slow: tuple[Call, ...]
    facts: dict[str, Any]
    notes: tuple[str, ...]


class LostError(Exception):
    """Say that a GPU has fallen off its bus."""


@contextmanager
def opened() -> Iterator[ModuleType]:
    """
    Open the library, and close it whatever happens.

    Raises
    ------
    RecordingError
        Where there is no binding, no driver or no right to ask it.
    """
    try:
        import pynvml
    except ModuleNotFoundError:
        message = "recording needs NVIDIA's nvidia-ml-py, which is not installed: pip install 'gigatwin[record]'"
        raise RecordingError(message) from None
    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError as error:
        message = f"NVIDIA's driver does not answer ({error}); record on a machine with an NVIDIA GPU and its driver"
        raise RecordingError(message) from None
    try:
        yield pynvml
    finally:
        pynvml.nvmlShutdown()


def gpus(nvml: ModuleType, wanted: Sequence[int] | None, *, anonymous: bool) -> tuple[Gpu, ...]:
    """
    Ask every wanted GPU, or all, what it can tell.

    Raises
    ------
    RecordingError
        Where there is none, a wanted one is absent, or one tells neither power nor energy.
    """
    count = nvml.nvmlDeviceGetCount()
    if not count:
        message = "NVIDIA's driver is here and sees no GPU; record on a machine that has one"
        raise RecordingError(message)
    absent = [str(index) for index in wanted or () if index >= count]
    if absent:
        message = f"no GPU {', '.join(absent)} here: there are {count}, numbered from 0 to {count - 1}"
        raise RecordingError(message)
    chosen = range(count) if wanted is None else sorted(set(wanted))
    return tuple(_gpu(nvml, index, anonymous=anonymous) for index in chosen)


def driver(nvml: ModuleType) -> dict[str, str]:
    """Give the versions of the driver and of the library."""
    return {"driver": nvml.nvmlSystemGetDriverVersion(), "nvml": nvml.nvmlSystemGetNVMLVersion()}


def values(nvml: ModuleType, call: Call) -> Sequence[float]:
    """
    Read, with NaN for what fails.

    Raises
    ------
    LostError
        Where the GPU is gone.
    """
    try:
        return call.read()
    except nvml.NVMLError_GpuIsLost:
        raise LostError from None
    except nvml.NVMLError:
        return [math.nan] * len(call.metrics)


def _gpu(nvml: ModuleType, index: int, *, anonymous: bool) -> Gpu:
    asset = f"gpu_{index}"
    try:
        handle = nvml.nvmlDeviceGetHandleByIndex(index)
        fast, slow = _power_and_energy(nvml, handle), _slow(nvml, handle)
        facts = _facts(nvml, handle, anonymous=anonymous)
    except nvml.NVMLError as error:
        message = f"GPU {index} does not answer ({error}); leave it out with --gpus, or see what nvidia-smi says"
        raise RecordingError(message) from None
    given = [metric for call in fast for metric in call.metrics]
    if POWER not in given:
        message = f"GPU {index} ({facts['name']}) does not tell its power; leave it out with --gpus"
        raise RecordingError(message)
    facts["sources"] = {
        metric: source for call in (*fast, *slow) for metric, source in zip(call.metrics, call.sources, strict=True)
    }
    return Gpu(asset, fast, slow, facts, _notes(asset, facts["sources"]))


class _Field(NamedTuple):
    metric: str
    number: int
    name: str
    factor: float
    offset: float = 0.0


def _power_and_energy(nvml: ModuleType, handle: object) -> tuple[Call, ...]:
    fields = [
        _Field(POWER, nvml.NVML_FI_DEV_POWER_INSTANT, "NVML_FI_DEV_POWER_INSTANT, mW", MILLI),
        _Field(AVERAGE, nvml.NVML_FI_DEV_POWER_AVERAGE, "NVML_FI_DEV_POWER_AVERAGE, mW", MILLI),
        _Field(ENERGY, nvml.NVML_FI_DEV_TOTAL_ENERGY_CONSUMPTION, "NVML_FI_DEV_TOTAL_ENERGY_CONSUMPTION, mJ", MILLI),
    ]
    calls = [_fields(nvml, handle, fields)]
    found = set(calls[0].metrics)
    # Without the instant power this is the only power; beside it, it stands for the average that is missing.
    missing = [metric for metric in (POWER, AVERAGE) if metric not in found]
    if missing:
        calls.append(_getter(nvml, handle, "nvmlDeviceGetPowerUsage", missing[0], "mW", MILLI))
    if ENERGY not in found:
        calls.append(_getter(nvml, handle, "nvmlDeviceGetTotalEnergyConsumption", ENERGY, "mJ", MILLI))
    return _working(nvml, calls)


def _slow(nvml: ModuleType, handle: object) -> tuple[Call, ...]:
    memory = _Field(
        "accelerator_memory_temp_k", nvml.NVML_FI_DEV_MEMORY_TEMP, "NVML_FI_DEV_MEMORY_TEMP, degC", 1.0, ZERO_CELSIUS
    )
    sensor, compute, store = nvml.NVML_TEMPERATURE_GPU, nvml.NVML_CLOCK_SM, nvml.NVML_CLOCK_MEM
    return _working(
        nvml,
        [
            _fields(nvml, handle, [memory]),
            Call(
                ("accelerator_temp_k",),
                ("nvmlDeviceGetTemperature, degC",),
                lambda: [nvml.nvmlDeviceGetTemperature(handle, sensor) + ZERO_CELSIUS],
            ),
            Call(
                ("accelerator_clock_hz",),
                ("nvmlDeviceGetClockInfo SM, MHz",),
                lambda: [nvml.nvmlDeviceGetClockInfo(handle, compute) * MEGA],
            ),
            Call(
                ("accelerator_memory_clock_hz",),
                ("nvmlDeviceGetClockInfo MEM, MHz",),
                lambda: [nvml.nvmlDeviceGetClockInfo(handle, store) * MEGA],
            ),
            _getter(
                nvml, handle, "nvmlDeviceGetCurrentClocksEventReasons", "accelerator_clock_events", "bit mask", 1.0
            ),
            Call(
                ("accelerator_busy", "accelerator_memory_busy"),
                ("nvmlDeviceGetUtilizationRates gpu, %", "nvmlDeviceGetUtilizationRates memory, %"),
                lambda: _utilisation(nvml, handle),
            ),
        ],
    )


def _utilisation(nvml: ModuleType, handle: object) -> Sequence[float]:
    rates = nvml.nvmlDeviceGetUtilizationRates(handle)
    return [rates.gpu * PER_CENT, rates.memory * PER_CENT]


def _getter(nvml: ModuleType, handle: object, name: str, metric: str, unit: str, factor: float) -> Call:
    function = getattr(nvml, name)
    return Call((metric,), (f"{name}, {unit}",), lambda: [function(handle) * factor])


def _fields(nvml: ModuleType, handle: object, candidates: list[_Field]) -> Call:
    """Make one call of those field values that the GPU gives."""
    try:
        answers = nvml.nvmlDeviceGetFieldValues(handle, [field.number for field in candidates])
    except nvml.NVMLError:
        answers = []
    pairs = zip(candidates, answers, strict=False)
    fields = [field for field, answer in pairs if answer.nvmlReturn == nvml.NVML_SUCCESS]
    numbers = [field.number for field in fields]

    def read() -> Sequence[float]:
        found = nvml.nvmlDeviceGetFieldValues(handle, numbers)
        if any(answer.nvmlReturn == nvml.NVML_ERROR_GPU_IS_LOST for answer in found):
            raise nvml.NVMLError(nvml.NVML_ERROR_GPU_IS_LOST)
        return [
            _number(nvml, answer) * field.factor + field.offset for field, answer in zip(fields, found, strict=True)
        ]

    return Call(tuple(field.metric for field in fields), tuple(field.name for field in fields), read)


def _number(nvml: ModuleType, answer: Structure) -> float:
    if answer.nvmlReturn != nvml.NVML_SUCCESS:
        return math.nan
    member = {
        nvml.NVML_VALUE_TYPE_DOUBLE: "dVal",
        nvml.NVML_VALUE_TYPE_UNSIGNED_INT: "uiVal",
        nvml.NVML_VALUE_TYPE_UNSIGNED_LONG: "ulVal",
        nvml.NVML_VALUE_TYPE_UNSIGNED_LONG_LONG: "ullVal",
        nvml.NVML_VALUE_TYPE_SIGNED_LONG_LONG: "sllVal",
        nvml.NVML_VALUE_TYPE_SIGNED_INT: "siVal",
    }[answer.valueType]
    return float(getattr(answer.value, member))


def _working(nvml: ModuleType, calls: list[Call]) -> tuple[Call, ...]:
    """Keep the calls that the GPU answers."""
    kept = []
    for call in calls:
        try:
            if call.metrics:
                call.read()
                kept.append(call)
        except (nvml.NVMLError_NotSupported, nvml.NVMLError_FunctionNotFound, nvml.NVMLError_NoPermission):
            continue
    return tuple(kept)


def _facts(nvml: ModuleType, handle: object, *, anonymous: bool) -> dict[str, Any]:
    shutdown, slowdown = nvml.NVML_TEMPERATURE_THRESHOLD_SHUTDOWN, nvml.NVML_TEMPERATURE_THRESHOLD_SLOWDOWN
    asked: dict[str, Callable[[], Any]] = {
        "power_limit_w": lambda: nvml.nvmlDeviceGetPowerManagementLimit(handle) * MILLI,
        "power_limit_default_w": lambda: nvml.nvmlDeviceGetPowerManagementDefaultLimit(handle) * MILLI,
        "power_limit_enforced_w": lambda: nvml.nvmlDeviceGetEnforcedPowerLimit(handle) * MILLI,
        "power_limit_range_w": lambda: [
            limit * MILLI for limit in nvml.nvmlDeviceGetPowerManagementLimitConstraints(handle)
        ],
        "slowdown_temp_k": lambda: nvml.nvmlDeviceGetTemperatureThreshold(handle, slowdown) + ZERO_CELSIUS,
        "shutdown_temp_k": lambda: nvml.nvmlDeviceGetTemperatureThreshold(handle, shutdown) + ZERO_CELSIUS,
    }
    if not anonymous:
        asked["uuid"] = lambda: nvml.nvmlDeviceGetUUID(handle)
    facts = {"name": nvml.nvmlDeviceGetName(handle)}
    for name, ask in asked.items():
        try:
            facts[name] = ask()
        except nvml.NVMLError:
            facts[name] = None
    return facts


def _notes(asset: str, sources: dict[str, str]) -> tuple[str, ...]:
    notes = []
    if "POWER_INSTANT" not in sources[POWER]:
        notes.append(
            f"{asset}: no instant power (NVML_FI_DEV_POWER_INSTANT); {POWER} is nvmlDeviceGetPowerUsage, which is "
            "averaged over about a second on Ampere (except GA100) and later"
        )
    if "PowerUsage" in sources.get(AVERAGE, ""):
        notes.append(f"{asset}: no NVML_FI_DEV_POWER_AVERAGE; {AVERAGE} is nvmlDeviceGetPowerUsage")
    absent = [
        name for name in METRICS if name not in sources and (name != AVERAGE or "POWER_INSTANT" in sources[POWER])
    ]
    if absent:
        notes.append(f"{asset}: does not tell {', '.join(absent)}")
    return tuple(notes)
