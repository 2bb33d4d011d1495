"""Serving: models on chips, requests that are drawn or shared out, and the levels that were measured."""

import math

import numpy as np
import polars as pl
import pytest

from telemetry import serving
from telemetry.language_models import H200, MODELS
from telemetry.serving import SERVING, Requests

DAY = 86_400


def given(**values):
    """Change values of parameters."""
    return SERVING._replace(**{name: getattr(SERVING, name)._replace(value=value) for name, value in values.items()})


def test_every_parameter_says_its_unit_range_and_source():
    for name, number in SERVING._asdict().items():
        assert number.low <= number.value <= number.high, name
        assert number.basis in {"primary", "reported", "derived", "measured", "assumed"}, name
        assert number.unit in {"1", "s", "1/s", "byte"}, name
        assert number.source, name
    assert all(model.source and model.active <= model.parameters for model in MODELS.values())


def test_a_token_of_context():
    # Llama 3 70B: a key and a value of 8 heads of 128 numbers in 80 layers, two bytes each: 2 * 80 * 8 * 128 * 2.
    assert MODELS["llama_70b"].context_bytes(2.0) == 327_680


def test_a_model_on_two_accelerators():
    found = serving.replica(MODELS["llama_70b"], H200)
    assert found.weights == 141.2e9
    assert found.operations == 141.2e9
    assert found.read_rate == pytest.approx(0.7 * 2 * 4.8e12)
    assert found.compute_rate == pytest.approx(0.5 * 2 * 989.4e12)
    # Nine tenths of 282 GB less the weights, over 327,680 bytes a token.
    assert found.most_context == pytest.approx((0.9 * 282e9 - 141.2e9) / 327_680)
    with pytest.raises(ValueError, match=r"405\.9e9 parameters take 812 GB, and 2 accelerators have 282 GB"):
        serving.replica(MODELS["llama_405b"], H200)


def test_drawn_lengths_have_the_quantiles_of_the_service():
    asked = serving.drawn(np.random.default_rng(1), DAY, given(request_rate=2.0))
    # 170,000 draws: the median within 0.4 %, percentile 99 within 1.5 % (three standard errors of each).
    assert np.median(asked.inputs) == pytest.approx(1020, rel=0.01)
    assert np.quantile(asked.inputs, 0.99) == pytest.approx(4142, rel=0.03)
    assert np.median(asked.outputs) == pytest.approx(129, rel=0.01)
    assert np.quantile(asked.outputs, 0.99) == pytest.approx(601, rel=0.03)
    assert (np.diff(asked.arrival) >= 0.0).all()


def test_rates_have_the_mean_asked_for():
    rate = serving.rates(np.random.default_rng(2), 10 * DAY, given(burst_spread=0.0))
    assert rate.mean() == pytest.approx(SERVING.request_rate.value, rel=1e-9)  # the cosine has no mean over whole days


def test_a_share_of_a_trace_keeps_its_rhythm_and_lengths():
    """A trace of 1,000 s, busy in its second half, begins again; a replica gets half a request a second of its ten."""
    random = np.random.default_rng(3)
    arrival = np.sort(np.concatenate([random.uniform(0, 500, 2000), random.uniform(500, 1000, 8000)]))
    trace = Requests(arrival, np.arange(1, 10_001), np.full(10_000, 7))
    found = serving.share_of(random, trace, 1000.0, 10_000, 0.5)
    assert len(found.arrival) == pytest.approx(5000, abs=4 * math.sqrt(5000))
    busy = (found.arrival % 1000.0) > 500.0
    assert busy.mean() == pytest.approx(0.8, abs=0.03)
    assert set(found.outputs) == {7}
    assert found.inputs.mean() == pytest.approx(5000, rel=0.03)
    assert (np.diff(found.arrival) >= 0.0).all()
    assert found.arrival.max() < 10_000


def test_replicas_of_a_rack_smooth_each_other():
    of, asked = serving.replica(MODELS["llama_70b"], H200), serving.drawn(np.random.default_rng(4), 7200)
    one, many = (serving.served(asked, of, 7200, count, np.random.default_rng(5)) for count in (1, 36))
    assert many.level.mean() == pytest.approx(one.level.mean(), rel=1e-9)  # a trace that is moved round loses nothing
    assert many.output_tokens.sum() == pytest.approx(one.output_tokens.sum(), rel=1e-9)
    # Half a minute holds some ten independent states of a replica: their mean swings by a third.
    assert many.level.std() < 0.6 * one.level.std()


def test_an_azure_service_on_its_share_of_replicas(shared):
    """The conversation trace of 5.53 requests a second on eleven replicas: half a request each, answered in time."""
    table = pl.read_csv(shared("inference_requests/AzureLLMInferenceTrace2023_conv.csv"))
    time = table["TIMESTAMP"].str.to_datetime("%Y-%m-%d %H:%M:%S%.f")
    seconds = (time - time[0]).dt.total_microseconds().to_numpy() / 1e6
    trace = Requests(seconds, table["ContextTokens"].to_numpy(), table["GeneratedTokens"].to_numpy())
    of = serving.replica(MODELS["llama_70b"], H200)
    asked = serving.share_of(np.random.default_rng(1), trace, 3502.0, 3600, 19_366 / 3502 / 11)
    found = serving.served(asked, of, 3600, 1, np.random.default_rng(1))
    served = np.isfinite(found.done)
    assert served.mean() > 0.99
    mean = trace.outputs.sum() / len(trace.outputs)
    assert found.output_tokens.sum() / served.sum() == pytest.approx(mean, rel=0.05)
    # A prompt of 1,020 tokens takes 0.15 s of an idle replica; nobody waits for seconds at a third of what it can do.
    assert 0.15 < np.median((found.first_token - asked.arrival)[served]) < 0.5
