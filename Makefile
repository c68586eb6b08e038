# Commands that a person uses. They need git, Python 3.11 or newer, and make.
PYTHON ?= python3
UV := $(shell command -v uv || echo .uv/bin/uv)
BIN := .venv/bin
# Most of the tests' time is compiling, for a few evaluations each; the soak compiles as for a user.
QUICKLY := --xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true

PYTEST := XLA_FLAGS="$(QUICKLY)" OPENBLAS_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 --dist worksteal

.PHONY: demo test quick lint coverage page mutations soak benchmark pictures lock clean

demo: .venv/ready  # the founding example: a network learns XOR by measured slopes
	$(BIN)/koubai train xor

test: lint  # lint, types, all tests but the slow ones
	$(PYTEST) -m "not slow"

quick: lint  # lint, types, and the tests of what has changed since the last commit (SINCE=COMMIT is another), but those that last
	$(PYTEST) -m "not slow and not long" $$($(BIN)/python -m tests.concerned $(SINCE))

lint: .venv/ready page
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

coverage: .venv/ready  # the same tests, and which branches of the source they take
	$(BIN)/coverage erase
	XLA_FLAGS="$(QUICKLY)" OPENBLAS_NUM_THREADS=1 $(BIN)/coverage run -m pytest -n 2 --dist worksteal -m "not slow"
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

page:  # the types of the playground's page; without npm that is left out, but where KOUBAI_BROWSER is "required"
	@if command -v npm >/dev/null || [ "$$KOUBAI_BROWSER" = required ]; then $(MAKE) --no-print-directory node_modules/ready && npm run --silent check; fi

soak: .venv/ready  # the tests that take minutes, then the playground's server under all that pages may send (SEED=N repeats it)
	$(BIN)/python -m pytest -m slow
	$(BIN)/python -m tests.soak.play $(if $(SEED),--seed $(SEED))

mutations: .venv/ready  # 40 small faults put into the source, drawn by SEED: which ones the tests find (an hour or two)
	$(BIN)/python -m tests.soak.mutations $(if $(SEED),--seed $(SEED))

benchmark: .venv/ready  # the figures of benchmarks/README.md
	$(BIN)/python benchmarks/founding.py
	$(BIN)/python benchmarks/slopes.py
	$(BIN)/python benchmarks/scans.py
	$(BIN)/python benchmarks/calls.py
	$(BIN)/python benchmarks/many.py
	$(BIN)/python benchmarks/film.py
	$(BIN)/python benchmarks/store.py
	sh benchmarks/startup.sh

pictures: .venv/ready  # everything under docs/pictures; needs tmux and chromium
	$(BIN)/python docs/scripts/make_pictures.py
	$(BIN)/python docs/scripts/make_curves.py
	$(BIN)/python docs/scripts/make_screens.py
	$(BIN)/python -m docs.scripts.make_rooms

# The packages exactly as uv.lock has them, each checked against its hash, from whichever index pip or uv is set to here.
.venv/ready: uv.lock pyproject.toml
	@command -v $(UV) >/dev/null || $(PYTHON) -m pip install --quiet --disable-pip-version-check --target .uv uv
	$(UV) venv --quiet --allow-existing --python $(PYTHON) .venv
	$(UV) export --quiet --frozen --no-emit-project --output-file .venv/requirements.txt
	$(UV) pip sync --quiet --python $(BIN)/python --require-hashes .venv/requirements.txt
	$(UV) pip install --quiet --python $(BIN)/python --no-deps --editable .
	touch $@

node_modules/ready: package.json package-lock.json
	npm ci --silent
	touch $@

# uv writes the address of every file into its lock; the names and hashes are enough, so the addresses are left out.
lock:  # choose the newest versions that pyproject.toml allows
	$(UV) lock --upgrade
	sed -i -E 's#url = "https?://[^"]*/([^/"]+)"#filename = "\1"#; s#registry = "https?://[^"]*"#registry = "index"#' uv.lock

clean:
	rm -rf .venv .uv node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage*
