"""A replica of a language model: steps by hand, requests one by one, and what is conserved whatever comes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin import serving
from twin.serving import Replica

SIMPLE = Replica(
    weights=100.0, active=1.0, context_bytes=1.0, operations=2.0, read_rate=1000.0, compute_rate=100.0, overhead=0.1,
    read_level=5e-4, compute_level=5e-3, most_requests=2, most_context=1000.0, most_rows=20,
)  # fmt: skip
"""Weights take 0.1 s to read, a token 0.02 s of products, and 0.1 s is lost in each step."""


def asked(*requests):
    """Give arrays of (arrival, input tokens, output tokens)."""
    arrival, inputs, outputs = zip(*requests, strict=True)
    return np.array(arrival, dtype=float), np.array(inputs), np.array(outputs)


def test_power_is_linear_up_to_the_limit():
    # 130 W at rest, 117 pJ a byte, 0.94 pJ an operation: 2 TB/s and 100 TFLOP/s are 130 + 234 + 94 = 458 W.
    found = serving.package_power(np.array([0.0, 2e12, 4e12]), np.array([0.0, 1e14, 6e14]), 130, 700, 117e-12, 0.94e-12)
    np.testing.assert_allclose(found, [130.0, 458.0, 700.0])


def test_a_step_by_hand():
    # One row with 50 tokens of context: 150 bytes take 0.15 s, 2 operations 0.02 s; with 0.1 s lost the step is 0.25 s.
    # Level: (150 * 5e-4 + 2 * 5e-3) / 0.25 = 0.34. Ten rows: 0.1 s of reading, 0.2 s of products; (0.05 + 0.1) / 0.3.
    time, level = serving.step_of(SIMPLE, np.array([1.0, 10.0]), np.array([50.0, 0.0]))
    np.testing.assert_allclose(time, [0.25, 0.3])
    np.testing.assert_allclose(level, [0.34, 0.5])


def test_experts_are_read_as_rows_need_them():
    # A quarter of the weights for one row, 1 - 0.75^2 = 7 / 16 of them for two, all for many.
    experts = SIMPLE._replace(active=0.25, compute_rate=1e9)
    time, _ = serving.step_of(experts, np.array([1.0, 2.0, 1000.0]), np.zeros(3))
    np.testing.assert_allclose(time, [0.125, 0.14375, 0.2])


def test_two_requests_by_hand():
    """The second comes while the first decodes, is taken in first, and then both get their tokens together."""
    found = serving.serve(SIMPLE, *asked((0.0, 10, 3), (0.35, 5, 2)), 3)
    # 0.3 s of prefill gives the first its first token. A step with 11 tokens of context (0.1 + 0.111 s) gives it its
    # second, at 0.511 s. Prefill of the second, 5 rows, 0.2 s: its first token at 0.711 s. Then both, with 12 + 6 = 18
    # tokens of context: 0.1 + 0.118 s, so that both end at 0.929 s.
    np.testing.assert_allclose(found.first_token, [0.3, 0.711])
    np.testing.assert_allclose(found.done, [0.929, 0.929])
    assert found.output_tokens.tolist() == [5.0, 0.0, 0.0]
    assert found.input_tokens.tolist() == [15.0, 0.0, 0.0]
    # Bytes: 100 + 111 + 100 + 118, of 5e-4 s each; operations: 2 * (10 + 1 + 5 + 2), of 5e-3 s each.
    np.testing.assert_allclose(found.level, [429 * 5e-4 + 36 * 5e-3, 0.0, 0.0])


def test_a_full_replica_lets_requests_wait():
    """Two at once: the third is taken in when one of the first has gone."""
    found = serving.serve(SIMPLE, *asked((0.0, 5, 1), (0.0, 5, 4), (0.0, 5, 4), (0.0, 5, 4)), 10)
    assert found.first_token[0] == found.first_token[1] == pytest.approx(0.3)  # ten rows together
    assert found.done[0] == found.first_token[0]  # an answer of one token
    assert found.first_token[2] == pytest.approx(0.5)  # there is room at once
    assert found.first_token[3] >= found.done[1]


def test_memory_lets_requests_wait():
    small = SIMPLE._replace(most_context=20.0, most_requests=10)
    found = serving.serve(small, *asked((0.0, 5, 6), (0.0, 5, 6)), 10)
    assert found.first_token[1] > found.done[0]


def test_a_long_prompt_is_a_step_of_its_own():
    # 30 rows are more than the 20 of a step, and are taken in alone: 0.1 + 0.6 s; then 5 rows, 0.2 s.
    found = serving.serve(SIMPLE, *asked((0.0, 30, 2), (0.0, 5, 2)), 10)
    np.testing.assert_allclose(found.first_token, [0.7, 0.9])


def test_a_step_that_lasts_through_seconds():
    # 120 rows: 0.1 + 2.4 s at (0.05 + 1.2) / 2.5 = 0.5 of the way.
    found = serving.serve(SIMPLE._replace(most_rows=1000), *asked((0.25, 120, 1)), 4)
    np.testing.assert_allclose(found.level, [0.375, 0.5, 0.375, 0.0])


def test_nobody_asks():
    nothing = np.zeros(0)
    found = serving.serve(SIMPLE, nothing, nothing.astype(int), nothing.astype(int), 3)
    assert found.level.tolist() == [0.0, 0.0, 0.0]


@given(
    gaps=st.lists(st.floats(0.0, 2.0), min_size=1, max_size=40),
    seed=st.integers(0, 2**32 - 1),
    most=st.integers(1, 8),
)
def test_every_token_is_given_once(gaps, seed, most):
    """Whoever was done got all tokens, after arrival, and never before its first; power stays in its bounds."""
    random = np.random.default_rng(seed)
    arrival = np.cumsum(gaps)
    inputs, outputs = random.integers(1, 15, len(gaps)), random.integers(1, 15, len(gaps))
    found = serving.serve(SIMPLE._replace(most_requests=most), arrival, inputs, outputs, 400)
    assert np.isfinite(found.done).all()
    assert (found.first_token > arrival).all()
    assert (found.done >= found.first_token).all()
    assert found.output_tokens.sum() == outputs.sum()
    assert found.input_tokens.sum() == inputs.sum()
    assert found.level.min() >= 0.0
    assert found.level.max() <= 1.0 + 1e-12
