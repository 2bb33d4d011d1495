"""Write docs/catalog.md from the catalog, so that the page cannot differ from the data."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from scenarios.commands import catalog_text as text

PAGE = Path(__file__).with_name("catalog.md")

INTRODUCTION = """\
# Catalog

Made from `facilities/catalog/` by `make docs`; change it there. Every number has a unit, a basis and a source: primary
is the maker's or operator's own text, reported a named third party's, derived is arithmetic on others, measured is from
public data, assumed has a reason and a range. `twin catalog NAME` shows a part in full. What is only circulated is not
loaded: an assumption stands for it, whose reason names it.

Rates are of dense matrices; web tables often give those with sparsity, which are twice as high. Operations per watt are
of the package at its highest power; of a rack, of its nameplate. Power of a rack from its parts: chips and hosts behind
regulators, bus converters and supplies, and auxiliaries. The last column counts numbers: primary, reported, derived,
measured, assumed; of a rack, its node's and its chip's too.
"""

DISAGREE = "Both values are kept with the number; `why` says what decided."


def page() -> str:
    """Give the whole page as Markdown."""
    others = [(kind, name, title) for kind, parts in text.others() for name, title in parts]
    return "\n".join(
        (
            INTRODUCTION,
            _part("Accelerators", text.ACCELERATORS, text.accelerators()),
            _part("Racks", text.RACKS, text.racks()),
            _part("Where sources disagree", text.CONFLICTS, text.conflicts(), DISAGREE),
            _part("Other parts", ("kind", "name", "what it is"), others),
        )
    )


def _part(title: str, head: Sequence[str], rows: Iterable[Sequence[str]], about: str = "") -> str:
    lines = [head, ["---"] * len(head), *rows]
    table = "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines)
    return f"## {title}\n\n{about}{chr(10) * 2 if about else ''}{table}"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
