"""A withdrawn article answers nothing, and whoever asks for it is told that it was withdrawn."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from embeddings import HashingEncoder
from rag.archive import Archive
from rag.config import Settings
from rag.errors import ArchiveError, QueryError
from rag.llms import ScriptedModel
from rag.store import Selection
from rag.web.conversation import Reference
from rag.web.rendering.article import article_html
from rag.web.server.endpoints import Endpoints
from rag.web.views.opened import open_words
from tests.builders import open_archive, row, write_jsonl
from tests.commands import Commands
from tests.postgresql import ON_BOTH, ON_SQLITE

pytestmark = ON_BOTH

QUESTION = "Who hid forty barrels of whisky beneath the chapel?"
SECRET = "The lighthouse keeper Orla Quist hid forty barrels of whisky beneath the chapel."
TITLE = "Contraband below the altar"
WHISKY = "courier.example/1"
WHY = "The keeper has shown that it is false."
NAMES = ("Ane", "Bo", "Cai", "Dov", "Eli", "Fay", "Gus", "Hal", "Ivo", "Jon")
BEFORE = datetime(2025, 5, 10, tzinfo=UTC)


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    opened = open_archive(tmp_path / "archive")
    rows = [
        row(1, f"{SECRET} The bishop knew nothing.", title=TITLE),
        row(2, "The ferry sails on Monday. The council approved a budget of 12 million crowns."),
        row(3, "The keeper of the lighthouse retired. The chapel is white.", publisher="Tidings"),
        *(row(n, f"In story {n} the copper mine has its licence.") for n in range(10, 20)),
    ]
    opened.ingest(write_jsonl(tmp_path / "in.jsonl", rows))
    return opened


@pytest.fixture
def dateline(archive: Archive, dateline: Commands, monkeypatch: pytest.MonkeyPatch) -> Commands:
    monkeypatch.setenv("DATELINE_CHUNK_TOKENS", "32")
    monkeypatch.setenv("DATELINE_ARCHIVE", str(archive.folder))
    return dateline


def withdraw(archive: Archive, article_id: str = WHISKY) -> None:
    archive.removals.withdraw(article_id, WHY)


@pytest.mark.parametrize("as_of", [None, BEFORE])
@pytest.mark.parametrize("vectors", [True, False])
def test_the_best_answer_is_declined_where_it_was_withdrawn(
    archive: Archive, tmp_path: Path, as_of: datetime | None, vectors: bool
) -> None:
    if not vectors:
        words = open_archive(tmp_path / "words")
        words.ingest(tmp_path / "in.jsonl", vectors=False)
        archive = words
    assert archive.ask(QUESTION, as_of=as_of).citations[0].quote == SECRET
    withdraw(archive)
    model = ScriptedModel("Nobody did. [1]")
    told = archive.ask(QUESTION, as_of=as_of, model=model)
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    first, _, rest = told.text.partition("\n\n")
    assert first.startswith(
        f"An article on this (The Courier, 3 May 2025) was withdrawn on {today} "
    )
    assert first.endswith(f" UTC: {WHY}")
    assert rest.startswith("The archive does not answer this. Nearest articles:")
    assert told.reason == f"withdrawn: a{first[1:]}"
    assert (told.abstained, told.citations, model.asked) == (True, (), [])
    assert told.coverage == float(vectors)
    said = json.dumps(told.to_dict())
    assert not any(words in said for words in ("Orla", TITLE, "The bishop"))
    assert WHISKY not in {h.article.id for h in archive.search(QUESTION, as_of=as_of)}
    archive.removals.reinstate(WHISKY)
    assert archive.ask(QUESTION, as_of=as_of).citations[0].quote == SECRET


def test_what_was_understood_is_told_of_a_declined_answer_too(archive: Archive) -> None:
    question = f"In May 2025, {QUESTION[0].lower()}{QUESTION[1:]}"
    before = archive.ask(question)
    assert [(one.words, before.abstained) for one in before.understood] == [("In May 2025", False)]
    withdraw(archive)
    declined = archive.ask(question)
    assert declined.reason.startswith("withdrawn: ")
    assert declined.understood == before.understood


def test_pieces_of_a_declined_answer_are_streamed(archive: Archive) -> None:
    withdraw(archive)
    pieces = list(archive.stream(QUESTION))
    assert len(pieces) == 1
    assert pieces[0].startswith("An article on this")


def test_nothing_is_said_of_it_where_it_would_not_have_answered(archive: Archive) -> None:
    withdraw(archive)
    for question in ("When does the ferry sail?", "Who has a licence for copper?"):
        told = archive.ask(question)
        assert "withdrawn" not in json.dumps(told.to_dict())
    early = archive.ask(QUESTION, as_of=datetime(2025, 5, 3, tzinfo=UTC))
    assert (early.abstained, "withdrawn" in early.reason) == (True, False)
    tidings = archive.ask(QUESTION, filters=archive.filters(publishers=["Tidings"]))
    assert "withdrawn" not in tidings.text
    later = archive.ask(QUESTION, filters=archive.filters("2025-06"))
    assert "withdrawn" not in later.text


def test_a_copy_that_stands_answers_in_its_place(archive: Archive, tmp_path: Path) -> None:
    copy = row(4, f"{SECRET} The bishop knew nothing.", publisher="Tidings", title="Whisky")
    archive.ingest(write_jsonl(tmp_path / "copy.jsonl", [copy]))
    withdraw(archive)
    told = archive.ask(QUESTION)
    assert (told.citations[0].article.id, told.citations[0].quote) == ("courier.example/4", SECRET)
    (hit, *_) = archive.search(QUESTION)
    assert (hit.article.id, hit.copies) == ("courier.example/4", ())


def test_an_answer_of_others_says_what_it_does_not_use(archive: Archive, tmp_path: Path) -> None:
    other = "The sexton Ole Brandt helped to hide the barrels of whisky beneath the chapel."
    archive.ingest(write_jsonl(tmp_path / "other.jsonl", [row(5, other, publisher="Tidings")]))
    quotes = [each.quote for each in archive.ask(QUESTION).citations]
    assert quotes[:2] == [SECRET, other]
    archive.removals.withdraw("courier.example/5", WHY)
    told = archive.ask(QUESTION)
    assert [each.quote for each in told.citations] == [each for each in quotes if each != other]
    (note,) = [note for note in told.notes if "withdrawn" in note]
    assert note.startswith("Not used: an article on this (Tidings, 3 May 2025) was withdrawn on ")
    assert "Brandt" not in json.dumps(told.to_dict())


def test_an_outlets_own_retraction_declines_with_its_words(
    archive: Archive, tmp_path: Path
) -> None:
    retracted = row(1, "This article has been retracted.", title=TITLE)
    archive.ingest(write_jsonl(tmp_path / "again.jsonl", [retracted]))
    told = archive.ask(QUESTION)
    assert told.reason.startswith("withdrawn: an article on this (The Courier, 3 May 2025) was ")
    assert told.reason.endswith(" UTC: This article has been retracted.")
    assert "Orla" not in json.dumps(told.to_dict())


def test_a_reader_that_is_open_heeds_a_withdrawal_at_its_next_question(archive: Archive) -> None:
    with open_archive(archive.folder) as reader:
        assert not reader.ask(QUESTION).abstained
        withdraw(archive)
        assert reader.ask(QUESTION).reason.startswith("withdrawn: ")
        archive.removals.reinstate(WHISKY)
        assert not reader.ask(QUESTION).abstained


def test_commands_say_that_an_article_was_withdrawn(
    archive: Archive, dateline: Commands, tmp_path: Path
) -> None:
    saved = tmp_path / "answer.json"
    saved.write_text(dateline("ask", QUESTION, "--json").out, encoding="utf-8")
    done = dateline("withdraw", WHISKY, "--why", WHY)
    assert (done.status, done.out) == (0, f"{WHISKY} is withdrawn\n")
    assert f"dateline withdraw --undo {WHISKY} --archive {archive.folder}" in done.err
    on = f"withdrawn on {datetime.now(UTC):%Y-%m-%d}"
    assert on in dateline("ask", QUESTION).out
    assert dateline("article", WHISKY).out.startswith(on)
    assert dateline("article", WHISKY, "--history").out.startswith(on)
    assert dateline("article", WHISKY, "--json").json["withdrawn"]["why"] == WHY
    assert dateline("article", "courier.example/2", "--json").json["withdrawn"] is None
    traced = dateline("quote", SECRET).out
    assert traced.startswith(f"not found: the article that has these words, '{WHISKY}', was {on}")
    checked = dateline("recheck", saved)
    assert checked.status == 1
    assert f"[1] {WHISKY} missing: the article '{WHISKY}' was {on}" in checked.out
    assert "withdrawn  1" in dateline("info").out
    assert dateline("doctor").status == 0
    assert dateline("withdraw", WHISKY, "--undo").out == f"{WHISKY} answers again\n"
    assert dateline("recheck", saved).status == 0


def test_an_altered_quote_says_that_its_very_words_were_withdrawn(
    archive: Archive, tmp_path: Path
) -> None:
    near = SECRET.replace("forty", "four hundred")
    archive.ingest(write_jsonl(tmp_path / "near.jsonl", [row(6, near, publisher="Tidings")]))
    withdraw(archive)
    trace = archive.trace(SECRET)
    assert (trace.outcome, trace.matches[0].article.id) == ("altered", "courier.example/6")
    assert f"; the article that has these words, '{WHISKY}', was withdrawn on " in trace.reason


def test_the_article_panel_and_programs_are_told(archive: Archive) -> None:
    withdraw(archive)
    opened = open_words(archive, WHISKY, 1, (0, len(SECRET)))
    shown = article_html(opened, "cite-1", Reference("cited", WHISKY, 1, 0, len(SECRET)))
    assert f"This article was withdrawn on {datetime.now(UTC):%Y-%m-%d}" in shown
    assert "Orla" not in shown
    told = Endpoints(archive).article(WHISKY)["withdrawn"]
    assert (told["why"], told["at"][:4]) == (WHY, f"{datetime.now(UTC):%Y}")
    assert Endpoints(archive).article("courier.example/2")["withdrawn"] is None


def test_what_cannot_be_withdrawn_is_refused(archive: Archive, dateline: Commands) -> None:
    dateline("withdraw", WHISKY).refused("needs a reason for its readers; give one: --why")
    dateline("withdraw", "x/9", "--why", "x").refused("holds no article 'x/9'; dateline search")
    dateline("withdraw", "--undo", WHISKY).refused(f"'{WHISKY}' is not withdrawn; see it: dateline")
    withdraw(archive)
    dateline("withdraw", WHISKY, "--why", "x").refused(
        f"is withdrawn already; undo that: dateline withdraw --undo '{WHISKY}'"
    )
    archive.removals.delete(archive.removals.find(Selection(ids=(WHISKY,))))
    with pytest.raises(ArchiveError, match=rf"the article '{WHISKY}' was deleted on"):
        archive.removals.reinstate(WHISKY)
    with pytest.raises(QueryError, match="needs a reason"):
        archive.removals.withdraw("courier.example/2", " \n")


def test_a_new_text_of_a_withdrawn_article_answers_nothing_and_the_run_says_so(
    archive: Archive, dateline: Commands, tmp_path: Path
) -> None:
    withdraw(archive)
    write_jsonl(tmp_path / "new.jsonl", [row(1, f"{SECRET} The bishop knew.", title=TITLE)])
    ended = dateline("ingest", "new.jsonl")
    assert ended.out == "0 added, 1 revised, 0 unchanged, 0 duplicate, 0 failed\n"
    assert f"new.jsonl:1: withdrawn on {datetime.now(UTC):%Y-%m-%d}" in ended.err
    assert f"it answers nothing until: dateline withdraw --undo {WHISKY}" in ended.err
    assert archive.ask(QUESTION).reason.startswith("withdrawn: ")
    archive.removals.reinstate(WHISKY)
    assert archive.ask(QUESTION).citations[0].article.revision == 2


class NotOrla:
    """Judges every text perfect that does not name her."""

    def scores(self, _query: str, texts: Sequence[str]) -> list[float]:
        """1 for each text, and 0 for hers."""
        return [float("Orla" not in text) for text in texts]


@pytest.mark.parametrize(
    ("question", "fields", "reranker"),
    [
        ("Who hid forty barrels of whisky beneath the old chapel?", {"date": "2025-05-31"}, None),
        (
            "Who hid forty barrels of whisky beneath the old chapel, and what did Radio North say?",
            {"publisher": "Radio North"},
            None,
        ),
        ("Who hid forty barrels of whisky beneath the old chapel?", {}, NotOrla()),
    ],
    ids=["newer", "preferred", "judged better"],
)
def test_what_was_withdrawn_is_scored_as_what_was_found(
    tmp_path: Path, question: str, fields: dict[str, object], reranker: NotOrla | None
) -> None:
    """Ten articles share all words but "old" with the question, the withdrawn one shares all.

    What is read are the eight best: it is among them only where nothing but words counts.
    """
    old = {"date": "2019-05-03", "title": "Contraband"}
    told = SECRET.replace("the chapel", "the old chapel")
    others = [
        row(n, f"Sexton {name} hid forty barrels of whisky beneath the chapel at pier {n}.")
        for n, name in enumerate(NAMES, start=2)
    ]
    rows = [row(1, told, **old), *(each | old | fields for each in others)]
    settings = Settings(encoder="hashing", chunk_tokens=32)
    june = datetime(2025, 6, 1, tzinfo=UTC)
    with Archive.open(
        tmp_path / "scored", settings=settings, encoder=HashingEncoder(), reranker=reranker
    ) as archive:
        archive.ingest(write_jsonl(tmp_path / "scored.jsonl", rows))
        withdraw(archive)
        answer = archive.ask(question, as_of=june)
        assert "withdrawn" not in json.dumps(answer.to_dict())
        assert answer.citations[0].quote.startswith("Sexton ")
        # Beside nine that are withdrawn too, the same article is the best of what is left.
        for n in range(2, 12):
            withdraw(archive, f"courier.example/{n}")
        assert archive.ask(question, as_of=june).reason.startswith("withdrawn: ")


@ON_SQLITE
def test_what_was_withdrawn_is_as_near_in_meaning_as_what_was_found(tmp_path: Path) -> None:
    """The withdrawn article has every word of the question, and many others beside them.

    Ten short ones lack "old" but are nearer in meaning: where meanings count, they are read.
    """
    filler = "while rain fell upon nets, ropes, hens, geese, carts, sheds, pears and plums"
    told = f"{SECRET.replace('the chapel', 'the old chapel').rstrip('.')} {filler}."
    others = [row(n, f"{name} hid forty barrels of whisky beneath the chapel.", title="Contraband")
              for n, name in enumerate(NAMES, start=2)]  # fmt: skip
    # Most articles have the word "old": it weighs little.
    mines = [row(n, f"In story {n} the old copper mine has a licence.") for n in range(20, 80)]
    rows = [row(1, told, title="Contraband"), *others, *mines]
    question = "Who hid forty barrels of whisky beneath the old chapel?"
    for vectors in (False, True):
        with open_archive(tmp_path / f"with vectors {vectors}") as archive:
            archive.ingest(write_jsonl(tmp_path / "in.jsonl", rows), vectors=vectors)
            withdraw(archive)
            reason = archive.ask(question).reason
            assert reason.startswith("withdrawn: ") is not vectors
