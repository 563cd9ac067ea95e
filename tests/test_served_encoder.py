"""An encoder at a server, through a real HTTP server: what is sent, read, repeated and refused."""

from __future__ import annotations

import base64
import json
import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rag.archive import Archive
from rag.config import Settings, load_settings
from rag.errors import ConfigError, ProviderError, StaleIndexError
from rag.indexes.encoding import open_encoder
from rag.indexes.received_vectors import read_vectors
from rag.indexes.served_encoder import EncoderNames, Limits, ServedEncoder, served_encoder
from rag.llms.failures import Server
from tests.builders import row, write_jsonl
from tests.llm_server import FakeServer, Raw, llm_server, refusal

Answer = Callable[[dict[str, Any]], Raw]
QUICK = Limits(timeout=5, deadline=5, retries=2)


@pytest.fixture(autouse=True)
def _nothing_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("OPENAI_API_KEY", "DATELINE_LLM_API_KEY", "DATELINE_ENCODER_API_KEY"):
        monkeypatch.delenv(name, raising=False)


def vector(text: str) -> list[float]:
    """Three times the number of words, one at least, four times the number of ferries."""
    return [3.0 * max(1, len(text.split())), 4.0 * text.casefold().count("ferry")]


def sent(items: Sequence[Mapping[str, object]]) -> Raw:
    body = json.dumps({"object": "list", "data": list(items)}).encode()
    return Raw([body], headers={"content-type": "application/json"})


def floats(body: dict[str, Any]) -> Raw:
    """Numbers, the last text first."""
    items = [{"index": n, "embedding": vector(text)} for n, text in enumerate(body["input"])]
    return sent(items[::-1])


def in_base64(body: dict[str, Any]) -> Raw:
    assert body["encoding_format"] == "base64"
    packed = [base64.b64encode(struct.pack("<2f", *vector(text))) for text in body["input"]]
    return sent([{"index": n, "embedding": each.decode()} for n, each in enumerate(packed)])


def encoder_of(url: str, limits: Limits = QUICK, key: str = "", **options: Any) -> ServedEncoder:
    names = EncoderNames(key="DATELINE_ENCODER_API_KEY")
    return ServedEncoder("tiny", Server(url, names, key), limits, **options)


@pytest.fixture
def server() -> Iterator[FakeServer]:
    with llm_server("ok", answer=floats) as running:
        yield running


@pytest.mark.parametrize("answer", [floats, in_base64])
def test_vectors_come_in_the_order_of_the_texts_and_have_length_one(answer: Answer) -> None:
    with llm_server("ok", answer=answer) as server:
        encoder = encoder_of(server.url, key="sk-mine")
        # Three words and no ferry; one word that is one: 3 and 4 of 5.
        rows = encoder.encode_document(["the mill burnt", "ferry"])
    assert rows.dtype == np.float32
    assert rows == pytest.approx(np.array([[1, 0], [0.6, 0.8]]))
    assert encoder.dimension == 2
    assert server.paths == ["/v1/embeddings"]
    assert server.keys == ["Bearer sk-mine"]
    assert server.asked[0]["model"] == "tiny"


def test_no_text_is_no_row(server: FakeServer) -> None:
    encoder = encoder_of(server.url)
    encoder.encode_query(["ferry"])
    assert encoder.encode_document([]).shape == (0, 2)
    assert len(server.asked) == 1


def test_requests_are_bounded_by_texts_and_by_tokens(server: FakeServer) -> None:
    encoder = encoder_of(server.url, Limits(batch_texts=2, batch_tokens=6, max_tokens=16))
    texts = ["one two three", "one two three four", "five", "six", "seven"]
    assert encoder.encode_document(texts).shape == (5, 2)
    assert [each["input"] for each in server.asked] == [
        ["one two three"],
        ["one two three four", "five"],
        ["six", "seven"],
    ]


def test_a_text_that_is_too_long_is_cut_at_a_word(server: FakeServer) -> None:
    encoder = encoder_of(server.url, Limits(max_tokens=16))
    encoder.encode_document(["ferry " * 50, "short"])
    long, short = server.asked[0]["input"]
    assert short == "short"
    assert 10 <= len(long.split()) <= 14
    assert set(long.split()) == {"ferry"}


