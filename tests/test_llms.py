"""Language models: the script, and the openai client against a real HTTP server."""

from __future__ import annotations

from collections.abc import Generator
from itertools import islice

import pytest

from rag.errors import ConfigError, ProviderError
from rag.llms import ChatModel, Metered, OpenAIModel, Reply, ScriptedModel, reply_to
from rag.records import Message, Usage
from tests.builders import drained
from tests.llm_server import Mode, llm_server

QUESTION = (Message("system", "Be brief."), Message("user", "What burnt?"))


def read(stream: Generator[str, None, Reply]) -> tuple[list[str], Usage]:
    """All pieces and the usage."""
    pieces, reply = drained(stream)
    return pieces, reply.usage


def model(url: str, **settings: float) -> OpenAIModel:
    options = {"max_retries": 0, "timeout": 5.0} | settings
    return OpenAIModel("tiny", url, api_key="sk-secret", **options)  # type: ignore[arg-type]


def test_a_script_is_read_word_by_word_and_remembers_the_questions() -> None:
    scripted: ChatModel = (script := ScriptedModel("  It burnt [1].\n", ""))
    pieces, usage = read(scripted.stream(QUESTION))
    assert pieces == ["  It ", "burnt ", "[1].\n"]
    assert usage == Usage(prompt_tokens=4, completion_tokens=3)
    assert read(scripted.stream(QUESTION[1:])) == ([], Usage(2, 0))
    assert script.asked == [QUESTION, QUESTION[1:]]


def test_a_script_raises_its_exceptions_and_ends_in_one() -> None:
    script = ScriptedModel(ProviderError("gone"))
    with pytest.raises(ProviderError, match=r"^gone$"):
        read(script.stream(QUESTION))
    with pytest.raises(ProviderError, match="'scripted' has no reply to question 2; give it one"):
        read(script.stream(QUESTION))


def test_a_metered_model_adds_up_what_its_replies_used() -> None:
    script = ScriptedModel("It burnt [1].", "So.", ProviderError("gone"))
    meter = Metered(script)
    assert (meter.name, meter.prompt_tokens, meter.max_tokens) == ("scripted", 7_592, 600)
    assert (meter.deadline, meter.structured) == (300.0, False)
    assert read(meter.stream(QUESTION))[0] == ["It ", "burnt ", "[1]."]
    assert reply_to(QUESTION[1:], meter) == Reply("So.", Usage(2, 1))
    assert meter.usage == Usage(4 + 2, 3 + 1, requests=2)
    with pytest.raises(ProviderError, match=r"^gone$"):
        reply_to(QUESTION, meter)
    assert meter.usage == Usage(6, 4, requests=2)


def test_a_reply_streams_with_the_usage_the_server_reports() -> None:
    with llm_server("ok") as server:
        assert read(model(server.url).stream(QUESTION)) == (
            ["The mill ", "burnt [1]."],
            Usage(31, 5),
        )
    assert server.keys == ["Bearer sk-secret"]
    assert server.asked == [
        {
            "model": "tiny",
            "messages": [
                {"role": "system", "content": "Be brief."},
                {"role": "user", "content": "What burnt?"},
            ],
            "stream": True,
            "stream_options": {"include_usage": True},
            "temperature": 0,
            "max_tokens": 800,
        }
    ]


def test_a_server_of_ones_own_needs_no_key() -> None:
    with llm_server("ok") as server:
        read(OpenAIModel("tiny", server.url).stream(QUESTION))
    assert server.keys == ["Bearer none"]


def test_a_reply_may_come_in_one_piece_with_its_end() -> None:
    with llm_server("one chunk") as server:
        assert read(model(server.url).stream(QUESTION))[0] == ["The mill burnt [1]."]


def test_a_server_on_this_machine_is_asked_without_the_proxy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    with llm_server("ok") as server:
        assert len(read(model(server.url).stream(QUESTION))[0]) == 2


def test_usage_is_counted_where_the_server_gives_none() -> None:
    with llm_server("no usage", ("The mill ", "burnt.")) as server:
        _, usage = read(model(server.url).stream(QUESTION))
    assert usage == Usage(prompt_tokens=6, completion_tokens=4)


def test_options_that_the_server_rejects_are_left_out() -> None:
    with llm_server("rejects stream_options") as server:
        pieces, _ = read(model(server.url).stream(QUESTION))
    assert pieces == ["The mill ", "burnt [1]."]
    assert ["stream_options" in asked for asked in server.asked] == [True, False]
    with llm_server("rejects max_tokens") as server:
        read(model(server.url).stream(QUESTION))
    assert [asked.get("max_completion_tokens") for asked in server.asked] == [None, 800]
    assert "stream_options" in server.asked[1]


def test_an_overloaded_server_is_asked_again() -> None:
    with llm_server("429 once") as server:
        pieces, _ = read(model(server.url, max_retries=1).stream(QUESTION))
    assert pieces == ["The mill ", "burnt [1]."]
    assert len(server.asked) == 2


def test_a_server_that_wants_to_be_asked_after_the_deadline_is_not_waited_for() -> None:
    with (
        llm_server("429 for an hour") as server,
        pytest.raises(ProviderError, match=r"takes no more questions now \(429\); wait, or check"),
    ):
        read(model(server.url, max_retries=2, deadline=2.0).stream(QUESTION))
    assert len(server.asked) == 1


