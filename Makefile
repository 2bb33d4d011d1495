# What a newcomer, a contributor and the build machine do, by name. Needs make and Python 3.11 or newer.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
DATA ?= ../shared/data
SOURCES := twin facilities telemetry scenarios

.DEFAULT_GOAL := help
.PHONY: help setup replay test check docs lock benchmark clean

help:  ## list these targets
	@sed -n 's/^\([a-z]*\):[^#]*## /\1|/p' Makefile | while IFS='|' read -r name text; do printf 'make %-10s %s\n' "$$name" "$$text"; done

# The environment is made once, and again when what it is made from changes.
$(READY): pyproject.toml requirements.lock
	@command -v $(PYTHON) >/dev/null || { echo "gigatwin needs Python 3.11 or newer; no '$(PYTHON)' on the PATH. Give one: make PYTHON=/path/to/python3.11 ..." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; v = sys.version_info; v >= (3, 11) or sys.exit(f"gigatwin needs Python 3.11 or newer; $(PYTHON) is {v[0]}.{v[1]}. Give another: make PYTHON=/path/to/python3.11 ...")'
	@$(PYTHON) -c 'import venv, ensurepip' || { echo "$(PYTHON) cannot make environments; install its venv package (Debian: apt-get install python3-venv)" >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing gigatwin and what it needs into $(VENV) (once; a minute or two)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint requirements.lock --editable '.[dev]'
	@touch $@

setup: $(READY)  ## make the environment

replay: $(READY)  ## replay one day of the default site, and say where the report is
	@$(BIN)/twin replay prometheus

test: $(READY)  ## run the tests
	@$(BIN)/python -m pytest

check: $(READY)  ## what the build machine runs: format, lint, types, tests, the main job
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest
	@place=$$(mktemp -d) && trap 'rm -rf "$$place"' EXIT && $(BIN)/twin replay prometheus --out "$$place/run"

docs: $(READY)  ## write the pages that are made from the code; DATA=folder of public data
	@$(BIN)/python docs/make_columns.py
	@$(BIN)/python docs/make_formats.py
	@$(BIN)/python docs/make_catalog.py
	@$(BIN)/python docs/make_sites.py
	@$(BIN)/python docs/make_schemas.py
	@$(BIN)/python docs/make_hosts.py
	@$(BIN)/python docs/make_validation.py $(DATA)
	@$(BIN)/python docs/make_your_site.py $(DATA)

benchmark: $(READY)  ## measure speed and memory of whole commands against their bars
	@$(BIN)/python benchmarks/run.py

# A fresh environment from the ranges of pyproject.toml alone, and what came of it as pins.
lock:  ## renew requirements.lock
	@place=$$(mktemp -d) && trap 'rm -rf "$$place"' EXIT && $(PYTHON) -m venv "$$place/venv" \
	&& "$$place/venv/bin/python" -m pip install --quiet --disable-pip-version-check '.[dev]' \
	&& { echo "# Versions that the tests ran with; used as constraints. Renew with: make lock"; \
	     "$$place/venv/bin/python" -m pip freeze --exclude gigatwin; } > "$$place/lock" \
	&& cp "$$place/lock" requirements.lock

clean:  ## take away the environment, caches and builds; runs/ stays
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find $(SOURCES) tests benchmarks docs -name __pycache__ -type d -prune -exec rm -rf {} +
