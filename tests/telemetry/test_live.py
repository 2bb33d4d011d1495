"""Telemetry from a real Prometheus server that scrapes what a replay shows."""

import http.server
import shutil
import socket
import subprocess
import threading
import time
import urllib.request
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest

import scenarios
import telemetry
from telemetry.formats import exposition
from twin.errors import TelemetryError

PROMETHEUS = shutil.which("prometheus")
SCRAPE_S = 0.5
SAMPLES = 12
SPEED = 2.0
"""Seconds of the replay that are shown in one second."""

LATE_S = 0.2
"""Most [s] that a scrape on loopback takes from its start, which is its time, to its answer (assumed)."""

ROUNDING_S = 1e-3
"""The server keeps its times in milliseconds."""


class Shown:
    """A replay's site power, shown as it runs: constant over each of its seconds."""

    def __init__(self, power):
        self.power = power
        self.begin = time.time()

    def at(self, moment):
        return self.power[np.minimum(((moment - self.begin) * SPEED).astype(int), len(self.power) - 1)]

    def text(self):
        value = float(self.at(np.array([time.time()]))[0])
        row = {"time": None, "asset": "site", "metric": "facility_power_w", "value": value, "quality": 0}
        types = {"time": pl.Datetime("us", "UTC"), "quality": pl.UInt8}
        return exposition.write(pl.DataFrame([row], schema_overrides=types))


@pytest.fixture
def shown(tmp_path):
    """Serve ``/metrics`` of a short replay on loopback."""
    run = scenarios.replay("frontier", duration="10 min", out=tmp_path / "run")
    show = Shown(run.table("site")["facility_power_w"].to_numpy())

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            body = show.text().encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/openmetrics-text; version=1.0.0; charset=utf-8")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield show, server.server_address[1]
    server.shutdown()
    server.server_close()


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


@pytest.fixture
def prometheus(tmp_path, shown):
    """Start a Prometheus server on loopback that scrapes it."""
    if PROMETHEUS is None:
        pytest.skip("no Prometheus server is installed (Debian: apt-get install prometheus)")
    _, port = shown
    config = tmp_path / "prometheus.yml"
    config.write_text(
        f"global: {{scrape_interval: {SCRAPE_S * 1e3:.0f}ms, scrape_timeout: {SCRAPE_S * 1e3:.0f}ms}}\n"
        f"scrape_configs: [{{job_name: twin, static_configs: [{{targets: ['127.0.0.1:{port}']}}]}}]\n"
    )
    own = free_port()
    options = [f"--config.file={config}", f"--storage.tsdb.path={tmp_path / 'data'}", "--log.level=error"]
    process = subprocess.Popen(
        [PROMETHEUS, *options, f"--web.listen-address=127.0.0.1:{own}"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{own}"
    try:
        for _ in range(100):
            try:
                urllib.request.urlopen(f"{address}/-/ready", timeout=1).close()
                break
            except OSError:
                time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=20)


def watched(address):
    """Wait for some samples: the server begins to scrape some 5 s after its start."""
    for _ in range(60):
        time.sleep(SCRAPE_S)
        end = datetime.now(UTC)
        try:
            reading = telemetry.ask(address, "gigatwin_facility_power_w", end - timedelta(seconds=60), end)
        except TelemetryError as error:
            assert "holds no sample" in str(error)  # noqa: PT017  any other refusal is a fault
            continue
        if reading.frame.select(pl.len()).collect().item() >= SAMPLES:
            return reading, end
    pytest.fail("the server scraped nothing in 30 s")


def test_energy_read_from_a_server(prometheus, shown):
    """
    The energy of the samples, each held until the next, is that of what was shown, within the sampling bound.

    A held sample errs by no more than what the power ranges over until the next, where a scrape sees it up to `LATE_S`
    after the time that the server gives it.
    """
    show, _ = shown
    reading, end = watched(prometheus)
    rows = reading.frame.filter(pl.col("value").is_not_null()).collect()
    assert (reading.format, rows["asset"].unique().to_list()) == ("prometheus", ["site"])
    moments = rows["time"].dt.epoch("us").to_numpy() / 1e6
    steps = np.diff(moments)
    energy = float(rows["value"].to_numpy()[:-1] @ steps)
    fine = np.linspace(moments[0], moments[-1], 100_001)
    power = show.at(0.5 * (fine[1:] + fine[:-1]))
    true = float(np.mean(power)) * (moments[-1] - moments[0])
    assert np.ptp(power) > 0.0
    bound = sum(
        step * np.ptp(show.at(np.linspace(begin, begin + step + LATE_S, 2001)))
        for begin, step in zip(moments[:-1], steps, strict=True)
    )
    assert abs(energy - true) <= bound
    # A step of the load just after the last sample but one is worth a scrape of it: no fixed part of so short an energy
    # would hold. Instead each sample is, to the digit, what was shown while the server asked.
    for moment, value in zip(moments, rows["value"], strict=True):
        told = show.at(np.linspace(moment - ROUNDING_S, moment + LATE_S, 2001))
        assert np.abs(told / value - 1.0).min() < 1e-12
    # At even times the server tells the same powers, each up to one scrape old.
    even = telemetry.ask(
        prometheus, "gigatwin_facility_power_w", end - timedelta(seconds=5), end - timedelta(seconds=1), SCRAPE_S
    )
    assert set(even.frame.collect()["value"]) <= set(rows["value"])


def test_a_server_that_refuses(prometheus):
    end = datetime.now(UTC)
    with pytest.raises(TelemetryError, match="the server refused the query: bad_data"):
        telemetry.ask(prometheus, "sum(", end - timedelta(seconds=10), end, 1.0)
    with pytest.raises(TelemetryError, match="the answer holds no sample"):
        telemetry.ask(prometheus, "nothing_such", end - timedelta(seconds=10), end)


def test_servers_that_are_not_there():
    end = datetime(2024, 1, 1, tzinfo=UTC)
    begin = end - timedelta(seconds=10)
    with pytest.raises(TelemetryError, match="no answer of a Prometheus server"):
        telemetry.ask(f"http://127.0.0.1:{free_port()}", "up", begin, end)
    with pytest.raises(TelemetryError, match="is empty"):
        telemetry.ask("http://127.0.0.1:9", "up", end, begin)
    with pytest.raises(TelemetryError, match="is no address such as"):
        telemetry.ask("localhost", "up", begin, end)
