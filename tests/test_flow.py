"""One question, one snapshot: what is understood, searched, read and said is of one state."""

from __future__ import annotations

import io
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from embeddings import HashingEncoder, Vectors
from rag.archive import Archive
from rag.config import Settings
from rag.errors import QueryError
from rag.indexes.dense import DenseIndex
from rag.indexes.tantivy_index import TantivyIndex
from rag.llms import ScriptedModel
from rag.records import Answer, Message
from rag.web.chat import Chat
from rag.web.conversation import Conversation
from rag.web.form import Form
from rag.web.tabs.search import searched
from tests.builders import open_archive, row, write_jsonl
from tests.commands import Commands

ROOT = Path(__file__).parent.parent
MOST_FILES = 78
"""How many of our files an extractive question enters. It may shrink; 35 is where it should be."""

JUNE = datetime(2025, 6, 1, tzinfo=UTC)
NORTH = "What did Radio North report about the ferry strike in April 2025?"
COURIER = "And the Marren Courier?"
WHOLE = "What did the Marren Courier report about the ferry strike in April 2025?"
COST = "The ferry strike cost the islands two million crowns, the chamber said."
ROWS = [
    row(1, "The ferry strike shut Lindow for nine days.", publisher="Radio North"),
    row(2, COST, publisher="The Marren Courier"),
    row(3, "The ferry strike in April 2025 shut the Marren Courier.", publisher="Daily Packet"),
]


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with open_archive(tmp_path / "archive") as opened:
        rows = [each | {"date": f"2025-04-1{n}"} for n, each in enumerate(ROWS)]
        opened.ingest(write_jsonl(tmp_path / "in.jsonl", rows))
        yield opened


def turns(*questions: str) -> list[Message]:
    """The questions, each with an answer that names nothing."""
    reply = Message("assistant", "It shut for nine days. [1]")
    return [each for asked in questions for each in (Message("user", asked), reply)]


def understood(answer: Answer) -> list[tuple[str, bool]]:
    """The dates and outlets that were understood."""
    return [(one.words, one.strict) for one in answer.understood if one.of_hits]


def outlets(answer: Answer) -> set[str]:
    return {hit.article.publisher for hit in answer.hits}


def test_a_follow_up_that_only_names_another_outlet_asks_for_its_articles(archive: Archive) -> None:
    answer = archive.ask(COURIER, turns(NORTH), as_of=JUNE)
    assert answer.standalone == WHOLE
    assert understood(answer) == [("the Marren Courier", True), ("in April 2025", False)]
    assert outlets(answer) == {"The Marren Courier"}
    assert [each.quote for each in answer.citations] == [COST]
    assert answer.understood[-1].meaning == "an overview"
    assert all(answer.standalone[one.start : one.end] == one.words for one in answer.understood)
    found = archive.search(COURIER, history=turns(NORTH), as_of=JUNE)
    assert {hit.article.publisher for hit in found} == {"The Marren Courier"}


@pytest.mark.parametrize(
    ("before", "question", "whole"),
    [
        ([NORTH], "What about the Marren Courier?", WHOLE),
        ([NORTH], "And what did the Marren Courier report?", WHOLE),
        ([NORTH], "And in May 2025?", NORTH.replace("April", "May")),
        (
            [NORTH],
            "And the Marren Courier, in May 2025?",
            WHOLE.replace("April", "May"),
        ),
        ([NORTH, COURIER], "And in May 2025?", WHOLE.replace("April", "May")),
        ([NORTH], "And yesterday?", NORTH.replace("in April 2025", "yesterday")),
        (
            ["What did Radio North report?"],
            "And in May 2025?",
            "What did Radio North report in May 2025?",
        ),
        # They are not all that is said, or stand in the place of other names.
        (["Who owns Radio North?"], COURIER, "Who owns the Marren Courier?"),
        (["Who won the 2020 election?"], "And in 2016?", "Who won the 2016 election?"),
        (
            ["Who is the harbour master?"],
            "What did she say in May 2025?",
            "What did the harbour master say in May 2025?",
        ),
        (
            [NORTH],
            "And the editor of the Marren Courier?",
            "Tell me about the editor of the Marren Courier",
        ),
    ],
)
def test_names_take_the_place_of_those_before(
    archive: Archive, before: list[str], question: str, whole: str
) -> None:
    assert archive.ask(question, turns(*before), as_of=JUNE).standalone == whole


