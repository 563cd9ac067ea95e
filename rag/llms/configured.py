"""The language model that the settings name, if they name one."""

from __future__ import annotations

from rag.config import Settings
from rag.llms.model import ChatModel
from rag.llms.openai_model import OPENAI_URL, OpenAIModel


def configured_model(settings: Settings) -> ChatModel | None:
    """The model of `settings`; None without a model's name, for then nobody is asked."""
    if not settings.llm_model:
        return None
    return OpenAIModel(
        name=settings.llm_model,
        base_url=settings.llm_base_url or OPENAI_URL,
        api_key=settings.llm_api_key.get_secret_value(),
        context_tokens=settings.llm_context_tokens,
        max_tokens=settings.llm_max_tokens,
        timeout=settings.llm_timeout,
        deadline=settings.llm_deadline,
    )
