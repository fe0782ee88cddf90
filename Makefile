# Agora. `make` alone lists what one can do.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

# Debian packages by what shows that they are there: a command, or a file that dpkg knows.
RUN_PACKAGES := libegl1 libgl1 libgl1-mesa-dri libgles2 fontconfig-config fonts-noto-color-emoji
SOAK_COMMANDS := iptables:iptables ip:iproute2
TEST_COMMANDS := java:openjdk-17-jre-headless,default-jre-headless mvn:maven chromium:chromium

.DEFAULT_GOAL := help
.PHONY: help setup run test check lint types imports pytest coverage kafka kafka-jars bench soak eval fuzz lock golden gallery clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## /\1\t/' | expand -t 14

setup: $(STAMP) ## make .venv from requirements.lock, system packages included

$(STAMP): requirements.lock pyproject.toml
	@docker/packages $(RUN_PACKAGES)
	@docker/venv $(PYTHON) $(VENV)
	@touch $@

run: setup ## light the wall: log, ingest, hub and six screens on this machine
	@$(BIN)/agora run

test: setup kafka-jars ## everything that tests need, then all checks and tests, with a real Kafka
	@$(MAKE) --no-print-directory check

check: setup lint ## ruff, then mypy --strict and import-linter while pytest waits for its processes
	@$(MAKE) --no-print-directory -j 2 pytest types imports

lint: setup ## ruff: style and formatting
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .

types: setup ## mypy --strict
	@$(BIN)/mypy

imports: setup ## import-linter: the arrows between the packages
	@$(BIN)/lint-imports

pytest: setup ## the tests alone
	@$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder

kafka-jars: ## fetch the jars of Apache Kafka from Maven Central
	@docker/packages $(TEST_COMMANDS)
	@docker/kafka/fetch

kafka: setup kafka-jars ## start Apache Kafka on loopback (127.0.0.1:9092) and wait until it is ready
	@docker/kafka/run

bench: setup kafka-jars ## the figures of the design, one JSON line each (long)
	@$(BIN)/python -m tests.bench

soak: setup kafka-jars ## 200 seeded fault rounds, then six hours of memory; ROUNDS=, SEED=, HOURS= choose (very long)
	@docker/packages $(SOAK_COMMANDS)
	@$(BIN)/python -m tests.soak --rounds $(or $(ROUNDS),200) --hours $(or $(HOURS),6) $(if $(SEED),--seed $(SEED))

eval: setup ## how right the analysis is: a table of measured figures and their bars (needs ../shared/data)
	@$(BIN)/python -m tests.eval

fuzz: setup ## many made-up requests to every door of the hub (schemathesis); SEED= chooses others
	@AGORA_FUZZ_EXAMPLES=200 AGORA_FUZZ_SEED=$(SEED) $(BIN)/pytest tests/stream/doors/test_openapi.py

coverage: setup ## the tests of ingest/, with the lines that none of them reached
	@$(BIN)/pytest tests/ingest tests/faults --cov=ingest --cov-report=term-missing

lock: setup ## make requirements.lock anew from pyproject.toml, and the part of it that the images need (needs uv)
	@uv pip compile --universal --no-strip-extras --python-version 3.11 --generate-hashes --no-header --no-annotate --group dev pyproject.toml -o requirements.lock -q
	@uv pip compile --universal --no-strip-extras --python-version 3.11 --generate-hashes --no-header --no-annotate --constraint requirements.lock pyproject.toml -o docker/runtime.lock -q

golden: setup ## draw the golden pictures anew; look at them before you commit
	@$(BIN)/python -m tests.golden.draw

gallery: setup ## draw the pictures of docs/gallery anew (minutes); look at them before you commit
	@$(BIN)/python -m tests.golden.album

clean: ## remove what was built; var/ stays
	@rm -rf $(VENV) build *.egg-info docker/kafka/target .pytest_cache .mypy_cache .ruff_cache
