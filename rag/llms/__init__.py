"""Language models behind one seam; knows nothing about articles or archives."""

from typing import TYPE_CHECKING

from rag.on_demand import on_demand

if TYPE_CHECKING:
    from rag.llms.cleaning import cleaned
    from rag.llms.configured import configured_model
    from rag.llms.metered import Metered
    from rag.llms.model import ChatModel, Reply, ReplySchema, reply_to
    from rag.llms.openai_model import OpenAIModel
    from rag.llms.scripted import ScriptedModel
    from rag.llms.tokens import TokenCounter

__all__ = [
    "ChatModel",
    "Metered",
    "OpenAIModel",
    "Reply",
    "ReplySchema",
    "ScriptedModel",
    "TokenCounter",
    "cleaned",
    "configured_model",
    "reply_to",
]

__getattr__ = on_demand(
    __name__,
    {
        "cleaned": "rag.llms.cleaning",
        "configured_model": "rag.llms.configured",
        "Metered": "rag.llms.metered",
        "ChatModel": "rag.llms.model",
        "Reply": "rag.llms.model",
        "ReplySchema": "rag.llms.model",
        "reply_to": "rag.llms.model",
        "OpenAIModel": "rag.llms.openai_model",
        "ScriptedModel": "rag.llms.scripted",
        "TokenCounter": "rag.llms.tokens",
    },
)
