# make        installs topline with its pinned packages and runs the example trials into out/
# make test   installs the development packages and runs every check
# Uses uv where it is on PATH, else makes its own environment with the newest Python found. `make UV=` forbids uv.

VENV := .venv
PY   := $(VENV)/bin/python
UV   ?= $(shell command -v uv 2>/dev/null)
WORKERS ?= 2

ifneq ($(UV),)
# The system's certificates where there are any: hospitals and firms often add their own.
ifneq ($(wildcard /etc/ssl/certs/ca-certificates.crt /etc/ssl/cert.pem),)
export UV_SYSTEM_CERTS ?= 1
endif
PYTHON ?= >=3.11,<3.15
create   = $(UV) venv --quiet --clear --python '$(PYTHON)' $(VENV)
install  = $(UV) pip install --python $(PY) --compile-bytecode --require-hashes --only-binary :all: --requirement
editable = $(UV) pip install --python $(PY) --quiet --offline --no-deps --no-build-isolation --editable .
else
PYTHON ?= $(shell for name in python3.14 python3.13 python3.12 python3.11 python3 python; do \
	$$name -c 'import ensurepip, sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' 2>/dev/null \
	&& echo $$name && break; done)
pip      = { $(PY) -m pip --version || $(PY) -m ensurepip; } >/dev/null 2>&1; $(PY) -m pip --disable-pip-version-check
create   = found='$(PYTHON)'; test -n "$$found" || { printf $(no_python) >&2; exit 1; }; $$found -m venv --clear $(VENV)
install  = $(pip) install --require-hashes --only-binary :all: --requirement
editable = $(pip) install --quiet --no-index --no-deps --no-build-isolation --editable .
endif

no_python = 'topline needs Python 3.11 to 3.14 with its venv module, or uv, and found neither.\n\
	  Debian, Ubuntu:  sudo apt install python3 python3-venv\n\
	  macOS:           brew install python@3.13\n\
	Then run make again.\n'

.DEFAULT_GOAL := demo
.PHONY: demo test install develop format lint types docs lock clean help FORCE

demo: install ## install topline, then run both example trials on virtual patients into out/ (the default)
	@$(VENV)/bin/topline demo

test: lint types ## every check: format, lint, types, tests, examples of the manual, architecture
	@$(PY) -m pytest --quiet --numprocesses $(WORKERS)

install: $(VENV)/topline.stamp

develop: $(VENV)/develop.stamp

# A copied or moved environment still points to the place it was made in: make it anew.
ifneq ($(shell cat $(VENV)/place 2>/dev/null),$(CURDIR))
$(VENV)/run.stamp: FORCE
endif

$(VENV)/run.stamp: requirements/run.txt
	@echo "topline: making $(VENV) with the packages of requirements/run.txt (about a minute the first time)"
	@$(create)
	@$(install) requirements/run.txt
	@printf '%s' '$(CURDIR)' > $(VENV)/place
	@touch $@

$(VENV)/topline.stamp: $(VENV)/run.stamp pyproject.toml
	@$(editable)
	@touch $@

$(VENV)/develop.stamp: $(VENV)/topline.stamp requirements/dev.txt
	@$(install) requirements/dev.txt
	@touch $@

format: develop ## rewrite the code in the house's format
	@$(PY) -m ruff format .
	@$(PY) -m ruff check --fix .

lint: develop ## format and lint, without a change
	@$(PY) -m ruff format --check .
	@$(PY) -m ruff check .

types: develop ## types, strict
	@$(PY) -m mypy src

docs: install ## rewrite what the manual takes from the code: whole pages, and the outputs of its examples
	@$(PY) docs/generate.py
	@$(PY) docs/refresh.py

compile = uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate $(FLAGS)

lock: ## pin and hash the packages anew (needs uv; FLAGS=--upgrade takes newer versions)
	$(compile) pyproject.toml --group build --output-file requirements/run.txt
	$(compile) --group dev --constraint requirements/run.txt --output-file requirements/dev.txt

clean: ## remove the environment, caches and outputs
	rm -rf $(VENV) out dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' Makefile
