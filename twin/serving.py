"""
A replica of a language model, step by step: how long a step takes, what it asks of memory and chips, what it draws.

Requests are batched continuously: each step either takes in prompts that wait (prefill) or gives every request in the
replica one more token (decoding). Steps are those of a roofline, so that a replica is told by its bytes and operations.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from twin.arrays import Floats, Integers
from twin.thermal.compiled import PLAIN, njit


class Replica(NamedTuple):
    """
    A copy of a model on its accelerators, all together.

    Attributes
    ----------
    weights : [byte]
        Of the whole model.
    active : [1]
        Part of the weights that one token needs; one in a dense model.
    context_bytes : [byte]
        Of keys and values, for each token of a request's context.
    operations : [FLOP]
        For each token, 2 for each active parameter.
    read_rate : [byte/s]
        At which weights and context are read.
    compute_rate : [FLOP/s]
        At which tokens are worked on.
    overhead : [s]
        Of a step, in which the accelerators wait.
    read_level, compute_level : [s/byte], [s/FLOP]
        Part of the way from loaded idle to rated power for a byte read, and for an operation made, each second.
    most_requests : [1]
        In the replica at once.
    most_context : [1]
        Tokens that its memory holds beside the weights.
    most_rows : [1]
        Tokens of prompts that one step takes in; a longer prompt is a step of its own.
    """

    weights: float
    active: float
    context_bytes: float
    operations: float
    read_rate: float
    compute_rate: float
    overhead: float
    read_level: float
    compute_level: float
    most_requests: int
    most_context: float
    most_rows: int


class Served(NamedTuple):
    """
    What a replica did.

    Attributes
    ----------
    level : (second,) [1]
        Mean of each second, from loaded idle (0) to rated power (1).
    input_tokens, output_tokens : (second,) [1]
        Taken in and given out.
    first_token, done : (request,) [s]
        When a request's first and last token came; infinite where the replica did not come to it.
    """

    level: Floats
    input_tokens: Floats
    output_tokens: Floats
    first_token: Floats
    done: Floats


def package_power(
    read: Floats, operations: Floats, at_rest: float, most: float, read_energy: float, operation_energy: float
) -> Floats:
    """
    Give the power of an accelerator that reads its memory and computes.

    Parameters
    ----------
    read : (any,) [byte/s]
        From its memory.
    operations : (any,) [FLOP/s]
        In its tensor cores.
    at_rest : [W]
        With a program resident that waits.
    most : [W]
        Its power limit.
    read_energy : [J/byte]
        Of a byte read.
    operation_energy : [J/FLOP]
        Of an operation.

    Returns
    -------
    (any,) [W]
        Power.

    Notes
    -----
    ``P = min(P_rest + e_r read + e_o operations, P_most)``: linear, as measured on an H200 within 6 W rms from 130 to
    670 W, whether the work is slow or rests in between; at the limit it is the clock that falls.
    """
    return np.asarray(np.minimum(at_rest + read_energy * read + operation_energy * operations, most))


def step_of(replica: Replica, rows: Floats, context: Floats) -> tuple[Floats, Floats]:
    """
    Give the time of a step, and the level of power in it.

    Parameters
    ----------
    replica : Replica
        Whose step.
    rows : (any,) [1]
        Tokens that are worked on.
    context : (any,) [1]
        Tokens of context that are read.

    Returns
    -------
    tuple of (any,) [s] and [1]
        Time, and part of the way from loaded idle to rated power.

    Notes
    -----
    time = overhead + max(bytes / read_rate, operations / compute_rate), bytes being the weights that the rows need and
    the context; of a mixture of experts rows need 1 - (1 - active)^rows of the weights. Products of attention are left
    out: of a prompt of 12,000 tokens they are a tenth. Source: Pope et al., arXiv 2211.05102, section 2; Williams et
    al., Communications of the ACM 52(4):65 (the roofline).
    """
    pairs = np.array([_step(replica, *pair) for pair in np.broadcast(rows, context)])
    return pairs[:, 0], pairs[:, 1]


def serve(replica: Replica, arrival: Floats, inputs: Integers, outputs: Integers, duration: int) -> Served:
    """
    Let a replica answer requests.

    Parameters
    ----------
    replica : Replica
        Who answers; its memory holds the longest request.
    arrival : (request,) [s]
        Rising.
    inputs, outputs : (request,) [1]
        Tokens of prompt and answer, at least one of each.
    duration : [s]
        Whole seconds from time zero on.

    Returns
    -------
    Served
        Nothing is in the replica at time zero.

    Notes
    -----
    Whoever waits is taken in first, in order of arrival, as far as requests, rows and memory allow: a step of prefill,
    which gives each its first token. Else all requests get a token. Memory is kept for a whole answer from the start.
    """
    seconds = np.zeros((3, duration))
    instants = np.full((2, len(arrival)), np.inf)
    ring = np.full(int(outputs.max(initial=0)) + 1, -1, dtype=np.int64)
    follower = np.full(len(arrival), -1, dtype=np.int64)
    if len(arrival):
        _steps(
            replica, arrival.astype(float), inputs.astype(np.int64), outputs.astype(np.int64), ring, follower, seconds,
            instants,
        )  # fmt: skip
    return Served(*seconds, *instants)


@njit(cache=True, **PLAIN)
def _step(replica: Replica, rows: float, context: float) -> tuple[float, float]:
    """Give time [s] and level [1] of a step; see `step_of`."""
    read = replica.weights * (1.0 - (1.0 - replica.active) ** rows) + replica.context_bytes * context
    made = replica.operations * rows
    length = replica.overhead + max(read / replica.read_rate, made / replica.compute_rate)
    return length, min((replica.read_level * read + replica.compute_level * made) / length, 1.0)


@njit(cache=True, **PLAIN)
def _steps(
    replica: Replica,
    arrival: Floats,
    inputs: Integers,
    outputs: Integers,
    ring: Integers,
    follower: Integers,
    seconds: Floats,
    instants: Floats,
) -> None:
    """
    Walk through all steps.

    `ring` holds, for each of the coming steps of decoding, the first request that ends with it, `follower` the next one
    that does: a step costs the same however many requests there are.
    """
    duration = float(seconds.shape[1])
    time, waiting, came, decoded = 0.0, 0, 0, 0
    inside, context, kept = 0, 0.0, 0.0
    while time < duration:
        while came < len(arrival) and arrival[came] <= time:
            came += 1
        if waiting == came and inside == 0:
            if came == len(arrival):
                return
            time = arrival[came]
            continue
        first, rows = waiting, 0
        while waiting < came and inside + waiting - first < replica.most_requests:
            whole = inputs[waiting] + outputs[waiting]
            full = rows + inputs[waiting] > replica.most_rows and waiting > first
            if full or kept + whole > replica.most_context:
                break
            rows += inputs[waiting]
            kept += whole
            waiting += 1
        taken = waiting - first
        length, level = _step(replica, float(rows if taken else inside), 0.0 if taken else context)
        end = time + length
        given = taken if taken else inside
        _spread(seconds[0], time, end, level, duration)
        second = int(end)
        if second < seconds.shape[1]:
            seconds[1, second] += rows
            seconds[2, second] += given
        if taken:
            for request in range(first, waiting):
                instants[0, request] = end
                if outputs[request] == 1:
                    instants[1, request] = end
                    kept -= inputs[request] + 1
                    continue
                inside += 1
                context += inputs[request] + 1
                place = (decoded + outputs[request] - 1) % len(ring)
                follower[request] = ring[place]
                ring[place] = request
        else:
            decoded += 1
            context += inside
            place = decoded % len(ring)
            request = ring[place]
            while request >= 0:
                instants[1, request] = end
                inside -= 1
                whole = inputs[request] + outputs[request]
                context -= whole
                kept -= whole
                request = follower[request]
            ring[place] = -1
        time = end


@njit(cache=True, **PLAIN)
def _spread(seconds: Floats, begin: float, end: float, level: float, duration: float) -> None:
    """Add a level to the means of the seconds that it lasts through."""
    time = begin
    while time < min(end, duration):
        border = min(np.floor(time) + 1.0, end)
        seconds[int(time)] += level * (border - time)
        time = border
