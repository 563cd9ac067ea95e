# make app: the web chat on the sample corpus. make test: every check and test.
# make llm-server: a small language model on this machine, to try Dateline with one.
# All set everything up by themselves, in .venv. PYTHON names another interpreter.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: setup app llm-server test lint clean

setup: .venv/ready

.venv/ready: pyproject.toml constraints.txt scripts/setup.py
	$(PYTHON) scripts/setup.py

app: setup
	$(BIN)/python app.py

llm-server: setup
	$(BIN)/python scripts/llm_server.py

test: setup lint
	$(BIN)/python -m pytest -rs

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

clean:
	rm -rf .venv build dist *.egg-info
