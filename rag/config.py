"""Settings: read once from the environment and `dateline.toml`, then frozen."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import (
    AliasChoices,
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from rag.errors import ConfigError

PREFIX = "DATELINE_"
FILE = "dateline.toml"
EMBEDDED = "embedded"
"""The name of the engines that need no server."""

NO_MODEL = "none"
"""The name that asks for no language model."""
SHARED_KEYS = ("DATELINE_LLM_API_KEY", "OPENAI_API_KEY")
"""The variables of `llm_api_key`, whose key belongs to OpenAI or to the environment's server."""
_KEY_ENDING = "_API_KEY"
# The slash ends the host for every reader of addresses, whatever follows.
_OPENAI = re.compile(r"https://api\.openai\.com(?::443)?(?:/|\Z)")


def is_openai(base_url: str) -> bool:
    """Whether the server is OpenAI's own, asked over TLS.

    >>> is_openai("https://api.openai.com/v1"), is_openai("https://api.openai.com@evil.example/v1")
    (True, False)
    """
    return _OPENAI.match(base_url) is not None


class ModelSettings(BaseModel):
    """A language model: a table `[llms.NAME]`, or the settings that begin with `llm_`.

    `api_key_variable` names the environment variable that holds the key, so that it need
    not stand in a file; only a name that ends in `_API_KEY` is one of a key.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    model: str = Field(min_length=1)
    base_url: str = ""
    api_key: SecretStr = SecretStr("")
    api_key_variable: str = ""
    timeout: float = Field(default=60.0, gt=0)
    deadline: float = Field(default=300.0, gt=0)
    context_tokens: int = Field(default=8192, ge=1024)
    max_tokens: int = Field(default=600, ge=16)

    @field_validator("api_key_variable")
    @classmethod
    def _names_a_key(cls, variable: str) -> str:
        if variable and not variable.endswith(_KEY_ENDING):
            msg = f"{variable!r} must end in {_KEY_ENDING}, as variables that hold a key do"
            raise ValueError(msg)
        return variable


class Settings(BaseSettings):
    """Every setting with its default; the environment outranks `dateline.toml`.

    `llm_model` is a model's name at the server, or that of a table in `llms`; empty or
    "none" means that no language model is asked. `reranker` empty means that no
    cross-encoder reads the best passages once more. `checker` names a cross-encoder for NLI or
    consistency, which judges what the rules leave open in a model's answer. `index` names the
    engines of the indexes: "embedded", or MODULE:FUNCTION, which is imported and
    called. The context length and
    the lengths of passages and answers are in tokens. `llm_timeout` is how many seconds
    the model may stay silent, `llm_deadline` how many its whole answer may take.
    `llm_repair` lets it mend, once, an answer that the articles do not bear out, and
    `llm_split` divide a question that asks for several things. `network` lets pages and
    feeds be fetched from public servers, `network_hosts` also from these of the newsroom,
    whose addresses may be private; each is left `network_delay` seconds between requests.
    `auth` is the file of those who may log in to the page; without it nobody logs in, and the
    page is for this machine alone, unless `allow_open` lets whoever reaches `host` ask.
    `web_rate` is how many requests a minute the page takes from each of its readers.
    `trusted_proxies` are the addresses or networks of proxies before the page: what these say
    of a client's address, and of https, is believed.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, toml_file=FILE, extra="forbid", frozen=True, populate_by_name=True
    )

    archive: Path = Path("archive")
    encoder: str = "minilm"
    reranker: str = ""
    checker: str = ""
    index: str = EMBEDDED
    chunk_tokens: int = Field(default=192, ge=16, le=100_000)
    host: str = "127.0.0.1"
    port: int = Field(default=7860, ge=0, le=65535)
    llm_base_url: str = ""
    llm_api_key: SecretStr = Field(
        default=SecretStr(""),
        validation_alias=AliasChoices(*SHARED_KEYS),
    )
    llm_model: str = ""
    llm_timeout: float = Field(default=60.0, gt=0)
    llm_deadline: float = Field(default=300.0, gt=0)
    llm_context_tokens: int = Field(default=8192, ge=1024)
    llm_max_tokens: int = Field(default=600, ge=16)
    llm_repair: bool = True
    llm_split: bool = False
    llm_judge: bool = False
    llms: Mapping[str, ModelSettings] = Field(default_factory=dict)
    network: bool = False
    network_hosts: Annotated[tuple[str, ...], NoDecode] = ()
    network_delay: float = Field(default=1.0, ge=0)
    auth: Path | None = None
    allow_open: bool = False
    web_rate: int = Field(default=1200, ge=1)
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = ()

    _environment: dict[str, Any] = PrivateAttr(default_factory=dict)
    _file: dict[str, Any] = PrivateAttr(default_factory=dict)

    def model_post_init(self, _context: object) -> None:
        """Notes which settings the environment gives, and which the file."""
        self._environment = EnvSettingsSource(type(self))()
        self._file = _FileSource(type(self))()

    @field_validator("network_hosts", "trusted_proxies", mode="before")
    @classmethod
    def _hosts_in_a_line(cls, value: object) -> object:
        return value.replace(",", " ").split() if isinstance(value, str) else value

    @field_validator("trusted_proxies")
    @classmethod
    def _are_networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for each in value:
            try:
                everybody = ip_network(each).prefixlen == 0
            except ValueError:
                everybody = True
            if everybody:
                msg = f"{each!r} must be an address or a network, such as 10.0.0.2 or 10.0.0.0/24"
                raise ValueError(msg)
        return value

    @model_validator(mode="after")
    def _replies_leave_room(self) -> Self:
        if NO_MODEL in self.llms:
            msg = f"the table [llms.{NO_MODEL}] must have another name: {NO_MODEL!r} asks no model"
            raise ValueError(msg)
        lengths = {"llm_": (self.llm_max_tokens, self.llm_context_tokens)}
        for name in self.llms:
            one = self._model(name)
            lengths[f"llms.{name}."] = (one.max_tokens, one.context_tokens)
        for start, (reply, context) in lengths.items():
            if 2 * reply > context:
                msg = (
                    f"{start}max_tokens {reply} is more than half of {start}context_tokens "
                    f"{context}, which leaves no room for passages; lower it"
                )
                raise ValueError(msg)
        return self

    def language_model(self, name: str = "") -> ModelSettings | None:
        """The model called `name`, else that of `llm_model`; None where none is asked.

        The name of a table in `llms` means that table; any other is a model's name at the
        server of `llm_base_url`. What a table leaves out is as in the `llm_` settings, but
        their key is sent to no other server than theirs, and a key of the environment only
        to a server that `may_get_keys`.
        """
        chosen = name or self.llm_model
        return self._model(chosen) if chosen not in ("", NO_MODEL) else None

    def may_get_keys(self, base_url: str) -> bool:
        """Whether the environment's keys may go there: to OpenAI, or to a server it names itself.

        A server that `dateline.toml` names is not one, unless the environment names it too.
        """
        in_file = "llm_base_url" in self._file and "llm_base_url" not in self._environment
        named = [] if in_file else [self.llm_base_url]
        named += [table.base_url for name, table in self.llms.items() if not self.is_in_file(name)]
        return not base_url or is_openai(base_url) or base_url in named

    def is_in_file(self, name: str) -> bool:
        """Whether the table `[llms.NAME]` is from `dateline.toml`."""
        return name in self._file.get("llms", {}) and name not in self._environment.get("llms", {})

    def _model(self, name: str) -> ModelSettings:
        shared = ("base_url", "timeout", "deadline", "context_tokens", "max_tokens")
        given = {"model": name} | {field: getattr(self, f"llm_{field}") for field in shared}
        if (table := self.llms.get(name)) is not None:
            given |= {field: getattr(table, field) for field in table.model_fields_set}
        if "api_key" not in given and given["base_url"] in ("", self.llm_base_url):
            given["api_key"] = self._shared_key(given["base_url"])
        return ModelSettings.model_validate(given)

    def _shared_key(self, base_url: str) -> SecretStr:
        """The key of the `llm_` settings; the file's own where the environment's may not go."""
        if self.may_get_keys(base_url):
            return self.llm_api_key
        given = (self._file[name] for name in (*SHARED_KEYS, "llm_api_key") if name in self._file)
        return SecretStr(next(given, ""))

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
        return init_settings, env_settings, _FileSource(settings_cls)


class _FileSource(TomlConfigSettingsSource):
    """The settings of the file, without the tables that the environment gives.

    A table is whole: a server of the file never goes with a key of the environment's table.
    Raises ConfigError where the file names code: a file comes along with a folder, and code that
    runs is chosen by whoever runs Dateline.
    """

    def __call__(self) -> dict[str, Any]:
        given = super().__call__()
        if (index := given.get("index", EMBEDDED)) != EMBEDDED:
            msg = f"index {index!r} in {FILE} would run code; name it in DATELINE_INDEX instead"
            raise ConfigError(msg)
        known = self.current_state.get("llms")
        if isinstance(known, dict) and isinstance(tables := given.get("llms"), dict):
            given["llms"] = {name: tables[name] for name in tables if name not in known}
        return given


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
    what = first["msg"].removeprefix("Value error, ")
    if not name:
        return what
    if first["type"] == "extra_forbidden":
        fields = ModelSettings.model_fields if len(first["loc"]) > 1 else Settings.model_fields
        known = ", ".join(sorted(fields))
        return f"unknown setting {name!r} in {FILE}; known settings: {known}"
    return f"setting {name!r}: {what}"