def test_what_json_cannot_carry_and_blank_texts_are_sent_all_the_same(server: FakeServer) -> None:
    encoder_of(server.url).encode_document(["a \ud800 b", "", "\n"])
    assert server.asked[0]["input"] == ["a ? b", " ", " "]


@pytest.mark.parametrize(
    "status", [(429, "rate limit reached"), (500, "cuda error"), (503, "loading the model")]
)
def test_a_busy_server_is_asked_again_when_it_says(status: tuple[int, str]) -> None:
    replies = [refusal(status[0], {"error": {"message": status[1]}}, retry_after="0")] * 2

    def answer(body: dict[str, Any]) -> Raw:
        return replies.pop() if replies else floats(body)

    with llm_server("ok", answer=answer) as server:
        assert encoder_of(server.url).encode_query(["ferry"]) == pytest.approx(
            np.array([[0.6, 0.8]])
        )
        assert len(server.asked) == 3


def test_a_server_that_asks_for_too_long_a_pause_is_named_at_once() -> None:
    busy = refusal(429, {"error": {"message": "slow down"}}, retry_after="3600")
    with (
        llm_server("ok", answer=lambda _: busy) as server,
        pytest.raises(ProviderError, match=r"^encoder 'tiny' at http://127.* \(429\): “slow down”"),
    ):
        encoder_of(server.url).encode_query(["ferry"])
    assert len(server.asked) == 1


def test_a_batch_that_is_too_large_is_halved_and_the_size_is_remembered() -> None:
    def answer(body: dict[str, Any]) -> Raw:
        if len(body["input"]) > 2:
            said = f"batch size {len(body['input'])} > maximum allowed batch size 2"
            return refusal(422, {"error": said, "error_type": "Validation"})
        return floats(body)

    with llm_server("ok", answer=answer) as server:
        encoder = encoder_of(server.url)
        rows = encoder.encode_document(["ferry", "mill", "ferry mill", "mill ferry"])
        assert [len(each["input"]) for each in server.asked] == [4, 2, 2]
        assert rows[:2] == pytest.approx(np.array([[0.6, 0.8], [1, 0]]))
        encoder.encode_document(["a", "b", "c"])
        assert [len(each["input"]) for each in server.asked[3:]] == [2, 1]


@pytest.mark.parametrize(
    "said",
    [
        "This model's maximum context length is 8 tokens, however you requested 14 tokens",
        "input is too large to process. increase the physical batch size",
        "the input length exceeds the context length",
    ],
)
def test_a_text_that_the_server_finds_too_long_is_cut_further(said: str) -> None:
    def answer(body: dict[str, Any]) -> Raw:
        long = any(len(text.split()) > 8 for text in body["input"])
        status = 500 if "physical" in said else 400
        return refusal(status, {"error": {"message": said}}) if long else floats(body)

    with llm_server("ok", answer=answer) as server:
        rows = encoder_of(server.url).encode_document(["ferry", "mill " * 14])
    assert rows == pytest.approx(np.array([[0.6, 0.8], [1, 0]]))
    assert all(text.startswith("mill mill") for text in server.asked[-1]["input"])


def test_a_server_that_finds_every_text_too_long_is_given_up() -> None:
    long = refusal(413, {"error": "payload too large"})
    with llm_server("ok", answer=lambda _: long) as server:
        encoder = encoder_of(server.url)
        with pytest.raises(ProviderError, match=r"\(413\): “payload too large”.*_MAX_TOKENS"):
            encoder.encode_query(["mill " * 3])
    assert len(server.asked) < 13


