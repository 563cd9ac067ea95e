"""Settings: read once from the environment and `dateline.toml`, then frozen."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Self
from urllib.parse import urlsplit

from pydantic import (
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

from rag.addresses import check_networks, framing_sites, path_prefix, store_address
from rag.errors import ConfigError
from rag.settings_groups import EncoderSettings, MilvusSettings, WatchSettings, check_headers

PREFIX = "DATELINE_"
FILE = "dateline.toml"
EMBEDDED = "embedded"
"""The name of the engines that need no server."""

NO_MODEL = "none"
"""The name that asks for no language model."""
SHARED_KEYS = ("DATELINE_LLM_API_KEY", "OPENAI_API_KEY")
"""The variables whose key belongs to the environment's server, and to OpenAI."""
_KEY_ENDING = "_API_KEY"
KEY_HOSTS: Mapping[str, tuple[str, ...]] = {
    "OPENAI_API_KEY": ("api.openai.com",),
    "AZURE_OPENAI_API_KEY": ("openai.azure.com", "services.ai.azure.com", "azure-api.net"),
    "OPENROUTER_API_KEY": ("openrouter.ai",),
    "GROQ_API_KEY": ("api.groq.com",),
    "MISTRAL_API_KEY": ("api.mistral.ai",),
    "DEEPSEEK_API_KEY": ("api.deepseek.com",),
}
"""Variables that hold a service's key by general custom, and the hosts that it belongs to."""

_OWN_FIELDS = frozenset({"model", "messages", "stream", "n", "tools", "functions"})
# The slash ends the host for every reader of addresses, whatever follows.
_OPENAI = re.compile(r"https://api\.openai\.com(?::443)?(?:/|\Z)")


def is_openai(base_url: str) -> bool:
    """Whether the server is OpenAI's own, asked over TLS.

    >>> is_openai("https://api.openai.com/v1"), is_openai("https://api.openai.com@evil.example/v1")
    (True, False)
    """
    return _OPENAI.match(base_url) is not None


def is_of_service(variable: str, base_url: str) -> bool:
    """Whether a service's own variable holds the key of this server, asked over TLS.

    >>> is_of_service("GROQ_API_KEY", "https://api.groq.com/openai/v1")
    True
    """
    if variable == "OPENAI_API_KEY":
        return is_openai(base_url)
    try:
        parts = urlsplit(base_url)
    except ValueError:
        return False
    odd = parts.scheme != "https" or "\\" in base_url or "@" in parts.netloc
    host = parts.hostname or ""
    return not odd and any(
        host == own or host.endswith(f".{own}") for own in KEY_HOSTS.get(variable, ())
    )


def service_variable(base_url: str) -> str:
    """The variable that by general custom holds the key of this server; "" for none."""
    return next((name for name in KEY_HOSTS if is_of_service(name, base_url)), "")


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
    first_word_timeout: float = Field(default=180.0, gt=0)
    temperature: float | None = Field(default=None, ge=0, le=2)
    extra: Mapping[str, Any] = Field(default_factory=dict)
    headers: Mapping[str, SecretStr] = Field(default_factory=dict)
    ca_file: Path | None = None
    structured: bool = True
    input_price: float = Field(default=0.0, ge=0)
    output_price: float = Field(default=0.0, ge=0)

    @field_validator("extra")
    @classmethod
    def _leaves_the_question_alone(cls, extra: Mapping[str, Any]) -> Mapping[str, Any]:
        if own := sorted(_OWN_FIELDS & extra.keys()):
            msg = f"{own[0]!r} is not for you to set: Dateline sends it itself"
            raise ValueError(msg)
        return extra

    _are_headers = field_validator("headers")(check_headers)

    @field_validator("api_key_variable")
    @classmethod
    def _names_a_key(cls, variable: str) -> str:
        if variable and not variable.endswith(_KEY_ENDING):
            msg = f"{variable!r} must end in {_KEY_ENDING}, as variables that hold a key do"
            raise ValueError(msg)
        return variable


