# make run: everything from a clean clone. PYTHON=... names an interpreter, CORES=... the cores.
CORES ?= 8
PYTHON ?=
VENV := .venv
BIN := $(VENV)/bin
export PYTHON

.DEFAULT_GOAL := help
.PHONY: help run test test-long check lint docs bench bench-transport bench-grid validate hindcast lock clean

help:  ## show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 17

run: $(VENV)/.installed-run  ## install what is pinned, then compute the plans of inputs/config.yaml
	@$(BIN)/python -m compileall -q src
	@begin=$$(date +%s); \
	$(BIN)/snakemake --cores $(CORES) --quiet host reason && \
	$(BIN)/emisim results --seconds $$(($$(date +%s) - begin))

test: $(VENV)/.installed-dev  ## install what is pinned, then run the whole test suite
	@$(BIN)/python -m compileall -q src
	$(BIN)/pytest -n auto --dist loadgroup

test-long: $(VENV)/.installed-dev  ## the tests that take minutes: a year hour by hour, AERMOD
	$(BIN)/pytest -m slow

check: $(VENV)/.installed-run  ## check every input and print what the plans rest on
	@$(BIN)/emisim check

lint: $(VENV)/.installed-dev  ## ruff, snakefmt and mypy, with repairs where they can be made
	$(BIN)/ruff check --fix src tests bench
	$(BIN)/ruff format src tests bench
	$(BIN)/snakefmt Snakefile workflow
	$(BIN)/mypy

docs: $(VENV)/.installed-run  ## write the computed tables and the pages of the plans from results/
	@$(BIN)/python docs/tables.py
	@$(BIN)/python docs/pages.py
	@$(BIN)/python docs/tutorial.py
	@$(BIN)/python docs/gallery.py

bench: $(VENV)/.installed-dev  ## time and memory of the stages, as ratios in one run
	@$(BIN)/python -m compileall -q src
	@$(BIN)/python bench/bench.py
	@$(BIN)/python bench/bench_indices.py

bench-transport: $(VENV)/.installed-dev  ## time and memory of the transport solver, against other solvers
	@PYTHONPATH=src $(BIN)/python bench/bench_transport.py

LIBRARIES ?=

bench-grid: $(VENV)/.installed-dev  ## time, memory and error of the geometry kernel, against libraries
	@PYTHONPATH=src LIBRARIES="$(LIBRARIES)" $(BIN)/python bench/bench_grid.py

REFERENCE ?= $(firstword $(wildcard ../*/reference))
RECORDS ?= $(firstword $(wildcard ../*/obs/weather))

validate: $(VENV)/.installed-run  ## run the validation suite and write docs/validation.md
	@$(BIN)/python -m emisim.validation --reference "$(REFERENCE)" --records "$(RECORDS)"

DAILY ?= $(firstword $(wildcard ../*/obs/air-quality-daily))

hindcast: $(VENV)/.installed-dev  ## hold the forecasts of results/ against what happened, write docs/hindcast.md
	@$(BIN)/python -m emisim.hindcast --daily "$(DAILY)"

lock: $(VENV)/.installed-dev  ## make the pinned requirements again from pyproject.toml (needs uv)
	uv pip compile pyproject.toml --universal --generate-hashes --no-annotate --no-header \
		--python-version 3.11 --upgrade --quiet --output-file requirements.txt
	uv pip compile pyproject.toml --group dev --universal --generate-hashes --no-annotate --no-header \
		--python-version 3.11 --upgrade --quiet --constraint requirements.txt --output-file requirements-dev.txt

clean:  ## remove what the workflow made (results/ and .snakemake/), nothing else
	rm -rf results .snakemake

$(VENV)/.installed-run: requirements.txt pyproject.toml workflow/setup.sh
	@sh workflow/setup.sh requirements.txt $@

$(VENV)/.installed-dev: requirements-dev.txt pyproject.toml workflow/setup.sh
	@sh workflow/setup.sh requirements-dev.txt $@