def test_a_server_that_takes_no_word_on_the_form_of_numbers_gets_none() -> None:
    def answer(body: dict[str, Any]) -> Raw:
        if "encoding_format" in body:
            return refusal(422, {"detail": [{"loc": ["body", "encoding_format"], "msg": "extra"}]})
        return floats(body)

    with llm_server("ok", answer=answer) as server:
        encoder = encoder_of(server.url)
        for _ in range(2):
            encoder.encode_query(["ferry"])
    assert ["encoding_format" in each for each in server.asked] == [True, False, False]


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        (refusal(401, {"error": {"message": "no"}}), "asks for an API key.*_ENCODER_API_KEY"),
        (
            refusal(404, {"error": "model 'tiny' not found"}),
            "“model 'tiny' not found”; check DATEL",
        ),
        (
            refusal(400, {"error": "bad dog sk-verysecret"}),
            r"rejects the request \(400\): “bad dog",
        ),
        (refusal(302, "", location="http://evil.example/"), "leads to 'http://evil.example/'"),
        (refusal(200, {"error": {"message": "out of memory"}}), "failed: “out of memory”"),
        (refusal(200, {"data": []}), "sends 0 vectors for 1 texts"),
        (refusal(200, {"object": "list"}), "sends no list of embeddings; check DATELINE_ENCODER_B"),
        (Raw([b"<html>hello</html>"]), "sends something that is no JSON"),
        (Raw([b"{"], drops=True), "broke off its answer"),
    ],
)
def test_what_fails_is_said_with_the_servers_words_and_the_setting(
    reply: Raw, message: str
) -> None:
    limits = Limits(timeout=5, deadline=5, retries=0)
    with (
        llm_server("ok", answer=lambda _: reply) as server,
        pytest.raises(
            ProviderError, match=rf"^encoder 'tiny' at http://127\.0\.0\.1.*{message}"
        ) as caught,
    ):
        encoder_of(server.url, limits).encode_query(["ferry"])
    assert "verysecret" not in str(caught.value)


def test_a_server_that_is_down_is_named_with_the_setting() -> None:
    with llm_server("ok") as server:
        url = server.url
    encoder = encoder_of(url, Limits(retries=0))
    with pytest.raises(ProviderError, match=r"connection is refused; .* DATELINE_ENCODER_BASE_URL"):
        encoder.encode_query(["ferry"])


@pytest.mark.parametrize(
    ("items", "message"),
    [
        ([[1, 0], [1, 0, 0]], "vectors of 2 and of 3 numbers"),
        ([[0, 0], [1, 0]], "zeros"),
        ([[1, None], [1, 0]], "numbers that are none|neither numbers"),
        (["AAAAA", [1, 0]], "neither numbers nor their base64"),
        ([[[1, 0], [0, 1]], [1, 0]], "a vector for each token"),
        ([[], [1]], "without numbers"),
        ([[1e308, 1e308], [1, 0]], "numbers that are none"),
    ],
)
def test_vectors_that_are_none_are_refused(items: list[object], message: str) -> None:
    data = [{"index": n, "embedding": each} for n, each in enumerate(items)]
    with pytest.raises(ValueError, match=message):
        read_vectors({"data": data}, 2)


def test_places_may_be_missing_but_not_be_twice() -> None:
    one, other = {"embedding": [[2, 0]]}, {"embedding": [0, 3]}
    assert read_vectors([one, other], 2).tolist() == [[1, 0], [0, 1]]
    with pytest.raises(ValueError, match="each index must be there once"):
        read_vectors([one | {"index": 0}, other | {"index": 0}], 2)


def test_the_length_of_vectors_is_asked_for_and_checked(server: FakeServer) -> None:
    encoder = encoder_of(server.url, dimensions=3)
    assert encoder.dimension == 3
    with pytest.raises(
        ProviderError, match=r"vectors of 2 numbers, though .*_DIMENSIONS asks for 3"
    ):
        encoder.encode_query(["ferry"])
    assert server.asked[0]["dimensions"] == 3
    assert encoder.fingerprint == "openai:tiny-3d-512"


def settings_of(url: str, **more: Any) -> Settings:
    given = {"encoder": "openai:tiny", "encoder_base_url": url, "chunk_tokens": 32}
    return Settings(**given | more)


def test_prompts_are_put_before_questions_and_passages(server: FakeServer) -> None:
    settings = settings_of(
        server.url, encoder_query_prompt="query: ", encoder_document_prompt="passage: "
    )
    encoder = open_encoder(settings)
    assert encoder.encode_query(["ferry"]) == pytest.approx(np.array([[6, 4]]) / 52**0.5)
    encoder.encode_document(["mill"])
    assert [each["input"] for each in server.asked] == [["query: ferry"], ["passage: mill"]]
    plain = open_encoder(settings_of(server.url))
    asks = open_encoder(settings_of(server.url, encoder_query_prompt="query: "))
    assert plain.fingerprint == asks.fingerprint == "openai:tiny-512"
    assert encoder.fingerprint.startswith("openai:tiny-512-")


