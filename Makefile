# Two commands do everything: `make run` and `make test`. Both set up .venv from the lock first, once.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Files of tests side by side, a core each.
TESTS := OMP_NUM_THREADS=1 $(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder
# Of `make serve`.
PORT := 5001
# Python keeps what it compiles, also where the environment forbids it (containers do): else each start takes 10 seconds more.
export PYTHONDONTWRITEBYTECODE :=
export MLFLOW_DISABLE_TELEMETRY := true
export DO_NOT_TRACK := true

.PHONY: run test test-all faults audit lint lock setup viz viz-site mlflow serve clean
run: setup ## set up, then photos in, a registered generator and a report out
	$(BIN)/kedro run
	@echo "Look at data/08_reporting/report.html and data/08_reporting/contact_sheet.png"

test: setup ## set up, then the tests (offline, under 10 minutes on 2 cores)
	$(TESTS) -m "not slow"

test-all: setup ## the slow tests too
	$(TESTS)

faults: setup ## kill runs and trainings again and again, and fill their disk: a quarter of an hour
	$(BIN)/python -m pytest -m faults

audit: setup ## the licence of every dependency, and its known vulnerabilities (asks the package index: the one target that needs a network)
	$(BIN)/python -m tools.licences
	$(BIN)/pip-audit --strict --disable-pip --progress-spinner off --requirement requirements.lock || { echo "Not audited, or not passed: a vulnerability is known, or the index did not answer for every package (above). This is no pass." >&2; exit 1; }

viz: setup ## the lineage in the browser, on this machine only
	$(BIN)/kedro viz run --host 127.0.0.1

viz-site: setup ## the lineage with its previews as a static site in build/, for any web server
	$(BIN)/kedro viz build --include-previews
	@echo "Look at it with: $(BIN)/python -m http.server --directory build 8000. It shows people's photos: share it only where they may be seen."

mlflow: setup ## runs, metrics and registered models in the browser, on this machine only
	$(BIN)/python -m influencer_style.tracking.moved
	$(BIN)/mlflow ui --backend-store-uri sqlite:///mlflow.db --host 127.0.0.1 --port 5000

serve: setup ## the champion behind a web server, on this machine only
	$(BIN)/python -m influencer_style.tracking.moved
	MLFLOW_TRACKING_URI=sqlite:///mlflow.db PATH="$(abspath $(BIN)):$$PATH" $(BIN)/mlflow models serve -m models:/look-transfer@champion --env-manager local --host 127.0.0.1 --port $(PORT)

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

lock: setup ## resolve pyproject.toml anew
	$(BIN)/uv pip compile pyproject.toml --group dev --universal -p 3.11 --generate-hashes --no-emit-index-url --no-header -o requirements.lock

# Without a network the models stay away, with a notice, and the next make tries again.
setup: $(VENV)/.installed
	@test -e $(VENV)/.models || { $(BIN)/influencer-style models --fetch && touch $(VENV)/.models; } || true
$(VENV)/.installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; say which with: make PYTHON=/path/to/python3.12"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet uv
	VIRTUAL_ENV=$(VENV) $(BIN)/uv pip sync requirements.lock
	VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --no-deps --no-build-isolation --editable .
	@touch $@

clean: ## remove what runs have made (the environment and conf/local stay)
	rm -rf data/0[1-8]_*/* logs mlruns mlflow.db .pytest_cache
