"""Language models behind one seam; knows nothing about articles or archives."""

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
