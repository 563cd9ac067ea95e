"""Settings that belong together: the encoder and where it runs; what can be watched of the page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, Field, SecretStr, field_validator
from pydantic_settings import NoDecode

from rag.addresses import check_networks

SERVED = "openai:"
"""What the name of an encoder begins with that a server runs."""

OWN_HEADERS = frozenset(
    {"host", "content-length", "content-type", "transfer-encoding", "connection"}
)
_DEVICE = re.compile(r"auto|cpu|mps|(?:cuda|xpu|npu)(?::\d{1,3})?")


def check_headers(headers: Mapping[str, SecretStr]) -> Mapping[str, SecretStr]:
    """The headers of a request that settings add; ValueError for one that cannot be set."""
    for name, value in headers.items():
        if not re.fullmatch(r"[A-Za-z0-9-]+", name) or name.casefold() in OWN_HEADERS:
            msg = f"{name!r} is no header that can be set"
            raise ValueError(msg)
        if not re.fullmatch(r"[\x20-\x7e\t]*", value.get_secret_value()):
            msg = f"the header {name!r} must be printable ASCII on one line"
            raise ValueError(msg)
    return headers


class MilvusSettings(BaseModel):
    """The server of the indexes where `index` is `milvus`."""

    milvus_uri: str = "http://localhost:19530"
    """The address of the Milvus of `DATELINE_INDEX=milvus`, without a login."""
    milvus_token: SecretStr = SecretStr("")
    """The login there: USER:PASSWORD, or a key."""
    milvus_database: str = ""
    """The database there; empty for its default one."""
    milvus_ca_file: Path | None = None
    """The certificate that signed that server's."""
    milvus_timeout: float = Field(default=10.0, gt=0)
    """Seconds that a search there may take with repeating it; writing may take six times that."""


class EncoderSettings(BaseModel):
    """Which encoder makes the vectors, on this machine or at a server."""

    encoder: str = "minilm"
    """A sentence-transformers model, by name or folder, or `openai:NAME`; `minilm` is included."""
    encoder_device: str = "auto"
    """Where a model of this machine runs: `auto` (a GPU where there is one), `cpu`, `cuda:1`."""
    encoder_query_prompt: str = ""
    """Text put before each question that is encoded, such as `query: ` for E5 models."""
    encoder_document_prompt: str = ""
    """Text put before each passage that is encoded, such as `passage: ` for E5 models."""
    encoder_base_url: str = ""
    """The address of the server of `openai:NAME`, which usually ends in /v1; empty for OpenAI's."""
    encoder_api_key: SecretStr = SecretStr("")
    """The key of that server."""
    encoder_headers: Mapping[str, SecretStr] = Field(default_factory=dict)
    """Headers of each request to that server, as JSON."""
    encoder_ca_file: Path | None = None
    """The certificate that signed that server's."""
    encoder_dimensions: int | None = Field(default=None, ge=2, le=65_536)
    """How many numbers that server is asked to give a vector; empty leaves it to the model."""
    encoder_max_tokens: int = Field(default=512, ge=16, le=1_000_000)
    """The most tokens of a text that are sent to that server; the rest is cut off."""
    encoder_batch_texts: int = Field(default=32, ge=1, le=2_048)
    """The most texts in a request to that server."""
    encoder_batch_tokens: int = Field(default=8_192, ge=16, le=1_000_000)
    """About the most tokens in a request to that server."""
    encoder_timeout: float = Field(default=60.0, gt=0)
    """Seconds that a request to that server may take."""
    encoder_deadline: float = Field(default=300.0, gt=0)
    """Seconds that a request may take with all waiting and repeating while the server is busy."""

    _encoder_headers = field_validator("encoder_headers")(check_headers)

    @field_validator("encoder_device")
    @classmethod
    def _is_device(cls, device: str) -> str:
        if not _DEVICE.fullmatch(device):
            msg = f"{device!r} must be auto, cpu, cuda, cuda:NUMBER or mps"
            raise ValueError(msg)
        return device

    @field_validator("encoder_base_url")
    @classmethod
    def _is_address(cls, url: str) -> str:
        if url and not url.startswith(("http://", "https://")):
            msg = f"{url!r} must begin with http:// or https://"
            raise ValueError(msg)
        return url

    @property
    def is_served(self) -> bool:
        """Whether the encoder runs at a server."""
        return self.encoder.startswith(SERVED)


class WatchSettings(BaseModel):
    """What whoever runs the page can watch of it, and who else can."""

    log_format: Literal["text", "json"] = "text"
    """How the page writes its log: `text`, or `json` with a line for each request and question."""
    metrics: bool = False
    """Whether the page answers Prometheus at `/metrics`."""
    metrics_allow: Annotated[tuple[str, ...], NoDecode] = ()
    """Addresses and networks that may read `/metrics` beside this machine."""
    metrics_token: SecretStr = SecretStr("")
    """The bearer token that everybody needs for `/metrics`; then addresses do not count."""
    replica_url: str = ""
    """Where other pages of the same archive reach this one, such as http://10.0.0.2:7860."""
    otel: bool = False
    """Whether OpenTelemetry spans are sent; the standard `OTEL_` variables turn it on, too."""

    @field_validator("replica_url")
    @classmethod
    def _is_reached_by_http(cls, value: str) -> str:
        if value and not re.fullmatch(r"https?://[^/\s?#]+/?", value):
            msg = f"{value!r} must be the address of this page, such as http://10.0.0.2:7860"
            raise ValueError(msg)
        return value

    @field_validator("metrics_allow", mode="before")
    @classmethod
    def _metrics_in_a_line(cls, value: object) -> object:
        return value.replace(",", " ").split() if isinstance(value, str) else value

    @field_validator("metrics_allow")
    @classmethod
    def _metrics_are_networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        check_networks(value)
        return value
