"""Pages as PDF: what is meant, what is told without a browser, and what a browser prints."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scenarios.page import pages, printed
from twin.errors import OutputError


def test_the_page_of_a_folder(tmp_path: Path) -> None:
    page = tmp_path / "year.html"
    page.write_text("a page", encoding="utf-8")
    assert printed.page_of(tmp_path) == printed.page_of(page) == page


@pytest.mark.parametrize(
    ("files", "asked", "said"),
    [
        ([], "", "holds no page; give the folder of a run or study, or a page"),
        (["a.html", "b.html"], "", "holds 2 pages, a.html, b.html; name the one you want"),
        (["a.csv"], "a.csv", "is no page"),
        ([], "gone.html", "is not there; give a page"),
    ],
)
def test_what_is_no_page(tmp_path: Path, files: list[str], asked: str, said: str) -> None:
    for name in files:
        (tmp_path / name).touch()
    with pytest.raises(OutputError, match=re.escape(said)):
        printed.page_of(tmp_path / asked)


def test_without_a_browser_it_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(OutputError, match=r"none of chromium, .* is on the PATH; install one"):
        printed.write(tmp_path / "page.html", tmp_path / "page.pdf")


def pretend(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a browser that does as told first on the PATH."""
    fake = folder / "chromium"
    fake.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


def test_a_browser_that_fails_leaves_nothing_and_keeps_the_old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(tmp_path, "echo 'no display' >&2; exit 1", monkeypatch)
    old = tmp_path / "page.pdf"
    old.write_bytes(b"old")
    with pytest.raises(OutputError, match=r"did not print it \(no display\); print it in a browser by hand"):
        printed.write(tmp_path / "page.html", old)
    assert old.read_bytes() == b"old"
    assert {path.name for path in tmp_path.iterdir()} == {"page.pdf", "chromium"}


def test_a_browser_that_hangs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(tmp_path, "exec sleep 60", monkeypatch)
    monkeypatch.setattr(printed, "PATIENCE_S", 0.2)
    with pytest.raises(OutputError, match="did not print it within"):
        printed.write(tmp_path / "page.html", tmp_path / "page.pdf")


def test_nowhere_to_put_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(tmp_path, 'for a; do case $a in --print-to-pdf=*) echo "%PDF" > "${a#*=}";; esac; done', monkeypatch)
    with pytest.raises(OutputError, match="the PDF cannot be written"):
        printed.write(tmp_path / "page.html", tmp_path / "nowhere" / "page.pdf")
    assert printed.write(tmp_path / "page.html", tmp_path / "page.pdf").read_bytes() == b"%PDF\n"
    for out in (tmp_path / "page.pdf" / "below.pdf", Path(), Path("/")):
        with pytest.raises(OutputError, match="the PDF cannot be written"):
            printed.write(tmp_path / "page.html", out)


def test_a_page_is_not_overwritten_by_its_pdf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(tmp_path, 'for a; do case $a in --print-to-pdf=*) echo "%PDF" > "${a#*=}";; esac; done', monkeypatch)
    page = tmp_path / "page.html"
    page.write_text("a page", encoding="utf-8")
    with pytest.raises(OutputError, match="is the name of a page, which a PDF would overwrite"):
        printed.write(page, page)
    assert page.read_text(encoding="utf-8") == "a page"


def test_a_page_is_printed_on_paper_of_its_size(tmp_path: Path) -> None:
    """Two pages of A4: 210 by 297 mm are 595 by 842 points of 1/72 inch."""
    try:
        printed.browser()
    except OutputError as absent:
        pytest.skip(str(absent))
    text = "<style>@page { size: A4 } h1 { break-before: page }</style><p>one</p><h1>two</h1>"
    page = pages.save(text, tmp_path / "page.html", "page")
    made = printed.write(page, tmp_path / "page.pdf").read_bytes()
    assert made.startswith(b"%PDF")
    assert len(re.findall(rb"/Type\s*/Page\b", made)) == 2
    boxes = {tuple(round(float(v)) for v in box.split()) for box in re.findall(rb"/MediaBox\s*\[([^\]]+)\]", made)}
    (box,) = boxes
    assert box == pytest.approx((0, 0, 595.3, 841.9), abs=1.0)
