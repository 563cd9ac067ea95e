"""Tests of which questions are about the archive or Dateline, and what they ask."""

import json
from pathlib import Path

import pytest

from rag.questions.about_archive import AboutArchive, read_about_archive

OUTLETS = ("The Marren Courier", "Radio North", "ledger.example")
SEEDS = Path(__file__).parent.parent / "seeds"


def _read(question: str) -> AboutArchive:
    found = read_about_archive(question, OUTLETS)
    assert found is not None, question
    return found


@pytest.mark.parametrize(
    ("kind", "questions"),
    [
        ("greeting", ["hello", "Hi there!", "GOOD MORNING", "good evening, how are you?"]),
        (
            "thanks",
            [
                "thanks",
                "Thank you very much!",
                "cheers, thats really kind",
                "Great, thanks for your help",
                "that was very useful",
            ],
        ),
        ("goodbye", ["bye", "Good night."]),
        (
            "abilities",
            [
                "what can you do",
                "What kinds of questions can I ask?",
                "how can you help me?",
                "help",
            ],
        ),
        (
            "speaking",
            ["can you speak German?", "do you understand french", "Sprechen Sie Deutsch?"],
        ),
        ("identity", ["who are you", "Are you a robot or a human?", "what is Dateline?"]),
        ("workings", ["how do you work?", "do you make things up?"]),
    ],
)
def test_chat_in_its_usual_wordings(kind: str, questions: list[str]) -> None:
    assert [_read(question).kind for question in questions] == [kind] * len(questions)
    assert all(_read(question).is_chat for question in questions)


@pytest.mark.parametrize(
    ("kind", "questions"),
    [
        (
            "outlets",
            [
                "which outlets are there?",
                "WHICH NEWSPAPERS DO YOU HAVE",
                "what outlts do you have",
                "Hello, what are your sources?",
                "where do your articles come from?",
            ],
        ),
        (
            "count",
            ["how many articles do you have?", "how many artciles are there", "what do you have"],
        ),
        ("languages", ["which languages are the articles in?", "are all articles in English?"]),
        ("oldest", ["what's your oldest article", "how far back does the archive go?"]),
        ("newest", ["whats the newest article", "how up to date is the archive?"]),
        (
            "span",
            [
                "what is the oldest and the newest story?",
                "how far back do you go, and what's your latest article?",
                "What period does the archive cover?",
            ],
        ),
    ],
)
def test_what_the_archive_holds(kind: str, questions: list[str]) -> None:
    found = [_read(question) for question in questions]
    assert [each.kind for each in found] == [kind] * len(questions)
    assert not any(each.topic or each.times or each.outlets for each in found)


@pytest.mark.parametrize(
    ("question", "kind", "topic"),
    [
        ("How many articles are about wolves?", "count", "wolves"),
        ("how many artciles about the ferry do you have since may 2025?", "count", "the ferry"),
        ("list what you have on Orr's farm", "list", "Orr's farm"),
        ("show me all stories about the mine from 2024", "list", "the mine"),
        ("do you have anything about Jorun Teague?", "list", "Jorun Teague"),
        ("Which articles mention “bird flu”?", "list", "bird flu"),
        ("what's the latest article about the hospital?", "newest", "the hospital"),
        ("which outlets wrote about the strike?", "outlets", "the strike"),
        ("please tell me how many articles you have about the dam", "count", "the dam"),
    ],
)
def test_the_topic_is_what_articles_are_about(question: str, kind: str, topic: str) -> None:
    found = _read(question)
    assert (found.kind, found.topic) == (kind, topic)


def test_times_and_outlets_are_cut_out_of_the_topic() -> None:
    question = "List the Radio North stories about the ferry from September 2022"
    found = _read(question)
    assert found.topic == "the ferry"
    assert [question[start:end] for start, end in found.times] == ["September 2022"]
    assert [each.publishers for each in found.outlets] == [("Radio North",)]


