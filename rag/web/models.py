"""The language models that a reader may choose from for a question."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from rag.config import NO_MODEL, Settings
from rag.errors import ConfigError, QueryError
from rag.llms import ChatModel, configured_model

OWN_WORDS = "The articles' own words"


@dataclass(frozen=True, slots=True)
class Models:
    """The model that is asked where nobody chooses, and `others` by the name of their table."""

    default: ChatModel | None = None
    others: Mapping[str, ChatModel] = field(default_factory=dict)

    def named(self, name: str) -> ChatModel | None:
        """The model of a choice, the default for ""; None where none is to be asked.

        Raises QueryError for a name that is no choice.
        """
        if name in ("", NO_MODEL):
            return None if name else self.default
        if name not in self.others:
            msg = f"there is no language model {name!r} here; choose another"
            raise QueryError(msg)
        return self.others[name]

    def choices(self) -> list[tuple[str, str]]:
        """What can be chosen, as label and name, the default first.

        >>> Models().choices()
        [("The articles' own words", '')]
        """
        own = [(OWN_WORDS, NO_MODEL)] if self.default else []
        first = self.default.name if self.default else OWN_WORDS
        return [(first, ""), *((_label(*each), each[0]) for each in self.others.items()), *own]


def configured_models(
    settings: Settings, note: Callable[[str], None] = lambda _line: None
) -> Models:
    """The model of the settings and those of its other tables; `note` hears which cannot be asked.

    Raises ConfigError where the default cannot be.
    """
    others: dict[str, ChatModel] = {}
    default = configured_model(settings, note=note)
    for name in settings.llms:
        if name == settings.llm_model:
            continue
        try:
            model = configured_model(settings, name, note=note)
        except ConfigError as error:
            note(f"the page does not offer the model {name!r}: {error}")
            continue
        if model is not None:
            others[name] = model
    return Models(default, others)


def _label(name: str, model: ChatModel) -> str:
    return model.name if model.name == name else f"{name} ({model.name})"
