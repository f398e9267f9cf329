# Needs make and Python 3.11-3.13; everything else is installed into .venv.
PYTHON ?= python3
BIN := .venv/bin
export PALATE_DATA ?= $(realpath ../shared/data)
ifeq ($(PALATE_DATA),)
unexport PALATE_DATA
endif

.PHONY: demo eval-demo test test-postgres test-vllm test-browser check bench quality clean lock

demo: .venv/ready
	@$(BIN)/palate demo

eval-demo: .venv/ready
	@test -f .demo-eval/palate.toml || $(BIN)/palate init .demo-eval --example movies
	@$(BIN)/palate -w .demo-eval eval run eval/configs/demo.yaml
	@$(BIN)/palate -w .demo-eval eval view latest --open

test: .venv/ready
	@$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile

# Needs PostgreSQL's programs; starts a server of its own.
test-postgres: .venv/ready
	@scripts/test_postgres.sh $(BIN)/python

# A real vLLM on this machine's CPU, in .venv-vllm (some 3 GB), with a tiny random-weight model.
test-vllm: .venv/ready
	@scripts/test_vllm.sh $(BIN)/python $(PYTHON)

# Debian's Chromium, with Playwright and axe-core in .venv-browser.
test-browser: .venv/ready
	@scripts/test_browser.sh $(BIN)/python

check: .venv/ready
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: .venv/ready
	@$(BIN)/python -m benchmarks
	@$(BIN)/python -m benchmarks.client
	@test -z "$(PALATE_DATA)" || $(BIN)/python -m benchmarks.ledger $(PALATE_DATA)

quality: .venv/ready
	@$(BIN)/python -m benchmarks.llmrank $(PALATE_DATA)

# One stamp: a changed lock or pyproject installs again.
.venv/ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 11) <= v <= (3, 13) else "Palate needs Python 3.11 to 3.13, and %s is %d.%d. Try: make PYTHON=python3.12" % (sys.executable, *v))'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing into .venv (a minute or two, once) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# Needs uv; only when dependencies change.
lock:
	uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-annotate --no-header -o requirements.lock

clean:
	rm -rf .venv .demo .demo-eval dist build
