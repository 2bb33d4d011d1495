"""Write the JSON Schemas of facility, catalog and scenario files from their models, and which file has which."""

from __future__ import annotations

import json
from pathlib import Path

from facilities import json_schema
from facilities.parts import Catalog
from scenarios.fields import TERMS
from scenarios.schema import Scenario

ROOT = Path(__file__).resolve().parents[1]


FACILITY, DESIGN = "facilities/schemas/facility.json", "facilities/schemas/design.json"
SCENARIO = "scenarios/schemas/scenario.json"
RULES = "taplo.toml"

RULES_HEAD = """\
# For editors of TOML, and `taplo check`: which JSON Schema each kind of file has. Made by `make docs`.
"""


def pages() -> dict[str, str]:
    """Give the text of each file by its place in the project."""
    catalog = {kind: f"facilities/schemas/catalog/{kind}.json" for kind in Catalog.model_fields}
    schemas = {
        FACILITY: json_schema.of_facility(),
        DESIGN: json_schema.of_design(),
        SCENARIO: json_schema.made(Scenario, "gigatwin scenario file", TERMS),
        **{place: json_schema.of_parts(kind) for kind, place in catalog.items()},
    }
    rules = {
        "facilities/sites/*.toml": FACILITY,
        "facilities/designs/*.toml": DESIGN,
        "scenarios/library/*.toml": SCENARIO,
        **{f"facilities/catalog/{kind}.toml": place for kind, place in catalog.items()},
    }
    texts = {place: json.dumps(schema, indent=1, ensure_ascii=False) + "\n" for place, schema in schemas.items()}
    return {**texts, RULES: "\n".join([RULES_HEAD, *(_rule(files, place) for files, place in rules.items())])}


def _rule(files: str, schema: str) -> str:
    return f'[[rule]]\ninclude = ["{files}"]\nschema = {{ path = "{schema}" }}\n'


if __name__ == "__main__":
    for place, text in pages().items():
        (ROOT / place).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / place).write_text(text, encoding="utf-8")