def test_a_month_is_of_the_year_that_was_asked_about_before(archive: Archive) -> None:
    later = datetime(2026, 6, 1, tzinfo=UTC)
    answer = archive.ask("And in May?", turns(NORTH), as_of=later)
    assert answer.standalone == NORTH.replace("April", "May")
    alone = archive.ask("And in May?", turns("What did Radio North report?"), as_of=later)
    assert [(one.meaning, one.words) for one in alone.understood] == [
        ("published by Radio North", "Radio North"),
        ("May 2026", "in May"),
        ("about this archive", "What did Radio North report in May?"),
    ]


def test_a_follow_up_prefers_what_the_question_before_asked_for(archive: Archive) -> None:
    answer = archive.ask("How long did it last?", turns(NORTH), as_of=JUNE)
    assert understood(answer) == [("Radio North", False), ("in April 2025", False)]
    own = archive.ask("And what did it report in May 2025?", turns(NORTH), as_of=JUNE)
    assert [words for words, _ in understood(own)] == ["Radio North", "in May 2025"]
    now = archive.ask("And is it still going on now?", turns(NORTH), as_of=JUNE)
    assert [words for words, _ in understood(now)] == ["Radio North"]
    after = archive.ask("And how much did it cost?", turns(NORTH, COURIER), as_of=JUNE)
    assert [words for words, _ in understood(after)] == ["the Marren Courier", "in April 2025"]


def test_what_a_model_rewrites_is_what_is_understood(archive: Archive) -> None:
    model = ScriptedModel(WHOLE, f"{COST} [1]")
    answer = archive.ask(COURIER, turns(NORTH), as_of=JUNE, model=model)
    assert understood(answer) == [("the Marren Courier", True), ("in April 2025", False)]
    assert outlets(answer) == {"The Marren Courier"}
    by_rules = archive.ask(COURIER, turns(NORTH), as_of=JUNE, model=ScriptedModel())
    assert (by_rules.standalone, outlets(by_rules)) == (WHOLE, {"The Marren Courier"})


def test_words_to_ignore_are_those_of_the_resolved_question(archive: Archive) -> None:
    answer = archive.ask(COURIER, turns(NORTH), as_of=JUNE, ignore=["the marren courier"])
    assert understood(answer) == [("in April 2025", False)]
    assert "Radio North" in outlets(answer)
    with pytest.raises(
        QueryError, match=r"--ignore 'radio north': .* asks for 'the Marren Courier'"
    ):
        archive.ask(COURIER, turns(NORTH), as_of=JUNE, ignore=["Radio North"])
    assert [one.words for one in archive.understand(COURIER, JUNE, turns(NORTH))] == [
        "the Marren Courier",
        "in April 2025",
    ]


def test_the_page_understands_a_follow_up_as_it_is_searched_for(archive: Archive) -> None:
    chat = Chat(archive)

    def asked(said: Conversation, question: str, *without: str) -> Conversation:
        form = Form(question, as_of="2025-05", without=without)
        return list(chat.ask(form, said))[-1].conversation

    first = asked(Conversation(), NORTH)
    second = asked(first, COURIER).turns[-1]
    assert second.searched == WHOLE
    assert "published by The Marren Courier" in second.html
    assert "in April 2025" in second.html
    dropped = asked(first, COURIER, "the Marren Courier").turns[-1]
    assert "published by The Marren Courier" not in dropped.html
    refused = list(chat.ask(Form(COURIER, without=("x",)), first))[-1]
    assert refused.problem == (
        "Words to ignore: 'x': the question asks for 'the Marren Courier', 'in April 2025', "
        "'What did the Marren Courier report about'"
    )
    assert refused.question == COURIER


def test_the_search_tab_searches_for_what_it_says_that_it_understood(archive: Archive) -> None:
    shown = searched(Chat(archive), Form(NORTH, as_of="2025-05"))
    assert "published by Radio North" in shown
    assert "Daily Packet" not in shown
    without = searched(Chat(archive), Form(NORTH, as_of="2025-05", without=("Radio North",)))
    assert "published by Radio North" not in without
    assert "Daily Packet" in without


def test_the_command_line_understands_a_follow_up(
    archive: Archive, dateline: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATELINE_CHUNK_TOKENS", "32")
    options = ("--archive", archive.folder, "--as-of", "2025-05")

    def chat(*lines: str) -> tuple[str, str]:
        typed = "".join(f"{line}\n" for line in lines).encode()
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(typed), "utf-8"))
        ended = dateline("chat", *options)
        return ended.out, ended.err

    out, err = chat(NORTH, COURIER)
    assert COST in out
    assert err.count("published by The Marren Courier, only") == 1
    _, err = chat(NORTH, COURIER, "/ignore the Marren Courier", "/ignore radio north")
    assert err.count("published by The Marren Courier, only") == 1
    assert "/ignore 'radio north': the question asks for 'in April 2025'" not in err
    assert "error: /ignore 'radio north': the question asks for" in err


