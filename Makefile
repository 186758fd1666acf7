# `make run` opens the app, `make quick`, `make test` and `make release` test it, each more than the
# one before; `make readers` trains on exports by other libraries. All set up what they need first.

PYTHON ?= python3
PORT ?= 8501
VENV := .venv
BIN := $(VENV)/bin
# Large libraries that only read what we write have an environment of their own, which finds the
# others in ours.
READERS := .venv-readers
WHERE := -c "import sysconfig; print(sysconfig.get_path('purelib'))"
# One process for each core; each holds the libraries once more.
WORKERS ?= auto
PYTEST := $(BIN)/pytest --numprocesses $(WORKERS) --maxprocesses 8 --dist loadfile

.PHONY: run quick test release readers check browser setup clean

run: $(VENV)/.installed
	$(BIN)/evenset serve --port $(PORT)

quick: $(VENV)/.installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/oxlint --deny-warnings app
	$(PYTEST) -m "not browser and not long and not release" --hypothesis-profile quick

test: browser check
	$(PYTEST)

release: browser check readers
	$(PYTEST) -m "not readers" --hypothesis-profile release

readers: $(READERS)/.installed
	$(READERS)/bin/python -m pytest -m readers tests/export

browser: $(VENV)/.installed-test
	$(BIN)/python tests/browser/find_chromium.py --install

check: $(VENV)/.installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/oxlint --deny-warnings app
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

$(READERS)/.installed: $(VENV)/.installed-test
	$(PYTHON) -m venv $(READERS)
	$(BIN)/python $(WHERE) > $$($(READERS)/bin/python $(WHERE))/ours.pth
	$(READERS)/bin/python -m pip install --quiet --editable '.[readers]'
	touch $@

clean:
	rm -rf $(VENV) $(READERS) build dist *.egg-info
