# Each target does all of its own set-up.
.PHONY: run test bench law lock

run: ## the demonstration: a sample city, open in a browser
	@.ci/venv run
	@.ci/assets run
	@.venv/bin/python -m service demo

test: ## every check and every test, as CI does it
	@.ci/run

bench: ## speed, as ratios measured side by side
	@.ci/venv dev
	@.venv/bin/python -m bench

law: ## which rules of the law are kept, by which tests, and what is missing
	@.ci/venv dev
	@.venv/bin/python -m tests.law

COMPILE = UV_PYTHON_DOWNLOADS=never uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate --python-version 3.11
lock: ## the lock files, anew from pyproject.toml
	$(COMPILE) pyproject.toml -o requirements.lock
	$(COMPILE) pyproject.toml --group dev -o requirements-dev.lock
