"""What a developer meets in a console and a notebook: short objects, plain errors."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from contextlib import aclosing
from datetime import UTC, date, datetime
from pathlib import Path

import anyio
import pytest

import rag
from rag import AsyncArchive
from rag.archive import Archive
from rag.errors import ArchiveError, ConfigError, CorpusError, QueryError
from rag.records import Answer, Article, Filters, Hits, Published
from tests.builders import open_archive, row, write_jsonl

STRIKE = "The ferry strike shut Lindow for nine days. Boats &<crews> were idle."
ROWS = [
    row(1, STRIKE, publisher="Radio North", title="Ferry *strike*") | {"date": "2025-04-10"},
    row(2, "The mine in Osier reopened in June.", publisher="The Courier", title="Mine")
    | {"date": "2025-06-02"},
]


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    opened = open_archive(tmp_path / "archive")
    opened.ingest(write_jsonl(tmp_path / "in.jsonl", ROWS))
    return opened


def test_objects_are_a_line_each(archive: Archive) -> None:
    article = archive.article("courier.example/1")
    assert repr(article) == (
        "<Article 'courier.example/1': 'Ferry *strike*', Radio North, 2025-04-10; 69 characters>"
    )
    (hit,) = archive.search("ferry strike", k=1)
    assert repr(hit) == f"<Hit 1, score {hit.score:.3f}: {STRIKE!r} (Radio North, 2025-04-10)>"
    answer = archive.ask("How long did the ferry strike shut Lindow?")
    assert repr(answer) == (
        "<Answer to 'How long did the ferry strike shut Lindow?': 'Radio North, 10 April 2025: "
        "The ferry strike shut Lindow for nine days. [1] …'; 2 citations>"
    )
    assert repr(answer.citations[0]) == (
        "<Citation [1]: 'The ferry strike shut Lindow for nine days.' (Radio North, 2025-04-10)>"
    )
    declined = archive.ask("Who is the queen of Denmark?")
    assert repr(declined).startswith("<Answer to 'Who is the queen of Denmark?': declined, '")
    assert (f"{answer}", f"{declined}") == (answer.text, declined.text)
    assert repr(archive) == f"<Archive {str(archive.folder)!r}>"
    draft = archive.check("The mine in Osier reopened in June. It rained.")
    assert repr(draft) == f"<CheckedDraft {draft.text!r}: {draft.summary}>"
    assert repr(archive.trace("The mine in Osier reopened in June.")) == (
        "<Trace of 'The mine in Osier reopened in June.': exact, The Courier, 2025-06-02>"
    )
    assert repr(archive.trace("Nobody wrote that.")) == "<Trace of 'Nobody wrote that.': not found>"
    assert repr(archive.recheck(answer.to_dict())) == (
        "<Recheck of 'How long did the ferry strike shut Lindow?': holds; citations: 2 holds>"
    )
    assert archive.recheck(answer).holds
    assert repr(archive.alerts.add("ferry strike", "Strike")) == "<Alert 'Strike': 0 new>"
    assert (repr(archive.feeds), repr(archive.removals)) == ("Subscriptions()", "Removals()")
    assert archive.collections.all() == []
    assert repr(AsyncArchive(archive)) == f"<AsyncArchive {str(archive.folder)!r}>"


def test_a_long_article_stays_a_line() -> None:
    long = Article("a/1", "", "word " * 50, "x" * 35_000)
    assert len(repr(long)) < 160
    assert "35,000 characters" in repr(long)


def test_a_notebook_shows_what_is_escaped(archive: Archive) -> None:
    article = archive.article("courier.example/1")
    assert "<crews>" not in article._repr_html_()
    assert "Boats &amp;&lt;crews&gt; were idle." in article._repr_html_()
    assert r"Ferry \*strike\*" in article._repr_markdown_()
    hits = archive.search("ferry mine")
    assert hits._repr_html_().count("<tr><td>") == 2
    assert hits[:1]._repr_html_().count("<tr><td>") == 1
    assert hits[1:][0] is hits[1]
    assert "&amp;&lt;crews&gt;" in hits._repr_html_()
    answer = archive.ask("How long did the ferry strike shut Lindow?")
    assert (
        '<li value="1"><q>The ferry strike shut Lindow for nine days.</q>' in answer._repr_html_()
    )
    assert "1. “The ferry strike shut Lindow for nine days.”" in answer._repr_markdown_()


def test_a_notebook_shows_what_was_checked(archive: Archive) -> None:
    draft = archive.check("The mine in Osier <b>reopened</b> in June. Is it safe?")
    shown = draft._repr_html_()
    assert shown.count("<tr><td>") == 2
    assert "<td>supported</td><td>The mine in Osier &lt;b&gt;reopened" in shown
    assert '<li value="1"><q>The mine in Osier reopened in June.</q>' in shown
    first, second = draft.to_pandas().to_dict("records")
    assert (first["verdict"], first["publisher"]) == ("supported", "The Courier")
    assert ROWS[1]["text"][first["start"] : first["end"]] == first["quote"]
    assert (second["sentence"], second["reasons"]) == ("Is it safe?", "a question")
    traced = archive.trace("The mine in Osier reopened in June.")
    assert "<q>The mine in Osier reopened in June.</q>" in traced._repr_html_()


def test_only_web_addresses_are_linked() -> None:
    article = Article("a/1", "javascript:alert(1)", "Title", "Text.")
    assert "javascript" not in article._repr_html_()


def test_tables_have_a_row_for_each_hit_and_each_citation(archive: Archive) -> None:
    frame = archive.search("ferry mine").to_pandas()
    assert list(frame["rank"]) == [1, 2]
    assert set(frame["publisher"]) == {"Radio North", "The Courier"}
    answer = archive.ask("How long did the ferry strike shut Lindow?")
    line, second = answer.to_pandas().to_dict("records")
    assert (second["sentence"], second["citation"]) == (answer.text[answer.claims[1].start :], 2)
    assert (line["verdict"], line["citation"], line["publisher"]) == ("supported", 1, "Radio North")
    assert STRIKE[line["start"] : line["end"]] == line["quote"]
    assert list(Hits().to_pandas().columns)[:2] == ["rank", "score"]
    assert archive.article("courier.example/2").to_dict()["text"] == ROWS[1]["text"]
    assert archive.search("mine")[0].to_dict()["article"]["id"] == "courier.example/2"


@pytest.mark.parametrize(
    ("as_of", "found"),
    [
        ("2025-05", True),
        ("2025-04-09", False),
        (date(2025, 4, 10), True),
        (date(2025, 4, 9), False),
        (datetime(2025, 4, 11, tzinfo=UTC), True),
    ],
)
def test_a_moment_may_be_a_date_in_words(archive: Archive, as_of: object, found: bool) -> None:
    hits = archive.search("ferry strike", as_of=as_of)  # type: ignore[arg-type]
    assert [hit.article.id for hit in hits] == ["courier.example/1"] * found
    assert archive.ask("How long was the strike?", as_of=as_of).abstained is not found  # type: ignore[arg-type]


def test_an_encoder_is_not_named_by_a_string(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"Settings\(encoder='hashing'\)"):
        Archive.open(tmp_path, encoder="hashing")  # type: ignore[arg-type]


def test_an_article_is_found_by_its_address(archive: Archive) -> None:
    assert archive.article("https://courier.example/1?utm_source=x").id == "courier.example/1"


def test_history_may_be_dicts(archive: Archive) -> None:
    history = [
        {"role": "user", "content": "What did Radio North report about the ferry strike?"},
        {"role": "assistant", "content": "It shut Lindow."},
    ]
    answer = archive.ask("And the Courier?", history)
    assert "ferry strike" in answer.standalone


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"k": 0}, "k must be a whole number of 1 or more, not 0"),
        ({"k": "5"}, "k must be a whole number of 1 or more, not '5'"),
        ({"k": True}, "k must be a whole number of 1 or more, not True"),
        ({"as_of": "soon"}, "as_of 'soon' is not a date; write it as 2020-09-11, 2020-09 or 2020"),
        ({"as_of": datetime(2025, 6, 1)}, "as_of must be a datetime with a time zone"),  # noqa: DTZ001
        ({"as_of": 2025}, "as_of must be a datetime with a time zone, a date, or text"),
        ({"filters": {"from": "2025"}}, "archive.filters(published_from='2025-04'"),
        ({"history": "Who?"}, "history must be a list of messages, not 'Who?'"),
        ({"history": [{"role": "me", "content": "Who?"}]}, "role ('system', 'user', 'assistant')"),
        ({"history": [{"role": "user"}]}, "a text as its content"),
        ({"sort": "date"}, "sort 'date' is no order; choose relevance or newest"),
    ],
)
def test_errors_speak_of_the_arguments(
    archive: Archive, asked: dict[str, object], error: str
) -> None:
    with pytest.raises(QueryError) as caught:
        archive.search("ferry", **asked)  # type: ignore[arg-type]
    assert error in str(caught.value)


@pytest.mark.parametrize("question", [None, 5, b"ferry", ["ferry"]])
def test_a_question_is_text(archive: Archive, question: object) -> None:
    with pytest.raises(QueryError, match="the question must be text, not "):
        archive.ask(question)  # type: ignore[arg-type]
    with pytest.raises(QueryError, match="the draft must be text, not "):
        archive.check(question)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "june", ["2025-06", "2025-06-01", date(2025, 6, 1), datetime(2025, 6, 1, tzinfo=UTC)]
)
def test_filters_take_dates_in_any_form_and_one_outlet_without_a_list(
    archive: Archive, june: str | date
) -> None:
    assert archive.filters(published_from=june).published_from == datetime(2025, 6, 1, tzinfo=UTC)
    assert archive.filters(publishers="radio north").publishers == ("Radio North",)
    with pytest.raises(QueryError, match="published_to 'soon' is not a date; write it as 2020-09"):
        archive.filters(published_to="soon")
    with pytest.raises(QueryError, match="published_from must be a datetime with a time zone, a"):
        archive.filters(published_from=datetime(2025, 6, 1))  # noqa: DTZ001


def test_what_became_of_an_ingest_is_shown_in_a_line(archive: Archive, tmp_path: Path) -> None:
    rows = [row(3, "Short."), {"title": "Nothing"}]
    report = archive.ingest(write_jsonl(tmp_path / "in.jsonl", rows))
    assert repr(report) == "<IngestReport: 1 added, 1 failed; 1 look odd>"
    assert repr(archive.ingest(missing_ok=True)) == "<IngestReport: nothing read>"


def test_filters_are_checked_when_they_are_made() -> None:
    with pytest.raises(QueryError, match=r"names in a tuple, such as \('Radio North',\)"):
        Filters(publishers="Radio North")  # type: ignore[arg-type]
    with pytest.raises(QueryError, match="published_from must be a datetime with a time zone"):
        Filters(published_from="2025-04")  # type: ignore[arg-type]
    with pytest.raises(QueryError, match="as_of must be a datetime with a time zone"):
        Filters(as_of=datetime(2025, 6, 1))  # noqa: DTZ001
    assert Filters(publishers=["Radio North"]).publishers == ("Radio North",)  # type: ignore[arg-type]


def test_articles_are_listed_with_filters(archive: Archive) -> None:
    assert [each.id for each in archive.articles()] == ["courier.example/1", "courier.example/2"]
    june = archive.filters(published_from="2025-06")
    assert [each.id for each in archive.articles(june)] == ["courier.example/2"]
    radio = archive.filters(publishers=["radio north"])
    assert [each.title for each in archive.articles(radio)] == ["Ferry *strike*"]
    with pytest.raises(QueryError, match="filters must be Filters"):
        archive.articles({"from": "2025"})  # type: ignore[arg-type]


def test_a_revised_article_is_listed_once_as_it_was_then(archive: Archive, tmp_path: Path) -> None:
    new = row(1, "The ferry strike ended.", publisher="Radio North") | {"date": "2025-04-10"}
    archive.ingest(write_jsonl(tmp_path / "new.jsonl", [new]))
    radio = archive.filters(publishers=["Radio North"])
    assert [each.text for each in archive.articles(radio)] == ["The ferry strike ended."]


def test_what_does_not_exist_is_not_ingested(archive: Archive, tmp_path: Path) -> None:
    new = write_jsonl(tmp_path / "new.jsonl", [row(3, "A new bridge opened.")])
    with pytest.raises(CorpusError, match=r"no such file or folder: '.*sedes'"):
        archive.ingest(new, tmp_path / "sedes")
    assert len(list(archive.articles())) == 2


def test_a_closed_archive_says_so(archive: Archive, tmp_path: Path) -> None:
    with archive:
        archive.search("ferry")
    for use in (
        lambda: archive.search("ferry"),
        lambda: archive.ask("How long was the strike?"),
        lambda: archive.article("courier.example/1"),
        lambda: archive.ingest(tmp_path / "in.jsonl"),
        archive.embed,
        archive.rebuild,
        archive.counts,
    ):
        with pytest.raises(ArchiveError, match=r"is closed; open it again: Archive\.open\("):
            use()


def test_an_event_loop_goes_on_while_an_archive_works(tmp_path: Path) -> None:
    async def main() -> tuple[list[object], list[str], Answer]:
        opened = AsyncArchive(open_archive(tmp_path / "archive"))
        async with opened as archive:
            await archive.ingest(write_jsonl(tmp_path / "in.jsonl", ROWS))
            hits = await archive.search("ferry strike", k=1)
            pieces = [piece async for piece in archive.stream("How long was the ferry strike?")]
            answer = await asyncio.create_task(archive.ask("How long was the ferry strike?"))
            listed = [
                article.id async for article in archive.articles(await archive.filters("2025"))
            ]
            asked = [{"role": "user", "content": "How long was the ferry strike?"}]
            # Whoever stops listening ends the answer.
            async with aclosing(archive.stream("Why?", asked)) as stream:
                await anext(stream)
        assert listed == ["courier.example/1", "courier.example/2"]
        with pytest.raises(ArchiveError, match="is closed"):
            await opened.search("ferry")
        return pieces, [hit.article.id for hit in hits], answer

    pieces, ids, answer = anyio.run(main)
    assert ids == ["courier.example/1"]
    assert isinstance(pieces[-1], Answer)
    assert pieces[-1].text == answer.text
    assert all(isinstance(piece, str) for piece in pieces[:-1])


def test_importing_loads_nothing_heavy() -> None:
    code = """
