"""
A stand-in for NVIDIA's library: its own constants, structures and errors, and those functions that only read.

A function that is not here is missing, so that a recorder that set anything would fail.
"""

from __future__ import annotations

import inspect
from types import ModuleType, SimpleNamespace

import pynvml

MILLI = 1000


class FakeClock:
    """Time that passes only when somebody sleeps or a call takes its time."""

    def __init__(self, utc_ns=1_736_928_000_000_000_000, boot_ns=5_000_000_000):
        self.now, self.offset = boot_ns, utc_ns - boot_ns

    def monotonic(self):
        return self.now

    def utc(self):
        return self.now + self.offset

    def sleep(self, seconds):
        self.now += max(round(seconds * 1e9), 1)

    def pass_ns(self, nanoseconds):
        self.now += nanoseconds


class FakeGpu:
    """A GPU whose power [W] is a function of the seconds since the start, and which may lack or lose readings."""

    def __init__(self, clock, power=lambda _: 100.0, energy=lambda t: 100.0 * t, **known):
        self.clock, self.power, self.energy = clock, power, energy
        self.start = clock.now
        self.fields = {pynvml.NVML_FI_DEV_POWER_INSTANT, pynvml.NVML_FI_DEV_POWER_AVERAGE}
        self.fields |= {pynvml.NVML_FI_DEV_TOTAL_ENERGY_CONSUMPTION, pynvml.NVML_FI_DEV_MEMORY_TEMP}
        self.getters = True  # those that the fields stand for
        self.slow = True
        self.lost_after = float("inf")
        self.hook = lambda _: None
        self.cost_ns = 100_000
        vars(self).update(known)

    def passed(self):
        return (self.clock.now - self.start) / 1e9

    def ask(self, supported=True):
        self.clock.pass_ns(self.cost_ns)
        self.hook(self.passed())
        if self.passed() >= self.lost_after:
            raise pynvml.NVMLError(pynvml.NVML_ERROR_GPU_IS_LOST)
        if not supported:
            raise pynvml.NVMLError(pynvml.NVML_ERROR_NOT_SUPPORTED)
        return self


def fake_nvml(gpus, calls=None):
    """Make the module of a machine with these GPUs; `calls` takes the names of functions as they are called."""
    module = ModuleType("pynvml")
    for name, thing in vars(pynvml).items():
        if not name.startswith("__") and not (inspect.isfunction(thing) and name.startswith("nvml")):
            setattr(module, name, thing)
    module.closed = 0

    def shut():
        module.closed += 1

    functions = {
        "nvmlInit": lambda: None,
        "nvmlShutdown": shut,
        "nvmlSystemGetDriverVersion": lambda: "570.86.15",
        "nvmlSystemGetNVMLVersion": lambda: "12.570.86.15",
        "nvmlDeviceGetCount": lambda: len(gpus),
        "nvmlDeviceGetHandleByIndex": lambda index: gpus[index],
        "nvmlDeviceGetFieldValues": _field_values,
        "nvmlDeviceGetPowerUsage": lambda gpu: round(gpu.ask(gpu.getters).power(gpu.passed()) * MILLI),
        "nvmlDeviceGetTotalEnergyConsumption": lambda gpu: round(gpu.ask(gpu.getters).energy(gpu.passed()) * MILLI),
        "nvmlDeviceGetTemperature": lambda gpu, _: gpu.ask(gpu.slow) and 40,
        "nvmlDeviceGetClockInfo": lambda gpu, kind: gpu.ask(gpu.slow) and {1: 1980, 2: 2619}[kind],
        "nvmlDeviceGetCurrentClocksEventReasons": lambda gpu: gpu.ask(gpu.slow) and 0x4,
        "nvmlDeviceGetUtilizationRates": lambda gpu: gpu.ask(gpu.slow) and SimpleNamespace(gpu=100, memory=25),
        "nvmlDeviceGetName": lambda gpu: "NVIDIA H200",
        "nvmlDeviceGetUUID": lambda gpu: "GPU-11111111-2222-3333-4444-555555555555",
        "nvmlDeviceGetPowerManagementLimit": lambda gpu: 700_000,
        "nvmlDeviceGetPowerManagementDefaultLimit": lambda gpu: 700_000,
        "nvmlDeviceGetEnforcedPowerLimit": lambda gpu: 700_000,
        "nvmlDeviceGetPowerManagementLimitConstraints": lambda gpu: [200_000, 700_000],
        "nvmlDeviceGetTemperatureThreshold": lambda gpu, which: {0: 95, 1: 92}[which],
    }
    for name, function in functions.items():
        setattr(module, name, _noted(name, function, calls))
    return module


def _noted(name, function, calls):
    def call(*arguments):
        if calls is not None:
            calls.append(name)
        return function(*arguments)

    return call


def _field_values(gpu, numbers):
    gpu.ask()
    answers = (pynvml.c_nvmlFieldValue_t * len(numbers))()
    for answer, number in zip(answers, numbers, strict=True):
        answer.fieldId = number
        if number not in gpu.fields:
            answer.nvmlReturn = pynvml.NVML_ERROR_NOT_SUPPORTED
        elif number == pynvml.NVML_FI_DEV_TOTAL_ENERGY_CONSUMPTION:
            answer.valueType = pynvml.NVML_VALUE_TYPE_UNSIGNED_LONG_LONG
            answer.value.ullVal = round(gpu.energy(gpu.passed()) * MILLI)
        elif number == pynvml.NVML_FI_DEV_MEMORY_TEMP:
            answer.valueType, answer.value.uiVal = pynvml.NVML_VALUE_TYPE_UNSIGNED_INT, 55
        else:
            answer.valueType = pynvml.NVML_VALUE_TYPE_UNSIGNED_INT
            answer.value.uiVal = round(gpu.power(gpu.passed()) * MILLI)
    return answers