def test_an_archive_is_embedded_once_and_opens_while_the_server_is_down(tmp_path: Path) -> None:
    rows = [row(1, "The ferry sank."), row(2, "The mill burnt down.")]
    articles = write_jsonl(tmp_path / "in.jsonl", rows)
    with llm_server("ok", answer=floats) as server:
        settings = settings_of(server.url)
        with Archive.open(tmp_path / "archive", settings=settings) as archive:
            archive.ingest(articles)
            assert archive.counts() == (2, 2, 2)
            asked = len(server.asked)
            archive.rebuild()
            assert archive.embed() == 0
            assert len(server.asked) == asked
            assert next(hit.article.title for hit in archive.search("ferry")) == "Story 1"
    settings = settings_of(server.url, encoder_timeout=1, encoder_deadline=0.1)
    with Archive.open(tmp_path / "archive", settings=settings) as archive:
        assert archive.counts() == (2, 2, 2)
        with pytest.raises(ProviderError, match="cannot be reached"):
            archive.search("ferry")


def test_another_model_under_the_same_name_is_noticed(tmp_path: Path) -> None:
    articles = write_jsonl(tmp_path / "in.jsonl", [row(1, "The ferry sank.")])
    with llm_server("ok", answer=floats) as server:
        with Archive.open(tmp_path / "archive", settings=settings_of(server.url)) as archive:
            archive.ingest(articles)
        server.answer = lambda body: sent([{"embedding": [1, 2, 3]} for _ in body["input"]])
        with Archive.open(tmp_path / "archive", settings=settings_of(server.url)) as archive:
            wanted = r"gives vectors of 3 numbers, and .* of 2 under its name.*vectors\.db away"
            with pytest.raises(StaleIndexError, match=wanted):
                archive.search("ferry")


def sends(server: str, environment: Mapping[str, str]) -> str:
    """The key that goes to a server, "" for none."""
    settings = load_settings()
    assert settings.encoder_base_url == server
    return served_encoder(settings, environment).server.api_key


def test_keys_go_only_to_the_server_they_belong_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATELINE_ENCODER", "openai:tiny")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-openai")
    monkeypatch.setenv("DATELINE_LLM_API_KEY", "sk-llm")
    monkeypatch.setenv("DATELINE_LLM_BASE_URL", "https://llm.example/v1")
    other = {"MISTRAL_API_KEY": "sk-mistral"}
    assert served_encoder(load_settings()).server.base_url == "https://api.openai.com/v1"
    assert sends("", {}) == "sk-openai"
    for url, key in (
        ("https://llm.example/v1", "sk-llm"),
        ("https://api.mistral.ai/v1", "sk-mistral"),
        ("https://mistral.ai.evil.example/v1", ""),
        ("https://api.openai.com@evil.example/v1", ""),
    ):
        monkeypatch.setenv("DATELINE_ENCODER_BASE_URL", url)
        assert sends(url, other) == key
    monkeypatch.setenv("DATELINE_ENCODER_API_KEY", "sk-own")
    assert sends("https://api.openai.com@evil.example/v1", {}) == "sk-own"


def test_a_key_of_the_environment_does_not_go_where_only_the_file_says(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    file = Path("dateline.toml")
    lines = 'encoder = "openai:tiny"\nencoder_base_url = "https://evil.example/v1"\n'
    file.write_text(lines, encoding="utf-8")
    monkeypatch.setenv("DATELINE_ENCODER_API_KEY", "sk-own")
    assert sends("https://evil.example/v1", {}) == ""
    assert "no key is sent to the encoder's server evil.example" in caplog.text
    monkeypatch.delenv("DATELINE_ENCODER_API_KEY")
    file.write_text(f'{lines}encoder_api_key = "sk-file"\n', encoding="utf-8")
    assert sends("https://evil.example/v1", {}) == "sk-file"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"encoder": "openai:"}, "names no model; write openai:NAME"),
        ({"encoder_base_url": ""}, "needs a key: set OPENAI_API_KEY, or DATELINE_ENCODER_BASE_URL"),
        ({"encoder_ca_file": Path("missing.pem")}, "'missing.pem' is no file"),
    ],
)
def test_settings_that_cannot_be_are_refused(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        open_encoder(settings_of("http://127.0.0.1:1/v1", **given))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATELINE_ENCODER_BASE_URL", "localhost:8080"),
        ("DATELINE_ENCODER_DEVICE", "gpu0"),
        ("DATELINE_ENCODER_HEADERS", '{"Host": "a"}'),
    ],
)
def test_impossible_values_name_their_setting(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError, match=name.removeprefix("DATELINE_").lower()):
        load_settings()
