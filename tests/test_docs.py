"""The documentation: its reference is the code's, its links lead somewhere, its commands run."""

from __future__ import annotations

import importlib.util
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from rag.cli.command import loaded
from rag.cli.command_list import GROUPS
from rag.config import Settings
from rag.records.answer_json import SCHEMAS
from scripts.reference import PAGES, written
from tests.commands import child, child_environment

ROOT = Path(__file__).parent.parent
GUIDES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
LINK = re.compile(r"\]\(([^)\s]+)\)")
SHELL = re.compile(r"```sh\n(.*?)```", re.DOTALL)
SEEDS = ROOT / "seeds"
README = (ROOT / "README.md").read_text(encoding="utf-8")


def shell_lines(path: Path) -> Iterator[str]:
    """The command lines of a page."""
    for block in SHELL.findall(path.read_text(encoding="utf-8")):
        yield from (line for line in block.splitlines() if line.strip())


def dateline_calls(path: Path) -> Iterator[list[str]]:
    """The arguments of each call of `dateline` in a page."""
    for line in shell_lines(path):
        words = shlex.split(line, comments=True)
        while words and re.fullmatch(r"[A-Z_]+=.*", words[0]):
            words = words[1:]
        if words and words[0] == "dateline":
            end = words.index(">") if ">" in words else len(words)
            yield words[1:end]


@pytest.mark.parametrize("name", [*PAGES, *SCHEMAS])
def test_the_reference_is_what_the_code_says(name: str) -> None:
    stored = (ROOT / "docs" / name).read_text(encoding="utf-8")
    assert stored == written(name), "run python scripts/reference.py"


@pytest.mark.parametrize("path", GUIDES, ids=lambda path: path.name)
def test_every_link_to_a_file_leads_to_one(path: Path) -> None:
    links = LINK.findall(path.read_text(encoding="utf-8"))
    local = [link.partition("#")[0] for link in links if "://" not in link]
    assert [link for link in local if link and not (path.parent / link).exists()] == []


@pytest.mark.parametrize("path", GUIDES, ids=lambda path: path.name)
def test_every_command_in_the_pages_can_be_called_so(path: Path) -> None:
    known = {name for group in GROUPS.values() for name in group}
    wrong = []
    for call in dateline_calls(path):
        if call[0] not in known:
            wrong.append(call)
            continue
        command = loaded(call[0])
        rest = call[1:]
        if hasattr(command, "commands") and rest and rest[0] in command.commands:
            command, rest = command.commands[rest[0]], rest[1:]
        options = {name for each in command.params for name in (*each.opts, *each.secondary_opts)}
        given = {word for word in rest if re.fullmatch(r"--?[a-z][a-z-]*", word)}
        wrong += [[*call[:1], *sorted(given - options)]] if given - options else []
    assert wrong == []


def test_the_services_of_the_compose_file_are_given_settings_that_exist() -> None:
    compose = yaml.safe_load((ROOT / "docs/compose.yaml").read_text(encoding="utf-8"))
    services = compose["services"]
    assert {"postgresql", "page1", "page2", "proxy", "milvus", "ray"} == set(services)
    mounted = {each.split(":")[0] for one in services.values() for each in one.get("volumes", [])}
    assert mounted == set(compose["volumes"])
    extras = compose["x-page"]["build"]["args"]["EXTRAS"].split(",")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert set(extras) <= project["optional-dependencies"].keys()
    given = {name for each in services.values() for name in each.get("environment", {})}
    known = {f"DATELINE_{name.upper()}" for name in Settings.model_fields}
    ours = {name for name in given if name.startswith("DATELINE_")}
    assert "DATELINE_REPLICA_URL" in ours
    assert ours <= known


def test_every_make_target_in_the_pages_is_there() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = {
        target
        for path in GUIDES
        for target in re.findall(r"`?make ([a-z][a-z-]*)`", path.read_text(encoding="utf-8"))
    }
    assert "app" in named
    assert {name for name in named if not re.search(rf"^{name}:", makefile, re.MULTILINE)} == set()


REAL = {"DATELINE_ENCODER": "minilm"}
"""The encoder that readers of the README have."""


@pytest.fixture(scope="module")
def tried(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A folder in which the README's Python has run, and what it printed."""
    folder = tmp_path_factory.mktemp("tried")
    (code,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    assert len([line for line in code.splitlines() if line]) == 5
    (folder / "seeds").symlink_to(SEEDS)
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        cwd=folder,
        env=child_environment(**REAL),
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return folder, done.stdout


def test_the_python_of_the_readme_runs(tried: tuple[Path, str]) -> None:
    assert "strike" in tried[1]
    assert tried[1].rstrip().endswith("]")


def test_the_answer_in_the_readme_is_what_dateline_answers(tried: tuple[Path, str]) -> None:
    (question,) = re.findall(r'for instance, "(.*?)"', README)
    (shown,) = re.findall(r"```text\n(.*?)```", README, re.DOTALL)
    said = child(tried[0], "ask", question, **REAL).out
    *wanted, sources = shown.split("\n\n")
    statements = [" ".join(each.split()) for each in wanted]
    assert said.split("\n\n")[: len(statements)] == statements
    for line in sources.splitlines():
        number, title = line.rstrip("…").split(" ", 1)
        assert any(number in each and title in each for each in said.splitlines()), line


def test_the_commands_for_ones_own_articles_run(tried: tuple[Path, str]) -> None:
    (tried[0] / "my-articles").symlink_to(SEEDS)
    calls = [call for call in dateline_calls(ROOT / "README.md") if call[0] != "serve"]
    assert [call[0] for call in calls] == ["ingest", "ask"]
    ended = [child(tried[0], *call, **REAL) for call in calls]
    assert [each.status for each in ended] == [0, 0]
    assert "strike" in ended[1].out


def test_the_python_of_the_guide_for_developers_runs(tried: tuple[Path, str]) -> None:
    pytest.importorskip("langchain_core")
    guide = (ROOT / "docs" / "developer.md").read_text(encoding="utf-8")
    examples = [
        each
        for each in re.findall(r"```python\n(.*?)```", guide, re.DOTALL)
        if "gradio_client" not in each
    ]
    assert len(examples) == 5
    code = "\n".join([*examples, "import asyncio", "asyncio.run(main())"])
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        cwd=tried[0],
        env=child_environment(**REAL),
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "Strike 0 []" in done.stdout


@pytest.mark.skipif(
    importlib.util.find_spec("mkdocs") is None or importlib.util.find_spec("material") is None,
    reason='the site needs the extra docs: pip install -e ".[docs]"',
)
def test_the_site_is_built_without_a_warning(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet"]
    done = subprocess.run(
        [*command, "--site-dir", str(tmp_path / "site")],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=child_environment(NO_MKDOCS_2_WARNING="1"),
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    api = (tmp_path / "site" / "api" / "index.html").read_text(encoding="utf-8")
    for name in ("Archive", "Answer", "QueryError"):
        assert re.search(rf'id="rag\.[a-z.]*{name}"', api)
