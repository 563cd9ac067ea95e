"""Language models behind one seam; knows nothing about articles or archives."""

from rag.llms.configured import configured_model
from rag.llms.model import ChatModel
from rag.llms.openai_model import OpenAIModel
from rag.llms.scripted import ScriptedModel
from rag.llms.tokens import TokenCounter

__all__ = ["ChatModel", "OpenAIModel", "ScriptedModel", "TokenCounter", "configured_model"]
