"""
Distinct power phases on one CUDA device, to be recorded: idle, square waves, full load, cooling, training, decoding.

Every change of phase is printed as a line of JSON with the clock's time and the monotonic one, so that a recording can
be laid beside what was asked. Needs PyTorch and nothing else; about seven minutes:

    twin record -o run.parquet --lead "10 s" -- python examples/record_training.py > phases.jsonl
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

SECONDS = {
    "idle": 15.0,  # before CUDA is touched: the deepest idle state
    "idle_context": 15.0,  # with a context, which holds clocks up
    "wave_0.5_hz": 30.0,
    "wave_0.1_hz": 50.0,
    "full_load": 120.0,  # a heat sink in air takes a minute or more to settle
    "cooling": 120.0,
    "training": 45.0,
    "decoding": 25.0,
}
"""[s] of each phase, in order."""

SIZE = 8192
"""Rows and columns of the matrices; on an H200 a product of two takes about 2 ms."""

TOGETHER = 16
"""Products between two looks at the clock."""

CHECKPOINTS = 3
"""Pauses of the training, evenly spaced; each as long as a twentieth of it at least."""

Load = Callable[[], None]


def tell(phase: str, **more: object) -> None:
    """Print a change of phase."""
    now = datetime.now(UTC).isoformat(timespec="microseconds")
    print(json.dumps({"time": now, "monotonic_s": time.monotonic(), "phase": phase, **more}), flush=True)


@contextmanager
def told(phase: str) -> Iterator[None]:
    """Print the begin and the end of a phase."""
    tell(phase, edge="begin")
    yield
    tell(phase, edge="end")


def wait_until(deadline: float) -> None:
    """Sleep until an instant [s] of the monotonic clock."""
    time.sleep(max(deadline - time.monotonic(), 0.0))


def work_until(deadline: float, load: Load) -> None:
    """Load the device until an instant [s] of the monotonic clock."""
    while time.monotonic() < deadline:
        load()


def wave(phase: str, seconds: float, period: float, load: Load) -> None:
    """Load the device in the first half of each period [s]; edges keep to the clock."""
    with told(phase):
        start = time.monotonic()
        for half in range(max(round(2.0 * seconds / period), 2)):
            high = half % 2 == 0
            tell(phase, edge="rise" if high else "fall")
            deadline = start + (half + 1) * 0.5 * period
            if high:
                work_until(deadline, load)
            else:
                wait_until(deadline)


def products(torch: ModuleType, device: str) -> Load:
    """Give a load of large products of matrices, as hard as tensor cores work."""
    left, right = (torch.randn(SIZE, SIZE, device=device, dtype=torch.bfloat16) for _ in range(2))
    out = torch.empty_like(left)

    def load() -> None:
        for _ in range(TOGETHER):
            torch.mm(left, right, out=out)
        torch.cuda.synchronize(device)

    return load


def train(torch: ModuleType, device: str, seconds: float, width: int, layers: int) -> None:
    """Train a stack of transformer layers on random numbers, with pauses in which its parameters are saved."""
    layer = torch.nn.TransformerEncoderLayer(width, width // 128, 4 * width, 0.0, batch_first=True, norm_first=True)
    model = torch.nn.TransformerEncoder(layer, layers, enable_nested_tensor=False).to(device, torch.bfloat16)
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-5, fused=True)
    batch = torch.randn(8, 1024, width, device=device, dtype=torch.bfloat16)
    steps = 0

    def step() -> None:
        nonlocal steps
        optimiser.zero_grad(set_to_none=True)
        (model(batch) - batch).square().mean().backward()
        optimiser.step()
        torch.cuda.synchronize(device)
        steps += 1

    step()
    with told("training"):
        start = time.monotonic()
        for part in range(1, CHECKPOINTS + 1):
            work_until(start + seconds * (part / CHECKPOINTS - 0.05), step)
            tell("training", edge="checkpoint_begin", steps=steps)
            save(torch, model)
            wait_until(start + seconds * part / CHECKPOINTS)
            tell("training", edge="checkpoint_end")


def save(torch: ModuleType, model: Any) -> None:  # noqa: ANN401
    """Write a checkpoint, and throw it away."""
    with tempfile.TemporaryDirectory() as folder:
        torch.save({name: value.cpu() for name, value in model.state_dict().items()}, Path(folder) / "checkpoint.pt")


def decode(torch: ModuleType, device: str, seconds: float) -> None:
    """Multiply a few rows by many matrices, as a language model does for each token: the memory is what limits."""
    weights = [torch.randn(SIZE, SIZE, device=device, dtype=torch.bfloat16) for _ in range(32)]
    tokens = torch.randn(8, SIZE, device=device, dtype=torch.bfloat16)

    def load() -> None:
        for weight in weights:
            torch.mm(tokens, weight)
        torch.cuda.synchronize(device)

    with told("decoding"):
        work_until(time.monotonic() + seconds, load)


def main() -> int:
    """Run all phases."""
    parser = argparse.ArgumentParser(description=__doc__.strip().splitlines()[0])
    parser.add_argument("--scale", type=float, default=1.0, help="times the length of every phase")
    parser.add_argument("--device", default="cuda:0")
    parser.add_argument("--width", type=int, default=4096, help="of the trained layers; 2048 fits 16 GB")
    parser.add_argument("--layers", type=int, default=8)
    asked = parser.parse_args()
    seconds = {name: asked.scale * length for name, length in SECONDS.items()}
    with told("idle"):
        time.sleep(seconds["idle"])
    with told("loading"):
        import torch

        if not torch.cuda.is_available():
            print("no CUDA device here", file=sys.stderr)
            return 2
        load = products(torch, asked.device)
        load()
    with told("idle_context"):
        time.sleep(seconds["idle_context"])
    wave("wave_0.5_hz", seconds["wave_0.5_hz"], 2.0, load)
    wave("wave_0.1_hz", seconds["wave_0.1_hz"], 10.0, load)
    with told("full_load"):
        work_until(time.monotonic() + seconds["full_load"], load)
    with told("cooling"):
        time.sleep(seconds["cooling"])
    train(torch, asked.device, seconds["training"], asked.width, asked.layers)
    torch.cuda.empty_cache()
    decode(torch, asked.device, seconds["decoding"])
    tell("done")
    return 0


if __name__ == "__main__":
    sys.exit(main())
