"""What programs may watch of the page: health, metrics, a log in JSON, request ids, spans."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from rag.archive import Archive
from rag.config import Settings, load_settings
from rag.errors import ConfigError, ProviderError
from rag.llms import ScriptedModel
from rag.observing import (
    Event,
    ModelAsked,
    QuestionAsked,
    Step,
    observed_by,
    request_id,
    request_named,
)
from rag.web.server.logs import JsonFormatter, bounded_log
from rag.web.server.metrics import Metrics
from rag.web.server.tracing import traced
from rag.web.server.watched import ID_HEADER, Watch, Watched, route, watching
from tests.browser.conftest import Site, build, running_app
from tests.builders import open_archive, row, write_jsonl
from tests.commands import ROOT, child_environment
from tests.http_server import Raw, http_server
from tests.test_web_serving import over_http, request

pytestmark = pytest.mark.enable_socket

FERRY = "Which ferry sank off Lindow?"
ROWS = [
    row(1, "The ferry Tern sank off Lindow on Friday. All 41 people were saved."),
    row(2, "The mill at Orrin burnt down."),
]
STEPS = ["resolve", "understand", "search", "read", "compose", "check"]


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with open_archive(tmp_path / "archive") as opened:
        opened.ingest(write_jsonl(tmp_path / "in.jsonl", ROWS))
        yield opened


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A page that is watched; its log is in JSON."""
    folder = tmp_path_factory.mktemp("watched") / "site"
    settings = {"DATELINE_METRICS": "1", "DATELINE_LOG_FORMAT": "json"}
    with running_app(build(folder, ROWS), **settings) as running:
        yield running


def value(metrics: str, line: str) -> float:
    """The value of a line of metrics."""
    (found,) = [each for each in metrics.splitlines() if each.startswith(f"{line} ")]
    return float(found.rpartition(" ")[2])


def test_a_page_says_that_it_lives_and_is_ready(site: Site) -> None:
    for path, said in (("/healthz", "ok"), ("/readyz", "ready")):
        got = request(site, path, host="10.0.0.7")
        assert (got.status, json.loads(got.body)) == (200, {"status": said})


def test_every_response_bears_an_id_which_the_client_may_give(site: Site) -> None:
    given = request(site, "/config", x_request_id="edge-0001.a")
    assert given.headers[ID_HEADER] == "edge-0001.a"
    own = [request(site, "/healthz").headers[ID_HEADER] for _ in range(2)]
    assert len(set(own)) == 2
    for odd in ("a b", "x" * 65, '"},{"a":"', "short"):
        assert request(site, "/nothing", x_request_id=odd).headers[ID_HEADER] != odd


def test_a_question_is_counted_and_logged_with_its_request_and_without_its_words(
    site: Site,
) -> None:
    before = request(site, "/metrics").body.decode()
    (answer,) = over_http(site, "ask", [FERRY, "", "", [], "", "", ""])
    assert "Tern" in answer["text"]
    got = request(site, "/metrics")
    assert got.headers["content-type"].startswith("text/plain; version=")
    after = got.body.decode()
    asked = 'dateline_questions_total{outcome="answered"}'
    assert value(after, asked) - (value(before, asked) if asked in before else 0) >= 1
    for step in STEPS:
        assert value(after, f'dateline_step_seconds_count{{step="{step}"}}') >= 1
    posted = 'dateline_requests_total{route="/gradio_api/call/ask",status="200"}'
    assert value(after, posted) >= 2
    for name, held in (("articles", 2), ("passages", 2), ("index_lag_changes", 0)):
        assert value(after, f"dateline_{name}") == held
    assert value(after, "dateline_archive_up") == 1
    assert value(after, "dateline_queue_length") == 0
    log = site.log.read_text(encoding="utf-8")
    lines = [json.loads(line) for line in log.splitlines()]
    posts = [
        each["request_id"]
        for each in lines
        if each["message"] == "request" and each["method"] == "POST"
    ]
    (question,) = [
        each
        for each in lines
        if each["message"] == "question" and each.get("request_id") == posts[-1]
    ]
    assert list(question["steps"]) == STEPS
    assert question["outcome"] == "answered"
    for shown in (after, log):
        assert not {"Lindow", "Tern", "127.0.0.1"} & set(shown.replace('"', " ").split())


