# Everything needs only Python 3.11+, make and git; the first run makes .venv.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
PLUGINS := national anhui shandong henan hebei jiangsu
EXTRAS ?=  # further extras, such as ,spark
EDITABLE := -e .[dev,docs,pdf$(strip $(EXTRAS))] $(foreach name,$(PLUGINS),-e plugins/$(name))
# Modules are compiled once, not by each of the hundreds of processes that the tests start.
unexport PYTHONDONTWRITEBYTECODE
DEFINITIONS := pyproject.toml $(foreach name,$(PLUGINS),plugins/$(name)/pyproject.toml)

.PHONY: demo test lint types layers unit quick affected thorough sweep slow examples reference docs messages corpus bench fuzz soak release offline clean

$(VENV)/.installed: $(DEFINITIONS)
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check $(EDITABLE)
	touch $@

demo: $(VENV)/.installed  ## judge the examples, write reports and rectification lists to out/
	@$(BIN)/python examples/demo.py

test: lint types layers unit  ## everything that must hold before a change lands

lint: $(VENV)/.installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.installed
	$(BIN)/mypy

layers: $(VENV)/.installed
	$(BIN)/lint-imports

unit: $(VENV)/.installed
	$(BIN)/python -m pytest -n auto --dist worksteal

quick: $(VENV)/.installed  ## the tests that answer at once: no sweeps, wheels, LibreOffice, browser or Spark
	$(BIN)/python -m pytest -n auto --dist worksteal --hypothesis-profile=quick -m "not (sweep or slow or wheel or office or browser or spark)"

affected: $(VENV)/.installed  ## the tests of the rooms touched since BASE (default: origin/main, else the last commit)
	$(BIN)/python -m pytest -n auto --dist worksteal $$($(BIN)/python -m tests.support.affected $(BASE))

thorough: $(VENV)/.installed  ## ten times as many random examples, others each time
	$(BIN)/python -m pytest -n auto --dist worksteal --hypothesis-profile=thorough

sweep: $(VENV)/.installed  ## all that `make test` samples: every crash point, mutation, county; for a night
	$(BIN)/python -m pytest -n auto --dist worksteal --hypothesis-profile=sweep

slow: $(VENV)/.installed  ## write tests/slow.txt anew: what `make quick` leaves out; on an idle machine
	$(BIN)/python -m pytest -n auto --dist worksteal --list-slow

examples: $(VENV)/.installed  ## make the examples anew
	$(BIN)/python examples/make_examples.py

corpus: $(VENV)/.installed  ## which subjects of the corpus change verdict by the packs since BASE: docs/corpus.md
	$(BIN)/python -m corpus.compare $(BASE)

bench: $(VENV)/.installed  ## measure on an idle machine, side by side with references: docs/performance.md
	$(BIN)/python -m benchmarks.run

fuzz: $(VENV)/.installed  ## try N changed files of every kind, and count how they end: docs/hardening.md
	$(BIN)/python -m tests.fuzz $(or $(N),10000)

soak: $(VENV)/.installed  ## ten thousand checks in one process: its memory, docs/hardening.md
	$(BIN)/python -m tests.fuzz.soak $(or $(N),10000) --record docs/hardening.md

clean:
	rm -rf $(VENV) out build *.egg-info src/*.egg-info plugins/*/src/*.egg-info plugins/*/build

reference: $(VENV)/.installed  ## make the reference pages anew from schemas and packs
	$(BIN)/python -m docs.make_reference

docs: $(VENV)/.installed  ## the pages of docs/ as a site that needs no network: out/docs/index.html
	$(BIN)/python -m sphinx -q -W --keep-going -c docs/site docs out/docs
	@echo out/docs/index.html

messages: $(VENV)/.installed  ## bring the English catalogue up to date with the messages in the code
	$(BIN)/python docs/make_messages.py

release: $(VENV)/.installed  ## build and check sdists and wheels of all distributions, from the last commit, into dist/
	$(BIN)/python -m release.build

offline: $(VENV)/.installed  ## a folder, and a zip, to install from without network, into dist/: docs/offline.md
	$(BIN)/python -m release.offline
