"""Which model the settings and a name choose, and what is said where there is none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pydantic import SecretStr

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
        settings = Settings(llm_base_url=server, DATELINE_LLM_API_KEY="sk-1")
        configured_model(settings, "tiny", note=lines.append)
    assert lines == [
        "the key goes to gpu.example:8000 unencrypted; use https:// where the server offers it"
    ]


def sent(settings: Settings, name: str = "tiny", **environment: str) -> tuple[str, list[str]]:
    """The key that goes along with a question, and the lines on it."""
    lines: list[str] = []
    model = configured_model(settings, name, environment, lines.append)
    assert isinstance(model, OpenAIModel)
    return model.api_key, lines


def test_openais_key_goes_to_openai_alone() -> None:
    gateway = Settings(
        llm_base_url="https://llm.example/v1",
        OPENAI_API_KEY="sk-o",
        llms={"openai": ModelSettings(model="big", base_url=OPENAI_URL)},
    )
    key, lines = sent(gateway)
    assert key == ""
    assert lines == [
        "no key is sent to llm.example: the one in OPENAI_API_KEY belongs to OpenAI; if that "
        "server needs one, set DATELINE_LLM_API_KEY"
    ]
    assert sent(gateway, "openai") == ("sk-o", [])
    # On this machine a server seldom needs one.
    assert sent(Settings(llm_base_url=LOCAL, OPENAI_API_KEY="sk-o")) == ("", [])


def test_a_servers_own_key_does_not_go_to_openai() -> None:
    both = Settings(
        llm_base_url="https://llm.example/v1",
        DATELINE_LLM_API_KEY="sk-l",
        OPENAI_API_KEY="sk-o",
        llms={"openai": ModelSettings(model="big", base_url=OPENAI_URL)},
    )
    assert (sent(both)[0], sent(both, "openai")[0]) == ("sk-l", "sk-o")
    alone = both.model_copy(update={"openai_api_key": SecretStr("")})
    with pytest.raises(ConfigError, match="needs a key: set OPENAI_API_KEY"):
        sent(alone, "openai")


@pytest.mark.parametrize(
    ("variable", "server", "key"),
    [
        ("GROQ_API_KEY", "https://api.groq.com/openai/v1", "sk-s"),
        ("OPENROUTER_API_KEY", "https://openrouter.ai/api/v1", "sk-s"),
        ("MISTRAL_API_KEY", "https://api.mistral.ai/v1", "sk-s"),
        ("DEEPSEEK_API_KEY", "https://api.deepseek.com", "sk-s"),
        ("AZURE_OPENAI_API_KEY", "https://newsroom.openai.azure.com/openai/v1/", "sk-s"),
        ("GROQ_API_KEY", "http://api.groq.com/openai/v1", ""),
        ("GROQ_API_KEY", "https://api.groq.com.evil.example/v1", ""),
        ("GROQ_API_KEY", "https://api.groq.com@evil.example/v1", ""),
        ("GROQ_API_KEY", "https://evil.example\\.api.groq.com/v1", ""),
        ("GROQ_API_KEY", "https://openrouter.ai/api/v1", ""),
    ],
)
def test_a_services_key_goes_to_its_own_host(variable: str, server: str, key: str) -> None:
    assert sent(Settings(llm_base_url=server), **{variable: "sk-s"})[0] == key


def test_what_a_table_sets_reaches_the_model(tmp_path: Path) -> None:
    certificate = tmp_path / "ca.pem"
    table = ModelSettings(
        model="tiny",
        base_url=LOCAL,
        extra={"top_k": 1},
        headers={"X-Team": SecretStr("news")},
        ca_file=certificate,
        temperature=0.4,
        first_word_timeout=9,
        structured=False,
    )
    settings = Settings(llms={"local": table}, llm_extra={"top_p": 1})
    with pytest.raises(ConfigError, match=r"ca_file in \[llms\.local\] '.*ca\.pem' is no file"):
        configured_model(settings, "local")
    certificate.touch()
    model = configured_model(settings, "local")
    assert isinstance(model, OpenAIModel)
    assert (model.extra, model.headers) == ({"top_k": 1}, {"X-Team": "news"})
    assert (model.temperature, model.first_word_timeout) == (0.4, 9)
    assert (model.ca_file, model.structured) == (str(certificate), False)


def test_headers_go_only_to_the_server_that_they_were_given_for() -> None:
    settings = Settings(
        llm_base_url="https://llm.example/v1",
        llm_headers={"X-Gateway": SecretStr("secret")},
        llms={"other": ModelSettings(model="m", base_url="https://other.example/v1")},
    )
    headers = [configured_model(settings, name).headers for name in ("tiny", "other")]  # type: ignore[union-attr]
    assert headers == [{"X-Gateway": "secret"}, {}]
    assert "secret" not in repr(settings)


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