@pytest.mark.parametrize(("mode", "times"), [("500", 3), ("400", 1), ("slow", 1)])
def test_what_asking_again_cannot_mend_is_asked_once(mode: Mode, times: int) -> None:
    patience = 0.2 if mode == "slow" else 5.0
    with llm_server(mode) as server, pytest.raises(ProviderError):
        read(model(server.url, max_retries=2, first_word_timeout=patience).stream(QUESTION))
    # A 400 is asked again without optional parts of the request, which is no retry.
    assert len(server.asked) == times + (mode == "400")


@pytest.mark.parametrize(
    ("mode", "sentence"),
    [
        ("400", r"rejects the request \(400\): “the pot is full and '\*\*\*' is your key”"),
        ("401", "refuses the API key: “wrong key \\*\\*\\*”; check DATELINE_LLM_API_KEY"),
        ("404", r"knows no such model or page \(404\): “no such model”; check DATELINE_LLM_MODEL"),
        ("429", r"takes no more questions now \(429\): “too many”; wait, or check the account's"),
        ("500", "failed with status 500: “out of memory”; ask again, or see its log"),
        ("error event", "failed in the middle of its answer: “the model crashed”"),
        ("drop", "broke off its answer; ask again, or see its log"),
        (
            "not JSON",
            r"sent a damaged event \('{oops'\), which is no chat answer; check DATELINE_LLM",
        ),
        (
            "HTML",
            r"sent a web page, which is no chat answer; check DATELINE_LLM_BASE_URL \(it usua",
        ),
        ("empty", "returned an empty answer; check the model's name"),
    ],
)
def test_every_failure_names_server_model_and_remedy_but_not_the_key(
    mode: Mode, sentence: str
) -> None:
    with (
        llm_server(mode) as server,
        pytest.raises(
            ProviderError, match=f"^language model 'tiny' at {server.url} {sentence}"
        ) as caught,
    ):
        read(model(server.url).stream(QUESTION))
    assert "sk-secret" not in str(caught.value)


def test_a_failure_after_the_first_words_comes_after_them() -> None:
    with llm_server("drop") as server:
        stream = model(server.url).stream(QUESTION)
        assert next(stream) + next(stream) == "The mill burnt [1]."
        with pytest.raises(ProviderError, match="broke off its answer"):
            next(stream)


def test_a_refused_connection_is_a_clear_error_without_the_password() -> None:
    with llm_server("ok") as server:
        port = server.url.removeprefix("http://127.0.0.1:")
    refused = f"at http://127.0.0.1:{port} cannot be reached: the connection is refused; see that"
    with pytest.raises(ProviderError, match=refused):
        read(model(f"http://me:hunter2@127.0.0.1:{port}").stream(QUESTION))


def test_a_first_word_that_does_not_come_is_given_up_after_its_own_time() -> None:
    words = r"said nothing for 0\.2 seconds; .*, or raise DATELINE_LLM_FIRST_WORD_TIMEOUT$"
    with llm_server("slow") as server, pytest.raises(ProviderError, match=words):
        read(model(server.url, first_word_timeout=0.2).stream(QUESTION))


def test_a_server_that_falls_silent_is_given_up_after_the_timeout() -> None:
    words = r"was silent for 0\.2 seconds; see whether it is busy, or raise DATELINE_LLM_TIMEOUT$"
    with llm_server("stalls") as server, pytest.raises(ProviderError, match=words):
        read(model(server.url, timeout=0.2).stream(QUESTION))


def test_an_endless_reply_ends_after_max_tokens_pieces() -> None:
    with llm_server("endless") as server:
        pieces, usage = read(model(server.url, max_tokens=7).stream(QUESTION))
        assert server.hung_up.wait(5)
    assert pieces == ["so "] * 7
    assert usage.prompt_tokens == 6


def test_a_reply_without_end_or_words_meets_the_deadline() -> None:
    with (
        llm_server("pings") as server,
        pytest.raises(
            ProviderError, match=r"did not finish within 0\.3 seconds; ask again, or raise"
        ),
    ):
        read(model(server.url, deadline=0.3).stream(QUESTION))


def test_closing_the_stream_ends_the_request() -> None:
    with llm_server("endless") as server:
        stream = model(server.url).stream(QUESTION)
        assert list(islice(stream, 3)) == ["so ", "so ", "so "]
        stream.close()
        assert server.hung_up.wait(5)


def test_the_key_is_not_shown() -> None:
    assert "sk-secret" not in repr(model("http://127.0.0.1:1/v1"))


@pytest.mark.parametrize(
    ("name", "url", "message"),
    [
        ("", "http://127.0.0.1:1/v1", "no model is named for http://127.0.0.1:1/v1; set DATE"),
        ("tiny", "127.0.0.1:1", "base URL '127.0.0.1:1' must begin with http:// or https://"),
        ("tiny", "https://api.openai.com/v1", "needs a key: set OPENAI_API_KEY, or DATELINE_LLM"),
    ],
)
def test_settings_that_cannot_work_are_refused_at_once(name: str, url: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        OpenAIModel(name, url)
