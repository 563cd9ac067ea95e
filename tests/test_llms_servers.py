"""What servers send and refuse, through a real HTTP server: nothing of it surprises the client."""

from __future__ import annotations

import json
import ssl
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from rag.errors import ProviderError
from rag.llms import OpenAIModel, Reply, ReplySchema, reply_to
from rag.llms.failures import Names, Server, connection_problem
from rag.records import Message, Usage
from tests.builders import drained
from tests.llm_server import DONE, Raw, delta, event, llm_server, refusal

QUESTION = (Message("system", "Be brief."), Message("user", "What burnt?"))
ANSWER = "The mill burnt [1]."
STOP = delta(finish_reason="stop")
SCHEMA = ReplySchema("answer", "Reply in JSON.", {"type": "object"})


def whole(model: OpenAIModel, schema: ReplySchema | None = None) -> tuple[list[str], Reply]:
    """The pieces, and the reply."""
    return drained(model.stream(QUESTION, schema))


def asked(
    answer: Callable[[dict[str, Any]], Raw] | Sequence[bytes], **settings: Any
) -> tuple[list[str], Reply, list[dict[str, Any]]]:
    """What a server that sends `answer` comes to, and the requests that it got."""
    reply = answer if callable(answer) else lambda _body: Raw(answer)
    options = {"max_retries": 0, "timeout": 5.0, "first_word_timeout": 5.0} | settings
    with llm_server("ok", answer=reply) as server:
        pieces, said = whole(OpenAIModel("tiny", server.url, "sk-secret", **options))
    return pieces, said, server.asked


def split(text: str, size: int) -> list[bytes]:
    return [delta(text[at : at + size]) for at in range(0, len(text), size)]


@pytest.mark.parametrize("size", [1, 3, 1000])
@pytest.mark.parametrize(
    "text",
    [
        f"<think>A mill? Yes.</think>\n\n{ANSWER}",
        f"<think>A mill <think>or two</think> it is.</think>{ANSWER}",
        f"<think>They want no <think> tags.</think>{ANSWER}",
        f"<thinking>\nA mill?\n</thinking>{ANSWER}",
        f"<think>\n\n</think>\n\n{ANSWER}",
        f"<think>A mill?\n\n{ANSWER}",
        f"Okay, the user asks what burnt.\n</think>\n{ANSWER}",
        f"[THINK]A mill?[/THINK]{ANSWER}",
        f"<think>A mill?</think><answer>{ANSWER}</answer>",
        "<|channel|>analysis<|message|>A mill?<|end|><|start|>assistant<|channel|>final<|message|>"
        f"{ANSWER}<|return|>",
        f"analysisWe need the mill.assistantfinal{ANSWER}",
        f"<|channel>thought\nA mill?<channel|>{ANSWER}",
        f"{ANSWER}<|im_end|>",
        f"{ANSWER}</s>",
        f"<｜begin▁of▁sentence｜>{ANSWER}<｜end▁of▁sentence｜>",
        f"{ANSWER}<|im_end|>\n<|im_start|>user\nAnd who died?",
        f"```\n{ANSWER}\n```",
        f"\x00{ANSWER}\ufeff",
    ],
)
def test_what_is_no_text_never_reaches_a_reader(text: str, size: int) -> None:
    pieces, reply, _ = asked([*split(text, size), STOP, DONE])
    assert "".join(pieces) == reply.text == ANSWER
    assert reply.finish == "stop"


def test_thoughts_that_nothing_announces_are_held_back_from_the_second_reply_on() -> None:
    said = [*split(f"A mill, I think.</think>{ANSWER}", 4), STOP, DONE]
    with llm_server("ok", answer=lambda _body: Raw(said)) as server:
        model = OpenAIModel("tiny", server.url)
        assert whole(model)[1].text == ANSWER
        pieces, reply = whole(model)
    assert ("".join(pieces), reply.text) == (ANSWER, ANSWER)
    assert pieces[0] == ""


@pytest.mark.parametrize("name", ["reasoning_content", "reasoning"])
def test_thoughts_in_a_field_of_their_own_are_a_state_and_no_text(name: str) -> None:
    thoughts = [delta(None, **{name: "A mill?"}), delta("", **{name: " Yes."})]
    pieces, reply, _ = asked([*thoughts, delta(ANSWER), STOP, DONE])
    assert pieces == ["", "", ANSWER]
    assert reply.text == ANSWER


