# Every command of this repository has its name here. GNU make 3.81, the one macOS ships, is enough.
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

BIN := .venv/bin
PYTHON_M := $(BIN)/python -m
# A suite whose folder is not there has not passed: say so and fail.
suite = @test -d $(1) || { echo "no such suite: $(1)" >&2; exit 2; }

.PHONY: help install portal run check test chart e2e screenshots conformance faults-short faults fuzz-short fuzz races load bench-data bench-migrations bench-portal soak campaigns fresh mutants house openapi image image-sign dist publish dependencies format clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-17s%s\n", $$1, $$2 }' Makefile

# Nothing to do unless the lock file, the project file or the installer changed since the last time.
.venv/.installed: uv.lock pyproject.toml scripts/install.sh scripts/uv-requirements.txt
	@sh scripts/install.sh

install: .venv/.installed ## what uv.lock names, into .venv (every other target does this by itself)

portal: ## the portal's pages, into frontend/dist; needs Node
	@sh scripts/frontend.sh build

run: install ## the whole product on this machine; options by ARGS="--port 9000"
	@FRONTEND_OPTIONAL=1 sh scripts/frontend.sh build
	@$(BIN)/ai-api up $(ARGS)

check: install ## everything that can be judged without running the product
	@sh scripts/check.sh

test: install ## unit, contract and integration tests, with a Postgres of their own
	$(call suite,tests/unit)
	$(call suite,tests/contract)
	$(call suite,tests/integration)
	@FRONTEND_OPTIONAL=1 sh scripts/frontend.sh build
	@# More workers than cores: half of the gateway's tests wait for something most of their time.
	@# Compiled code is kept whatever the environment says: workers and the gateways they start read thousands of files each.
	@PYTHONDONTWRITEBYTECODE= $(BIN)/pytest -n 3 --dist loadfile --no-loadscope-reorder tests/unit tests/contract tests/integration tests/load tests/soak $(ARGS)

chart: install ## the Helm chart by Helm 3 and 4: every example, every refusal, and what a cluster would take
	$(call suite,tests/chart)
	@sh scripts/chart_tools.sh
	@$(BIN)/pytest -n 2 --dist loadfile tests/chart $(ARGS)

e2e: install ## real clients, the real model and the portal in a real browser, against a running gateway
	$(call suite,tests/e2e)
	@sh scripts/e2e_clients.sh
	@sh scripts/e2e_browser.sh
	@sh scripts/frontend.sh build
	@$(BIN)/pytest tests/e2e -m e2e $(ARGS)

screenshots: install ## the pictures of the portal in docs/images, anew; ARGS="admin-home models" for some
	@sh scripts/e2e_browser.sh
	@sh scripts/frontend.sh build
	@$(PYTHON_M) tests.e2e.portal.pictures $(ARGS)

conformance: install ## every dialect over every family of providers by the official SDKs; writes its tables into the docs
	$(call suite,tests/conformance)
	@$(BIN)/pytest tests/conformance $(ARGS)

faults-short: install ## every fault there is a promise for, twenty rounds of what is left to chance
	$(call suite,tests/faults)
	@AI_API_FAULT_ROUNDS=20 $(BIN)/pytest tests/faults -m faults $(ARGS)

faults: install ## the same with two hundred rounds and long outages, or ROUNDS=1000
	$(call suite,tests/faults)
	@AI_API_FAULT_ROUNDS=$(or $(ROUNDS),200) $(BIN)/pytest tests/faults -m faults $(ARGS)

fuzz-short: install ## any bytes for the readers, any request for the API; always the same ones
	$(call suite,tests/fuzz)
	@$(BIN)/pytest tests/fuzz $(ARGS)

