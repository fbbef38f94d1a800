# spark-on-ack: `make help` lists the targets. Only python3 and make must be installed.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PY := .venv/bin/python
STACK ?= dev
# Colour and progress only on a terminal: every tool below checks that itself.

.PHONY: help
help: ## Show this help
	@printf 'spark-on-ack: Spark on Alibaba Cloud without machines of your own\n\nStart with:  make sandbox   then   make test\n'
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-zA-Z_.-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@printf '\nVariables: STACK=dev|staging|prod|sandbox (default dev); PODS=real|played (default: real where this machine can run a node)\n'

##@ Try it (no account needed)
.PHONY: sandbox sandbox-down sandbox-status
sandbox: .venv/.stamp ## Set up the Kubernetes half of the platform on this machine and run a job on it (PODS=real|played)
	@$(PY) -m tools.sandbox up
sandbox-down: .venv/.stamp ## Stop the sandbox; leaves nothing of it behind
	@$(PY) -m tools.sandbox down
sandbox-status: .venv/.stamp ## Show which parts of the sandbox are running
	@$(PY) -m tools.sandbox status

.PHONY: cost
cost: .venv/.stamp ## Cost of a stack idle and at quota, or of one job: make cost STACK=prod JOB=examples/spark-pi.yaml
	@$(PY) -m tools.cost $(STACK) $(if $(JOB),--job $(JOB))

.PHONY: preview graph
preview: .venv/.stamp ## Show what STACK contains and costs; AGAINST=origin/main: what changes (FORMAT=text|markdown|json|html OUT=file)
	@$(PY) -m tools.preview $(STACK) $(if $(AGAINST),--against '$(AGAINST)') $(if $(FORMAT),--format $(FORMAT)) $(if $(OUT),--out $(OUT))
graph: .venv/.stamp ## Draw the platform as Mermaid and SVG into out/graph (or OUT=folder)
	@$(PY) -m tools.graph $(STACK) $(if $(OUT),--out $(OUT))

.PHONY: verify
verify: .venv/.stamp ## Ask the deployed STACK (default: sandbox) whether its claims hold: make verify STACK=prod CHECKS=dns,job
	@$(PY) -m tools.verify $(if $(filter command line environment,$(origin STACK)),$(STACK),sandbox) $(if $(CHECKS),--checks '$(CHECKS)')
.PHONY: bench-scale
bench-scale: .venv/.stamp ## Measure how many executors a driver gets in 30 s, ours against Spark's defaults (REPEAT=3 SIZES=… RELEASES=… OUT=folder)
	@$(PY) -m tools.bench scale $(if $(REPEAT),--repeat $(REPEAT)) $(if $(SIZES),--sizes $(SIZES)) $(if $(RELEASES),--releases $(RELEASES)) $(if $(OUT),--out $(OUT))

##@ With an account
.PHONY: prices preflight images recover
prices: .venv/.stamp ## Update the ECI prices of a region (needs the vendor's CLI `aliyun`): make prices REGION=cn-beijing
	@$(PY) -m tools.refresh_prices $(or $(REGION),cn-hangzhou)
preflight: .venv/.stamp ## Show what the account must provide for STACK: roles, quotas, services, and where to raise each
	@$(PY) -m tools.preflight $(STACK)
recover: .venv/.stamp ## Put STACK in order after an interrupted run: lock, leftovers, unfinished operations (YES=1: do not ask)
	@$(PY) -m tools.recover $(STACK) $(if $(YES),--yes)
images: .venv/.stamp ## List STACK's images and if pods reach them; COPY=1 fills images.registry, PIN=1 writes digests (ARCHIVE=spark=FILE THROUGH=HOST)
	@$(PY) -m tools.images $(STACK) $(if $(COPY),--copy) $(if $(PIN),--pin) $(if $(ARCHIVE),--archive '$(ARCHIVE)') $(if $(THROUGH),--through '$(THROUGH)') $(if $(FORMAT),--format $(FORMAT))

##@ Develop
.PHONY: test lint types format snapshots edits generate lock clean
test: .venv/.stamp ## Run all tests (first run: about fifteen minutes more; JOBS=1: every example job on real pods too)
	@$(PY) -m tools.sandbox build
	@$(PY) -m pytest tests -n 2 --dist loadgroup --ignore=tests/sandbox
	@$(PY) -m pytest tests/sandbox $(if $(JOBS),,--ignore=tests/sandbox/jobs --ignore=tests/sandbox/shuffle --ignore=tests/sandbox/verify --ignore=tests/sandbox/test_scale.py)
lint: .venv/.stamp ## Check style (ruff)
	@$(PY) -m ruff check . && $(PY) -m ruff format --check .
types: .venv/.stamp ## Check types (mypy strict)
	@$(PY) -m mypy
format: .venv/.stamp ## Format the code
	@$(PY) -m ruff check --fix . && $(PY) -m ruff format .
snapshots: .venv/.stamp ## Record the graphs and the previews' comments again (review the diff)
	@UPDATE_SNAPSHOTS=1 $(PY) -m pytest tests/test_snapshots.py tests/tools/preview/test_changes.py tests/tools/preview/test_html.py tests/policies/test_forms.py
edits: .venv/.stamp ## Make every edit of docs/edits.md under replay again (some minutes)
	@$(PY) -m tools.edits
generate: .venv/.stamp ## Regenerate everything that follows from the code (arguments, reference pages, settings, rules)
	@$(PY) -m tools.generate
lock: ## Resolve the dependencies again into requirements.lock (needs uv)
	@uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate -q -o requirements.lock
clean: ## Remove the virtualenv and caches of this checkout (compiled programs are kept)
	@rm -rf .venv .mypy_cache .ruff_cache .hypothesis out

.venv/.stamp: requirements.lock tools/bootstrap.py
	@python3 tools/bootstrap.py
