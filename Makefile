# Every target sets up .venv by itself, and again when setup.cfg has changed.
# Another Python than python3: make demo PYTHON=python3.13

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet
# pip does not do this for an editable install; without it, every start compiles the program where Python may not write
COMPILE := $(BIN)/python -m compileall -q searchkit

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

# All measurements, with tables in benchmarks/results/: make bench BENCH_DATA=articles.jsonl.xz
# Without BENCH_DATA, the articles of corpus/ varied to a few thousand. Sizes of the archives whose growth is measured: BENCH_SIZES.
BENCH_WORK := build/benchmarks
BENCH_DATA ?= $(BENCH_WORK)/corpus.jsonl
BENCH_SIZES ?= 2000,5000,20000
bench: $(VENV)/.ready-bench $(BENCH_DATA)
	$(BIN)/python benchmarks/segment.py $(BENCH_DATA)
	$(BIN)/python benchmarks/build.py $(BENCH_DATA) --work $(BENCH_WORK)
	$(BIN)/python benchmarks/search.py $(BENCH_DATA) --work $(BENCH_WORK)
	$(BIN)/python benchmarks/folded.py $(BENCH_DATA) --work $(BENCH_WORK)
	$(BIN)/python benchmarks/start.py $(BENCH_DATA) --work $(BENCH_WORK)
	$(BIN)/python benchmarks/growth.py $(BENCH_DATA) --work $(BENCH_WORK) --sizes $(BENCH_SIZES)

$(BENCH_WORK)/corpus.jsonl: benchmarks/vary.py $(wildcard corpus/*) | $(VENV)/.ready-bench
	mkdir -p $(BENCH_WORK)
	$(BIN)/python benchmarks/vary.py corpus --count 2000 -o $@

clean:
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(None if sys.version_info >= (3, 11) else "searchkit needs Python 3.11 or newer: make PYTHON=…")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.ready: setup.cfg pyproject.toml | $(VENV)/bin/python
	$(PIP) --editable .
	$(COMPILE)
	@touch $@

$(VENV)/.ready-test: setup.cfg pyproject.toml | $(VENV)/bin/python
	$(PIP) --editable '.[test]'
	$(COMPILE)
	@touch $@ $(VENV)/.ready

$(VENV)/.ready-bench: setup.cfg pyproject.toml | $(VENV)/bin/python
	$(PIP) --editable '.[bench]'
	$(COMPILE)
	@touch $@ $(VENV)/.ready
