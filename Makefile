# `make run` opens the app, `make test` runs every test; both set up what they need first.

PYTHON ?= python3
PORT ?= 8501
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test check setup clean

run: $(VENV)/.installed
	$(BIN)/evenset serve --port $(PORT)

test: $(VENV)/.installed-test
	$(BIN)/python tests/browser/find_chromium.py --install
	$(MAKE) --no-print-directory check
	$(BIN)/pytest

check: $(VENV)/.installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

setup: $(VENV)/.installed-test

# The stamps are younger than pyproject.toml only after an install that went through.
$(VENV)/.installed: pyproject.toml
	$(PYTHON) -m venv $(VENV) || { echo "Python cannot make a virtual environment here. On Debian: apt-get install python3-venv"; exit 1; }
	$(BIN)/python -m pip install --quiet --editable .
	touch $@

$(VENV)/.installed-test: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --editable '.[test]'
	touch $@

clean:
	rm -rf $(VENV) build dist *.egg-info