def test_content_may_be_a_list_of_parts() -> None:
    thought = {"type": "thinking", "thinking": [{"type": "text", "text": "A mill?"}]}
    parts = [delta([thought]), delta([{"type": "text", "text": "The mill "}]), delta("burnt [1].")]
    assert asked([*parts, STOP, DONE])[1].text == ANSWER


@pytest.mark.parametrize(
    "odd",
    [
        b"data: null\n\n",
        b"data:\n\n",
        b": still here\n\n",
        b"event: ping\ndata: keep-alive\n\n",
        event([]),
        event(7),
        event({"choices": []}),
        event({"choices": None}),
        event({"choices": [None]}),
        event({"choices": [{"delta": None}]}),
        event({"choices": [{"delta": {"content": None, "tool_calls": None}}]}),
        event({"choices": [{"delta": {"content": 5}}], "usage": None}),
        event({"choices": [], "usage": {"prompt_tokens": None, "completion_tokens": "x"}}),
        event({"choices": [], "usage": [1]}),
    ],
)
def test_nothing_that_a_server_sends_crashes(odd: bytes) -> None:
    assert (
        asked([odd, delta("The mill "), odd, delta("burnt [1]."), odd, STOP, DONE])[1].text
        == ANSWER
    )


def test_the_usage_is_what_is_known_of_it() -> None:
    def used(**tokens: int) -> bytes:
        return event({"choices": [], "usage": tokens})

    every = [used(prompt_tokens=9, completion_tokens=1), delta(ANSWER), used(completion_tokens=6)]
    assert asked([*every, STOP, DONE])[1].usage == Usage(9, 6)
    assert asked([delta(ANSWER), STOP, used(prompt_tokens=9), DONE])[1].usage.prompt_tokens == 9


def test_characters_whose_halves_come_apart_are_put_together() -> None:
    halves = [b'data: {"choices":[{"delta":{"content":"\\ud83d"}}]}\n\n',
              b'data: {"choices":[{"delta":{"content":"\\ude00 so \\udc00"}}]}\n\n']  # fmt: skip
    assert asked([*halves, STOP, DONE])[1].text == "😀 so \N{REPLACEMENT CHARACTER}"


def test_bytes_may_come_in_any_portions_with_any_line_ends() -> None:
    sent = b"".join([delta("Die Mühle "), delta("brannte [1]."), STOP, DONE])
    sent = json.dumps("Mühle", ensure_ascii=False).encode().join(sent.split(b'"M\\u00fchle"'))
    for text in (sent, sent.replace(b"\n", b"\r\n"), sent.replace(b"\n\n", b"\r\r")):
        parts = [text[at : at + 1] for at in range(len(text))]
        assert asked(parts)[1].text == "Die Mühle brannte [1]."


@pytest.mark.parametrize(
    "ending",
    [[DONE], [STOP], [STOP, DONE], [], [delta(finish_reason="eos"), DONE]],
)
def test_an_answer_stands_however_its_end_is_told(ending: list[bytes]) -> None:
    assert asked([delta(ANSWER), *ending])[1].text == ANSWER


def test_one_whole_message_is_an_answer_too() -> None:
    message = {"choices": [{"message": {"content": ANSWER}, "finish_reason": "stop"}]}
    message["usage"] = {"prompt_tokens": 9, "completion_tokens": 6}
    for text in (json.dumps(message), json.dumps(message, indent=2)):
        reply = asked(
            lambda _b, t=text: Raw([t.encode()], 200, {"content-type": "application/json"})
        )[1]  # type: ignore[misc]
        assert (reply.text, reply.usage, reply.finish) == (ANSWER, Usage(9, 6), "stop")


@pytest.mark.parametrize(
    ("reason", "finish"),
    [
        ("stop", "stop"),
        ("length", "length"),
        ("content_filter", "filtered"),
        ("MAX_TOKENS", "length"),
    ],
)
def test_a_reply_says_why_it_ended(reason: str, finish: str) -> None:
    reply = asked([delta("Pay rises by 6."), delta(finish_reason=reason), DONE])[1]
    assert (reply.text, reply.finish) == ("Pay rises by 6.", finish)


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ([delta(finish_reason="content_filter")], "nothing that its content filter let through"),
        ([delta(None, refusal="I can’t help with that.")], "refuses to answer: “I can’t help with"),
        ([delta(None, tool_calls=[{"id": "1"}])], r"called a tool instead .*\(tool_calls\)"),
        ([delta("So"), delta(finish_reason="error")], "broke off its answer"),
        ([delta("The mill bur")], "broke off its answer"),
    ],
)
def test_what_is_no_answer_has_its_own_words(sent: list[bytes], words: str) -> None:
    with pytest.raises(ProviderError, match=words):
        asked(sent)


