"""What users get wrong: one clear message, exit code 2, no traceback, and no half-written run."""

from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path

import pytest

import facilities
from scenarios import study
from scenarios.report import page as report
from tests.facilities.weather_files import EPW_HEADER, epw_rows, written
from tests.scenarios.command import twin

SITE_FILE = Path(facilities.__file__).parent / "sites" / "frontier.toml"

LOAD = """time,asset,metric,value
2026-07-15T00:00:00Z,hall_1,it_power_w,1.0e7
2026-07-15T00:00:15Z,hall_1,it_power_w,1.1e7
2026-07-15T00:00:30Z,hall_1,it_power_w,1.2e7
2026-07-15T00:00:45Z,hall_1,it_power_w,1.1e7
2026-07-15T00:01:00Z,hall_1,it_power_w,1.0e7
"""
MATRIX = "".join(f"{second},{200 + second},{300 + second}\n" for second in range(20))
SOUTH = EPW_HEADER[0].replace("38.0", "-38.0")
SCENARIO = """name = "mine"
duration = "1 min"
[[jobs]]
name = "a"
trace = "training"
mode = "synchronous"
"""


@pytest.fixture
def refused(capsys, monkeypatch, tmp_path) -> Callable[..., str]:
    """Give a function that replays, checks that it is refused as it must be, and gives the message."""

    def run(*arguments: object, site: object = "frontier", code: int = 2) -> str:
        target = tmp_path / "runs" / "x"
        monkeypatch.chdir(tmp_path)
        done = twin(capsys, monkeypatch, "replay", site, *arguments, "--out", target)
        assert done.code == code, done.err
        assert "Traceback" not in done.out + done.err
        assert not target.parent.exists() or list(target.parent.iterdir()) == []
        assert done.err.startswith("twin: ")
        return done.err

    return run


