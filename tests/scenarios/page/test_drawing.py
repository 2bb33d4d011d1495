"""Charts as plain data: panels, axes, and every property known to plotly."""

from __future__ import annotations

import base64
import json

import numpy as np
import plotly.graph_objects as go
import pytest

from scenarios.page import drawing
from scenarios.report import page as report
from tests.scenarios import fake_run


def test_every_chart_of_a_page_is_one_that_plotly_knows(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The library refuses a property or a value that is not in its schema."""
    charts = report.charts(fake_run.write(tmp_path_factory.mktemp("run")))
    assert {name: len(go.Figure(json.loads(chart.figure)).data) > 0 for name, chart in charts.items()} == dict.fromkeys(
        charts, True
    )


def test_panels_below_one_another_share_the_height_and_the_axis() -> None:
    layout = drawing.stacked(400, (0.6, 0.4))["layout"]
    # 1 - 0.06 between them is 0.94 to share: 0.564 above, 0.376 below
    assert layout["yaxis"]["domain"] == pytest.approx([0.436, 1.0], abs=1e-12)
    assert layout["yaxis2"]["domain"] == pytest.approx([0.0, 0.376], abs=1e-12)
    assert (layout["xaxis"]["matches"], layout["xaxis"]["showticklabels"]) == ("x2", False)
    assert layout["xaxis2"]["anchor"] == "y2"


def test_panels_beside_one_another_share_the_width() -> None:
    layout = drawing.side_by_side(300, 2)["layout"]
    # 1 - 0.13 between them, halved
    assert layout["xaxis"]["domain"] == pytest.approx([0.0, 0.435], abs=1e-12)
    assert layout["xaxis2"]["domain"] == pytest.approx([0.565, 1.0], abs=1e-12)


def test_axes_are_set_level_by_level() -> None:
    figure = drawing.stacked(300, (0.5, 0.5))
    drawing.set_axes(figure, "y", (2,), title={"text": "Power"})
    assert figure["layout"]["yaxis2"]["title"] == {"standoff": 8, "text": "Power"}
    assert figure["layout"]["yaxis"]["title"] == {"standoff": 8}
    drawing.set_axes(figure, "x", type="date")
    assert [figure["layout"][name]["type"] for name in ("xaxis", "xaxis2")] == ["date", "date"]


def test_arrays_travel_as_their_bytes() -> None:
    figure = drawing.sheet(100)
    drawing.add(figure, {"type": "heatmap", "z": np.array([[1.0, np.nan, 2.0]], dtype=np.float32)})
    packed = json.loads(drawing.text(figure))["data"][0]["z"]
    assert (packed["dtype"], packed["shape"]) == ("f4", "1, 3")
    found = np.frombuffer(base64.b64decode(packed["bdata"]), "<f4")
    np.testing.assert_array_equal(found, [1.0, np.nan, 2.0])
    with pytest.raises(TypeError, match="set has no place in a chart"):
        drawing.text({"data": [{1}], "layout": {}})
