# make app: the page on the sample corpus, in your browser (DATELINE_OPEN_BROWSER=0: not opened).
# make test: every check and test. make docs: the documentation as a site, in build/site.
# make faults: the tests that take long: children killed at 200 points, files damaged in more ways, an hour of news.
# make fuzz: fuzzes readers, addresses, dates, feeds and replies, SECONDS (60) each; tests with new made-up examples.
# make audit: the installed packages against published advisories; exits with 3 where none could be reached.
# make mutants: how many of MUTANTS (60) small changes in each of four rooms, a seeded sample, do tests notice?
# make llm-server: a small language model on this machine, to try Dateline with one.
# All set everything up by themselves, in .venv. PYTHON names another interpreter.
PYTHON ?= python3
BIN := .venv/bin
SECONDS ?= 60
MUTANTS ?= 60
# Where this is set, each of the tests' many child processes would compile every module anew.
export PYTHONDONTWRITEBYTECODE =

.PHONY: setup app docs llm-server test faults fuzz mutants audit lint clean

setup: .venv/ready

.venv/ready: pyproject.toml constraints.txt scripts/setup.py
	$(PYTHON) scripts/setup.py

app: setup
	$(BIN)/python app.py

docs: setup
	$(BIN)/python scripts/reference.py
	$(BIN)/mkdocs build --strict

llm-server: setup
	$(BIN)/python scripts/llm_server.py

test: setup lint
	$(BIN)/python -m pytest -rs -n auto --maxprocesses=4 --dist loadfile

faults: setup
	$(BIN)/python -m pytest -rs -m faults tests/test_kill.py tests/test_deploy.py tests/test_cluster_kill.py tests/test_cluster_lost.py tests/test_fed_by_a_newsroom.py tests/test_corruption.py

fuzz: setup
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable ".[fuzz]"
	$(BIN)/python -m scripts.fuzz --seconds $(SECONDS)
	$(BIN)/python -m pytest -m hypothesis --hypothesis-profile=default -n auto --dist loadfile

mutants: setup
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable ".[mutants]"
	$(BIN)/python scripts/mutants.py --number $(MUTANTS)

audit: setup
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable ".[audit]"
	$(BIN)/python scripts/audit.py

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

clean:
	rm -rf .venv build dist *.egg-info