@pytest.fixture
def file(tmp_path) -> Callable[..., Path]:
    """Give a function that writes a file."""

    def write(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def changed(old: str, new: str) -> str:
    text = SITE_FILE.read_text(encoding="utf-8")
    assert old in text
    return text.replace(old, new, 1)


LATITUDE = '{ value = "35.93 deg", basis = "reported", source = "Oak Ridge, Tennessee" }'
CAMPUS = (
    '{ value = "480 V", basis = "assumed", source = "cabinets are fed at low voltage", range = ["415 V", "480 V"] }'
)
HALLS = '{ value = "1", basis = "primary", source = "one machine room" }'
FACILITY_FAULTS = {
    "bare number": (CAMPUS, "480", "site.toml: connection.campus_voltage: give"),
    "wrong unit": ('value = "480 V"', 'value = "480 kW"', "connection.campus_voltage"),
    "north of the pole": (
        '"35.93 deg"',
        '"95.93 deg"',
        "location.latitude: must be from -90 to 90 deg; got",
    ),
    "unit missing": ('value = "480 V"', 'value = "480"', "connection.campus_voltage"),
    "apparent power for power": ('value = "40 MW"', 'value = "40 MVA"', "connection.rating"),
    "source missing": (', source = "one machine room"', "", "arrangement.halls.source: is missing; add it"),
    "basis unknown": ('value = "1", basis = "primary"', 'value = "1", basis = "rumour"', "arrangement.halls.basis"),
    "negative count": ('value = "74 rack"', 'value = "-74 rack"', "racks.compute.count"),
    "range missing": (', range = ["415 V", "480 V"]', "", "an assumed value needs its range"),
    "unknown part": ('rack = "frontier_cabinet"', 'rack = "frontier_cabinett"', "Did you mean 'frontier_cabinet'?"),
    "unknown key": ("[arrangement]\nhalls", "[arrangement]\nhall", "arrangement.hall: unknown key"),
    "no TOML": ("[location]", "[location", "is not TOML"),
}


@pytest.mark.parametrize("case", FACILITY_FAULTS)
def test_a_facility_file_with_a_fault(refused, file, case) -> None:
    old, new, wanted = FACILITY_FAULTS[case]
    assert wanted in refused(site=file("site.toml", changed(old, new)))


def test_all_faults_of_a_facility_at_once(refused, file) -> None:
    text = changed(CAMPUS, "480").replace('value = "74 rack"', 'value = "-74 rack"')
    told = refused(site=file("site.toml", text.replace(', source = "one machine room"', "", 1)))
    assert told.startswith("twin: 3 faults in site.toml:")


def test_an_unknown_site(refused) -> None:
    told = refused(site="prometeus")
    known = ", ".join(facilities.names())
    assert told == f"twin: unknown site 'prometeus'; known: {known}. Did you mean 'prometheus'?\n"


def test_a_site_file_that_is_not_there(refused) -> None:
    assert "nowhere.toml: cannot be read: No such file or directory" in refused(site="nowhere.toml")


TELEMETRY_FAULTS = {
    "empty": ("", "the file is empty"),
    "header only": ("time,asset,metric,value\n", "the file has a header and no row"),
    "cut in the middle": (LOAD[:80] + "\n" + LOAD[100:], "cells where the first line has 4"),
    "only missing values": (
        LOAD.replace("1.0e7", "NaN").replace("1.1e7", "NaN").replace("1.2e7", "NaN"),
        "no value was measured: every cell is missing",
    ),
    "unknown column": (
        "".join(f"{line},{word}\n" for line, word in zip(LOAD.splitlines(), ["colour", *"abcde"], strict=True)),
        "colour: no canonical column; those are time, asset, metric, value, quality",
    ),
    "unknown metric": (LOAD.replace("it_power_w", "it_power_kw"), "unknown metric 'it_power_kw'; known:"),
    "no number": (LOAD.replace("1.2e7", "much"), "line 4"),
    "duplicate": (LOAD.replace("00:00:30Z", "00:00:15Z"), "two values of it_power_w at 2026-07-15 00:00:15Z"),
    "naive time": (LOAD.replace("Z,", ","), "--tz"),
    "naive and aware times": (LOAD.replace("15Z,", "15,"), "line"),
    "1000 times too large": (LOAD.replace("1.2e7", "1.2e10"), "is the unit wrong by 1000?"),
    "negative power": (LOAD.replace("1.2e7", "-1.2e7"), "it_power_w is -1.2e+07, wanted 0 to 2e+10 W: negative"),
    "gap": (LOAD.replace("T00:01:00Z", "T00:30:00Z"), "it_power_w holds values for less than 90% of the run at hall_1"),
    "unknown asset": (LOAD.replace("hall_1", "hall_7"), "cannot drive racks of frontier"),
    "UTF-16": (LOAD.encode("utf-16"), "the file is UTF-16 text; save it as UTF-8"),
    "NUL bytes": (LOAD.encode() + b"\0\0\0", "a NUL byte at offset"),
    "semicolons": (LOAD.replace(",", ";"), "columns are not separated by commas"),
    "no known format": ("a,b\n1,2\n3,4\n", "no format fits; name one with --format"),
    "repeated header": (LOAD.replace("metric,value", "value,value"), "column 'value' stands 2 times"),
}


@pytest.mark.parametrize("case", TELEMETRY_FAULTS)
def test_a_telemetry_file_with_a_fault(refused, file, case) -> None:
    content, wanted = TELEMETRY_FAULTS[case]
    assert wanted in refused("--telemetry", file("load.csv", content))


def test_times_out_of_order(refused, file) -> None:
    rows = MATRIX.splitlines()
    rows[5], rows[15] = rows[15], rows[5]
    told = refused("--telemetry", file("gpu.csv", "\n".join(rows) + "\n"), "--start", "2026-07-15T00:00Z")
    assert "time goes back from" in told
    assert "put the rows in order" in told


def test_relative_times_without_a_start(refused, file) -> None:
    assert "--start" in refused("--telemetry", file("gpu.csv", MATRIX))


def test_parquet_cut_short(refused, file) -> None:
    assert "it may be cut short or damaged" in refused("--telemetry", file("load.parquet", b"PAR1\x15\x04\x15"))


def test_telemetry_that_is_not_there(refused) -> None:
    assert "nowhere.csv: cannot be read: No such file or directory" in refused("--telemetry", "nowhere.csv")


def test_an_unknown_format(refused, file) -> None:
    told = refused("--telemetry", file("load.csv", LOAD), "--format", "canonicle")
    assert "unknown telemetry format 'canonicle'; known: canonical, " in told
    assert "Did you mean 'canonical'?" in told


def test_an_unknown_time_zone(refused, file) -> None:
    told = refused("--telemetry", file("load.csv", LOAD.replace("Z,", ",")), "--tz", "America/Columbus")
    assert "America/Columbus" in told


def test_a_start_that_is_no_time(refused) -> None:
    assert "yesterday" in refused("--start", "yesterday")


def test_a_start_after_the_telemetry(refused, file) -> None:
    told = refused("--telemetry", file("load.csv", LOAD), "--start", "2026-08-01T00:00Z")
    assert "ends at 2026-07-15T00:01:00Z, before the run starts at 2026-08-01T00:00:00Z; give another start" in told


@pytest.mark.parametrize(
    ("length", "wanted"),
    [
        ("6", "--duration: give a value such as '24 h'; got '6'"),
        ("6 kW", "--duration: give a value such as '24 h'; got '6 kW'"),
        ("-6 h", "--duration: input should be greater than 0"),
        ("0.5 s", "--duration: give whole seconds; got 0.5 s"),
    ],
)
def test_a_duration_that_is_none(refused, length, wanted) -> None:
    assert wanted in refused("--duration", length)
    assert wanted.replace("--duration", "--verify") in refused("--verify", length)


def test_an_unknown_scenario(refused) -> None:
    assert "unknown scenario 'pump_tripp'" in refused("--scenario", "pump_tripp")


SCENARIO_FAULTS = {
    "bare number": (SCENARIO.replace('"1 min"', "60"), "duration: give text with a unit, such as '24 h'; got 60"),
    "unknown trace": (SCENARIO.replace("training", "trainning"), "trace is none of the synthetic ones"),
    "event after the end": (
        SCENARIO + '[[events]]\nkind = "heat"\nstart = "2 h"\noffset = "5 K"\n',
        "starts at 7200 s",
    ),
    "unknown CDU": (
        SCENARIO + '[[events]]\nkind = "pump_trip"\nstart = "1 s"\ncdus = ["cdu_99"]\n',
        "events.1.cdus.names: unknown CDU 'cdu_99'; the site has hall_1/cdu_1,",
    ),
    "too many racks": (SCENARIO + "racks = { count = 75 }\n", "wants 75 racks, but of 74 that fit 74 are free"),
    "no telemetry given": (
        SCENARIO.replace('trace = "training"', 'telemetry = "--telemetry"'),
        "give --telemetry FILE",
    ),
    "telemetry not there": (
        SCENARIO.replace('trace = "training"', 'telemetry = "gone.csv"'),
        "gone.csv: cannot be read",
    ),
    "negative share": (
        SCENARIO + 'racks = { share = "-5 %" }\n',
        "jobs.1.racks.share: input should be greater than or",
    ),
}


@pytest.mark.parametrize("case", SCENARIO_FAULTS)
def test_a_scenario_with_a_fault(refused, file, case) -> None:
    content, wanted = SCENARIO_FAULTS[case]
    assert wanted in refused("--scenario", file("mine.toml", content))


def test_telemetry_that_no_job_takes(refused, file) -> None:
    told = refused("--scenario", file("mine.toml", SCENARIO), "--telemetry", file("load.csv", LOAD))
    assert "no job takes --telemetry" in told


def test_a_job_log_of_a_larger_machine(refused, file) -> None:
    log = "id,nodes,start,end,accelerator_utilisation,host_utilisation\n"
    log += "7,9473,2026-07-15T00:00:00Z,2026-07-15T01:00:00Z,0.5,0.5\n"
    told = refused("--telemetry", file("jobs.csv", log))
    assert "job/7 wants 9,473 nodes at 0 s, but 9,472 of 9,472 are free" in told


def test_weather_that_is_none(refused, file) -> None:
    told = refused("--weather", file("weather.epw", "not weather\n"), "--duration", "1 min")
    assert told.startswith("twin: weather.epw: is not EPW: wanted line 1 to begin with 'LOCATION,'")


def test_all_faults_of_a_weather_file_at_once(refused, tmp_path) -> None:
    path = written(tmp_path / "cut.epw", epw_rows(hours=range(8000)), [SOUTH, *EPW_HEADER[1:]])
    assert refused("--weather", path, "--duration", "1 min").splitlines()[:2] == [
        "twin: 2 faults in cut.epw:",
        "  lacks 760 of the 8760 hours of a year, all from 30 November, 09:00: the file looks cut; give a whole year",
    ]


def test_an_unknown_weather(refused) -> None:
    assert refused("--weather", "desing_day", "--duration", "1 min") == (
        "twin: unknown weather 'desing_day'; known: FILE.csv, FILE.epw, FILE.tmy3, design_day, design_day_cold, "
        "design_day_wet, extreme_day, extreme_day_cold, extreme_day_wet, normals, synthetic_year. "
        "Did you mean 'design_day'?\n"
    )


def test_an_unknown_weather_of_a_scenario(refused, file) -> None:
    told = refused("--scenario", file("mine.toml", 'weather = "sunny"\n' + SCENARIO))
    assert "weather must be one of normals, synthetic_year, design_day, " in told
    assert "or a file that ends in .epw, .tmy3, .csv; got 'sunny'" in told


def test_a_site_without_extremes(refused, file) -> None:
    line = next(line for line in SITE_FILE.read_text(encoding="utf-8").splitlines() if line.startswith("design_cold"))
    told = refused("--weather", "design_day_cold", "--duration", "1 min", site=file("mine.toml", changed(line, "")))
    assert told == (
        "twin: frontier: climate.design_cold: is missing, and this design day is made from it; add it with its source\n"
    )


def test_a_folder_that_is_no_run_is_left_alone(capsys, monkeypatch, tmp_path) -> None:
    (tmp_path / "thesis.tex").write_text("years of work")
    done = twin(capsys, monkeypatch, "replay", "frontier", "--out", tmp_path, "--force")
    assert (done.code, done.err) == (
        2,
        f"twin: {tmp_path}: is not empty and is no run; give another --out (nothing was touched)\n",
    )
    assert (tmp_path / "thesis.tex").read_text() == "years of work"


def test_a_folder_that_may_not_be_written(capsys, monkeypatch, tmp_path) -> None:
    """A file stands where the folder should be: refused for every user, root included."""
    (tmp_path / "file").write_text("1")
    done = twin(capsys, monkeypatch, "replay", "frontier", "--duration", "1 min", "--out", tmp_path / "file" / "run")
    assert done.code == 2
    assert "the run cannot be written" in done.err
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_disk_that_fills_up(refused, monkeypatch) -> None:
    def fill(_run: object, path: Path) -> None:
        path.write_text("half a page")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(report, "write", fill)
    told = refused("--duration", "1 min")
    assert "the run cannot be written (No space left on device): the disk is full; free some space" in told
    assert told.endswith("nothing was left behind\n")


def test_ctrl_c(refused, monkeypatch) -> None:
    """Interrupted after the first simulated minute, when the run's folder is there."""
    run = study.simulate.run

    def stopped(*arguments: object, **_options: object) -> object:
        def interrupt(_part: float) -> None:
            raise KeyboardInterrupt

        return run(*arguments[:4], interrupt)

    monkeypatch.setattr(study.simulate, "run", stopped)
    assert refused("--duration", "2 min", code=130) == "twin: interrupted; nothing was left behind\n"


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        (("report", "."), "is not a whole run: manifest.json"),
        (("show", "prometeus"), "Did you mean 'prometheus'?"),
        (("convert", "nowhere.csv"), "nowhere.csv: cannot be read: No such file or directory"),
        (("validate", "--data", "nowhere"), "nowhere: is no folder; give --data the folder of the public data"),
    ],
)
def test_other_commands_refuse_alike(capsys, monkeypatch, tmp_path, arguments, wanted) -> None:
    monkeypatch.chdir(tmp_path)
    done = twin(capsys, monkeypatch, *arguments)
    assert done.code == 2
    assert wanted in done.err
    assert "Traceback" not in done.out + done.err


