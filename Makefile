# Every target sets up what it needs: nothing has to be done by hand in a fresh clone.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
.ONESHELL:
# The tests start hundreds of interpreters, and each would compile all that it imports.
unexport PYTHONDONTWRITEBYTECODE

VENV := .venv
RUN := $(VENV)/bin/python
IMAGE := gen/xiezhi/image.binpb
RELEASE := protos/release.binpb
# What the tests of the last run showed of the notice.
RECORD := .pytest-run/clauses.jsonl

# The mark of a finished set-up names the folder, because scripts of a virtual environment do not survive a move.
PLACE := $(shell printf %s '$(CURDIR)' | cksum | cut -d ' ' -f 1)
MADE := $(VENV)/.made-$(PLACE)
READY := $(VENV)/.ready-$(PLACE)

.PHONY: help
help: ## Lists the targets.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  \033[1m%-14s\033[0m %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: setup
setup: $(READY) stubs ## Makes the virtual environment with everything in it and generates the stubs.

$(MADE):
	@python="$$(./tools/find-python)"
	echo "making $(VENV) with $$python"
	"$$python" -m venv --clear $(VENV)
	touch $@

$(READY): $(MADE) requirements/dev.txt pyproject.toml hatch_build.py
	@echo "installing the locked packages"
	$(RUN) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(RUN) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

.PHONY: stubs
stubs: $(READY) ## Generates the stubs from the contracts, if they changed.
	@$(RUN) hatch_build.py

.PHONY: demo
demo: setup ## Plays the main jobs in the terminal, from nothing, on one machine.
	@$(VENV)/bin/xiezhi demo

.PHONY: up
up: setup ## Starts the suite, leaves it running and says how to call it.
	@$(VENV)/bin/xiezhi up --detach
	echo "The command is \`xiezhi\` after \`. $(VENV)/bin/activate\`."

.PHONY: test
test: setup ## Runs all tests, those on PostgreSQL included, and checks that they show every clause of the notice.
	@PG_BIN="$$(./tools/find-postgres)"
	export PG_BIN
	rm -f $(RECORD)
	# Tests of whole suites start seven processes and more for each worker: no more than three however many processors
	# there are, of which one mostly waits for processes to end or come back. They go in the order of
	# tests/e2e/conftest.py, which has the longest first.
	$(RUN) -m pytest --numprocesses auto --dist loadfile tests/contract tests/unit tests/store tests/integration \
		-m "not long" --record-clauses $(RECORD) $(PYTEST_ARGS)
	$(RUN) -m pytest --numprocesses 3 --dist loadfile --no-loadscope-reorder tests/e2e -m "not long" \
		--record-clauses $(RECORD) $(PYTEST_ARGS)
	$(RUN) -m tools.compliance --check

.PHONY: long
long: setup ## Runs the tests that take longest: a million vehicles on both databases, every command of vehicle control.
	@PG_BIN="$$(./tools/find-postgres)"
	export PG_BIN
	$(RUN) -m pytest -m long $(PYTEST_ARGS)

.PHONY: lint
lint: setup ## Checks style, formatting and the layers of the code.
	@$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(VENV)/bin/lint-imports --no-logo

.PHONY: format
format: setup ## Rewrites code and contracts in the house's format.
	@$(RUN) -m ruff check --fix-only --quiet .
	$(RUN) -m ruff format .
	$(VENV)/bin/buf format --write protos

.PHONY: types
types: setup ## Checks the types strictly.
	@$(RUN) -m mypy --num-workers 2

.PHONY: contracts
contracts: setup ## Checks the contracts: style, comments, and that nothing released is broken or weakened.
	@$(VENV)/bin/buf format --diff --exit-code protos
	$(VENV)/bin/buf lint $(IMAGE) --path xiezhi
	$(RUN) -m tools.release_image complete $(IMAGE) <$(RELEASE) \
		| $(VENV)/bin/buf breaking $(IMAGE) --path xiezhi --against '-#format=binpb'
	$(RUN) -m tools.policy_release $(IMAGE) $(RELEASE)
	$(RUN) -m tools.reference --check

.PHONY: reference
reference: setup ## Rewrites docs/methods.md and docs/reasons.md from the contracts.
	@$(RUN) -m tools.reference

.PHONY: compliance
compliance: setup ## Rewrites docs/compliance.md from the contracts and the last `make test`.
	@$(RUN) -m tools.compliance

.PHONY: release-image
release-image: setup ## Rewrites the image of the last release, against which changes are judged.
	@$(RUN) -m tools.release_image strip <$(IMAGE) >$(RELEASE).new
	mv $(RELEASE).new $(RELEASE)

.PHONY: check
check: lint types contracts test ## Runs every check.

.PHONY: bench
bench: setup ## Measures the suite against a bare server, on this machine.
	@PG_BIN="$$(./tools/find-postgres)"
	export PG_BIN
	$(RUN) -m tests.bench $(BENCH_ARGS)

.PHONY: wheel
wheel: setup ## Builds the wheel into dist/.
	@$(RUN) -m pip wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation --wheel-dir dist .
	ls dist/*.whl

.PHONY: lock
lock: ## Resolves requirements/*.in anew, all of them together, into the locked files.
	@./tools/lock

.PHONY: clean
clean: ## Removes everything that was made here.
	@rm -rf $(VENV) .lock-venv gen dist build .pytest_cache .pytest-run .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
