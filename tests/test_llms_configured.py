"""Which model the settings and a name choose, and what is said where there is none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rag.config import ModelSettings, Settings
from rag.errors import ConfigError
from rag.llms import OpenAIModel, configured_model
from rag.llms.openai_model import OPENAI_URL

LOCAL = "http://127.0.0.1:8080/v1"
TABLES = {
    "local": ModelSettings(model="tiny", base_url=LOCAL, timeout=5, max_tokens=64),
    "hosted": ModelSettings(
        model="big", base_url="https://llm.example/v1", api_key_variable="BIG_API_KEY"
    ),
}


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.chdir(tmp_path_factory.mktemp("empty"))


def test_without_a_name_nobody_is_asked() -> None:
    assert configured_model(Settings()) is None
    assert configured_model(Settings(llm_model="tiny", llm_base_url=LOCAL), "none") is None


def test_a_tables_name_chooses_it_also_as_the_setting() -> None:
    chosen = OpenAIModel("tiny", LOCAL, "", 8_192, 64, 5.0, 300.0)
    assert configured_model(Settings(llms=TABLES), "local") == chosen
    assert configured_model(Settings(llms=TABLES, llm_model="local")) == chosen


def test_a_models_name_is_asked_for_at_the_server_of_the_settings() -> None:
    settings = Settings(llm_base_url=LOCAL, llm_model="tiny", llm_max_tokens=50)
    other = configured_model(settings, "other")
    assert other == OpenAIModel("other", LOCAL, "", 8_192, 50, 60.0, 300.0)


def test_a_key_alone_asks_openai() -> None:
    hosted = configured_model(Settings(OPENAI_API_KEY="sk-1"), "gpt-5-mini")
    assert isinstance(hosted, OpenAIModel)
    assert (hosted.base_url, hosted.api_key) == (OPENAI_URL, "sk-1")


def test_a_key_is_read_from_the_variable_that_is_named() -> None:
    hosted = configured_model(Settings(llms=TABLES), "hosted", {"BIG_API_KEY": "sk-2"})
    assert isinstance(hosted, OpenAIModel)
    assert hosted.api_key == "sk-2"
    with pytest.raises(ConfigError, match=r"in \$BIG_API_KEY, which is not set"):
        configured_model(Settings(llms=TABLES), "hosted", {})


def test_a_name_without_a_server_is_an_error_that_lists_the_tables() -> None:
    with pytest.raises(
        ConfigError, match=r"^there is no server to ask 'locl': set .* hosted, local"
    ):
        configured_model(Settings(llms=TABLES), "locl")
    with pytest.raises(ConfigError, match=r"OPENAI_API_KEY .*; dateline\.toml has no table"):
        configured_model(Settings(), "tiny")


def test_a_key_that_travels_unencrypted_is_named() -> None:
    lines: list[str] = []
    for server in ("http://gpu.example:8000/v1", "https://gpu.example/v1", LOCAL):
        settings = Settings(llm_base_url=server, OPENAI_API_KEY="sk-1")
        configured_model(settings, "tiny", note=lines.append)
    assert lines == [
        "the key goes to gpu.example:8000 unencrypted; use https:// where the server offers it"
    ]


@pytest.mark.parametrize(
    ("server", "openai"),
    [
        ("https://api.openai.com/v1", True),
        ("https://api.openai.com", True),
        ("https://api.openai.com:443/v1", True),
        ("http://api.openai.com/v1", False),
        ("https://api.openai.com:8443/v1", False),
        ("https://api.openai.com@evil.example/v1", False),
        ("https://api.openai.com\\@evil.example/v1", False),
        ("https://api.openai.com.evil.example/v1", False),
        ("https://evil.example/https://api.openai.com/v1", False),
        ("https://api.openai.com?@evil.example/v1", False),
        ("https://api.openai.com\n", False),
    ],
)
def test_only_openais_own_server_counts_as_openai(server: str, openai: bool) -> None:
    Path("dateline.toml").write_text(
        f"[llms.a]\nmodel = 'm'\nbase_url = {json.dumps(server)}\n", encoding="utf-8"
    )
    assert Settings().may_get_keys(server) is openai
