# Two commands do everything on a machine with Python 3.11 and git: `make demo` and `make test`.
# CONTRIBUTING.md explains the others.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
PORT ?= 8000
DEMO_DATA ?= data/demo
CORE = $(wildcard $(addprefix tests/,stats exchange facts indicators signals evidence reports oracles))
SITE = $(wildcard $(addprefix tests/,records pipeline web stories district))
export MIDCOURSE_LOCAL := 1

.PHONY: setup demo test test-core test-site-postgresql check format lint types layers migrations chromium bench screenshots clean

setup: .venv/installed

.venv/installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 13))' || \
		{ echo "midcourse needs Python 3.11 or 3.12; set PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -m venv .venv || { echo "On Debian and Ubuntu: apt-get install python3-venv, then again."; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==0.13.9
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $@

demo: setup
	@$(BIN)/midcourse demo --data-dir $(DEMO_DATA) --port $(PORT)

# Everything that must hold: format, lint, types, layers, migrations, tests on SQLite and PostgreSQL, browser.
test: check

check: setup format-check lint types layers migrations test-core test-site test-site-postgresql

.PHONY: format-check test-site
format: setup
	$(BIN)/ruff format src tests benchmarks && $(BIN)/ruff check --fix src tests benchmarks
format-check: setup
	$(BIN)/ruff format --check src tests benchmarks
lint: setup
	$(BIN)/ruff check src tests benchmarks
types: setup
	$(BIN)/mypy
layers: setup
	$(BIN)/lint-imports --no-cache
migrations: setup
	MIDCOURSE_DATA_DIR=$$(mktemp -d) $(BIN)/python manage.py makemigrations --check --dry-run

# The core, in an environment that has no Django.
test-core: .venv-core/installed
	.venv-core/bin/python -m pytest -c tests/core.ini --rootdir . -n 2 $(CORE)

.venv-core/installed: .venv/installed
	@$(PYTHON) -m venv .venv-core
	@$(BIN)/uv pip install --quiet --python .venv-core/bin/python --require-hashes -r requirements.lock
	@$(BIN)/uv pip uninstall --quiet --python .venv-core/bin/python \
		django django-csp django-stubs django-stubs-ext dj-database-url pytest-django whitenoise
	@$(BIN)/uv pip install --quiet --python .venv-core/bin/python --no-deps --no-build-isolation -e .
	@touch $@

test-site: setup chromium
	$(BIN)/python -m pytest -n 2 tests/test_house.py tests/test_docs.py $(SITE)

test-site-postgresql: setup
	$(BIN)/python -m tests.postgresql $(BIN)/python -m pytest -n 2 -m "not browser and not fault and not shared" $(SITE)

# Browser tests drive Debian's Chromium. Where it cannot be installed they are skipped, and this line says so.
chromium:
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || \
	{ echo "Chromium is missing: installing it with apt-get"; \
	  { apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core; } >/dev/null 2>&1 || \
	  echo "Chromium could not be installed (no apt-get, or not root). Browser tests will be SKIPPED: install chromium to run them."; }

bench: setup
	for f in benchmarks/*.py; do echo "== $$f"; $(BIN)/python $$f || exit 1; done

screenshots: setup chromium
	$(BIN)/python -m tests.screenshots screenshots

clean:
	rm -rf .venv .venv-core build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
