# Two commands do all the set-up on a fresh machine: `make run` and `make test`.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --require-virtualenv
COMPILE := uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header --quiet --custom-compile-command "make lock"

.PHONY: run test browser lint format bench screenshots lock clean
.DELETE_ON_ERROR:

run: .venv/installed  ## the whole stack here, then the politicians and the day once; it stays up
	@$(BIN)/syncs up --demo

test: .venv/installed-dev browser  ## every test, on a real PostgreSQL, Prefect server and worker: two stacks side by side
	$(BIN)/pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder

browser: .venv/installed-dev  ## the system's Chromium, where this may install it; without one tests in a browser are skipped
	@$(BIN)/python -c "from tests import browser; browser.executable()" 2>/dev/null || { [ "$$(id -u)" = 0 ] \
	&& apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
		apt-get install -qq -y --no-install-recommends chromium fonts-liberation >/dev/null; } \
	|| echo "There is no Chromium: tests in a browser are skipped. To have one, on Debian: apt-get install chromium"

lint: .venv/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: .venv/installed-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: .venv/installed-bench browser  ## measures, and writes docs/benchmarks.md; SECTIONS="starts rest" measures these anew
	$(BIN)/python -m tests.bench $(SECTIONS)

screenshots: .venv/installed-dev browser  ## of the demonstration's pages, for docs/
	$(BIN)/python -m tests.screenshots

lock: .venv/installed-dev  ## resolves the dependencies of pyproject.toml anew
	$(BIN)/$(COMPILE) --extra build --upgrade -o requirements.lock
	$(BIN)/$(COMPILE) --extra build --extra dev -c requirements.lock --upgrade -o requirements-dev.lock
	$(BIN)/$(COMPILE) --extra build --extra dev --extra bench -c requirements-dev.lock --upgrade -o requirements-bench.lock

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache

.venv/bin/python:
	$(PYTHON) -m venv .venv

# A lock is whole, so --no-deps: pip would take SQLAlchemy and SQLAlchemy[asyncio] for two things, one of them without
# a hash. The project itself is in no lock, but its build backend is.
.venv/installed: requirements.lock pyproject.toml | .venv/bin/python
	$(PIP) --no-deps --require-hashes -r requirements.lock
	$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

.venv/installed-dev: requirements-dev.lock .venv/installed
	$(PIP) --no-deps --require-hashes -r requirements-dev.lock
	@touch $@

.venv/installed-bench: requirements-bench.lock .venv/installed-dev
	$(PIP) --no-deps --require-hashes -r requirements-bench.lock
	@touch $@
