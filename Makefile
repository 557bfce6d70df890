# Every target sets up .venv by itself, and again when setup.cfg has changed.
# Another Python than python3: make demo PYTHON=python3.13

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet

.PHONY: demo test check docs bench clean
.DELETE_ON_ERROR:

# Builds the index of corpus/ into index/ and searches it, with marks and without.
demo: $(VENV)/.ready
	$(BIN)/searchkit rebuild corpus
	$(BIN)/searchkit search 'bí thư tỉnh ủy' -n 3
	$(BIN)/searchkit search 'bi thu tinh uy' -n 3

# The tests that take seconds.
test: $(VENV)/.ready-test
	$(BIN)/python -m pytest -q -m 'not slow'

# All tests: the slow ones, the examples in docs/ and whether generated pages are up to date.
check: $(VENV)/.ready-test
	$(BIN)/python -m pytest -q --durations=10

# The pages that are made from the program itself: command line, module map, the output shown in README.
docs: $(VENV)/.ready
	$(BIN)/python docs/make_cli.py
	$(BIN)/python docs/make_architecture.py
	$(BIN)/python docs/make_readme.py

# Measurements, each script of benchmarks/ over the same articles: make bench TEXTS=articles.jsonl
TEXTS ?= corpus/tong-hop.jsonl
bench: $(VENV)/.ready-bench
	for script in benchmarks/*.py; do echo "$$script"; $(BIN)/python "$$script" "$(TEXTS)" || exit 1; done

clean:
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(None if sys.version_info >= (3, 11) else "searchkit needs Python 3.11 or newer: make PYTHON=…")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.ready: setup.cfg pyproject.toml | $(VENV)/bin/python
	$(PIP) --editable .
	@touch $@

$(VENV)/.ready-test: setup.cfg pyproject.toml | $(VENV)/bin/python
	$(PIP) --editable '.[test]'
	@touch $@ $(VENV)/.ready

$(VENV)/.ready-bench: setup.cfg pyproject.toml | $(VENV)/bin/python
	$(PIP) --editable '.[bench]'
	@touch $@ $(VENV)/.ready
