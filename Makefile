# Two targets do everything: `make demo` and `make test`. Both set themselves up.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8800
STORE ?= tinydb
FILINGS ?= 5000

.PHONY: demo test stories soak lint types bench pictures clean

demo: $(VENV)/.runs
	$(BIN)/python -m bot sandbox --port $(PORT) $(if $(ONCE),--once) $(if $(HTTP),--http) $(if $(HISTORY),--history)

test: lint types
	$(BIN)/python -m pytest

# The stories on another store: make stories STORE=postgresql
stories: $(VENV)/.tests
	STORE=$(STORE) $(BIN)/python -m pytest tests/stories

# Everything that can fail, fails, while so many filings come in.
soak: $(VENV)/.tests
	FILINGS=$(FILINGS) $(BIN)/python -m pytest -n 0 -s tests/chaos

lint: $(VENV)/.tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.tests
	$(BIN)/mypy

bench: $(VENV)/.tests
	$(BIN)/python -m tests.bench

pictures: $(VENV)/.tests
	$(BIN)/python -m tests.browser.pictures docs/pictures

clean:
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache

# What running needs, pinned.
$(VENV)/.runs: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; say which with make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	touch $@

# What testing needs on top.
$(VENV)/.tests: $(VENV)/.runs
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $@