def test_convert_does_not_overwrite(capsys, monkeypatch, file) -> None:
    source, target = file("load.csv", LOAD), file("load.parquet", "precious")
    done = twin(capsys, monkeypatch, "convert", source)
    assert (done.code, done.err) == (
        2,
        f"twin: {target}: stands there already; give another --out, or --force to replace it\n",
    )
    assert target.read_text() == "precious"


def test_a_site_whose_coils_cannot_be_built(refused, file) -> None:
    """Water that warms by 20 K from 18 degC would leave warmer than the air that it cools."""
    wide = changed('["6 K", "10 K"]', '["6 K", "30 K"]')
    wide = wide.replace('water_rise = { value = "8 K"', 'water_rise = { value = "20 K"')
    told = refused("--duration", "1 min", site=file("site.toml", wide))
    assert told.startswith("twin: frontier: cannot be built: ")
    assert told.endswith("`twin check` says more\n")


def test_a_site_that_cannot_do_what_it_is_built_for_runs_and_says_so(capsys, monkeypatch, tmp_path, file) -> None:
    """Frontier draws more than 20 MW at full load; it may be run, and the fault is told."""
    weak = changed('rating = { value = "40 MW"', 'rating = { value = "20 MW"')
    weak = weak.replace('["30 MW", "40 MW"]', '["10 MW", "40 MW"]')
    arguments = (file("site.toml", weak), "--duration", "1 min", "--out", tmp_path / "run")
    done = twin(capsys, monkeypatch, "replay", *arguments)
    assert done.code == 0, done.err
    told = "ATTENTION: the site cannot do what it is built for: connection.rating: is 20 MW, but the site draws "
    assert told in done.out.replace("\n", " ")
