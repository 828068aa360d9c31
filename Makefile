# What one does with a checkout. `make help` lists it; all of it uses one environment, .venv,
# which plain pip installs from the lock files with hashes.

PYTHON ?= python3
UV ?= uv
VENV ?= .venv
BIN := $(VENV)/bin
OUT := out/june_2010
FUZZ_SECONDS ?= 300
FUZZ_SEED ?= 1
ROOM ?=
MUTANTS ?= 300
MUTANTS_SECONDS ?= 0
MUTANTS_SEED ?= 1
CASES ?=
MAX_PEOPLE ?= 1e6
BENCH ?=

export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Without bytecode on the disk each process would compile the libraries anew, for seconds.
unexport PYTHONDONTWRITEBYTECODE
PIP := $(BIN)/python -m pip -qq install --no-compile

# An environment whose Python is gone, or that was made in another folder, is made anew.
SOUND := $(shell test "$$(cat $(VENV)/.core 2>/dev/null)" = "$(CURDIR)" \
	&& $(BIN)/python -c '' 2>/dev/null && echo yes)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test browser test-newest check-full faults fuzz mutants lint bench docs metadata lock \
	clean FORCE

help: ## show this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20
	@echo "With another Python: make VENV=.venv-3.12 PYTHON=python3.12 test"

run: $(VENV)/.package ## simulate June 2010 and draw its figures
	@$(BIN)/flowsim run scenarios/kyrgyz_uzbek_2010 --seed 1 --overwrite -o $(OUT)
	@echo "The figures are in $(OUT):"
	@find $(OUT) -name '*.png' | sort

test: lint ## check style, types and floors, and run all tests
	$(BIN)/python -m pytest -n 2 --dist worksteal

browser: ## install the browser of the tests from Debian or Ubuntu, as root; without one they are skipped
	@command -v chromium-headless-shell chromium chromium-browser google-chrome >/dev/null || { \
		command -v apt-get >/dev/null || { \
			echo "this system has no apt-get; install Chromium in its own way" >&2; exit 1; }; \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
			apt-get install -y -qq --no-install-recommends chromium-headless-shell >/dev/null; }

# For example: make test-newest NEWEST="--pythons=3.13 --no-pre tests/model"
test-newest: ## run all tests with the newest libraries on Python 3.13 and 3.14, if they are there
	$(PYTHON) -m tests.newest $(NEWEST)

check-full: lint ## the same with longer repetitions, twenty seeds of June 2010, and the statistical level
	FLOWSIM_SEEDS=20 $(BIN)/python -m pytest -n 2 --dist worksteal
	$(BIN)/flowsim check --level statistical --jobs 2

faults: $(VENV)/.dev ## put known bugs in one at a time and note what catches them (an hour, can be cut off)
	$(BIN)/python -m tests.faults.seed

lint: $(VENV)/.dev ## check style, types and floors only
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

# One input again: make fuzz REPLAY=out/fuzz/findings/NAME/input
fuzz: $(VENV)/.fuzz ## look for files that break the loaders, for FUZZ_SECONDS=300
ifdef REPLAY
	$(BIN)/python -m tests.fuzz.replay "$(REPLAY)"
else
	$(BIN)/python -m tests.fuzz.campaign --seconds $(FUZZ_SECONDS) --seed $(FUZZ_SEED)
endif

# Some rooms, another sample, and so on: make mutants ROOM="draws effects" MUTANTS=1000
mutants: $(VENV)/.mutants ## put small bugs in, 300 a room, and list those that no test sees (hours, can be cut off)
	$(BIN)/python -m tests.mutants.campaign $(ROOM) --most $(MUTANTS) --seed $(MUTANTS_SEED) \
		--seconds $(MUTANTS_SECONDS)

