"""The language model that the settings name, if they name one."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping

from rag.config import (
    FILE,
    KEY_HOSTS,
    SHARED_KEYS,
    ModelSettings,
    Settings,
    is_of_service,
    is_openai,
    service_variable,
)
from rag.errors import ConfigError
from rag.llms.failures import Names, host, is_loopback
from rag.llms.model import ChatModel
from rag.llms.openai_model import OPENAI_URL, OpenAIModel

_OWN_KEY = SHARED_KEYS[0]


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
    is neither, where its key is missing, where a table takes a key that is not its own, and
    where the file of a certificate is missing.
    """
    chosen = settings.language_model(name)
    if chosen is None:
        return None
    table = name or settings.llm_model
    key, source = _key(settings, chosen, environment)
    if not (chosen.base_url or key):
        msg = (
            f"there is no server to ask {chosen.model!r}: set DATELINE_LLM_BASE_URL, or "
            f"OPENAI_API_KEY for OpenAI's; {_tables(settings)}"
        )
        raise ConfigError(msg)
    names = Names(table if table in settings.llms else "", source)
    if chosen.ca_file is not None and not chosen.ca_file.is_file():
        msg = f"{names.setting('ca_file')} {str(chosen.ca_file)!r} is no file"
        raise ConfigError(msg)
    model = OpenAIModel(
        name=chosen.model,
        base_url=chosen.base_url or OPENAI_URL,
        api_key=key,
        context_tokens=chosen.context_tokens,
        max_tokens=chosen.max_tokens,
        timeout=chosen.timeout,
        deadline=chosen.deadline,
        first_word_timeout=chosen.first_word_timeout,
        temperature=chosen.temperature,
        extra=dict(chosen.extra),
        headers={name: value.get_secret_value() for name, value in chosen.headers.items()},
        ca_file=str(chosen.ca_file or ""),
        forms=chosen.structured,
        input_price=chosen.input_price,
        output_price=chosen.output_price,
        names=names,
    )
    for line in _about_the_key(settings, chosen, model, from_file=settings.is_in_file(table)):
        note(line)
    return model


def _key(
    settings: Settings, chosen: ModelSettings, environment: Mapping[str, str]
) -> tuple[str, str]:
    """The key of a model, and where it comes from or is to be put."""
    variable, server = chosen.api_key_variable, chosen.base_url or OPENAI_URL
    if not variable:
        key = chosen.api_key.get_secret_value()
        custom = service_variable(server)
        if not key and custom and (key := environment.get(custom, "")):
            return key, custom
        return key, _source(settings, server, key, custom)
    foreign = variable in (*SHARED_KEYS, *KEY_HOSTS) and not is_of_service(variable, server)
    if foreign and not settings.may_get_keys(chosen.base_url):
        msg = (
            f"{FILE} sends the key in {variable} to {host(chosen.base_url)}, which is not the "
            "server that it belongs to; name another variable in api_key_variable, or name the "
            f"server in the environment: DATELINE_LLM_BASE_URL={chosen.base_url}"
        )
        raise ConfigError(msg)
    if not environment.get(variable):
        msg = f"the key of {chosen.model!r} is to be in ${variable}, which is not set; set it"
        raise ConfigError(msg)
    return environment[variable], variable


def _source(settings: Settings, server: str, key: str, custom: str) -> str:
    """The name under which a user finds a key, or gives one that is missing."""
    if key and is_openai(server) and key == settings.openai_api_key.get_secret_value():
        return SHARED_KEYS[1]
    if key and key != settings.llm_api_key.get_secret_value():
        return f"api_key in {FILE}"
    if key or not custom:
        return _OWN_KEY
    return f"{custom} or {_OWN_KEY}"


def _about_the_key(
    settings: Settings, chosen: ModelSettings, model: OpenAIModel, *, from_file: bool
) -> Iterator[str]:
    """What a user should know of where the key goes, a line each."""
    server = host(model.base_url)
    if from_file and chosen.api_key_variable:
        yield f"the key in {chosen.api_key_variable} goes to {server} ({FILE})"
    if not model.api_key and chosen.base_url == settings.llm_base_url:
        yield from _not_sent(settings, chosen.base_url)
    if model.api_key and model.base_url.startswith("http:") and not is_loopback(model.base_url):
        yield f"the key goes to {server} unencrypted; use https:// where the server offers it"


def _not_sent(settings: Settings, base_url: str) -> Iterator[str]:
    """Why a key that there is does not go to this server."""
    if settings.llm_api_key.get_secret_value():
        yield (
            f"no key is sent to {host(base_url)}, which {FILE} names: the environment's key goes "
            "only to servers that the environment names; to send it, set "
            f"DATELINE_LLM_BASE_URL={base_url}"
        )
    elif settings.openai_api_key.get_secret_value() and not is_loopback(base_url):
        yield (
            f"no key is sent to {host(base_url)}: the one in {SHARED_KEYS[1]} belongs to OpenAI; "
            f"if that server needs one, set {_OWN_KEY}"
        )


def _tables(settings: Settings) -> str:
    if not settings.llms:
        return f"{FILE} has no table [llms.NAME] either"
    return f"the tables [llms.NAME] in {FILE} are {', '.join(sorted(settings.llms))}"