def test_months_in_small_letters_and_after_of() -> None:
    for question, words in (
        ("how many articles about orr since may?", "since may"),
        ("how many articles of March 2025", "of March 2025"),
        ("list the articles about floods in march 2025", "in march 2025"),
    ):
        assert [question[start:end] for start, end in _read(question).times] == [words]
    assert _read("articles about what may come").times == ()


def test_several_outlets_and_small_letters() -> None:
    found = _read("how many articles from radio north and the courier in may 2025?")
    assert [each.publishers for each in found.outlets] == [
        ("Radio North",),
        ("The Marren Courier",),
    ]
    assert (found.kind, found.topic) == ("count", "")


def test_an_outlet_that_articles_are_about_is_a_topic() -> None:
    found = _read("how many articles about Radio North do you have?")
    assert (found.topic, found.outlets) == ("Radio North", ())


@pytest.mark.parametrize(
    "question",
    [
        "What did the Courier report on 26 May 2025?",
        "What happened on 26 May 2025?",
        "What was published yesterday?",
        "what's new today",
        "what did radio north report",
        "26 May 2025",
        "The Marren Courier",
        "2015",
        "news of 26 May 2025",
        "On 26 May 2025, what happened?",
        "in may",
        "yesterday's news",
    ],
)
def test_a_day_or_an_outlet_alone_asks_what_was_published(question: str) -> None:
    found = _read(question)
    assert found.kind == "reported"
    assert found.times or found.outlets


def test_authors() -> None:
    assert _read("articles by Ann Orr") == AboutArchive("list", author="Ann Orr")
    assert _read("how many stories did Ann Orr write?").kind == "count"
    assert _read("What has Ann Orr written?").doubtful
    dated = _read("what did ann orr write in May 2025?")
    assert (dated.author, len(dated.times)) == ("ann orr", 1)


def test_per_month_and_per_outlet() -> None:
    assert _read("how many articles by month").per == "month"
    assert _read("how many articles about the dam per outlet?").per == "outlet"
    assert _read("how many articles for each year?").per == "year"


def test_the_language_of_articles() -> None:
    assert _read("do you have articles in German?").language == "German"
    assert _read("can you speak deutsch?").language == "German"
    assert _read("what languages do you speak?").language == ""


@pytest.mark.parametrize(
    "question",
    [
        "How many articles of the treaty were amended?",
        "How many articles does the constitution have?",
        "How many stories does the tower have?",
        "how many stories are there in the tower?",
        "How many reports about abuse were filed in 2024?",
        "How many newspapers closed in 2024?",
        "What did the Courier report about the bridge?",
        "What did the mayor report on 26 May 2025?",
        "What happened to the mayor on 26 May 2025?",
        "What happened in Marren?",
        "What did Orr write in her letter?",
        "Hello Kitty opened a cafe",
        "Thanks to whom was the dam saved?",
        "Cheers actor dies",
        "Good Morning Marren host leaves",
        "list the victims",
        "Name the stories that Orr told",
        "List the newspapers that closed",
        "Which newspapers endorsed Orr?",
        "What can you do about floods?",
        "How can I help the victims?",
        "Who speaks German in Marren?",
        "what is the oldest story in the Bible?",
        "the latest on the mine",
        "news about the mine",
        "What do you know about the mine?",
        "What articles did the court cite?",
        "how does it work",
        "What about the fare? Is there a free day to start?",
        "",
        "?!",
        "a" * 5_000,
    ],
)
def test_a_question_about_the_news_is_never_taken_for_one(question: str) -> None:
    assert read_about_archive(question, OUTLETS) is None


def test_an_unknown_outlet_is_not_read_into_a_question() -> None:
    assert read_about_archive("What did the Courier report on 26 May 2025?") is None


def test_no_question_of_the_sample_corpus_is_about_the_archive() -> None:
    lines = (SEEDS / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    questions = [row["question"] for row in map(json.loads, lines) if row.get("gold_ids")]
    assert len(questions) > 50
    assert [each for each in questions if read_about_archive(each, OUTLETS)] == []
