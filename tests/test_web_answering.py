"""Questions that meet are answered at the same time, in processes of their own."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import closing, contextmanager
from multiprocessing import active_children
from multiprocessing.process import BaseProcess
from threading import Event, Thread

import pytest

from rag import observing
from rag.archive import Archive
from rag.config import Settings
from rag.errors import QueryError
from rag.llms import ScriptedModel
from rag.observing import QuestionAsked, observed_by, request_named
from rag.records import Answer
from rag.web.answering import Answering
from tests.builders import row, write_jsonl

FERRY, MILL = "Which ferry sank off Lindow?", "What happened to the mill at Orrin?"
ROWS = [
    row(1, "The ferry Tern sank off Lindow on Friday. All 41 people were saved."),
    row(2, "The mill at Orrin burnt down on Monday. Nobody was hurt."),
]


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    folder = tmp_path_factory.mktemp("answering")
    with Archive.open(folder / "archive", settings=Settings()) as opened:
        opened.ingest(write_jsonl(folder / "in.jsonl", ROWS), vectors=False)
        yield opened


@pytest.fixture(scope="module")
def two(archive: Archive) -> Iterator[Answering]:
    """At most two processes; they are there for all tests of this module."""
    with closing(Answering(archive, Settings(web_processes=2))) as answering:
        yield answering


@contextmanager
def busy(answering: Answering) -> Iterator[None]:
    """Lets a first question be answered here until the context ends."""
    begun, ended = Event(), Event()

    def hold(_event: observing.Event) -> None:
        if not begun.is_set():
            begun.set()
            ended.wait()

    asking = Thread(target=answering.ask, args=[FERRY])
    with observing.observed_by(hold):
        asking.start()
        begun.wait()
        try:
            yield
        finally:
            ended.set()
            asking.join()


def others() -> list[BaseProcess]:
    """The processes that were started to answer."""
    return [each for each in active_children() if "Spawn" in type(each).__name__]


def same(one: Answer, other: Answer) -> bool:
    """Whether two answers say the same, and cite the same."""
    return (one.text, one.citations, one.understood) == (
        other.text,
        other.citations,
        other.understood,
    )


def test_who_asks_alone_is_answered_here(two: Answering, archive: Archive) -> None:
    assert same(two.ask(FERRY), archive.ask(FERRY))
    assert others() == []


def test_a_question_that_meets_another_is_answered_elsewhere(
    two: Answering, archive: Archive
) -> None:
    events: list[observing.Event] = []
    with busy(two), observed_by(events.append):
        with request_named("req-0001"):
            assert same(two.ask(MILL), archive.ask(MILL))
        assert len(others()) == 1
        with pytest.raises(QueryError, match="the question is empty"):
            two.ask("  ")
    seen = [each for each in events if isinstance(each, QuestionAsked)]
    # The second of each pair is that of `archive.ask`, which is asked here.
    assert [(each.request_id, each.outcome) for each in seen] == [
        ("req-0001", "answered"),
        ("req-0001", "answered"),
        ("", "failed"),
    ]
    assert seen[0].steps[0].name == "resolve"
    assert "burnt down" in two.ask(MILL).text


def test_filters_and_history_go_along(two: Answering, archive: Archive) -> None:
    with busy(two):
        later = archive.filters(published_from="2030")
        assert two.ask(MILL, filters=later).abstained
        history = [{"role": "user", "content": FERRY}]
        follow_up = "When did it sink?"
        asked = two.ask(follow_up, history=history)
        assert asked.standalone == archive.ask(follow_up, history).standalone != follow_up


def test_a_process_that_is_killed_costs_no_answer(
    two: Answering, archive: Archive, caplog: pytest.LogCaptureFixture
) -> None:
    with busy(two):
        two.ask(MILL)
        (process,) = others()
        process.kill()
        process.join()
        with caplog.at_level(logging.WARNING):
            assert same(two.ask(MILL), archive.ask(MILL))
        assert "was killed" in caplog.text
        # Another one is started for the next question that meets this one.
        assert same(two.ask(MILL), archive.ask(MILL))
        assert [each.pid for each in others()] != [process.pid]


def test_a_model_is_asked_from_here(two: Answering) -> None:
    before = len(others())
    model = ScriptedModel("The ferry Tern sank off Lindow [1].")
    with busy(two):
        assert two.ask(FERRY, model=model).model == model.name
    assert len(others()) == before


def test_one_process_answers_all_where_the_setting_says_so(archive: Archive) -> None:
    before = [each.pid for each in others()]
    with closing(Answering(archive, Settings(web_processes=1))) as alone:
        alone.start()
        with busy(alone):
            assert same(alone.ask(MILL), archive.ask(MILL))
        assert [each.pid for each in others()] == before


def test_what_the_setting_asks_for_starts_at_once_and_ends_with_the_page(archive: Archive) -> None:
    before = {each.pid for each in others()}
    with closing(Answering(archive, Settings(web_processes=3))) as three:
        three.start()
        started = [each for each in others() if each.pid not in before]
        assert len(started) == 2
    assert [each for each in started if each.is_alive()] == []
