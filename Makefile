# Opplev: every command a developer or a municipality needs. `make help` lists them.
# Kept to what GNU make 3.81 understands, the one that macOS ships.

VENV := .venv
PYTHON := $(VENV)/bin/python
NPM := npm
TOOLS := node_modules/.package-lock.json

.DEFAULT_GOAL := help
.PHONY: help run test lint types package bench clean

help: ## This list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{printf "%-16s %s\n", $$1, $$2}'

run: $(VENV)/run.stamp ## Start everything on this machine (OPPLEV_PORT, OPPLEV_DATA, OPPLEV_BIND)
	@$(PYTHON) -m infra.local

test: lint types ## Set up what is missing, then check and test everything
	@$(PYTHON) -m infra.local engine
	$(PYTHON) -m pytest --numprocesses auto --dist loadfile

lint: $(VENV)/dev.stamp ## Style, types and the floors of the house (Python)
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports

types: $(TOOLS) ## Types and units of the scanner's pages
	$(NPM) run --silent types
	cd scanner_web && node --test

package: $(VENV)/dev.stamp ## The zip that Lambda runs, and the template that deploys it
	$(PYTHON) -m infra.package

bench: $(VENV)/dev.stamp ## The numbers in docs/quality.md
	@$(PYTHON) -m infra.local engine
	$(PYTHON) -m bench

clean: ## Remove what was made here, but not the data in .local/data
	rm -rf $(VENV) node_modules build .local/engine .local/demo .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

$(VENV)/run.stamp: requirements.txt infra/local/requirements.txt infra/local/setup.sh
	@sh infra/local/setup.sh $(VENV) infra/local/requirements.txt
	@touch $@

$(VENV)/dev.stamp: requirements.txt infra/local/requirements.txt requirements-dev.txt infra/local/setup.sh
	@sh infra/local/setup.sh $(VENV) requirements-dev.txt
	@touch $@ $(VENV)/run.stamp

$(TOOLS): package.json package-lock.json
	@command -v $(NPM) >/dev/null 2>&1 || { echo "Node.js 20 or newer is needed: npm was not found. Get it from nodejs.org, or: apt install nodejs npm" >&2; exit 1; }
	$(NPM) ci --no-audit --no-fund
	@touch $@
