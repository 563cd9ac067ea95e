"""Settings: defaults, environment, file, and what is refused."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rag.config import load_settings
from rag.errors import ConfigError


@pytest.fixture(autouse=True)
def _empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)


def test_the_defaults_need_nothing() -> None:
    settings = load_settings({})
    assert (settings.archive, settings.encoder, settings.chunk_tokens) == (
        Path("archive"),
        "minilm",
        192,
    )
    assert (settings.host, settings.port, settings.llm_model) == ("127.0.0.1", 7860, "")


def test_the_environment_outranks_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("dateline.toml").write_text('port = 8000\nllm_model = "small"\n', encoding="utf-8")
    monkeypatch.setenv("DATELINE_PORT", "9000")
    settings = load_settings()
    assert (settings.port, settings.llm_model) == (9000, "small")


def test_the_usual_key_is_taken_and_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    settings = load_settings()
    assert settings.openai_api_key.get_secret_value() == "sk-secret"
    assert "sk-secret" not in repr(settings)
    monkeypatch.setenv("DATELINE_LLM_API_KEY", "sk-own")
    big = load_settings().language_model("big")
    assert big is not None
    assert big.api_key.get_secret_value() == "sk-own"


def test_fields_and_headers_that_are_datelines_own_are_refused() -> None:
    for line, message in (
        ("extra = { messages = [] }", "llms.a.extra.*'messages' is not for you to set"),
        ('headers = { Host = "evil.example" }', "llms.a.headers.*'Host' is no header"),
        ('headers = { "X-A" = "a\\r\\nB: c" }', "the header 'X-A' must be printable ASCII"),
    ):
        Path("dateline.toml").write_text(f'[llms.a]\nmodel = "m"\n{line}\n', encoding="utf-8")
        with pytest.raises(ConfigError, match=message):
            load_settings({})


def test_an_unknown_variable_is_an_error_that_names_it() -> None:
    with pytest.raises(ConfigError, match=r"unknown setting 'DATELINE_ARCHIV'.*DATELINE_ARCHIVE"):
        load_settings({"DATELINE_ARCHIV": "x"})


def test_an_unknown_key_in_the_file_is_an_error_that_names_it() -> None:
    Path("dateline.toml").write_text("colour = 1\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"unknown setting 'colour' in dateline\.toml"):
        load_settings({})


def test_an_impossible_value_is_an_error_that_names_the_key(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DATELINE_PORT", "99999")
    with pytest.raises(ConfigError, match=r"setting 'port': .*65535"):
        load_settings()


def test_trusted_proxies_are_addresses_and_networks(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings({}).trusted_proxies == ()
    monkeypatch.setenv("DATELINE_TRUSTED_PROXIES", "10.0.0.2, 10.1.0.0/16 ::1")
    assert load_settings().trusted_proxies == ("10.0.0.2", "10.1.0.0/16", "::1")
    for wrong in ("*", "0.0.0.0/0", "::/0", "proxy.example", "10.1.0.1/16"):
        monkeypatch.setenv("DATELINE_TRUSTED_PROXIES", f"10.0.0.2 {wrong}")
        wanted = rf"^setting 'trusted_proxies': {re.escape(repr(wrong))} must be an address or a"
        with pytest.raises(ConfigError, match=wanted):
            load_settings()


def test_a_reply_that_leaves_no_room_for_passages_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DATELINE_LLM_CONTEXT_TOKENS", "1024")
    monkeypatch.setenv("DATELINE_LLM_MAX_TOKENS", "513")
    with pytest.raises(ConfigError, match=r"^llm_max_tokens 513 is more than half of .* 1024"):
        load_settings()
    monkeypatch.setenv("DATELINE_LLM_MAX_TOKENS", "512")
    assert load_settings().llm_max_tokens == 512


TABLES = """
llm_model = "big"
llm_timeout = 20

[llms.local]
model = "qwen3:8b"
base_url = "http://127.0.0.1:11434/v1"
context_tokens = 4096

[llms.big]
model = "gpt-5"
"""


def test_a_table_is_a_model_and_takes_over_what_it_leaves_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Path("dateline.toml").write_text(TABLES, encoding="utf-8")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    settings = load_settings()
    big, local = settings.language_model(), settings.language_model("local")
    assert big is not None
    assert local is not None
    assert (big.model, big.base_url, big.timeout) == ("gpt-5", "", 20)
    assert big.api_key.get_secret_value() == "sk-secret"
    assert (local.model, local.base_url) == ("qwen3:8b", "http://127.0.0.1:11434/v1")
    assert (local.timeout, local.context_tokens, local.max_tokens) == (20, 4096, 600)
    assert local.api_key.get_secret_value() == ""


def test_any_other_name_is_a_models_at_the_server_of_the_settings(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DATELINE_LLM_BASE_URL", "http://127.0.0.1:1/v1")
    monkeypatch.setenv("DATELINE_LLM_API_KEY", "sk-own")
    named = load_settings().language_model("tiny")
    assert named is not None
    assert (named.model, named.base_url) == ("tiny", "http://127.0.0.1:1/v1")
    assert named.api_key.get_secret_value() == "sk-own"


@pytest.mark.parametrize(("chosen", "name"), [("", ""), ("none", ""), ("tiny", "none")])
def test_none_is_no_model(monkeypatch: pytest.MonkeyPatch, chosen: str, name: str) -> None:
    monkeypatch.setenv("DATELINE_LLM_MODEL", chosen)
    assert load_settings().language_model(name) is None


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ('[llms.a]\nmodel = "m"\ncolour = 1', r"'llms\.a\.colour' in dateline\.toml; .*base_url"),
        ("[llms.a]\ntimeout = 5", r"setting 'llms\.a\.model': Field required"),
        ('[llms.a]\nmodel = ""', r"setting 'llms\.a\.model': .* at least 1 character"),
        ('[llms.none]\nmodel = "m"', r"the table \[llms\.none\] must have another name"),
        (
            '[llms.a]\nmodel = "m"\nmax_tokens = 5000',
            r"^llms\.a\.max_tokens 5000 is more than half of llms\.a\.context_tokens 8192",
        ),
    ],
)
def test_a_table_that_cannot_work_is_an_error_that_names_it(table: str, message: str) -> None:
    Path("dateline.toml").write_text(table, encoding="utf-8")
    with pytest.raises(ConfigError, match=message):
        load_settings({})


def test_a_broken_file_is_named() -> None:
    Path("dateline.toml").write_text("port = = 1\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"dateline\.toml cannot be read"):
        load_settings({})


def test_a_file_names_no_code_that_would_run(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("dateline.toml").write_text('index = "evil:engines"\n', encoding="utf-8")
    message = "index 'evil:engines' in dateline.toml would run code; name it in DATELINE_INDEX"
    with pytest.raises(ConfigError, match=message):
        load_settings()
    Path("dateline.toml").write_text('index = "embedded"\n', encoding="utf-8")
    assert load_settings().index == "embedded"
    monkeypatch.setenv("DATELINE_INDEX", "mine:engines")
    assert load_settings().index == "mine:engines"
