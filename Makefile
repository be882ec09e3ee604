# Needs Python 3.11 or newer, make and git; everything else goes into .venv, from hash-locked lists.
# Another interpreter: make test PYTHON=/path/to/python3

PYTHON ?= python3.13 python3.12 python3.11 python3
BIN := .venv/bin
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	--no-annotate --no-emit-index-url --no-emit-find-links
BENCHMARKS := $(wildcard benchmarks/*.py)
SLICES := */access/*,*/accounts/*,*/grants/*,*/history/*,*/notices/*,*/playback/*,*/presence/*,*/sensors/*

.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help demo test check coverage test-all bench lock clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' Makefile

demo: .venv/appliance.stamp ## Run a whole house on this machine, with a pretend Spotify
	@$(BIN)/spotty demo $(ARGS)

test: .venv/dev.stamp ## Run the fast tests (minutes)
	@$(BIN)/pytest -m "not slow" -n 2 $(ARGS)

check: .venv/dev.stamp ## Check format, lint, types, imports and docs
	@$(BIN)/ruff format --check --quiet . || { echo "Mend it with: $(BIN)/ruff format ."; exit 1; }
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy src tests $(BENCHMARKS)
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/pytest -q -m "not slow" tests/architecture tests/docs

coverage: .venv/dev.stamp ## Measure the fast tests: every branch of the slices, nine tenths of the whole
	@rm -f .coverage .coverage.*
	@$(BIN)/coverage run -m pytest -q -m "not slow" -n 2
	@$(BIN)/coverage combine --quiet
	@$(BIN)/coverage report --fail-under=90
	@$(BIN)/coverage report --fail-under=100 --include='$(SLICES)'

test-all: .venv/dev.stamp ## Run the slow tests too: crashes, attacks, fuzzing (tens of minutes)
	@$(BIN)/pytest -m slow -n 2 $(ARGS)
	@$(MAKE) --no-print-directory coverage

bench: .venv/dev.stamp ## Measure every figure that we quote
	@for file in $(BENCHMARKS); do echo "== $$file"; $(BIN)/python $$file || exit 1; done

lock: .venv/dev.stamp ## Choose the newest versions that fit and lock them by hash
	@$(COMPILE) --upgrade pyproject.toml --extra appliance --extra build -o requirements/appliance.lock
	@$(COMPILE) --upgrade pyproject.toml --extra appliance --extra build --extra dev \
		--constraint requirements/appliance.lock -o requirements/dev.lock

clean: ## Remove what can be made again: .venv, the demo's data, caches
	@rm -rf .venv .demo .coverage .coverage.* .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	@find . -path ./.venv -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +

# A stamp is written last, so that an interrupted set-up is done again. The dev list holds the appliance's too.
.venv/appliance.stamp: requirements/appliance.lock pyproject.toml .venv/made.stamp
	$(call install,appliance)

.venv/dev.stamp: requirements/dev.lock pyproject.toml .venv/made.stamp
	$(call install,dev)
	@touch .venv/appliance.stamp

.venv/made.stamp:
	@for python in $(PYTHON); do \
		"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; \
		echo "Setting up .venv (once, about a minute) with $$("$$python" --version)"; \
		"$$python" -m venv --clear .venv || exit 1; \
		touch $@; exit 0; \
	done; \
	echo "SpottyPottySense needs Python 3.11 or newer; none of these is: $(PYTHON)." >&2; \
	echo "Install one (Debian: apt-get install python3 python3-venv), or name it: make PYTHON=/path/to/python3" >&2; \
	exit 1

define install
@echo "Installing requirements/$(1).lock into .venv"
@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-input --no-deps --require-hashes \
	-r requirements/$(1).lock
@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-input --no-deps --no-build-isolation -e .
@touch .venv/$(1).stamp
endef