class Settings(MilvusSettings, EncoderSettings, WatchSettings, BaseSettings):
    """Every setting with its default; the environment outranks `dateline.toml`.

    In the environment a setting is called as here, in capitals, behind `DATELINE_`.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, toml_file=FILE, extra="forbid", frozen=True, populate_by_name=True
    )

    archive: Path = Path("archive")
    """The archive's folder."""
    store: SecretStr = SecretStr("")
    """The PostgreSQL that holds the articles; empty for `archive.db` in the archive's folder."""
    reranker: str = ""
    """A cross-encoder, by name or folder, that judges the best 30 passages; empty for none."""
    checker: str = ""
    """A cross-encoder for entailment that judges what the rules leave open in a model's answer."""
    index: str = EMBEDDED
    """Both indexes: `embedded`, `milvus` or MODULE:FUNCTION; others only in the environment."""
    chunk_tokens: int = Field(default=192, ge=16, le=100_000)
    """The most tokens in a passage."""
    host: str = "127.0.0.1"
    """Where the page listens; another than this machine's own needs `auth` or `allow_open`."""
    port: int = Field(default=7860, ge=0, le=65535)
    """The port at which the page listens; 0 for any that is free."""
    open_browser: bool = True
    """Whether `dateline serve` opens a browser where there is a desktop."""
    llm_base_url: str = ""
    """The address of a server that speaks OpenAI's protocol; empty for OpenAI's own."""
    llm_api_key: SecretStr = Field(default=SecretStr(""), validation_alias=SHARED_KEYS[0])
    """The key of that server."""
    openai_api_key: SecretStr = Field(default=SecretStr(""), validation_alias=SHARED_KEYS[1])
    """The key of OpenAI, which is sent to no other server."""
    llm_model: str = ""
    """The model to ask: a name at the server, or a table `[llms.NAME]`; empty for none."""
    llm_timeout: float = Field(default=60.0, gt=0)
    """Seconds that a model may stay silent once it has begun."""
    llm_deadline: float = Field(default=300.0, gt=0)
    """Seconds that its whole answer may take, with its checks."""
    llm_context_tokens: int = Field(default=8192, ge=1024)
    """The tokens that question, passages and answer may have together."""
    llm_max_tokens: int = Field(default=600, ge=16)
    """The most tokens in a reply."""
    llm_first_word_timeout: float = Field(default=180.0, gt=0)
    """Seconds that the model's first word may take."""
    llm_temperature: float | None = Field(default=None, ge=0, le=2)
    """How freely the model chooses words, from 0 to 2; empty leaves it to the server."""
    llm_extra: Mapping[str, Any] = Field(default_factory=dict)
    """Further fields of each request, as JSON."""
    llm_headers: Mapping[str, SecretStr] = Field(default_factory=dict)
    """Headers of each request, as JSON."""
    llm_ca_file: Path | None = None
    """The certificate that signed the server's."""
    llm_structured: bool = True
    """Whether a server that can be bound to a JSON schema is."""
    llm_input_price: float = Field(default=0.0, ge=0)
    """What a million tokens cost that the model reads, in US dollars."""
    llm_output_price: float = Field(default=0.0, ge=0)
    """What a million tokens cost that the model writes, in US dollars."""
    llm_repair: bool = True
    """Whether the model is asked once to mend what the articles do not bear out."""
    llm_split: bool = False
    """Whether the model divides a question that asks for several things."""
    llm_judge: bool = False
    """Whether the model judges its own sentences, after the rules."""
    llms: Mapping[str, ModelSettings] = Field(default_factory=dict)
    """Further models, each a table `[llms.NAME]` in the file."""
    network: bool = False
    """Whether pages and feeds may be fetched from public servers."""
    network_hosts: Annotated[tuple[str, ...], NoDecode] = ()
    """Hosts inside your own network that may be fetched, too."""
    network_delay: float = Field(default=1.0, ge=0)
    """Seconds between two requests to one host."""
    auth: Path | None = None
    """The file of those who may log in to the page, or `store`; without it nobody logs in."""
    allow_open: bool = False
    """Whether whoever reaches `host` may ask without a login."""
    web_rate: int = Field(default=1200, ge=1)
    """Requests a minute that the page takes from each reader."""
    web_processes: int | None = Field(default=None, ge=1, le=64)
    """Processes that answer at once, without a model; empty: one a processor, four at most."""
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = ()
    """Proxies before the page; what they say of a client's address, host, path and https counts."""
    root_path: str = ""
    """The path under which a proxy serves the page, such as /news."""
    frame_ancestors: Annotated[tuple[str, ...], NoDecode] = ()
    """Sites whose pages may show the page in a frame, such as https://intranet.example."""

    _environment: dict[str, Any] = PrivateAttr(default_factory=dict)
    _file: dict[str, Any] = PrivateAttr(default_factory=dict)

    def model_post_init(self, _context: object) -> None:
        """Notes which settings the environment gives, and which the file."""
        self._environment = EnvSettingsSource(type(self))()
        self._file = _FileSource(type(self))()

    @field_validator("network_hosts", "trusted_proxies", "frame_ancestors", mode="before")
    @classmethod
    def _hosts_in_a_line(cls, value: object) -> object:
        return value.replace(",", " ").split() if isinstance(value, str) else value

    @field_validator("trusted_proxies")
    @classmethod
    def _are_networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        check_networks(value)
        return value

    _is_store = field_validator("store")(store_address)
    _is_path = field_validator("root_path")(path_prefix)
    _are_sites = field_validator("frame_ancestors")(framing_sites)

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
        their key is sent to no other server than theirs: `openai_api_key` to OpenAI alone, and a
        key of the environment only to a server that `may_get_keys`.
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

    def is_from_file(self, field: str) -> bool:
        """Whether `dateline.toml` gives this setting, and nothing outranks it."""
        return field in self._file and field not in self._environment

    def is_in_file(self, name: str) -> bool:
        """Whether the table `[llms.NAME]` is from `dateline.toml`."""
        return name in self._file.get("llms", {}) and name not in self._environment.get("llms", {})

    def _model(self, name: str) -> ModelSettings:
        shared = (
            *("base_url", "timeout", "deadline", "context_tokens", "max_tokens"),
            *("first_word_timeout", "temperature", "extra", "ca_file", "structured"),
        )
        given = {"model": name} | {field: getattr(self, f"llm_{field}") for field in shared}
        if (table := self.llms.get(name)) is not None:
            given |= {field: getattr(table, field) for field in table.model_fields_set}
        else:
            given["input_price"] = self.llm_input_price
            given["output_price"] = self.llm_output_price
        # Headers may hold a key: they go to the server that they were given for.
        if "headers" not in given and given["base_url"] == self.llm_base_url:
            given["headers"] = self.llm_headers
        if "api_key" not in given:
            given["api_key"] = self.shared_key(given["base_url"])
        return ModelSettings.model_validate(given)

    def shared_key(self, base_url: str) -> SecretStr:
        """The key that belongs to this server, of those that the settings hold; "" for none.

        The environment's goes to no server that only the file names, the file's own does.
        """
        own = self.llm_base_url
        if not base_url or is_openai(base_url):
            mine = self.llm_api_key if not own or is_openai(own) else self.openai_api_key
            return mine if mine.get_secret_value() else self.openai_api_key
        if base_url != own:
            return SecretStr("")
        if self.may_get_keys(base_url):
            return self.llm_api_key
        given = (self._file[name] for name in ("llm_api_key", SHARED_KEYS[0]) if name in self._file)
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
            does = "would run code" if ":" in str(index) else "would send texts to a server"
            msg = f"index {index!r} in {FILE} {does}; name it in DATELINE_INDEX instead"
            raise ConfigError(msg)
        known = self.current_state.get("llms")
        if isinstance(known, dict) and isinstance(tables := given.get("llms"), dict):
            given["llms"] = {name: tables[name] for name in tables if name not in known}
        return given


def load_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings in force here; raises ConfigError naming each key that is wrong."""
    known = {PREFIX + name.upper() for name in Settings.model_fields} - {"DATELINE_OPENAI_API_KEY"}
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