def test_a_model_that_only_thinks_is_asked_once_more_with_more_room() -> None:
    def answer(body: dict[str, Any]) -> Raw:
        if body["max_tokens"] <= 100:
            return Raw(
                [delta(None, reasoning_content="Hm. " * 9), delta(finish_reason="length"), DONE]
            )
        return Raw([delta(ANSWER), STOP, DONE])

    _, reply, requests = asked(answer, max_tokens=100)
    assert reply.text == ANSWER
    assert [body["max_tokens"] > 1000 for body in requests] == [False, True]
    assert requests[1]["reasoning_effort"] == "low"
    # The tokens of both are counted.
    assert reply.usage.prompt_tokens == 2 * 6


def test_a_model_that_thinks_twice_is_told_from_an_empty_answer() -> None:
    used = event({"choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": 1500}})
    only = [delta(None, reasoning="Hm."), delta(finish_reason="length"), used, DONE]
    words = (
        "spent its 1,500 tokens on thinking and wrote no answer; raise DATELINE_LLM_MAX_TOKENS and "
        "DATELINE_LLM_CONTEXT_TOKENS, or turn its thinking down in DATELINE_LLM_EXTRA"
    )
    with pytest.raises(ProviderError, match=words):
        asked(only)


def test_a_model_known_to_think_has_room_from_the_start() -> None:
    with llm_server("ok") as server:
        model = OpenAIModel("qwen3:8b", server.url, context_tokens=8192, max_tokens=600)
        whole(model)
    assert model.prompt_tokens == 8192 - 600 - 2048
    (body,) = server.asked
    assert body["max_tokens"] == 600 + 2048
    assert body["chat_template_kwargs"] == {"enable_thinking": False}
    assert "temperature" not in body


REJECTIONS = [
    ("max_tokens", "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."),
    ("temperature", "'temperature' does not support 0 with this model."),
    ("stream_options", "Additional properties are not allowed ('stream_options' was unexpected)"),
    ("response_format", "This response_format type is unavailable now"),
    ("response_format", "json_schema is not supported by this model"),
]


@pytest.mark.parametrize(("name", "words"), REJECTIONS)
def test_what_a_server_rejects_is_remembered(name: str, words: str) -> None:
    def answer(body: dict[str, Any]) -> Raw:
        return (
            refusal(400, {"error": {"message": words}})
            if name in body
            else Raw([delta(ANSWER), STOP])
        )

    with llm_server("ok", answer=answer) as server:
        model = OpenAIModel("tiny", server.url)
        assert [whole(model, SCHEMA)[1].text for _ in range(3)] == [ANSWER] * 3
    assert [name in body for body in server.asked] == [True, False, False, False]
    if name == "max_tokens":
        assert server.asked[-1]["max_completion_tokens"] == 800
    if name == "response_format":
        assert not model.structured
        assert "Reply in JSON" not in server.asked[-1]["messages"][-1]["content"]


def test_a_fault_named_by_its_place_is_understood() -> None:
    def answer(body: dict[str, Any]) -> Raw:
        fault = {
            "detail": [{"loc": ["body", "stream_options"], "msg": "extra fields not permitted"}]
        }
        return refusal(422, fault) if "stream_options" in body else Raw([delta(ANSWER), STOP])

    assert [len(body) for body in asked(answer)[2]] == [6, 5]


def test_a_server_without_a_system_role_gets_its_text_in_the_users_turn() -> None:
    def answer(body: dict[str, Any]) -> Raw:
        if body["messages"][0]["role"] == "system":
            return refusal(400, {"error": {"message": "System role not supported"}})
        return Raw([delta(ANSWER), STOP])

    requests = asked(answer)[2]
    assert requests[1]["messages"] == [{"role": "user", "content": "Be brief.\n\nWhat burnt?"}]