# Chosen cases, larger worlds, ratios: make bench CASES="june people" MAX_PEOPLE=1e7
# BENCH="--against COMMIT --flee"; make bench BENCH=--help tells all. The page in tests/benchmarks is
# written anew where no cases are chosen.
bench: $(VENV)/.dev ## measure speed, memory and growth (some minutes)
	$(BIN)/python -m tests.benchmarks $(CASES) --max-people $(MAX_PEOPLE) $(if $(CASES),,--page) $(BENCH)

# Notebooks run again only when their code changes (out/site-notebooks); pages are all read anew.
docs: $(VENV)/.dev ## build the site into out/site, notebooks executed; warnings are errors
	$(BIN)/python -m sphinx -E -W --keep-going -q -b html -d out/site-doctrees docs out/site
	$(BIN)/python -m tests.docs.built out/site
	@echo "The site is in out/site: open out/site/index.html"

metadata: $(VENV)/.dev ## write codemeta.json, .zenodo.json and the conda recipe from pyproject.toml
	$(BIN)/python -m tests.package.published

# Pins that still fit are kept; LOCK_FLAGS=--upgrade renews them all. The core is pinned as dev is.
# Extras stay in the pins: pip takes name==1 for no pin of name[extra] and would fetch the newest.
COMPILE = $(UV) pip compile --quiet --universal --generate-hashes --no-strip-extras \
	--python-version 3.11 --no-header --no-annotate --no-emit-index-url --no-emit-find-links pyproject.toml -
REQUIRES = $(PYTHON) -c "import tomllib; \
	print(*tomllib.load(open('pyproject.toml', 'rb'))['build-system']['requires'], sep='\n')"

lock: ## pin the dependencies of pyproject.toml (needs uv)
	@command -v $(UV) >/dev/null || { echo "make lock needs uv: pip install uv" >&2; exit 1; }
	$(REQUIRES) | $(COMPILE) --extra dev $(LOCK_FLAGS) -o requirements-dev.lock
	$(REQUIRES) | $(COMPILE) -c requirements-dev.lock $(LOCK_FLAGS) -o requirements.lock
	$(REQUIRES) | $(COMPILE) -c requirements-dev.lock --extra fuzz $(LOCK_FLAGS) -o requirements-fuzz.lock
	$(REQUIRES) | $(COMPILE) -c requirements-dev.lock --extra mutants $(LOCK_FLAGS) -o requirements-mutants.lock

clean: ## remove the environment, caches and what was built (out/ stays)
	rm -rf $(VENV) .venv-newest-* build dist *.egg-info .coverage .*_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.core: requirements.lock $(if $(SOUND),,FORCE)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "flowsim needs Python 3.11 or later as $(PYTHON); name one: make PYTHON=..." >&2; \
		exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "$(PYTHON) lacks venv; on Debian and Ubuntu the package python3-venv has it" >&2; \
		exit 1; }
	@echo "Making $(VENV) (once, under a minute)"
	@$(PYTHON) -m venv --clear $(VENV)
	@$(PIP) --require-hashes -r requirements.lock
	@echo "$(CURDIR)" > $@

$(VENV)/.package: pyproject.toml $(VENV)/.core
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.core | $(VENV)/.package
	@echo "Adding the tools of make test to $(VENV)"
	@$(PIP) --require-hashes -r requirements-dev.lock
	@touch $@

$(VENV)/.fuzz: requirements-fuzz.lock $(VENV)/.dev
	@echo "Adding the fuzzer to $(VENV)"
	@$(PIP) --only-binary atheris --require-hashes -r requirements-fuzz.lock || { \
		echo "make fuzz needs atheris, which has no wheel for this platform or Python;" \
			"CPython 3.11 to 3.13 on Linux, x86-64, has one" >&2; exit 1; }
	@touch $@

$(VENV)/.mutants: requirements-mutants.lock $(VENV)/.dev
	@echo "Adding mutmut to $(VENV)"
	@$(PIP) --require-hashes -r requirements-mutants.lock
	@touch $@

FORCE:
