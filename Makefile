# spark-on-ack: `make help` shows what there is. Only python3 and make are taken for granted.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PY := .venv/bin/python
STACK ?= dev
# Colour and progress only where a person looks: every tool below asks the terminal itself.

.PHONY: help
help: ## Show this help
	@printf 'spark-on-ack: Spark on Alibaba Cloud without machines of your own\n\nStart with:  make sandbox   then   make test\n'
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-zA-Z_.-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@printf '\nVariables: STACK=dev|staging|prod|sandbox (default dev); PODS=real|played (default: real where this machine can run a node)\n'

##@ Try it (no account needed)
.PHONY: sandbox sandbox-down sandbox-status
sandbox: .venv/.stamp ## Bring the platform's Kubernetes half up here and run a job through it (PODS=real|played)
	@$(PY) -m tools.sandbox up
sandbox-down: .venv/.stamp ## End the sandbox: nothing of it is left
	@$(PY) -m tools.sandbox down
sandbox-status: .venv/.stamp ## Show what of the sandbox runs
	@$(PY) -m tools.sandbox status

.PHONY: cost prices
cost: .venv/.stamp ## Cost of a stack idle and at quota, or of one job: make cost STACK=prod JOB=examples/spark-pi.yaml
	@$(PY) -m tools.cost $(STACK) $(if $(JOB),--job $(JOB))

.PHONY: preview graph
preview: .venv/.stamp ## Show what STACK is and costs; AGAINST=origin/main: what changes (FORMAT=text|markdown|json|html OUT=file)
	@$(PY) -m tools.preview $(STACK) $(if $(AGAINST),--against '$(AGAINST)') $(if $(FORMAT),--format $(FORMAT)) $(if $(OUT),--out $(OUT))
graph: .venv/.stamp ## Draw the platform as Mermaid and SVG into out/graph (or OUT=folder)
	@$(PY) -m tools.graph $(STACK) $(if $(OUT),--out $(OUT))

##@ With an account
prices: .venv/.stamp ## Read ECI's prices of a region anew (needs the vendor's command line): make prices REGION=cn-beijing
	@$(PY) -m tools.refresh_prices $(or $(REGION),cn-hangzhou)
.PHONY: preflight
preflight: .venv/.stamp ## Show what the account must have for STACK: roles, quotas, services, and where each is raised
	@$(PY) -m tools.preflight $(STACK)

##@ Develop
.PHONY: test lint format types snapshots args lock clean
test: .venv/.stamp ## Run all tests (the first run builds the sandbox's programs, about fifteen minutes)
	@$(PY) -m tools.sandbox build
	@$(PY) -m pytest tests -n 2 --dist loadgroup
lint: .venv/.stamp ## Check style (ruff)
	@$(PY) -m ruff check . && $(PY) -m ruff format --check .
types: .venv/.stamp ## Check types (mypy strict)
	@$(PY) -m mypy
format: .venv/.stamp ## Format the code
	@$(PY) -m ruff check --fix . && $(PY) -m ruff format .
snapshots: .venv/.stamp ## Record the graphs and the previews' comments anew (look at the diff)
	@UPDATE_SNAPSHOTS=1 $(PY) -m pytest tests/test_snapshots.py tests/tools/preview/test_changes.py tests/tools/preview/test_html.py
generate: .venv/.stamp ## Regenerate what is made from the input models (arguments, settings reference, rule table)
	@$(PY) -m tools.generate
lock: ## Resolve the dependencies anew into requirements.lock (needs uv)
	@uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate -q -o requirements.lock
clean: ## Remove the virtualenv and caches of this checkout (compiled programs stay in the cache)
	@rm -rf .venv .mypy_cache .ruff_cache .hypothesis out

.venv/.stamp: requirements.lock tools/bootstrap.py
	@python3 tools/bootstrap.py
