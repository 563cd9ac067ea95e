"""`--llm` as its users meet it: a model's name, a table's, none, and names that lead nowhere."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from rag.cli import terminal
from rag.cli.output import print_answer
from rag.records import Answer, Claim
from tests.builders import open_archive, row, write_jsonl
from tests.commands import Commands
from tests.llm_server import llm_server

ASKED = ("ask", "What burnt at Osk?")
MILL = "The old mill burnt at Osk on Tuesday. Two men were hurt."
WRONG = "Ninety men were hurt."
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
    assert answer["usage"] == {
        "prompt_tokens": 31,
        "completion_tokens": 5,
        "requests": 1,
        "cost": 0.0,
    }
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
        keyless = dateline(*ASKED, "--llm", "tiny")
        monkeypatch.setenv("DATELINE_LLM_API_KEY", "sk-1")
        ended = dateline(*ASKED, "--llm", "tiny")
    assert (keyless.status, ended.status) == (0, 0)
    assert "The old mill burnt at Osk on Tuesday. [1]" in ended.out
    assert "refuses the API key: “wrong key ***”; check DATELINE_LLM_API_KEY" in ended.err
    assert "asks for an API key, and none is sent to it: “wrong key ***”; set" in keyless.err
    assert server.keys == ["Bearer none", "Bearer sk-1"]


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


def test_a_key_of_the_environment_goes_to_no_server_that_only_the_file_names(
    dateline: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATELINE_LLM_API_KEY", "sk-secret")
    with llm_server("ok", [SAID]) as server:
        Path("dateline.toml").write_text(
            f'llm_base_url = "{server.url}"\nllm_model = "tiny"\n[llms.other]\nmodel = "other"\n',
            encoding="utf-8",
        )
        named = [dateline(*ASKED), dateline(*ASKED, "--llm", "other")]
        monkeypatch.setenv("DATELINE_LLM_BASE_URL", server.url)
        meant = dateline(*ASKED)
    assert server.keys == ["Bearer none", "Bearer none", "Bearer sk-secret"]
    address = server.url.removeprefix("http://").removesuffix("/v1")
    for ended in named:
        assert ended.out.splitlines()[0] == SAID
        assert f"no key is sent to {address}, which dateline.toml names" in ended.err
        assert f"to send it, set DATELINE_LLM_BASE_URL={server.url}" in ended.err
    assert "no key is sent" not in meant.err


def test_a_files_own_key_goes_to_its_server_whatever_the_environment_holds(
    dateline: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    with llm_server("ok", [SAID]) as server:
        Path("dateline.toml").write_text(
            f'llm_base_url = "{server.url}"\nllm_model = "tiny"\nllm_api_key = "of-the-file"\n',
            encoding="utf-8",
        )
        ended = dateline(*ASKED)
    assert server.keys == ["Bearer of-the-file"]
    assert "key" not in ended.err


def test_a_variable_that_a_table_names_is_printed_with_its_file_and_host(
    dateline: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINE_API_KEY", "sk-mine")
    with llm_server("ok", [SAID]) as server:
        table = f'[llms.mine]\nmodel = "tiny"\nbase_url = "{server.url}"\n'
        Path("dateline.toml").write_text(
            table + 'api_key_variable = "MINE_API_KEY"\n', encoding="utf-8"
        )
        ended = dateline(*ASKED, "--llm", "mine")
    assert server.keys == ["Bearer sk-mine"]
    address = server.url.removeprefix("http://").removesuffix("/v1")
    line = f"the key in MINE_API_KEY goes to {address} (dateline.toml)"
    assert ended.err.splitlines().count(line) == 1
    assert "sk-mine" not in ended.err + ended.out


@pytest.mark.parametrize(
    ("variable", "parts"),
    [
        ("HOME", ("llms.mine.api_key_variable", "'HOME' must end in _API_KEY")),
        ("AWS_SECRET_ACCESS_KEY", ("'AWS_SECRET_ACCESS_KEY' must end in _API_KEY",)),
        ("OPENAI_API_KEY", ("dateline.toml sends the key in OPENAI_API_KEY to 127.0.0.1:",)),
        ("DATELINE_LLM_API_KEY", ("the key in DATELINE_LLM_API_KEY to 127.0.0.1:",)),
    ],
)
def test_a_table_that_takes_what_is_not_its_own_is_refused(
    dateline: Commands, monkeypatch: pytest.MonkeyPatch, variable: str, parts: tuple[str, ...]
) -> None:
    monkeypatch.setenv(variable, "sk-secret")
    with llm_server("ok", [SAID]) as server:
        Path("dateline.toml").write_text(
            f'[llms.mine]\nmodel = "tiny"\nbase_url = "{server.url}"\n'
            f'api_key_variable = "{variable}"\n',
            encoding="utf-8",
        )
        dateline(*ASKED, "--llm", "mine").refused(*parts)
    assert server.asked == []


def test_a_table_of_the_environment_is_not_completed_from_the_file(
    dateline: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    with llm_server("ok", [SAID]) as server, llm_server("ok", [SAID]) as thief:
        given = {"mine": {"model": "tiny", "api_key": "sk-secret"}}
        monkeypatch.setenv("DATELINE_LLMS", json.dumps(given))
        monkeypatch.setenv("DATELINE_LLM_BASE_URL", server.url)
        Path("dateline.toml").write_text(
            f'[llms.mine]\nmodel = "other"\nbase_url = "{thief.url}"\n', encoding="utf-8"
        )
        dateline(*ASKED, "--llm", "mine")
    assert (server.keys, thief.asked) == (["Bearer sk-secret"], [])


def test_what_the_environment_adds_for_openai_goes_to_no_other_server(
    dateline: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_ORG_ID", "org-secret")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "proj-secret")
    monkeypatch.setenv("OPENAI_ADMIN_KEY", "sk-admin-secret")
    custom = "X-Gateway: secret\nAuthorization: Bearer secret"
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", custom)
    with llm_server("ok", [SAID]) as server:
        Path("dateline.toml").write_text(
            f'llm_base_url = "{server.url}"\nllm_model = "tiny"\n', encoding="utf-8"
        )
        assert dateline(*ASKED).out.splitlines()[0] == SAID
    assert server.keys == ["Bearer none"]
    assert "secret" not in str(server.headers)


def test_a_server_that_leads_elsewhere_is_not_followed(
    dateline: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    with llm_server("elsewhere") as server, llm_server("ok", [SAID]) as other:
        server.elsewhere = other.url
        monkeypatch.setenv("DATELINE_LLM_BASE_URL", server.url)
        ended = dateline(*ASKED, "--llm", "tiny")
    assert (len(server.asked), other.asked) == (1, [])
    assert f"leads to '{other.url}/chat/completions', which is not asked" in ended.err


@pytest.fixture
def doubtful() -> Answer:
    """What a model wrote about the mill: one sentence that holds, and one that does not."""
    second = len(SAID) + 1
    return Answer(
        question=ASKED[1],
        standalone=ASKED[1],
        text=f"{SAID} {WRONG}",
        as_of=datetime(2025, 5, 3, tzinfo=UTC),
        claims=(
            Claim(0, len(SAID), (1,), "supported"),
            Claim(second, second + len(WRONG), (), "unsupported", ("it cites [nothing]",)),
        ),
        model="tiny",
    )


def test_on_a_terminal_each_sentence_has_the_colour_of_its_verdict(
    doubtful: Answer, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = StringIO()
    console = Console(file=written, force_terminal=True, width=200, color_system="standard")
    monkeypatch.setattr(terminal, "_out", console)
    print_answer(doubtful)
    seen = written.getvalue()
    assert f"\x1b[32m{SAID}\x1b[0m \x1b[31m{WRONG}\x1b[0m\n" in seen
    assert f"\x1b[31munsupported\x1b[0m “{WRONG}”: it cites [nothing]\n" in seen


def test_elsewhere_the_doubts_are_named_without_colours(
    doubtful: Answer, capsys: pytest.CaptureFixture[str]
) -> None:
    print_answer(doubtful)
    assert capsys.readouterr().out == (
        f"{SAID} {WRONG}\nunsupported “{WRONG}”: it cites [nothing]\n"
    )
