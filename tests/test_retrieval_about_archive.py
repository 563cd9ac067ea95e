"""Tests of answers about the archive and about Dateline, with counts worked out by hand."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import jsonschema
import pytest

from rag.archive import Archive
from rag.errors import QueryError
from rag.llms.model import ScriptedModel
from rag.records import Answer, Filters, Message
from rag.web.rendering.answers import answer_html
from tests.builders import open_archive, row, write_jsonl
from tests.commands import Commands

FILLER = "The sitting went on until late and few had come to listen. " * 9
WOLVES = (
    "Five wolves were seen near Lindby on Monday. A farmer counted them from his tractor at dawn. "
    "He said that they crossed the road by the mill and went into the wood."
)
ROWS = [
    row(
        1,
        "Crews walked out on Saturday over pay.",
        title="Ferry strike begins",
        authors=["Ann Orr"],
    ),
    row(
        2,
        "The strike on the ferry ended on Saturday.\n\nAnn Orr is a reporter for Radio North.",
        title="Boats sail again",
        publisher="Radio North",
        date="2025-05-10",
    ),
    row(
        3,
        f"The council met to speak of schools. {FILLER}The ferry strike cost the town money.",
        title="Council meets",
        date="2025-05-20",
    ),
    row(4, WOLVES, title="Wolves near Lindby", date="2025-06-02"),
    row(5, WOLVES, title="Wolves seen", publisher="Radio North", date="2025-06-03"),
    row(
        6,
        "Die Fähre fährt seit Montag wieder nach Quarne.",
        title="Die Fähre fährt",
        publisher="Radio North",
        date="2024-12-30",
        language="de",
    ),
    row(7, "Ann Orr is a baker in Lindby, and her bread is good.", title="Bread", date=None),
]
"""Seven articles, of which one has no date and two are copies."""

SCHEMA = json.loads((Path(__file__).parent.parent / "docs" / "answer.schema.json").read_text())


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    folder = tmp_path_factory.mktemp("about")
    with open_archive(folder / "archive") as opened:
        opened.ingest(write_jsonl(folder / "articles.jsonl", ROWS))
        yield opened


def _titles(answer: Answer) -> list[str]:
    return [each.article.title for each in answer.citations]


def _first(answer: Answer) -> str:
    return answer.text.partition("\n")[0]


def test_all_articles_are_counted_and_copies_once(archive: Archive) -> None:
    answer = archive.ask("How many articles do you have?")
    assert (
        answer.text
        == "The archive holds 7 articles. Counting copies of one text once, there are 6."
    )
    assert (answer.abstained, answer.confidence, answer.citations) == (False, 1.0, ())


def test_as_of_an_earlier_day_fewer_articles_count(archive: Archive) -> None:
    answer = archive.ask("How many articles do you have?", as_of=datetime(2025, 5, 15, tzinfo=UTC))
    assert answer.text == "The archive holds 3 articles."


def test_filters_count(archive: Archive) -> None:
    answer = archive.ask("How many articles do you have?", filters=Filters(language="de"))
    assert answer.text == "The archive holds 1 article."
    with pytest.raises(QueryError, match="contradict"):
        archive.ask("list the Radio North articles", filters=Filters(publishers=("The Courier",)))


def test_about_a_topic_and_mentioning_it(archive: Archive) -> None:
    answer = archive.ask("how many articles about the ferry strike do you have")
    assert _first(answer) == (
        "2 articles are about “the ferry strike”: their titles or openings name it. "
        "3 mention it at all."
    )
    assert _titles(answer) == ["Boats sail again", "Ferry strike begins"]
    mentioning = archive.ask("list articles that mention the ferry strike")
    assert _first(mentioning) == (
        "3 articles mention “the ferry strike”. 2 of them name it in the title or the opening."
    )
    assert _titles(mentioning) == ["Council meets", "Boats sail again", "Ferry strike begins"]


def test_a_topic_that_no_article_has(archive: Archive) -> None:
    answer = archive.ask("How many articles are about unicorns?")
    assert answer.text == (
        "No article is about “unicorns”: none names it in its title or opening. None mentions it."
    )
    assert not answer.abstained


def test_what_is_cited_is_the_opening_sentence_and_only_that_is_a_claim(archive: Archive) -> None:
    answer = archive.ask("list the articles about wolves from 2 June 2025")
    [citation] = answer.citations
    assert citation.quote == "Five wolves were seen near Lindby on Monday."
    [claim] = answer.claims
    assert answer.text[claim.start : claim.end] == f"{citation.quote} [1]"
    assert claim.verdict == "supported"
    assert answer.text.endswith(
        f"The Courier, 2 June 2025: Wolves near Lindby. {citation.quote} [1]"
    )
    assert [hit.article.id for hit in answer.hits] == [citation.article.id]


def test_a_time_is_taken_at_its_word(archive: Archive) -> None:
    answer = archive.ask("What was published in May 2025?")
    assert _first(answer) == "The archive holds 3 articles of May 2025."
    assert _titles(answer) == ["Council meets", "Boats sail again", "Ferry strike begins"]
    assert [(one.words, one.strict) for one in answer.understood] == [
        ("in May 2025", True),
        ("What was published in May 2025?", False),
    ]


@pytest.mark.parametrize(
    "question", ["Which outlets do you have?", "What did The Courier report in May 2025?", "Hello!"]
)
def test_that_it_is_about_the_archive_is_a_reading_that_can_be_dropped(
    archive: Archive, question: str
) -> None:
    known = archive.ask(question).understood[-1]
    meaning = "about Dateline itself" if question == "Hello!" else "about this archive"
    assert (known.words, known.meaning, known.of_hits) == (question, meaning, False)
    searched = archive.ask(question, ignore=[question.lower()])
    assert "about" not in " ".join(one.meaning for one in searched.understood)
    assert not searched.text.startswith(("The archive holds", "Hello"))
    without = archive.ask("What did the Courier publish in May 2025?", ignore=["in May 2025"])
    assert _titles(without) == [
        "Wolves near Lindby",
        "Council meets",
        "Ferry strike begins",
        "Bread",
    ]


def test_what_an_outlet_reported_on_a_day(archive: Archive) -> None:
    answer = archive.ask("What did the Courier report on 20 May 2025?")
    assert _first(answer) == "The archive holds 1 article by The Courier of 20 May 2025."
    nothing = archive.ask("What did the Courier report on 21 May 2025?")
    assert nothing.text == "The archive holds no article by The Courier of 21 May 2025."


def test_a_time_without_articles_is_the_latest_that_has_some(archive: Archive) -> None:
    answer = archive.ask("What happened in May?", as_of=datetime(2027, 1, 5, tzinfo=UTC))
    assert _first(answer) == "The archive holds 3 articles of May 2025."
    assert answer.notes == (
        "“in May” was read as May 2025, the latest that has any article as of 5 January 2027.",
    )


def test_a_day_on_which_nothing_appeared_is_searched_for(archive: Archive) -> None:
    assert archive.ask("What happened on 7 March 1999?").abstained


def test_days_are_those_of_where_an_article_appeared(tmp_path: Path) -> None:
    late = row(1, "It rained all night in Quarne.", date="2025-05-03T23:30:00-05:00")
    with open_archive(tmp_path / "archive") as opened:
        opened.ingest(write_jsonl(tmp_path / "articles.jsonl", [late]))
        assert len(opened.ask("What happened on 3 May 2025?").citations) == 1
        assert opened.ask("What happened on 4 May 2025?").abstained


def test_authors_by_list_and_by_note(archive: Archive) -> None:
    answer = archive.ask("articles by Ann Orr")
    assert _first(answer) == (
        "1 article names Ann Orr as its author. 1 credits Ann Orr in a note in the text, which may "
        "stand for a part of the work."
    )
    assert _titles(answer) == ["Ferry strike begins", "Boats sail again"]
    assert answer.citations[1].quote == "Ann Orr is a reporter for Radio North."
    assert archive.ask("What did Ann Orr write in May 2025?").text == answer.text.replace(
        "1 article names", "1 article of May 2025 names"
    )
    nobody = archive.ask("list the articles by Bo Lind")
    assert nobody.text == "No article names Bo Lind as its author."


def test_who_is_no_author_is_searched_for(archive: Archive) -> None:
    answer = archive.ask("What did Bo Lind write in May 2025?")
    assert "author" not in answer.text


def test_oldest_newest_and_both(archive: Archive) -> None:
    assert _titles(archive.ask("What is your oldest article?")) == ["Die Fähre fährt"]
    newest = archive.ask("How up to date is the archive?")
    assert (_first(newest), _titles(newest)) == (
        "The newest article is of 3 June 2025.",
        ["Wolves seen"],
    )
    both = archive.ask("what are your oldest and newest articles?")
    assert (_first(both), _titles(both)) == (
        "The articles are of 30 December 2024 to 3 June 2025. The oldest and the newest:",
        ["Die Fähre fährt", "Wolves seen"],
    )


def test_outlets_languages_and_months(archive: Archive) -> None:
    assert archive.ask("which outlets do you have?").text == (
        "The archive holds 7 articles by 2 outlets:\n\n"
        "- The Courier: 4 articles\n- Radio North: 3 articles"
    )
    assert archive.ask("which languages are the articles in?").text == (
        "The archive holds 7 articles:\n\n- English: 6 articles\n- German: 1 article"
    )
    assert archive.ask("how many articles by month?").text.endswith(
        "By month:\n\n- December 2024: 1\n- May 2025: 3\n- June 2025: 2\n- date unknown: 1"
    )


def test_hosts_of_one_outlet_are_counted_together(tmp_path: Path) -> None:
    hosts = ["bbc.com", "bbc.com", "bbc.co.uk"]
    rows = [row(n, f"Story {n} is short.", publisher=host) for n, host in enumerate(hosts)]
    with open_archive(tmp_path / "archive") as opened:
        opened.ingest(write_jsonl(tmp_path / "articles.jsonl", rows))
        assert opened.ask("which outlets?").text.endswith(
            "by 1 outlet:\n\n- bbc.com: 3 articles, among them 1 of bbc.co.uk"
        )


def test_a_withdrawn_article_does_not_count(tmp_path: Path) -> None:
    with open_archive(tmp_path / "archive") as opened:
        opened.ingest(write_jsonl(tmp_path / "articles.jsonl", ROWS))
        opened.removals.withdraw("courier.example/4", "wrong")
        assert _titles(opened.ask("articles about wolves")) == ["Wolves seen"]
        assert _first(opened.ask("how many articles are there?")) == "The archive holds 6 articles."


def test_a_long_list_says_how_many_more(tmp_path: Path) -> None:
    rows = [row(n, f"Boat {n} sailed to Quarne, and nobody saw it.") for n in range(25)]
    with open_archive(tmp_path / "archive") as opened:
        opened.ingest(write_jsonl(tmp_path / "articles.jsonl", rows))
        listed = opened.ask("list all articles of 3 May 2025")
        assert len(listed.citations) == 20
        assert listed.text.endswith("And 5 more.")
        counted = opened.ask("how many articles are about Quarne?")
        assert len(counted.citations) == 10
        assert counted.text.endswith("And 15 more.")


@pytest.mark.parametrize(
    ("question", "part"),
    [
        ("hello", "Hello. This is Dateline, an assistant for this news archive of 7 articles."),
        ("Thanks, that was great!", "You're welcome."),
        ("goodbye", "Goodbye."),
        ("can you speak German?", "No. Dateline answers in English"),
        ("do you speak English?", "Yes. Dateline answers in English."),
        ("what can you do?", "Where the archive holds no answer, it says so."),
        ("who are you?", "Dateline is a program, not a person."),
    ],
)
def test_chat_is_answered_without_articles(archive: Archive, question: str, part: str) -> None:
    answer = archive.ask(question)
    assert part in answer.text
    assert (answer.citations, answer.hits, answer.claims) == ((), (), ())
    assert (answer.abstained, answer.confidence) == (False, 1.0)


def test_examples_come_from_the_newest_articles(archive: Archive) -> None:
    assert "- What did Radio North report on 3 June 2025?" in archive.ask("what can you do").text


def test_no_language_model_is_asked(archive: Archive) -> None:
    model = ScriptedModel()
    history = [Message("user", "Did the strike end?"), Message("assistant", "Yes. [1]")]
    for question in ("thanks!", "and which outlets do you have?", "articles about wolves"):
        assert archive.ask(question, history, model=model).model == ""
    assert model.asked == []


@pytest.mark.parametrize(
    ("question", "counted"), [("and which outlets do you have?", True), ("and in May?", False)]
)
def test_a_question_that_continues_nothing_is_counted_in_a_thread(
    archive: Archive, question: str, counted: bool
) -> None:
    thread = [Message("user", "Did the strike end?"), Message("assistant", "Yes. [1]")]
    assert archive.ask(question, thread).text.startswith("The archive holds 7") is counted


def test_thanks_change_nothing_in_the_thread(archive: Archive) -> None:
    thread = [Message("user", "Who counted the wolves?"), Message("assistant", "A farmer. [1]")]
    thanked = [*thread, Message("user", "Thanks!"), Message("assistant", "You're welcome.")]
    question = "Where did they go?"
    assert archive.ask(question, thanked).standalone == archive.ask(question, thread).standalone


def test_a_follow_up_that_names_another_outlet_counts_again(archive: Archive) -> None:
    history = [
        Message("user", "What did Radio North report in May 2025?"),
        Message("assistant", "The archive holds 1 article by Radio North of May 2025."),
    ]
    answer = archive.ask("And the Courier?", history)
    assert _first(answer) == "The archive holds 2 articles by The Courier of May 2025."
    assert answer.question == "And the Courier?"


def test_an_outlet_named_in_a_thread_is_asked_about_its_subject(archive: Archive) -> None:
    history = [Message("user", "How did the ferry strike end?"), Message("assistant", "Early. [1]")]
    answer = archive.ask("And what did the Courier report?", history)
    assert "The archive holds" not in answer.text.partition(".")[0]


def test_an_empty_archive_still_greets(tmp_path: Path) -> None:
    with open_archive(tmp_path / "archive") as opened:
        opened.ingest(write_jsonl(tmp_path / "articles.jsonl", []))
        assert opened.ask("hi").text.startswith("Hello. This is Dateline")
        assert opened.ask("which outlets?").text == "The archive holds no article."
        assert opened.ask("how many articles?").text == "The archive holds no article."


def test_the_page_links_each_article_of_a_list(archive: Archive) -> None:
    shown = str(answer_html(archive.ask("list all articles from 2024 to 2025"), 3))
    assert [f'href="#cite-3-{number}"' in shown for number in range(1, 7)] == [True] * 6
    assert 'class="verdict' not in shown
    hello = str(answer_html(archive.ask("hello"), 1))
    assert "Hello. This is Dateline" in hello
    assert 'class="declined"' not in hello


def test_the_command_line_prints_counts_and_links(dateline: Commands, tmp_path: Path) -> None:
    write_jsonl(tmp_path / "articles.jsonl", ROWS)
    assert dateline("ingest", "articles.jsonl").status == 0
    printed = dateline("ask", "how many articles are about wolves?")
    assert "2 articles are about “wolves”" in printed.out
    assert "[1] Wolves seen" in printed.out
    for question in ("hello", "which outlets?", "how many articles are about wolves?"):
        answer = dateline("ask", question, "--json").json
        jsonschema.validate(answer, SCHEMA)
        assert (answer["abstained"], answer["confidence"]) == (False, 1.0)


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    folder = tmp_path_factory.mktemp("seeds")
    with open_archive(folder / "archive") as opened:
        opened.ingest(Path(__file__).parent.parent / "seeds", vectors=False)
        yield opened


def test_the_sample_corpus_is_counted(seeds: Archive) -> None:
    wolves = seeds.ask("How many articles are about wolves?")
    assert _first(wolves) == (
        "4 articles are about “wolves”: their titles or openings name it. No other mentions it."
    )
    assert (
        _first(seeds.ask("articles by Wilma Stroud")) == "5 articles name Wilma Stroud as author."
    )
    assert (
        _first(seeds.ask("which outlets are there?"))
        == "The archive holds 56 articles by 6 outlets:"
    )


def test_a_day_of_the_sample_corpus_lists_what_appeared(seeds: Archive) -> None:
    for question in (
        "What did the Courier report on 26 May 2025?",
        "What happened on 26 May 2025?",
    ):
        answer = seeds.ask(question)
        assert _titles(answer) == ["Dahlen elected mayor of Marren by 412 votes"]
        assert not answer.abstained
