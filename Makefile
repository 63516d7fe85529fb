# Everything that is done with this repository by hand, by CI and by pre-commit.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV ?= .venv
PORT ?= 8000
QUARRY_VAR ?= var

BIN := $(VENV)/bin
MANAGE := $(BIN)/python manage.py
LOCK = $(abspath $(BIN))/uv pip compile --quiet --universal --python-version 3.11 \
	--generate-hashes --no-header

# VENV=DIR names an environment of the caller's own: it is used as it stands.
ifeq ($(origin VENV),file)
RUN_INSTALLED := $(VENV)/run-installed
DEV_INSTALLED := $(VENV)/dev-installed
endif

# Each of the many processes that tests start would compile every module again.
unexport PYTHONDONTWRITEBYTECODE

# A database that is not the default file may be anywhere, so it is prepared at each start.
PREPARED := $(QUARRY_VAR)/prepared
PROCESSES := $(QUARRY_VAR)/processes
ELSEWHERE := $(filter %DATABASE_URL,$(.VARIABLES))
MISSING := $(if $(wildcard $(QUARRY_VAR)/quarry.sqlite3),,missing)
MIGRATIONS := $(wildcard modules/*/migrations/*.py modules/kernel/*/migrations/*.py)

# What `make run` fills a new database with: commands of modules, one after another.
DEMO := load_demo_catalogue load_demo_stock

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: FORCE

.PHONY: help
help: ## Show what can be done here
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-20s %s\n", $$1, $$2 }' Makefile

# -- running --------------------------------------------------------------------------------

.PHONY: run
run: run-in-$(or $(TOPOLOGY),one) ## Start the system on 127.0.0.1:8000 (PORT=…; TOPOLOGY=processes)

.PHONY: run-in-one run-in-processes
run-in-one: $(RUN_INSTALLED) $(PREPARED) ## What `make run` does: all modules in one process
	PORT=$(PORT) $(MANAGE) runserver 127.0.0.1:$(PORT)

run-in-processes: $(RUN_INSTALLED) ## TOPOLOGY=processes: each module by itself, over RabbitMQ
	PORT=$(PORT) $(MANAGE) processes $(PROCESSES) --port $(PORT)
	set -a && . $(PROCESSES)/together.env $(foreach one,$(DEMO),&& $(MANAGE) $(one))
	$(BIN)/honcho start --procfile $(PROCESSES)/Procfile

.PHONY: reset
reset: ## Throw the development database away; the next `make run` makes it anew
	rm -rf "$(QUARRY_VAR)"

$(PREPARED): $(RUN_INSTALLED) $(MIGRATIONS) $(if $(ELSEWHERE)$(MISSING),FORCE)
	$(MANAGE) migrate --no-input --verbosity 0
	$(foreach one,$(DEMO),$(MANAGE) $(one) &&) touch "$@"

# -- testing --------------------------------------------------------------------------------

# What must hold on every supported version of PostgreSQL.
CONFORMANCE := modules/kernel/messaging modules/kernel/sagas modules/kernel/eventstore

# A worker that has nothing left takes over what lies before another: some tests take a minute.
IN_PARALLEL := -n logical --dist worksteal

# What has a target of its own.
APART := --ignore=tests/brokers --ignore=tests/topologies --ignore=tests/extraction

.PHONY: test
test: $(DEV_INSTALLED) browser ## Run the tests, and the kernel's on PostgreSQL 15 and 18 as well
	$(BIN)/python -m pytest $(IN_PARALLEL) -m "not slow" $(APART) $(PYTEST_ARGS)
	$(BIN)/python -m tests.services.run_on_postgres $(BIN)/python -m pytest $(IN_PARALLEL) $(CONFORMANCE) $(PYTEST_ARGS)
	$(BIN)/python -m tests.services.run_on_postgres --18 $(BIN)/python -m pytest $(IN_PARALLEL) $(CONFORMANCE) $(PYTEST_ARGS)

.PHONY: test-slow
test-slow: $(DEV_INSTALLED) browser wrk ## Run the tests that take minutes: replays, kills, a fresh machine
	QUARRY_SLOW_TESTS=1 $(BIN)/python -m pytest -m slow $(APART) $(PYTEST_ARGS)

.PHONY: test-postgres
test-postgres: $(DEV_INSTALLED) ## Run the modules' tests on PostgreSQL
	$(BIN)/python -m tests.services.run_on_postgres $(BIN)/python -m pytest $(IN_PARALLEL) modules \
		$(addprefix --ignore=,$(CONFORMANCE)) $(PYTEST_ARGS)

.PHONY: test-brokers
test-brokers: $(DEV_INSTALLED) ## Try every broker and registry: nothing lost, effect once, order per key
	$(BIN)/python -m pytest tests/brokers $(PYTEST_ARGS)

JOURNEYS := tests/journeys tests/topologies --ignore=tests/journeys/test_replay.py -m "not slow" \
	--outcomes $(QUARRY_VAR)/outcomes
BROKERS := rabbitmq kafka

.PHONY: test-topologies
test-topologies: $(DEV_INSTALLED) ## Go through all journeys wherever modules run (BROKERS=…)
	rm -rf "$(QUARRY_VAR)/outcomes"
	$(BIN)/python -m pytest $(JOURNEYS) --topology=local $(PYTEST_ARGS)
	$(BIN)/python -m pytest $(JOURNEYS) --topology=serialized $(PYTEST_ARGS)
	for broker in $(BROKERS); do \
		$(BIN)/python -m pytest $(JOURNEYS) --topology=processes --broker=$$broker $(PYTEST_ARGS) || exit 1; \
	done
	QUARRY_SLOW_TESTS=1 $(BIN)/python -m pytest tests/topologies -m slow $(PYTEST_ARGS)

.PHONY: test-share
test-share: $(DEV_INSTALLED) ## Run a bounded share of what takes longer: a module that moves, and one in each process
	$(BIN)/python -m pytest tests/extraction/test_outward.py tests/extraction/test_homeward.py $(PYTEST_ARGS)
	$(BIN)/python -m pytest tests/topologies/test_equal_outcomes.py --outcomes $(QUARRY_VAR)/outcomes \
		--topology=processes --broker=rabbitmq $(PYTEST_ARGS)

.PHONY: demo-extract
demo-extract: $(DEV_INSTALLED) ## Move payments out and back while orders are placed (DEMO_ARGS=--orders=N)
	$(BIN)/python -m tests.extraction.demo $(DEMO_ARGS)

EXTRACTED := payments inventory shipping notifications
MOVES := tests/extraction --ignore=tests/extraction/test_written_service.py

.PHONY: test-extraction faults-extraction
test-extraction: $(DEV_INSTALLED) ## Move live modules out and back, under load; kill a share of all that takes part
	QUARRY_SLOW_TESTS=1 $(BIN)/python -m pytest $(MOVES) \
		-k "not (postgresql and (on_its_way or is_seen))" $(PYTEST_ARGS)

faults-extraction: $(DEV_INSTALLED) ## Kill everything at every point there is (PYTEST_ARGS="-k 'on_its_way and sqlite'")
	QUARRY_SLOW_TESTS=1 QUARRY_EXTRACTION_FAULTS=every $(BIN)/python -m pytest $(MOVES) \
		--timeout=0 $(PYTEST_ARGS)

.PHONY: test-extraction-services
test-extraction-services: $(DEV_INSTALLED) ## Write services and run their own tests, each in an empty environment
	QUARRY_SLOW_TESTS=1 QUARRY_EXTRACT="$(EXTRACTED)" $(BIN)/python -m pytest \
		tests/extraction/test_written_service.py $(PYTEST_ARGS)

.PHONY: screenshots
screenshots: $(DEV_INSTALLED) browser ## Take the pictures in docs/images again
	QUARRY_SCREENSHOTS=1 $(BIN)/python -m pytest --quiet tests/browser/test_screenshots.py

.PHONY: coverage
coverage: $(DEV_INSTALLED) browser ## Run the tests and report the branches they miss
	$(BIN)/python -m pytest $(IN_PARALLEL) --cov --cov-report=term-missing:skip-covered $(PYTEST_ARGS)

.PHONY: faults
faults: $(DEV_INSTALLED) ## Search for faults, SECONDS=… long in all; QUARRY_SEED=… repeats a search
	$(BIN)/python -m pytest tests/faults --ignore=tests/faults/test_celery_driver.py \
		--capture=no --timeout=0 $(PYTEST_ARGS)

.PHONY: faults-celery
faults-celery: $(DEV_INSTALLED) ## The same with Celery as the driver, SECONDS=… on each broker
	$(BIN)/python -m pytest tests/faults/test_celery_driver.py \
		--capture=no --timeout=0 $(PYTEST_ARGS)

.PHONY: explore-sagas
explore-sagas: $(DEV_INSTALLED) ## Try sagas under every fault (PYTEST_ARGS=--saga-explore-schedules=N)
	$(BIN)/python -m pytest tests/journeys/test_checkout_explored.py tests/journeys/test_returns.py --saga-explore \
		--capture=no --timeout=0 $(PYTEST_ARGS)

.PHONY: browser
browser: ## Install Chromium for the browser tests, where this is Debian and the user is root
	@tests/browser/install-chromium

# -- measuring ------------------------------------------------------------------------------

.PHONY: bench bench-log bench-calls bench-sagas bench-eventstore bench-brokers bench-extraction bench-gateway
bench: bench-log bench-calls bench-sagas bench-eventstore bench-brokers bench-extraction bench-gateway ## Run every benchmark

bench-log: $(DEV_INSTALLED) ## Measure the log on PostgreSQL against its bars (BENCH_ARGS=--quick)
	$(BIN)/python -m benchmarks.log $(BENCH_ARGS)

bench-calls: $(DEV_INSTALLED) ## Measure calls between modules against their bars
	$(BIN)/python -m benchmarks.calls $(BENCH_ARGS)

bench-sagas: $(DEV_INSTALLED) ## Measure sagas on PostgreSQL against DBOS and their bars
	$(BIN)/python -m benchmarks.sagas $(BENCH_ARGS)

bench-eventstore: $(DEV_INSTALLED) ## Measure the event store and read models against their bars
	$(BIN)/python -m benchmarks.eventstore $(BENCH_ARGS)

bench-brokers: $(DEV_INSTALLED) ## Measure each broker beside its client library alone
	$(BIN)/python -m benchmarks.brokers $(BENCH_ARGS)

bench-extraction: $(DEV_INSTALLED) ## Measure a live move, from PostgreSQL to PostgreSQL, against its bars
	$(BIN)/python -m benchmarks.extraction $(BENCH_ARGS)

.PHONY: wrk
wrk: ## Install wrk for the benchmark of the front door, where this is Debian and the user is root
	@benchmarks/gateway/install-wrk

bench-gateway: $(DEV_INSTALLED) wrk ## Measure the front door beside the same views without it and Envoy
	$(BIN)/python -m benchmarks.gateway $(BENCH_ARGS)

# -- checking -------------------------------------------------------------------------------

CHECKS := check-format check-lint check-types check-boundaries check-django check-migrations \
	check-contracts check-dependencies check-locks

.PHONY: check $(CHECKS)
check: $(CHECKS) ## Check format, lint, types, boundaries, contracts, migrations and dependencies

check-format: $(DEV_INSTALLED) ## Check that the code is formatted
	$(BIN)/ruff format --check .

check-lint: $(DEV_INSTALLED) ## Check the code against ruff's rules
	$(BIN)/ruff check .

check-types: $(DEV_INSTALLED) ## Check the types, strictly
	$(BIN)/mypy

check-boundaries: $(DEV_INSTALLED) ## Check that modules share nothing but their contracts
	$(BIN)/lint-imports --config importlinter.ini
	$(MANAGE) boundaries check

check-contracts: $(DEV_INSTALLED) ## Check that no changed contract breaks a consumer
	$(MANAGE) contracts check

check-django: $(DEV_INSTALLED) ## Run Django's checks, in development and as for production
	$(MANAGE) check --fail-level WARNING
	DJANGO_SETTINGS_MODULE=config.settings.production ALLOWED_HOSTS=quarry.example \
		SECRET_KEY=not-secret-but-long-enough-for-the-check-of-its-length-0123456789 \
		CELERY_BROKER_URL=amqp://rabbitmq QUARRY_ISSUER=https://quarry.example \
		$(MANAGE) check --deploy --fail-level WARNING

check-migrations: $(DEV_INSTALLED) ## Check that no model lacks its migration
	$(MANAGE) makemigrations --check --dry-run

check-dependencies: $(DEV_INSTALLED) ## Check that what is imported is declared, and the reverse
	$(BIN)/deptry .

check-locks: $(DEV_INSTALLED) ## Check that the locks agree with what they were made from
	$(BIN)/python -m pytest --quiet tests/project/test_requirements.py

.PHONY: format
format: $(DEV_INSTALLED) ## Format the code and mend what ruff can mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# -- the environment ------------------------------------------------------------------------

.PHONY: lock
lock: $(DEV_INSTALLED) ## Make the locks again from requirements/*.in, keeping pins that still fit
	cd requirements && $(LOCK) install.in --output-file install.txt
	cd requirements && $(LOCK) run.in --output-file run.txt
	cd requirements && $(LOCK) dev.in --output-file dev.txt --constraint run.txt

.PHONY: clean
clean: ## Remove the environment, the development database and all caches
	rm -rf .venv "$(QUARRY_VAR)" staticfiles htmlcov .coverage .coverage.* \
		.hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# uv knows nothing of pip.conf: where only pip has been told of a mirror, pip does the work. The
# locks are complete, and older releases of pip refuse an extra of what is pinned, so: --no-deps.
define install
@echo "Installing $(1)"
@$(BIN)/uv pip sync --quiet --python $(BIN)/python --compile-bytecode --require-hashes $(1) || \
	{ echo "uv cannot install here; pip does it instead, which takes longer"; \
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r $(1); }
endef

$(VENV)/uv-installed: requirements/install.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Quarry needs Python 3.11 or later; name one with PYTHON=…"; exit 1; }
	@echo "Making the environment $(VENV)"
	@$(PYTHON) -m venv "$(VENV)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check \
		--require-hashes --requirement requirements/install.txt
	@touch "$@"

$(VENV)/run-installed: requirements/run.txt $(VENV)/uv-installed
	$(call install,requirements/run.txt)
	@touch "$@"

$(VENV)/dev-installed: requirements/dev.txt requirements/run.txt $(VENV)/uv-installed
	$(call install,requirements/dev.txt)
	@touch "$(VENV)/run-installed" "$@"