def test_metrics_are_for_this_machine_for_networks_that_are_named_or_for_a_token() -> None:
    watch = Watch(allow=("10.1.0.0/16",))
    for client, allowed in (
        ("127.0.0.1", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("10.1.2.3", True),
        ("::ffff:10.1.2.3", True),
        ("10.2.0.1", False),
        ("", False),
        ("unix:", False),
    ):
        assert watch.may_read(client, {}) is allowed, client
    assert not watch.may_read("127.0.0.1", {"x-forwarded-for": "127.0.0.1"})
    locked = Watch(token="s3cret", allow=("10.1.0.0/16",))
    assert locked.may_read("8.8.8.8", {"authorization": "Bearer s3cret"})
    for wrong in ({}, {"authorization": "Bearer s3cre"}, {"authorization": "Basic s3cret"}):
        assert not locked.may_read("127.0.0.1", wrong)


def asked(address: tuple[str, int], path: str, *lines: str) -> tuple[int, str]:
    """The status and the whole response to a GET."""
    with Raw(address) as raw:
        head = "".join(f"{line}\r\n" for line in ("Host: a", "Connection: close", *lines))
        raw.send(f"GET {path} HTTP/1.1\r\n{head}\r\n".encode())
        whole = raw.to_end().decode()
    return int(whole.split()[1]), whole


async def nothing(scope: Any, receive: Any, send: Any) -> None:
    del receive
    await send({"type": "http.response.start", "status": 404, "headers": []})
    await send({"type": "http.response.body", "body": f"{scope['path']} {request_id()}".encode()})


def test_what_may_not_be_read_is_refused_and_off_is_nothing(archive: Archive) -> None:
    with http_server(Watched(nothing, archive, Watch())) as address:
        assert asked(address, "/metrics")[0] == 404
        assert "/metricsx edge-0002" in asked(address, "/metricsx", "X-Request-ID: edge-0002")[1]
    watch = Watch(Metrics(archive), token="s3cret")
    with http_server(Watched(nothing, archive, watch, root="/news")) as address:
        assert asked(address, "/metrics")[0] == 403
        assert asked(address, "/news/metrics", "Authorization: Bearer s3cret")[0] == 200
        _, shown = asked(address, "/metrics", "Authorization: Bearer s3cret")
    assert value(shown, 'dateline_requests_total{route="/metrics",status="403"}') == 1


def test_a_page_without_its_archive_lives_and_is_not_ready(tmp_path: Path) -> None:
    with (
        open_archive(tmp_path / "none") as missing,
        http_server(Watched(nothing, missing, Watch())) as address,
    ):
        assert asked(address, "/healthz")[0] == 200
        status, whole = asked(address, "/readyz")
        assert status == 503
        assert str(tmp_path) not in whole


def test_models_are_counted_with_their_tokens_and_failures(archive: Archive) -> None:
    metrics = Metrics(archive)
    for event in (
        ModelAsked("tiny", prompt_tokens=100, completion_tokens=7),
        ModelAsked("tiny", failed=True),
        QuestionAsked("", "declined", (Step("search", 10.0, 10.5), Step("read", 10.5, 12.5))),
    ):
        metrics.observe(event)
    shown = metrics.text()[0].decode()
    assert value(shown, 'dateline_llm_requests_total{outcome="failed"}') == 1
    assert value(shown, 'dateline_llm_tokens_total{kind="prompt"}') == 100
    assert value(shown, 'dateline_questions_total{outcome="declined"}') == 1
    assert value(shown, "dateline_question_seconds_sum") == 2.5
    assert value(shown, 'dateline_step_seconds_bucket{le="0.5",step="search"}') == 1
    assert value(shown, 'dateline_step_seconds_bucket{le="1.0",step="read"}') == 0


def test_routes_are_few_whatever_is_asked_for() -> None:
    assert {route(f"/wp-{n}/admin") for n in range(100)} == {"other"}
    assert route("/news/../etc/passwd") == "other"
    assert route("/mcp/") == "/mcp"
    assert route("") == "/"


def test_the_steps_of_a_question_come_in_order_with_a_model_and_without(archive: Archive) -> None:
    seen: list[Event] = []
    with observed_by(seen.append), request_named("edge-0003"):
        archive.ask(FERRY)
        archive.ask(FERRY, model=ScriptedModel("The ferry Tern sank off Lindow [1]."))
    own, model, written = seen
    assert isinstance(own, QuestionAsked)
    assert [step.name for step in own.steps] == STEPS
    assert all(step.seconds >= 0 for step in own.steps)
    assert isinstance(model, ModelAsked)
    assert isinstance(written, QuestionAsked)
    assert (written.model, written.request_id) == ("scripted", "edge-0003")
    names = [step.name for step in written.steps]
    assert [name for name in names if name != "read"] == [s for s in STEPS if s != "read"]


class Broken(ScriptedModel):
    def stream(self, messages: Any, schema: Any = None) -> Any:
        del messages, schema
        msg = "it is down"
        raise ProviderError(msg)
        yield


def test_a_failing_model_and_a_failing_observer_disturb_nobody(
    archive: Archive, caplog: pytest.LogCaptureFixture
) -> None:
    seen: list[Event] = []

    def fails(event: Event) -> None:
        seen.append(event)
        raise ZeroDivisionError

    with observed_by(fails):
        answer = archive.ask(FERRY, model=Broken())
    assert "Tern" in answer.text
    assert [type(each).__name__ for each in seen] == ["ModelAsked", "QuestionAsked"]
    assert seen[0] == ModelAsked("scripted", failed=True)
    assert "an observer failed" in caplog.text


def test_a_question_is_a_span_with_a_span_for_each_step(archive: Archive) -> None:
    exporter = InMemorySpanExporter()
    with traced(exporter), request_named("edge-0004"):
        archive.ask(FERRY)
    *steps, whole = exporter.get_finished_spans()
    assert [span.name for span in steps] == STEPS
    assert whole.name == "question"
    assert whole.parent is None
    context = whole.get_span_context()
    assert context is not None
    assert {span.parent.span_id for span in steps if span.parent} == {context.span_id}
    assert whole.attributes == {
        "dateline.outcome": "answered",
        "dateline.request_id": "edge-0004",
    }
    assert [span.start_time for span in steps] == sorted(span.start_time or 0 for span in steps)
    assert "Lindow" not in "".join(span.to_json() for span in (*steps, whole))


def test_a_line_in_json_is_whole_whatever_is_logged(capsys: pytest.CaptureFixture[str]) -> None:
    with bounded_log("json"), request_named("edge-0005"):
        logging.getLogger("rag.web").warning('two\nlines "quoted" \x1b[31m %s', "x" * 5000)
        try:
            raise ValueError("no")
        except ValueError:
            logging.getLogger("other").exception("failed")
        logging.getLogger("other").info("not written")
    first, second = map(json.loads, capsys.readouterr().err.splitlines())
    assert first["message"].startswith('two\nlines "quoted" \x1b[31m xxx')
    assert len(first["message"]) < 2100
    assert (first["level"], first["request_id"]) == ("warning", "edge-0005")
    assert second["exception"].endswith("ValueError: no")
    record = logging.LogRecord("a", logging.INFO, "", 1, "plain", (), None)
    assert "request_id" not in json.loads(JsonFormatter().format(record))


def test_what_is_off_loads_nothing(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from rag.archive import Archive\nfrom rag.config import load_settings\n"
        "from rag.web.server.watched import watching\n"
        "with Archive.open('a', settings=load_settings()) as archive:\n"
        "    with watching(load_settings(), archive) as watch:\n"
        "        print(watch.metrics)\n"
        "print([n for n in ('prometheus_client', 'opentelemetry.sdk') if n in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=child_environment(PYTHONPATH=str(ROOT)),
        check=True,
    )
    assert done.stdout == "None\n[]\n"


def test_what_is_not_installed_is_named(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "prometheus_client", None)
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.resources", None)
    with pytest.raises(ConfigError, match=r"pip install 'dateline\[metrics\]'"):
        Metrics(archive)
    settings = Settings(otel=True)
    with (
        pytest.raises(ConfigError, match=r"pip install 'dateline\[otel\]'"),
        watching(settings, archive),
    ):
        pass


def test_networks_that_may_read_are_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATELINE_METRICS_ALLOW", "10.1.0.0/16, ::1")
    assert load_settings().metrics_allow == ("10.1.0.0/16", "::1")
    monkeypatch.setenv("DATELINE_METRICS_ALLOW", "0.0.0.0/0")
    with pytest.raises(ConfigError, match=r"metrics_allow.*'0\.0\.0\.0/0' must be an address"):
        load_settings()
