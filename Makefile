# Each target does all of its own set-up.
.PHONY: run test histories gates failover patroni bench law audit sbom lock

run: ## the demonstration: a sample city, open in a browser
	@.ci/venv run
	@.ci/assets run
	@.venv/bin/python -m service demo

test: ## every check and every test, as CI does it
	@.ci/run

histories: ## every schema there has been, migrated and lived through on both databases
	@YIJIANSHI_TEST_HISTORIES=all .ci/run tests/histories

gates: ## nothing that was promised breaks: kills, cuts, full disks, random lives, known bugs; NIGHT=1 for hours
	@.ci/venv dev
	@.ci/postgres
	@.venv/bin/python -m tests.gates $(if $(NIGHT),--night)

FAULTS = 20
failover: patroni ## the production shape on this machine, its parts killed and frozen under load (FAULTS=20)
	@.ci/venv dev
	@.venv/bin/python -m tests.gates.failover $(FAULTS)
	@.venv/bin/python -m tests.gates.failover --planted

PATRONI = /var/tmp/yijianshi-patroni
patroni: ## what the production shape needs beside Debian's packages
	@test -x $(PATRONI)/bin/pip || /usr/bin/python3 -m venv $(PATRONI)
	@$(PATRONI)/bin/pip install --quiet -r deploy/shape/requirements.txt

bench: ## speed, as ratios measured side by side
	@.ci/venv dev
	@.venv/bin/python -m bench

law: ## which rules of the law are kept, by which tests, and what is missing
	@.ci/venv dev
	@.venv/bin/python -m tests.law

words: ## what docs/definitions.md says of the standard lifecycles, written anew from them
	@.ci/venv dev
	@.venv/bin/python -m tests.lifecycles

audit: ## what is known against the locked dependencies; says so when it could not be asked
	@.ci/venv dev
	@.venv/bin/python -m tests.audit

sbom: ## the bill of materials of a release, CycloneDX with hashes: build/sbom.json
	@.ci/venv dev
	@mkdir -p build
	@.venv/bin/python -W ignore -m cyclonedx_py requirements requirements.lock --pyproject pyproject.toml --output-reproducible -o build/sbom.json

COMPILE = UV_PYTHON_DOWNLOADS=never uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate --python-version 3.11
lock: ## the lock files, anew from pyproject.toml
	$(COMPILE) pyproject.toml --extra pdf -o requirements.lock
	$(COMPILE) pyproject.toml --group dev -o requirements-dev.lock