class Interrupting(HashingEncoder):
    """Calls back before it encodes its first question."""

    def __init__(self) -> None:
        super().__init__()
        self.before: list[Callable[[], object]] = []

    def encode_query(self, texts: Any) -> Vectors:
        """One unit row for each question."""
        while self.before:
            self.before.pop()()
        return super().encode_query(texts)


def test_what_is_stored_during_a_question_is_not_in_its_answer(
    archive: Archive, tmp_path: Path
) -> None:
    question = "How many crowns did the ferry strike cost the chamber?"
    late = [
        row(n, f"The ferry strike of pier {n} ended.", date="2025-04-20") for n in range(10, 40)
    ]
    file = write_jsonl(tmp_path / "late.jsonl", late)
    later = write_jsonl(tmp_path / "later.jsonl", [row(40, "The ferry strike was long.")])
    before = archive.search(question, as_of=JUNE)
    encoder = Interrupting()
    settings = Settings(encoder="hashing", chunk_tokens=32)
    with Archive.open(archive.folder, settings=settings, encoder=encoder) as reader:

        def interrupt() -> None:
            """An ingest, and another question that sees what it brought."""
            archive.ingest(file)
            archive.ingest(later, vectors=False)
            assert reader.counts() == (34, 34, 33)

        reader.counts()
        encoder.before.append(interrupt)
        during = reader.ask(question, as_of=JUNE)
        after = reader.search(question, 40, as_of=JUNE)
        assert (during.coverage, reader.coverage()) == (1.0, pytest.approx(33 / 34))
    assert [(hit.article.id, pytest.approx(hit.score)) for hit in during.hits] == [
        (hit.article.id, hit.score) for hit in before
    ]
    assert (len(before), len(after)) == (3, 34)


@pytest.mark.parametrize(
    "call",
    [
        lambda archive: archive.ask(COURIER, turns(NORTH)),
        lambda archive: archive.search(COURIER, history=turns(NORTH)),
        lambda archive: archive.understand(COURIER, JUNE, turns(NORTH)),
        lambda archive: archive.ask(COURIER, turns(NORTH), model=ScriptedModel(WHOLE, "No. [1]")),
    ],
)
def test_each_call_takes_one_snapshot(
    archive: Archive, monkeypatch: pytest.MonkeyPatch, call: Callable[[Archive], object]
) -> None:
    archive.counts()
    refreshed: list[str] = []
    for index in (TantivyIndex, DenseIndex):
        plain = index.refresh
        monkeypatch.setattr(
            index,
            "refresh",
            lambda self, plain=plain, name=index.__name__: (refreshed.append(name), plain(self)),
        )
    call(archive)
    assert sorted(refreshed) == ["DenseIndex", "TantivyIndex"]


def entered(call: Callable[[], object]) -> dict[str, set[str]]:
    """Our files that a call enters, each with the functions."""
    files: dict[str, set[str]] = defaultdict(set)

    def note(frame: FrameType, event: str, _value: object) -> None:
        path = Path(frame.f_code.co_filename)
        if event == "call" and path.is_relative_to(ROOT) and path.parts[len(ROOT.parts)] in OURS:
            files[str(path.relative_to(ROOT))].add(frame.f_code.co_qualname)

    sys.setprofile(note)
    try:
        call()
    finally:
        sys.setprofile(None)
    return files


OURS = ("rag", "embeddings")


def rooms(files: Iterable[str]) -> str:
    """The rooms that hold the files, as ARCHITECTURE.md writes them, each once."""
    names = (Path(file).parts[:2] for file in files)
    return " → ".join(dict.fromkeys(Path(n[1]).stem if n[0] == "rag" else n[0] for n in names))


def test_the_architecture_names_the_rooms_of_both_flows_in_order(tmp_path: Path) -> None:
    document = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    with open_archive(tmp_path / "archive") as opened:
        articles = write_jsonl(tmp_path / "in.jsonl", ROWS)
        assert f"\n`{rooms(entered(lambda: opened.ingest(articles)))}`\n" in document
        opened.ask(NORTH, as_of=JUNE)
        question = "How many days did the ferry strike last in April 2025?"
        assert f"\n`{rooms(entered(lambda: opened.ask(question, as_of=JUNE)))}`\n" in document


def test_a_question_enters_no_more_files_than_it_does(archive: Archive) -> None:
    archive.ask(NORTH, as_of=JUNE)
    files = entered(lambda: archive.ask("How many days did the ferry strike last in April 2025?"))
    assert len(files) <= MOST_FILES, "\n".join(
        f"{file}: {', '.join(sorted(names))}" for file, names in sorted(files.items())
    )
