"""
Write docs/validation.md from the published cases, so that the page cannot differ from what the code computes.

    python docs/make_validation.py [FOLDER]

FOLDER is the public data that some cases need. Without it their rows stay as the page has them.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path

from scenarios.published import text
from scenarios.validate import Check, Status, validate

PAGE = Path(__file__).with_name("validation.md")

INTRODUCTION = """\
# Validation

What sources say, and what the twin says. Made by `make docs` (`python docs/make_validation.py FOLDER`) from the cases
in `scenarios/validation/`, with the public data in FOLDER; `twin validate --data FOLDER` prints the same table. Each
case goes through the functions that a run calls; why its tolerance is what it is, stands beside it. Of many values,
`expected` and `got` are the row with the largest error, or the means where the error is a mean. `reported` is an error
without a bar, `missed` one over a bar that was set before it and that the model is known to miss.

"""

HEAD = "| quantity | expected | got | error | tolerance | why | result |\n|---|--:|--:|--:|--:|---|---|\n"


def page(data: Path | None, old: str) -> str:
    """Give the whole page as Markdown; rows whose data is not at hand are taken from the old page."""
    sections = [_section(checks, old) for checks in text.by_case(validate(data))]
    return INTRODUCTION + _counts(sections) + "".join(sections)


def _section(checks: Sequence[Check], old: str) -> str:
    first = checks[0]
    note = f"{first.note}\n\n" if first.note else ""
    head = f"\n## {first.title}\n\nCase `{first.case}`. Source: {first.source}.\n\n{note}{HEAD}"
    rows = [_row(check) for check in checks if check.status is not Status.NOT_RUN]
    if len(rows) < len(checks):
        made = {_quantity(row) for row in rows}
        rows += [row for row in _old_rows(old, first.case) if _quantity(row) not in made]
    return head + "".join(rows)


def _row(check: Check) -> str:
    *values, result = text.cells(check)
    cells = [cell.replace("|", "\\|") for cell in (*values, check.reason, result)]
    return f"| {' | '.join(cells)} |\n"


def _old_rows(old: str, case: str) -> list[str]:
    found = re.search(rf"^Case `{case}`\..*\n\n(?:[^|\n].*\n\n)?{re.escape(HEAD)}((?:\|.*\n)*)", old, re.M)
    return found[1].splitlines(keepends=True) if found else []


def _quantity(row: str) -> str:
    return row.split(" | ")[0]


def _counts(sections: Sequence[str]) -> str:
    results = re.findall(r"\| ([a-z]+) \|$", "".join(sections), re.M)
    named = [status.value for status in (Status.PASSED, Status.FAILED, Status.MISSED, Status.REPORTED)]
    return f"{len(sections)} cases: {', '.join(f'{results.count(name)} {name}' for name in named)}.\n"


if __name__ == "__main__":
    given = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    standing = PAGE.read_text(encoding="utf-8") if PAGE.is_file() else ""
    PAGE.write_text(page(given if given and given.is_dir() else None, standing), encoding="utf-8")
