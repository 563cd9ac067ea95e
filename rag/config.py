"""Settings: read once from the environment and `dateline.toml`, then frozen."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from pydantic import AliasChoices, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from rag.errors import ConfigError

PREFIX = "DATELINE_"
FILE = "dateline.toml"


class Settings(BaseSettings):
    """Every setting with its default; the environment outranks `dateline.toml`.

    `llm_model` empty means that no language model is asked, `reranker` empty that no
    cross-encoder reads the best passages once more. The context length and
    the lengths of passages and answers are in tokens. `llm_timeout` is how many seconds
    the model may stay silent, `llm_deadline` how many its whole answer may take.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, toml_file=FILE, extra="forbid", frozen=True, populate_by_name=True
    )

    archive: Path = Path("archive")
    encoder: str = "minilm"
    reranker: str = ""
    chunk_tokens: int = Field(default=192, ge=16, le=100_000)
    host: str = "127.0.0.1"
    port: int = Field(default=7860, ge=0, le=65535)
    llm_base_url: str = ""
    llm_api_key: SecretStr = Field(
        default=SecretStr(""),
        validation_alias=AliasChoices(PREFIX + "LLM_API_KEY", "OPENAI_API_KEY"),
    )
    llm_model: str = ""
    llm_timeout: float = Field(default=60.0, gt=0)
    llm_deadline: float = Field(default=300.0, gt=0)
    llm_context_tokens: int = Field(default=8192, ge=1024)
    llm_max_tokens: int = Field(default=600, ge=16)

    @model_validator(mode="after")
    def _reply_leaves_room(self) -> Self:
        if 2 * self.llm_max_tokens > self.llm_context_tokens:
            msg = (
                f"llm_max_tokens {self.llm_max_tokens} is more than half of llm_context_tokens "
                f"{self.llm_context_tokens}, which leaves no room for passages; lower it"
            )
            raise ValueError(msg)
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What is given in code first, then the environment, then the file."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


def load_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings in force here; raises ConfigError naming each key that is wrong."""
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    unknown = sorted(n for n in environment if n.startswith(PREFIX) and n not in known)
    if unknown:
        msg = f"unknown setting {unknown[0]!r}; known settings: {', '.join(sorted(known))}"
        raise ConfigError(msg)
    try:
        return Settings()
    except ValidationError as error:
        raise ConfigError(_explain(error)) from None
    except ValueError as error:
        msg = f"{FILE} cannot be read: {error}"
        raise ConfigError(msg) from error


def _explain(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    name = ".".join(str(part) for part in first["loc"])
    if not name:
        return first["msg"].removeprefix("Value error, ")
    if first["type"] == "extra_forbidden":
        known = ", ".join(sorted(Settings.model_fields))
        return f"unknown setting {name!r} in {FILE}; known settings: {known}"
    return f"setting {name!r}: {first['msg']}"
