# Parvis. `make demo` serves the product with example data; `make test` passes the tests. Both do all the set-up.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PORT ?= 8000
PYTHON ?=
VENV := .venv
BIN := $(VENV)/bin
PARVIS_INSTANCE ?= $(CURDIR)/instances/demo
export PYTHONDONTWRITEBYTECODE=
export PIP_DISABLE_PIP_VERSION_CHECK=1

.PHONY: help setup setup-dev demo test check lint fmt bench messages lock clean

help:
	@echo "make demo    set up and serve the demo at http://127.0.0.1:$(PORT)"
	@echo "make test    set up and run the tests (SQLite; PostgreSQL, MariaDB and Chromium when at hand)"
	@echo "make check   lint, and the tests on every database, as continuous integration does"
	@echo "make setup   set-up alone; leaves .venv/bin/parvis"
	@echo "make lint    format check, ruff, import contract, types"
	@echo "make fmt     format the code"
	@echo "make bench   measure"
	@echo "make lock    write requirements.lock, -dev.lock and -reader.lock anew"

setup:
	@PYTHON="$(PYTHON)" bash tools/setup.sh runtime

setup-dev:
	@PYTHON="$(PYTHON)" bash tools/setup.sh dev

demo: setup
	@PARVIS_INSTANCE="$(PARVIS_INSTANCE)" $(BIN)/parvis demo
	@echo
	@echo "  Parvis is served at  http://127.0.0.1:$(PORT)   (passkeys need a name: http://localhost:$(PORT))"
	@echo "  Choose a role in the bar at the top of the page; or log in with the accounts listed above."
	@echo "  Stop with Ctrl-C."
	@echo
	@PARVIS_INSTANCE="$(PARVIS_INSTANCE)" $(BIN)/parvis serve --port $(PORT)

test: setup-dev
	@bash tools/test.sh test

check: setup-dev lint
	@bash tools/test.sh check

lint: setup-dev
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@PARVIS_KIND=test PARVIS_INSTANCE=/nonexistent $(BIN)/lint-imports
	@PARVIS_KIND=test PARVIS_INSTANCE=/nonexistent $(BIN)/mypy

fmt: setup-dev
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: setup-dev
	@$(BIN)/python -m benchmarks

messages: setup-dev
	@$(BIN)/python tools/messages.py update

lock:
	@bash tools/lock.sh

clean:
	rm -rf $(VENV) node_modules build parvis/ui/static/ui .setup-*.stamp