import sys, rag
rag.QueryError
print(len([name for name in sys.modules if name.startswith("rag")]))
heavy = ("numpy", "pydantic", "sqlalchemy", "spacy", "torch")
print([name for name in heavy if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["2", "[]"]


CONSUMER = """
from datetime import date
import asyncio
from rag import Answer, Archive, Article, AsyncArchive, CheckedDraft, Filters, Hits

def ask(archive: Archive) -> str:
    hits: Hits = archive.search("ferry", k=3, as_of="2025-06")
    first: Article = hits[0].article
    answer: Answer = archive.ask("Why?", [{"role": "user", "content": "A?"}], as_of=date.today())
    filters: Filters = archive.filters(published_from="2025")
    titles: list[str] = [article.title for article in archive.articles(filters)]
    return first.title + answer.citations[0].quote + "".join(titles)

async def search(archive: AsyncArchive) -> Hits:
    asking: asyncio.Task[Answer] = asyncio.create_task(archive.ask("Why?", as_of="2025"))
    checked: CheckedDraft = await archive.check((await asking).text)
    async for article in archive.articles():
        print(article.title, checked.summary)
    return await archive.search("ferry", k=3)

def wrong(archive: Archive) -> None:
    archive.search("ferry", k="three")
"""


def test_types_are_complete_for_those_who_use_them(tmp_path: Path) -> None:
    (tmp_path / "consumer.py").write_text(CONSUMER, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path), "consumer.py"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=os.environ | {"MYPYPATH": str(Path(rag.__file__).parent.parent)},
        check=False,
    )
    (error,) = [line for line in done.stdout.splitlines() if line.startswith("consumer.py")]
    assert 'Argument "k" to "search" of "Archive" has incompatible type "str"' in error


def test_a_published_year_is_shown_as_such() -> None:
    year = Article(
        "a/1", "", "T", "x", "Radio", (), Published(datetime(1850, 1, 1, tzinfo=UTC), "year")
    )
    assert "Radio, 1850;" in repr(year)