def test_a_schema_is_asked_for_and_streams() -> None:
    said = '{"answered": true}'
    with llm_server("ok", answer=lambda _b: Raw([*split(said, 5), STOP, DONE])) as server:
        pieces, reply = whole(OpenAIModel("tiny", server.url), SCHEMA)
    assert (reply.text, len(pieces)) == (said, 4)
    (body,) = server.asked
    assert body["response_format"]["json_schema"]["schema"] == {"type": "object"}
    assert body["messages"][-1]["content"] == "What burnt?\n\nReply in JSON."


def test_a_form_that_brings_nothing_is_not_asked_for_again() -> None:
    def answer(body: dict[str, Any]) -> Raw:
        return Raw([delta("" if "response_format" in body else ANSWER), STOP, DONE])

    with llm_server("ok", answer=answer) as server:
        model = OpenAIModel("tiny", server.url)
        assert [whole(model, SCHEMA)[1].text for _ in range(2)] == [ANSWER] * 2
    assert ["response_format" in body for body in server.asked] == [True, False, False]


@pytest.mark.parametrize(
    ("status", "message", "words"),
    [
        (
            401,
            "Incorrect API key provided: sk-secret.",
            r"refuses the API key: “Incorrect .*: \*\*\*",
        ),
        (
            403,
            "Your organization must be verified",
            r"\(403\): “Your organization must be verified”",
        ),
        (
            403,
            "Country not supported",
            r"refuses this account, model or place \(403\): “Country not",
        ),
        (
            404,
            "model 'x' not found, try pulling it first",
            r"\(404\): “model 'x' not found, try pull",
        ),
        (402, "Insufficient Balance", r"out of quota or money \(402\): “Insufficient Balance”"),
        (
            413,
            "Request too large",
            r"finds the question too large \(413\): “Request too large”; lower",
        ),
        (429, "You exceeded your current quota", r"out of quota or money \(429\): “You exceeded"),
        (
            400,
            "This model's maximum context length is 8192 tokens.",
            "too long for it: “This model",
        ),
        (
            400,
            "the request exceeds the available context size",
            "lower DATELINE_LLM_CONTEXT_TOKENS",
        ),
        (400, "Please reduce the length of the messages", "too long for it: “Please reduce"),
        (400, "prompt is too long: 9000 tokens > 8000 maximum", "too long for it: “prompt is too"),
        (
            400,
            "The response was filtered by the content management policy",
            "through its filter: “The",
        ),
    ],
)
def test_errors_keep_the_servers_own_words_and_name_the_setting(
    status: int, message: str, words: str
) -> None:
    with pytest.raises(ProviderError, match=words) as caught:
        asked(lambda _body: refusal(status, {"error": {"message": message}}))
    assert "sk-secret" not in str(caught.value)


def test_the_table_is_named_where_the_model_is_from_one() -> None:
    names = Names("local", "MINE_API_KEY")
    with pytest.raises(ProviderError, match=r"check MINE_API_KEY$"):
        asked(lambda _body: refusal(401, {"error": "no"}), names=names)
    with pytest.raises(ProviderError, match=r"lower context_tokens in \[llms\.local\]$"):
        asked(lambda _body: refusal(400, {"message": "context length exceeded"}), names=names)


def test_a_quota_is_not_asked_for_again_and_a_date_is_waited_for_only_within_the_deadline() -> None:
    later = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    for reply in (
        refusal(429, {"error": {"message": "x", "code": "insufficient_quota"}}, retry_after="0"),
        refusal(429, {"error": {"message": "slow down"}}, retry_after=later),
    ):
        requests: list[dict[str, Any]] = []

        def answer(body: dict[str, Any], reply: Raw = reply, seen: Any = requests) -> Raw:
            seen.append(body)
            return reply

        with pytest.raises(ProviderError, match=r"\(429\)"):
            asked(answer, max_retries=2)
        assert len(requests) == 1


def test_a_prompt_that_the_server_cut_is_noticed() -> None:
    long = [Message("user", "The old mill burnt on Tuesday. " * 200)]
    used = event({"choices": [], "usage": {"prompt_tokens": 300, "completion_tokens": 6}})
    with llm_server("ok", answer=lambda _body: Raw([delta(ANSWER), STOP, used, DONE])) as server:
        reply = reply_to(long, OpenAIModel("tiny", server.url))
    (note,) = reply.notes
    assert note.startswith("The server of 'tiny' read only 300 of about 1,4")
    assert note.endswith("or set DATELINE_LLM_CONTEXT_TOKENS to what it has.")


