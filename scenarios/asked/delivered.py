"""What the jobs of a run do, beside the energy that it takes: operations, tokens, requests, interruptions."""

from __future__ import annotations

from collections.abc import Mapping

from twin.metrics import Metric
from twin.run import Made

UNITS: dict[str, str] = {
    "training_operations": "FLOP",
    "training_tokens": "1",
    "interruptions": "1",
    "requests": "1",
    "input_tokens": "1",
    "output_tokens": "1",
    "jobs": "1",
    "job_accelerator_time": "s",
}
"""Amounts by name, and their units."""

RATIOS: dict[str, tuple[str, str]] = {
    "training_operations_per_joule": ("training_operations", "FLOP/J"),
    "output_tokens_per_joule": ("output_tokens", "1/J"),
}
"""Amounts over the energy drawn at the point of connection, and their units."""

_AS_ASKED = "as asked; what limits of power or temperature took away is in compute_lost"
DEFINITIONS: dict[str, str] = {
    "training_operations": f"rated bf16 operations, times their utilisation, times the time of iterating; {_AS_ASKED}",
    "training_tokens": "these operations over six for each parameter of the model",
    "output_tokens": f"tokens that replicas gave out; {_AS_ASKED}",
    "training_operations_per_joule": "over all energy drawn at the point of connection, whatever else ran",
    "output_tokens_per_joule": "likewise",
}
"""What the amounts mean."""


def figures(amounts: Mapping[str, float], energy: float) -> dict[str, Metric]:
    """
    Give what jobs did as figures of a run.

    Parameters
    ----------
    amounts : name to amount
        As placement gives them.
    energy : [J]
        Drawn at the point of connection.

    Returns
    -------
    dict of text to Metric
        Flat, by name; nothing of what no job does.
    """
    told: dict[str, Metric] = {
        name: {"value": amounts[name], "unit": unit} for name, unit in UNITS.items() if name in amounts
    }
    for name, (amount, unit) in RATIOS.items():
        if amounts.get(amount) and energy > 0.0:
            told[name] = {"value": amounts[amount] / energy, "unit": unit}
    return told


def told(made: Made, amounts: Mapping[str, float]) -> Made:
    """
    Put what jobs did among the figures of a run.

    Parameters
    ----------
    made : Made
        A run that has just been made.
    amounts : name to amount
        As placement gives them.

    Returns
    -------
    Made
        With these figures, and what they mean.
    """
    found = figures(amounts, made.metrics["facility_energy"]["value"])
    meant = {name: text for name, text in DEFINITIONS.items() if name in found}
    definitions = made.manifest["definitions"] | meant
    return made._replace(manifest=made.manifest | {"definitions": definitions}, metrics={**made.metrics, **found})