fuzz: install ## looks for new ones, MINUTES=10 for each reader; what fails is kept in .cache/fuzz
	$(call suite,tests/fuzz)
	@for kind in stream envelope; do $(PYTHON_M) tests.fuzz $$kind .cache/fuzz/$$kind seconds=$$(( $(or $(MINUTES),10) * 60 )) || exit 1; done
	@AI_API_FUZZ_CASES=$$(( $(or $(MINUTES),10) * 10 )) $(BIN)/pytest tests/fuzz/test_api.py $(ARGS)

races: install ## replicas against one another, and any order of events, on a real Postgres; RACES=full for the long form
	$(call suite,tests/races)
	$(call suite,tests/properties)
	@RACES=$(or $(RACES),ci) PROPERTIES=$(or $(RACES),ci) $(BIN)/pytest tests/properties tests/races tests/integration/portal/test_people_in_any_order.py $(ARGS)

load: install ## the load run; writes its tables into the docs
	$(call suite,tests/load)
	@$(PYTHON_M) tests.load $(ARGS)

bench-data: install ## every page of the API over a million records, and what browsing costs calls; RECORDS=10000000 by hand
	$(call suite,tests/load)
	@$(PYTHON_M) tests.load --only browsing --records $(or $(RECORDS),1000000) --keep .cache/bench-data $(ARGS)

bench-migrations: install ## each migration on a ledger of a million records: for how long calls are kept waiting; RECORDS=10000000 by hand
	$(call suite,tests/load)
	@$(PYTHON_M) tests.load --only migrations --records $(or $(RECORDS),1000000) $(ARGS)

bench-portal: install ## how long every page of the portal takes to open in a browser, with a hundred thousand members
	$(call suite,tests/load)
	@sh scripts/e2e_browser.sh
	@sh scripts/frontend.sh build
	@$(PYTHON_M) tests.load --only portal $(ARGS)

soak: install ## twenty minutes of calls with a fault a minute; nothing may grow. Longer by ARGS="--minutes 60"
	$(call suite,tests/soak)
	@$(PYTHON_M) tests.soak $(ARGS)

campaigns: install ## much more of what chance draws for the gate, in sittings that add up; ARGS="orders --sequences 5000"
	$(call suite,tests/campaigns)
	@$(PYTHON_M) tests.campaigns $(ARGS)

fresh: install ## a stranger's first hour: clones HEAD into an empty home and follows the README
	@$(PYTHON_M) scripts.fresh $(ARGS)

mutants: install ## breaks each law on purpose and expects its tests to notice
	@$(PYTHON_M) scripts.mutants $(ARGS)

house: install ## the longest files and functions, and their growth since BASE (HEAD~1)
	@$(PYTHON_M) scripts.house $(or $(BASE),HEAD~1)

openapi: install ## docs/reference/openapi.json, anew
	@$(PYTHON_M) scripts.openapi

image: ## the image, on bases pinned by digest; needs Docker. IMAGE=… VERSION=…, and PUSH=1 for both platforms
	@sh scripts/image.sh

image-sign: ## signs what `make image PUSH=1` pushed, by who runs this; needs cosign
	@cosign sign --yes "$(IMAGE)@$$(cat build/image.digest)"

dist: install portal ## the wheel and the chart, into dist; TAG=v… has to be their version
	@sh scripts/dist.sh

publish: ## a release on GitHub of what is in dist, for TAG=v…; needs gh
	@gh release create "$(TAG)" dist/* --verify-tag --title "$(TAG)" --notes "CHANGELOG.md says what changed."

dependencies: install ## locks anew what has been out for a week; DAYS=14 for two
	@sh scripts/newer_dependencies.sh

format: install ## formats and repairs what can be repaired by itself
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

clean: ## removes what was installed and built; keeps .ai-api, your data
	rm -rf .venv .uv build dist frontend/dist frontend/node_modules frontend/.installed frontend/.built frontend/.checked .mypy_cache .ruff_cache .import_linter_cache .hypothesis .pytest_cache
	find src tests scripts alembic -name __pycache__ -type d -prune -exec rm -rf {} +
