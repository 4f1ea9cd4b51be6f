# Two commands: `make demo` shows a whole district, `make test` checks everything.
# `make demo LAN=1` shows it on phones in the same network, over HTTPS.
# `make bench OPINIONS=1000000` measures; see benchmarks/README.md.
PYTHON ?= python3
OPINIONS ?= 10000
VENV := .venv
BIN := $(VENV)/bin
export PYTHONDONTWRITEBYTECODE := 1

.PHONY: demo demo-reset province province-reset test look lighthouse endurance messages clean
.PHONY: bench bench-load bench-costs bench-figures bench-exports bench-table bench-clean

demo: $(VENV)/.product
	@$(BIN)/python -m config.demo

demo-reset: $(VENV)/.product
	@$(BIN)/python -m config.demo --reset

province: $(VENV)/.product
	@$(BIN)/python -m config.province

province-reset: $(VENV)/.product
	@$(BIN)/python -m config.province --reset

test: $(VENV)/.development
	@$(BIN)/python -m tests.everything

look: $(VENV)/.development
	@$(BIN)/python -m tests.look

lighthouse: $(VENV)/.development
	@$(BIN)/python -m pytest -n 0 -q -s tests/browser/test_lighthouse.py --lighthouse-performance

endurance: $(VENV)/.development
	@$(BIN)/python -m tests.endurance

messages: $(VENV)/.development
	@$(BIN)/python -m config.messages

bench: $(VENV)/.product
	@$(BIN)/python -m benchmarks --opinions $(OPINIONS)

bench-load bench-costs bench-figures bench-exports: bench-%: $(VENV)/.product
	@$(BIN)/python -m benchmarks.$* --opinions $(OPINIONS)

bench-table: $(VENV)/.product
	@$(BIN)/python -m benchmarks.table

bench-clean: $(VENV)/.product
	@$(BIN)/python -m benchmarks.clean

clean:
	rm -rf $(VENV) var/static

$(BIN)/python:
	@command -v $(PYTHON) >/dev/null || { echo "make: Python 3.11 or newer is needed; set PYTHON=/path/to/python3."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "make: Python 3.11 or newer is needed; set PYTHON=/path/to/python3."; exit 1; }
	@echo "Making a virtual environment …"
	@$(PYTHON) -m venv $(VENV) || { echo "make: Python's venv is missing: apt-get install python3-venv."; rm -rf $(VENV); exit 1; }

$(VENV)/.product: $(BIN)/python requirements.txt
	@echo "Installing what the product needs …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@$(BIN)/python -m config.packages
	@touch $@

$(VENV)/.development: $(BIN)/python requirements.txt requirements-dev.txt
	@echo "Installing what the tests need …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@$(BIN)/python -m config.packages
	@touch $@ $(VENV)/.product
