"""Exposition text: DCGM's exporter, OpenMetrics, dumps, and the project's own series."""

from datetime import UTC, datetime

import polars as pl
import pytest

import telemetry
from telemetry.draft import Options
from telemetry.formats import exposition
from telemetry.series import known
from telemetry.times import Clock
from twin.columns import TELEMETRY

AT = {"start": "2024-01-01T00:00Z"}
LABELS = '{gpu="0",UUID="GPU-1",modelName="NVIDIA H100",Hostname="node 7"}'


def dcgm(*samples):
    return "# HELP DCGM_FI_DEV_SM_CLOCK SM clock frequency (in MHz).\n# TYPE DCGM_FI_DEV_SM_CLOCK gauge\n" + "".join(
        f"{name}{LABELS} {value}\n" for name, value in samples
    )


def values(reading):
    return {row["metric"]: row["value"] for row in reading.frame.collect().iter_rows(named=True)}


def test_a_scrape_of_dcgm(file, refused):
    path = file(
        "scrape.txt",
        dcgm(
            ("DCGM_FI_DEV_SM_CLOCK", 1980),
            ("DCGM_FI_DEV_POWER_USAGE", 698.5),
            ("DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION", 2147483640000),
            ("DCGM_FI_DEV_GPU_TEMP", 63),
            ("DCGM_FI_PROF_PIPE_TENSOR_ACTIVE", 0.5),
            ("DCGM_FI_DEV_XID_ERRORS", 0),
        ),
    )
    reading = telemetry.read(path, **AT)
    assert reading.format == "exposition"
    assert values(reading) == {
        "accelerator_clock_hz": 1.98e9,
        "accelerator_power_w": 698.5,  # there is no instant power, so the averaged one stands for it
        "accelerator_energy_j": pytest.approx(2147483640.0),  # mJ
        "accelerator_temp_k": pytest.approx(336.15),
        "accelerator_tensor_activity": 0.5,
    }
    assert reading.frame.collect()["asset"].unique().to_list() == ["node_7/gpu_0"]
    assert "power is averaged over about a second on A100 and later chips; faster swings are not in it" in reading.notes
    assert "series not used: 1 (DCGM_FI_DEV_XID_ERRORS)" in reading.notes
    assert refused(path) == ["its samples have no time; say when they were scraped with --start 2025-07-27T00:00Z"]


def test_instant_power_is_the_better_one(file):
    path = file("a.txt", dcgm(("DCGM_FI_DEV_POWER_USAGE", 600), ("DCGM_FI_DEV_POWER_USAGE_INSTANT", 700)))
    assert values(telemetry.read(path, **AT)) == {"accelerator_average_power_w": 600.0, "accelerator_power_w": 700.0}


@pytest.mark.parametrize(
    ("name", "metric", "blank"),
    [
        ("DCGM_FI_DEV_MEMORY_TEMP", "accelerator_memory_temp_k", "9223372036854775794"),  # not supported, int64
        ("DCGM_FI_DEV_MEMORY_TEMP", "accelerator_memory_temp_k", "9223372036854775807"),
        ("DCGM_FI_DEV_POWER_USAGE_INSTANT", "accelerator_power_w", "140737488355328"),  # blank, float64
        ("DCGM_FI_DEV_POWER_USAGE_INSTANT", "accelerator_power_w", "140737488355330.0"),
        ("DCGM_FI_DEV_POWER_USAGE_INSTANT", "accelerator_power_w", "NaN"),
    ],
)
def test_blanks_are_missing_before_any_unit(file, name, metric, blank):
    reading = telemetry.read(file("a.txt", dcgm((name, blank), ("DCGM_FI_DEV_GPU_TEMP", 40))), **AT)
    row = reading.frame.collect().filter(pl.col("metric") == metric).row(0, named=True)
    assert (row["value"], row["quality"]) == (None, 5)
    assert any(note.startswith("cells without a value, read as missing: 1 (1 ") for note in reading.notes)


def test_infinity_is_no_blank(file, refused):
    assert refused(file("a.txt", dcgm(("DCGM_FI_DEV_POWER_USAGE", "+Inf"))), **AT) == [
        "line 3, node_7/gpu_0: accelerator_power_w is inf, wanted 0 to 5000 W"
    ]


def test_a_divided_gpu_counts_its_power_once(file):
    text = "".join(
        f'{name}{{gpu="0",GPU_I_ID="{instance}",Hostname="n"}} {value}\n'
        for instance, activity in ((1, 0.25), (2, 0.75))
        for name, value in (("DCGM_FI_DEV_POWER_USAGE", 400), ("DCGM_FI_PROF_GR_ENGINE_ACTIVE", activity))
    )
    frame = telemetry.read(file("mig.txt", text), **AT).frame.collect()
    assert frame.filter(pl.col("metric") == "accelerator_power_w")["value"].to_list() == [400.0]
    activity = frame.filter(pl.col("metric") == "accelerator_engine_activity")
    assert dict(activity.select("asset", "value").iter_rows()) == {"n/gpu_0/mig_1": 0.25, "n/gpu_0/mig_2": 0.75}