def test_extra_fields_and_headers_go_along_and_overrule() -> None:
    with llm_server("ok") as server:
        model = OpenAIModel(
            "tiny", server.url, temperature=0.3, extra={"top_k": 5, "max_tokens": 9},
            headers={"X-Team": "news"},
        )  # fmt: skip
        whole(model)
    (body,) = server.asked
    assert (body["temperature"], body["top_k"], body["max_tokens"]) == (0.3, 5, 9)
    assert server.headers[0]["x-team"] == "news"


def test_a_query_in_the_base_url_goes_along() -> None:
    paths = []

    def answer(_body: dict[str, Any]) -> Raw:
        return Raw([delta(ANSWER), STOP])

    with llm_server("ok", answer=answer) as server:
        assert whole(OpenAIModel("tiny", f"{server.url}?api-version=2024-10-21"))[1].text == ANSWER
        paths += server.paths
    assert paths == ["/v1/chat/completions?api-version=2024-10-21"]


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (
            ssl.SSLCertVerificationError(1, "x"),
            "a certificate that is not trusted .* DATELINE_LLM_CA",
        ),
        (ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER]"), "does not speak TLS there; try http://"),
        (ConnectionRefusedError(), "the connection is refused; see that it runs"),
        (TimeoutError(), "cannot be reached; see that it runs"),
    ],
)
def test_why_there_is_no_connection_is_told_apart(error: Exception, words: str) -> None:
    import re

    if isinstance(error, ssl.SSLCertVerificationError):
        error.verify_message = "self-signed certificate"
    outer = RuntimeError("connection error")
    outer.__cause__ = error
    server = Server("https://llm.example/v1", Names(), "")
    assert re.search(words, connection_problem(outer, server))


def test_a_name_without_an_address_is_told_apart() -> None:
    with pytest.raises(ProviderError, match=r"the name 'llm\.invalid' has no address|be reached"):
        whole(OpenAIModel("tiny", "http://llm.invalid/v1", max_retries=0, deadline=5))


def test_of_several_replies_that_come_mixed_the_first_is_read() -> None:
    mixed = event(
        {
            "choices": [
                {"index": 1, "delta": {"content": "A barn."}},
                {"index": 0, "delta": {"content": ANSWER}},
            ]
        }
    )
    assert asked([mixed, STOP, DONE])[1].text == ANSWER


def test_an_error_beside_a_reply_is_told_in_the_servers_words() -> None:
    failed = {"delta": {}, "finish_reason": "error", "error": {"message": "Upstream is down"}}
    with pytest.raises(ProviderError, match="“Upstream is down”"):
        asked([event({"choices": [failed]}), DONE])


def test_of_a_page_that_a_proxy_sends_its_title_is_told() -> None:
    page = b"<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"
    with pytest.raises(ProviderError, match="status 502: “502 Bad Gateway”;"):
        asked(lambda _body: Raw([page], 502, {"content-type": "text/html"}))


def twice(answer: Callable[[dict[str, Any]], Raw]) -> tuple[list[str], int]:
    """Two replies of a server, and how many requests they took."""
    with llm_server("ok", answer=answer) as server:
        model = OpenAIModel("tiny", server.url, max_retries=0)
        return [whole(model)[1].text for _ in range(2)], len(server.asked)


def test_a_server_that_does_not_stream_is_asked_for_the_whole_reply_from_then_on() -> None:
    def answer(body: dict[str, Any]) -> Raw:
        if body["stream"]:
            said = "Your organization must be verified to stream this model."
            return refusal(400, {"error": {"message": said, "param": "stream"}})
        assert "stream_options" not in body
        message = {"choices": [{"message": {"content": ANSWER}, "finish_reason": "stop"}]}
        return Raw([json.dumps(message).encode()], 200, {"content-type": "application/json"})

    assert twice(answer) == ([ANSWER, ANSWER], 3)


def test_a_template_that_fails_on_the_systems_turn_gets_none_from_then_on() -> None:
    def answer(body: dict[str, Any]) -> Raw:
        if any(each["role"] == "system" for each in body["messages"]):
            said = "Jinja Exception: Conversation roles must alternate user/assistant"
            return refusal(500, {"error": {"message": said}})
        return Raw([delta(ANSWER), STOP, DONE])

    assert twice(answer) == ([ANSWER, ANSWER], 3)
