"""Files written for a test, files refused, and public files that stand beside some checkouts."""

import pytest

import telemetry
from twin.errors import TelemetryError


@pytest.fixture
def file(tmp_path):
    """Write a file of the given name and content, and give its path."""

    def write(name, content):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


@pytest.fixture
def refused():
    """Read a file that must be refused, and give the faults as 'where: message'."""

    def read(path, **options):
        with pytest.raises(TelemetryError) as caught:
            telemetry.read(path, **options)
        assert caught.value.exit_code == 2
        return [str(fault) for fault in caught.value.faults]

    return read


@pytest.fixture
def shared(shared_data):
    """Give the path of a public telemetry file that stands beside the checkout."""

    def find(name):
        path = shared_data / "telemetry" / name
        if not path.exists():
            pytest.skip(f"public data not at hand: {name}")
        return path

    return find
