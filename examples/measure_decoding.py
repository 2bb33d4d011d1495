"""
Power of one CUDA device against what it computes and what it reads, as serving a language model does both.

A layer of a model multiplies as many rows as tokens are worked on together by a matrix of weights: few in decoding,
where reading the weights is the work, thousands in prefill, where the products are. Each line of the table is some
seconds of one such load: rows, part of the time that it worked, products [FLOP/s], what is read and written [byte/s],
power by the energy counter, and temperature. Needs PyTorch and nvidia-ml-py; about three minutes:

    python examples/measure_decoding.py > decoding.csv
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from types import ModuleType

import pynvml

ROWS = (1, 4, 8, 16, 32, 64, 128, 192, 256, 384, 512, 1024, 2048, 8192)
"""Tokens that are worked on together."""

DUTIES = (0.25, 0.5, 0.75)
"""Parts of the time that some loads work, in turns of `TURN`: a service waits between its steps."""

RESTED = (32, 8192)
"""Rows of the loads that rest meanwhile."""

TURN = 0.05
"""[s] of work and rest together: far shorter than the second over which a power limit is kept."""

SIZE, WEIGHTS = 8192, 32
"""Rows and columns of a matrix of weights, and how many there are: 4.3 GB, which no cache holds."""

SETTLED = 2.0
"""[s] before power is measured, in which clocks and sensors follow."""

Load = Callable[[], None]


def products(torch: ModuleType, rows: int) -> tuple[Load, int]:
    """Give a load, and how many products of matrices one call of it makes."""
    weights = [torch.randn(SIZE, SIZE, device="cuda", dtype=torch.bfloat16) for _ in range(WEIGHTS)]
    tokens = torch.randn(rows, SIZE, device="cuda", dtype=torch.bfloat16)
    out = torch.empty_like(tokens)
    count = WEIGHTS if rows < SIZE else WEIGHTS // 8

    def load() -> None:
        for weight in weights[:count]:
            torch.mm(tokens, weight, out=out)
        torch.cuda.synchronize()

    return load, count


def work(load: Load, seconds: float, duty: float) -> tuple[int, float]:
    """Work for some seconds, resting after each turn, and give the calls and the time."""
    calls, start = 0, time.monotonic()
    while time.monotonic() - start < seconds:
        turn = time.monotonic()
        while time.monotonic() - turn < duty * TURN:
            load()
            calls += 1
        if duty < 1.0:
            time.sleep(max((time.monotonic() - turn) * (1.0 / duty - 1.0), 0.0))
    return calls, time.monotonic() - start


def main() -> int:
    """Measure all loads, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.strip().splitlines()[0])
    parser.add_argument("--seconds", type=float, default=6.0, help="of each load, after it has settled")
    seconds = parser.parse_args().seconds
    import torch

    pynvml.nvmlInit()
    device = pynvml.nvmlDeviceGetHandleByIndex(0)
    print(
        f"# {torch.cuda.get_device_name()}, driver {pynvml.nvmlSystemGetDriverVersion()}, PyTorch {torch.__version__}"
    )
    print("rows,duty,operations_flop_s,moved_byte_s,power_w,temperature_degc")
    torch.zeros(1, device="cuda")
    for rows, duty in [
        (0, 0.0),
        *((rows, 1.0) for rows in ROWS),
        *((rows, duty) for rows in RESTED for duty in DUTIES),
    ]:
        load, count = products(torch, rows) if rows else ((lambda: time.sleep(0.1)), 0)
        work(load, SETTLED, duty or 1.0)
        before = pynvml.nvmlDeviceGetTotalEnergyConsumption(device)
        calls, spent = work(load, seconds, duty or 1.0)
        gained = (pynvml.nvmlDeviceGetTotalEnergyConsumption(device) - before) / 1e3
        rate = calls * count / spent
        warm = pynvml.nvmlDeviceGetTemperature(device, pynvml.NVML_TEMPERATURE_GPU)
        moved = rate * 2.0 * SIZE * (SIZE + 2.0 * rows)
        print(f"{rows},{duty},{rate * 2.0 * rows * SIZE**2:.4g},{moved:.4g},{gained / spent:.1f},{warm}", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
