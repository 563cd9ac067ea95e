"""The language model that the settings name, if they name one."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping

from rag.config import FILE, SHARED_KEYS, ModelSettings, Settings
from rag.errors import ConfigError
from rag.llms.model import ChatModel
from rag.llms.openai_model import OPENAI_URL, OpenAIModel, host, is_loopback


def configured_model(
    settings: Settings,
    name: str = "",
    environment: Mapping[str, str] = os.environ,
    note: Callable[[str], None] = lambda _line: None,
) -> ChatModel | None:
    """The model called `name`, else the one that the settings choose; None for "none".

    A name is that of a table `[llms.NAME]` in `dateline.toml`, or a model's at the server
    of the settings. `note` is called with a line on each key that `dateline.toml` sends
    somewhere, that is not sent, or that travels unencrypted. Raises ConfigError where there
    is neither, where its key is missing, and where a table takes a key that is not its own.
    """
    chosen = settings.language_model(name)
    if chosen is None:
        return None
    key = _key(settings, chosen, environment)
    if not (chosen.base_url or key):
        msg = (
            f"there is no server to ask {chosen.model!r}: set DATELINE_LLM_BASE_URL, or "
            f"OPENAI_API_KEY for OpenAI's; {_tables(settings)}"
        )
        raise ConfigError(msg)
    model = OpenAIModel(
        name=chosen.model,
        base_url=chosen.base_url or OPENAI_URL,
        api_key=key,
        context_tokens=chosen.context_tokens,
        max_tokens=chosen.max_tokens,
        timeout=chosen.timeout,
        deadline=chosen.deadline,
    )
    from_file = settings.is_in_file(name or settings.llm_model)
    for line in _about_the_key(settings, chosen, model, from_file=from_file):
        note(line)
    return model


def _key(settings: Settings, chosen: ModelSettings, environment: Mapping[str, str]) -> str:
    variable = chosen.api_key_variable
    if not variable:
        return chosen.api_key.get_secret_value()
    if variable in SHARED_KEYS and not settings.may_get_keys(chosen.base_url):
        msg = (
            f"{FILE} sends the key in {variable} to {host(chosen.base_url)}, which is not the "
            "server that it belongs to; name another variable in api_key_variable, or name the "
            f"server in the environment: DATELINE_LLM_BASE_URL={chosen.base_url}"
        )
        raise ConfigError(msg)
    if not environment.get(variable):
        msg = f"the key of {chosen.model!r} is to be in ${variable}, which is not set; set it"
        raise ConfigError(msg)
    return environment[variable]


def _about_the_key(
    settings: Settings, chosen: ModelSettings, model: OpenAIModel, *, from_file: bool
) -> Iterator[str]:
    """What a user should know of where the key goes, a line each."""
    server = host(model.base_url)
    if from_file and chosen.api_key_variable:
        yield f"the key in {chosen.api_key_variable} goes to {server} ({FILE})"
    shared = settings.llm_api_key.get_secret_value()
    if shared and not model.api_key and chosen.base_url == settings.llm_base_url:
        yield (
            f"no key is sent to {server}, which {FILE} names: the environment's key goes only to "
            "OpenAI and to servers that the environment names; to send it, set "
            f"DATELINE_LLM_BASE_URL={model.base_url}"
        )
    if model.api_key and model.base_url.startswith("http:") and not is_loopback(model.base_url):
        yield f"the key goes to {server} unencrypted; use https:// where the server offers it"


def _tables(settings: Settings) -> str:
    if not settings.llms:
        return f"{FILE} has no table [llms.NAME] either"
    return f"the tables [llms.NAME] in {FILE} are {', '.join(sorted(settings.llms))}"
