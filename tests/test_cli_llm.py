"""`--llm` as its users meet it: a model's name, a table's, none, and names that lead nowhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.builders import open_archive, row, write_jsonl
from tests.commands import Commands
from tests.llm_server import llm_server

ASKED = ("ask", "What burnt at Osk?")
MILL = "The old mill burnt at Osk on Tuesday. Two men were hurt."
SAID = "The old mill burnt at Osk on Tuesday [1]."


@pytest.fixture
def dateline(dateline: Commands, tmp_path: Path) -> Commands:
    with open_archive(tmp_path / "archive") as archive:
        archive.ingest(write_jsonl(tmp_path / "in.jsonl", [row(1, MILL)]), vectors=False)
    return dateline


def test_a_models_name_is_asked_for_at_the_configured_server(
    dateline: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    with llm_server("ok", [SAID]) as server:
        monkeypatch.setenv("DATELINE_LLM_BASE_URL", server.url)
        answer = dateline(*ASKED, "--llm", "tiny", "--json").json
    assert (answer["text"], answer["model"], answer["notes"]) == (SAID, "tiny", [])
    assert answer["usage"] == {"prompt_tokens": 31, "completion_tokens": 5}
    assert answer["citations"][0]["quote"] == "The old mill burnt at Osk on Tuesday."
    assert server.asked[0]["model"] == "tiny"


def test_a_tables_name_asks_its_model_at_its_server(dateline: Commands) -> None:
    with llm_server("ok", [SAID]) as server:
        Path("dateline.toml").write_text(
            f'[llms.mine]\nmodel = "tiny"\nbase_url = "{server.url}"\nmax_tokens = 99\n',
            encoding="utf-8",
        )
        ended = dateline(*ASKED, "--llm", "mine")
    assert (ended.status, ended.out.splitlines()[0]) == (0, SAID)
    assert (server.asked[0]["model"], server.asked[0]["max_tokens"]) == ("tiny", 99)


def test_none_asks_nobody_whatever_the_settings_say(
    dateline: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    with llm_server("ok", [SAID]) as server:
        monkeypatch.setenv("DATELINE_LLM_BASE_URL", server.url)
        monkeypatch.setenv("DATELINE_LLM_MODEL", "tiny")
        answer = dateline(*ASKED, "--llm", "none", "--json").json
    assert (answer["model"], server.asked) == ("", [])


def test_a_server_that_refuses_leaves_the_articles_words_and_a_note(
    dateline: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    with llm_server("401", [SAID]) as server:
        monkeypatch.setenv("DATELINE_LLM_BASE_URL", server.url)
        ended = dateline(*ASKED, "--llm", "tiny")
    assert ended.status == 0
    assert "The old mill burnt at Osk on Tuesday. [1]" in ended.out
    assert "refuses the API key; check OPENAI_API_KEY" in ended.err


def test_what_a_model_made_up_is_left_out_and_told(
    dateline: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    with llm_server("ok", [SAID, " Nine cats fled [8]."]) as server:
        monkeypatch.setenv("DATELINE_LLM_BASE_URL", server.url)
        ended = dateline(*ASKED, "--llm", "tiny")
    assert ended.out.splitlines()[0] == SAID
    assert "“Nine cats fled.” (no passage is cited)" in ended.err
    assert "the answer cites 8, which no passage has" in ended.err
    assert len(server.asked) == 2


def test_a_name_without_a_server_is_a_wrong_setting(dateline: Commands) -> None:
    dateline(*ASKED, "--llm", "tiny").refused(
        "there is no server to ask 'tiny'", "set DATELINE_LLM_BASE_URL, or OPENAI_API_KEY"
    )