def test_seconds_of_openmetrics_and_milliseconds_of_the_older_text(file, refused):
    sample = 'ipmi_dcmi_power_consumption_watts{instance="10.0.0.1:9290"} 250 '
    new = telemetry.read(file("a.txt", sample + "1704067200.5\n# EOF\n")).frame.collect()
    old = telemetry.read(file("b.txt", sample + "1704067200500\n")).frame.collect()
    assert new["time"].to_list() == [datetime(2024, 1, 1, 0, 0, 0, 500000, tzinfo=UTC)]
    assert new.equals(old)
    assert new["asset"].to_list() == ["10.0.0.1_9290"]
    (told,) = refused(file("c.txt", sample + "1704067200\n"))
    assert told.endswith("got '1704067200' (the text has no # EOF, so its times were read as ms)")


def test_a_dump_of_a_database(file):
    text = '{__name__="ipmi_dcmi_power_consumption_watts",instance="a",note="say \\"x\\", and }"} 250 1704067200000\n'
    frame = telemetry.read(file("dump.txt", text)).frame.collect()
    assert frame.select("asset", "metric", "value").rows() == [("a", "it_power_w", 250.0)]


def test_faults_are_told_with_their_lines(file, refused):
    good = dcgm(("DCGM_FI_DEV_POWER_USAGE", 600))
    assert refused(file("a.txt", good + "DCGM_FI_DEV_POWER_USAGE{gpu=0} 5\n"), **AT) == [
        "line 4: labels cannot be read: {gpu=0}",
        "DCGM_FI_DEV_POWER_USAGE: a series lacks the labels that name its asset: Hostname, gpu or instance, gpu or "
        "gpu; it has none",
    ]
    assert refused(file("b.txt", good + "DCGM_FI_DEV_POWER_USAGE many words here\n"), **AT)[0].startswith(
        "line 4: no sample"
    )
    assert refused(file("c.txt", good.replace("600", "6OO")), **AT)[0].startswith("line 3: the value is no number")
    assert refused(file("d.txt", "# TYPE up gauge\nup 1\n"), **AT) == [
        "none of its series is known (up); say what they are with --mapping"
    ]


def test_a_cut_last_line_is_dropped(file):
    reading = telemetry.read(
        file("a.txt", dcgm(("DCGM_FI_DEV_POWER_USAGE", 600), ("DCGM_FI_DEV_GPU_TEMP", 6))[:-1]), **AT
    )
    assert values(reading) == {"accelerator_power_w": 600.0}
    assert reading.provenance.dropped == {"last line cut short": 1}


def test_a_mapping_of_the_user(file):
    mapping = file(
        "site.toml",
        'name = "site"\ndescription = "a site"\nformat = "series"\n'
        '[[series]]\nname = "pdu_{n}_kw"\nasset = ["{room}/pdu_{n}"]\nmetric = "it_power_w"\nunit = "kW"\n',
    )
    reading = telemetry.read(file("a.txt", '# TYPE pdu_3_kw gauge\npdu_3_kw{room="a"} 1.5\n'), mapping=mapping, **AT)
    assert reading.frame.collect().select("asset", "value").rows() == [("a/pdu_3", 1500.0)]


def test_every_field_of_the_exporter_is_read_or_told(shared):
    """The default fields of dcgm-exporter: those of power, energy, temperature, clocks and activity are known."""
    lines = shared("schemas/dcgm_dcp-metrics-included.csv").read_text().splitlines()
    fields = [line.split(",")[0].strip() for line in lines if line.startswith("DCGM_FI")]
    wanted = ("POWER", "ENERGY", "TEMP", "CLOCK", "GR_ENGINE", "PIPE_TENSOR_ACTIVE", "DRAM_ACTIVE", "UTIL")
    options = Options(Clock(None, None), None)
    unknown = [name for name in fields if any(word in name for word in wanted) and not known(name, options)]
    assert [name for name in unknown if not name.endswith(("ENC_UTIL", "DEC_UTIL"))] == []


def test_a_quality_that_there_is_not(file, refused):
    text = '# TYPE gigatwin_it_power_w gauge\ngigatwin_it_power_w{asset="a",quality="9"} 5\n'
    assert refused(file("a.txt", text), **AT)[0] == (
        "gigatwin_it_power_w: its quality is '9', wanted one of 0, 1, 2, 3, 4, 5, 6"
    )


def test_what_is_shown_comes_back(file):
    rows = {
        "time": [datetime(2024, 1, 1, 0, 0, second, 123456, tzinfo=UTC) for second in (0, 1, 2)],
        "asset": ["hall_1/rack_2"] * 3,
        "metric": ["it_power_w"] * 3,
        "value": [0.1 + 0.2, None, 1e5 / 3],
        "quality": [0, 5, 1],
    }
    frame = pl.DataFrame(rows).cast({"time": pl.Datetime("us", "UTC"), "quality": pl.UInt8})
    assert frame.columns == list(TELEMETRY)
    again = telemetry.read(file("a.txt", exposition.write(frame))).frame.collect()
    assert again.equals(frame)
