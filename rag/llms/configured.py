"""The language model that the settings name, if they name one."""

from __future__ import annotations

import os
from collections.abc import Mapping

from rag.config import FILE, ModelSettings, Settings
from rag.errors import ConfigError
from rag.llms.model import ChatModel
from rag.llms.openai_model import OPENAI_URL, OpenAIModel


def configured_model(
    settings: Settings, name: str = "", environment: Mapping[str, str] = os.environ
) -> ChatModel | None:
    """The model called `name`, else the one that the settings choose; None for "none".

    A name is that of a table `[llms.NAME]` in `dateline.toml`, or a model's at the server
    of the settings. Raises ConfigError where there is neither, or where its key is missing.
    """
    chosen = settings.language_model(name)
    if chosen is None:
        return None
    key = _key(chosen, environment)
    if not (chosen.base_url or key):
        msg = (
            f"there is no server to ask {chosen.model!r}: set DATELINE_LLM_BASE_URL, or "
            f"OPENAI_API_KEY for OpenAI's; {_tables(settings)}"
        )
        raise ConfigError(msg)
    return OpenAIModel(
        name=chosen.model,
        base_url=chosen.base_url or OPENAI_URL,
        api_key=key,
        context_tokens=chosen.context_tokens,
        max_tokens=chosen.max_tokens,
        timeout=chosen.timeout,
        deadline=chosen.deadline,
    )


def _key(chosen: ModelSettings, environment: Mapping[str, str]) -> str:
    variable = chosen.api_key_variable
    if not variable:
        return chosen.api_key.get_secret_value()
    if not environment.get(variable):
        msg = f"the key of {chosen.model!r} is to be in ${variable}, which is not set; set it"
        raise ConfigError(msg)
    return environment[variable]


def _tables(settings: Settings) -> str:
    if not settings.llms:
        return f"{FILE} has no table [llms.NAME] either"
    return f"the tables [llms.NAME] in {FILE} are {', '.join(sorted(settings.llms))}"
