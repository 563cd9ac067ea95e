"""What decides the order of hits, on archives without vectors, whose scores can be worked out."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rag.archive import Archive
from rag.errors import QueryError
from rag.llms import ScriptedModel
from rag.records import Filters, Message
from rag.retrieval.filters import parse_filters
from rag.retrieval.retrieve import Request, prepare
from tests.builders import open_archive, row, write_jsonl

JUNE = datetime(2025, 6, 1, tzinfo=UTC)


def built(folder: Path, *rows: dict[str, object], vectors: bool = False) -> Archive:
    archive = open_archive(folder / "archive")
    archive.ingest(write_jsonl(folder / "in.jsonl", rows), vectors=vectors)
    return archive


def ranked(archive: Archive, question: str, **options: object) -> list[tuple[str, float]]:
    """The number of each article found with its score, best first."""
    hits = archive.search(question, **options)  # type: ignore[arg-type]
    return [(hit.article.id[-1], hit.score) for hit in hits]


def order(archive: Archive, question: str, **options: object) -> str:
    return "".join(number for number, _ in ranked(archive, question, **options))


def test_a_score_is_the_sum_of_what_the_module_names(tmp_path: Path) -> None:
    archive = built(tmp_path, row(1, "A ferry sank.", date="2025-05-18", title=""))
    # The only passage has the best BM25 score (1) and its article the best coverage (0.75);
    # it opens the article (0.05), and at 14 days "open" questions have 0.75 / e left to give.
    expected = 1 + 0.75 + 0.05 + 0.75 / math.e
    assert ranked(archive, "ferry", as_of=JUNE) == [("1", pytest.approx(expected))]


def test_what_a_question_prefers_gains_half_a_point(tmp_path: Path) -> None:
    archive = built(
        tmp_path,
        row(1, "A ferry sank.", date="2025-05-18", title="", publisher="Radio North"),
        row(2, "The ferry sank.", date="2025-05-18", title="", publisher="Daily Packet"),
    )
    question = "What did Radio North say on the ferry?"
    ((north, preferred), (packet, other)) = ranked(archive, question, as_of=JUNE, all_copies=True)
    assert (north, packet) == ("1", "2")
    # Both have the best scores by words; 14 days before June there is 0.75 / e left to gain.
    assert preferred == pytest.approx(1 + 0.75 + 0.05 + 0.75 / math.e + 0.5)
    assert other == pytest.approx(1 + 0.75 + 0.05 + 0.75 / math.e)
    literal = dict(ranked(archive, question, as_of=JUNE, understood=(), all_copies=True))
    assert literal["1"] == pytest.approx(preferred - 0.5)


def test_the_latest_comes_first_as_far_as_the_question_asks_for_it(tmp_path: Path) -> None:
    archive = built(
        tmp_path,
        row(1, "The mayor of Marsk is Ilse Brandt.", date="2024-05-03"),
        row(2, "The mayor of Marsk is Tomas Hale.", date="2025-05-30"),
    )
    assert order(archive, "Who is the mayor of Marsk now?", as_of=JUNE) == "21"
    assert (
        order(archive, "Who is the mayor of Marsk now?", as_of=datetime(2025, 1, 1, tzinfo=UTC))
        == "1"
    )
    # What lasts has no age: equal scores are ordered by id.
    assert order(archive, "What is a mayor?", as_of=JUNE) == "12"


def test_what_is_new_does_not_hide_what_answers_better(tmp_path: Path) -> None:
    archive = built(
        tmp_path,
        row(1, "The lighthouse keeper Anders Vik retired from Grevesand.", date="2019-05-03"),
        row(2, "The lighthouse was painted white.", date="2025-05-31"),
    )
    assert order(archive, "Which lighthouse keeper retired from Grevesand?", as_of=JUNE) == "12"


def test_the_words_of_the_whole_article_count(tmp_path: Path) -> None:
    school, market = "The school was shut for a day. " * 8, "Nothing was sold at the market. " * 8
    archive = built(
        tmp_path,
        row(1, f"The dyke broke on Friday. {school}Pupils wrote to Lindow.", title="Marsk"),
        row(2, f"The dyke broke on Friday. {market}Insurers count the cost.", title="Marsk"),
    )
    assert order(archive, "When did the dyke break that cost insurers?")[0] == "2"
    assert order(archive, "When did the dyke break that pupils wrote of?")[0] == "1"


def test_a_time_in_the_question_limits_the_search_and_can_be_dropped(tmp_path: Path) -> None:
    archive = built(
        tmp_path,
        row(1, "The strike began.", date="2025-03-10"),
        row(2, "The strike ended.", date="2025-05-20"),
    )
    asked = "What did the union say in March 2025 of the strike?"
    (march,) = archive.understand(asked, JUNE)
    assert (march.words, march.meaning, march.held) == ("in March 2025", "March 2025", True)
    assert order(archive, asked, as_of=JUNE) == "1"
    assert sorted(order(archive, asked, as_of=JUNE, understood=())) == ["1", "2"]


def test_a_time_of_which_the_archive_holds_nothing_is_named_and_declined(tmp_path: Path) -> None:
    archive = built(
        tmp_path, row(1, "The strike began on the ferries of Lindow.", date="2025-03-10")
    )
    answer = archive.ask("What did the union say in March 2024 of the strike?", as_of=JUNE)
    assert [(one.meaning, one.held) for one in answer.understood] == [
        ("March 2024", False),
        ("what “the union” said", True),
    ]
    assert (answer.abstained, answer.reason) == (
        True,
        "outside the dates: the archive holds nothing of March 2024; "
        "its articles are of 10 March 2025",
    )
    assert [hit.article.id for hit in answer.hits] == ["courier.example/1"]
    assert answer.to_dict()["understood"][0]["words"] == "in March 2024"


def test_filters_that_contradict_the_question_are_an_error_that_names_both(tmp_path: Path) -> None:
    archive = built(tmp_path, row(1, "The strike began.", date="2025-03-10"))
    later = parse_filters("2025-05-01", known_publishers=())
    with pytest.raises(QueryError, match=r"in March 2025.*2025-05-01|2025-05-01.*in March 2025"):
        archive.search("What did the union say in March 2025 of the strike?", filters=later)


def test_outlets_that_are_compared_are_each_represented(tmp_path: Path) -> None:
    archive = built(
        tmp_path,
        *(row(n, f"The flood rose by {n} metres in Marsk.") for n in (1, 2, 3)),
        row(4, "Water was reported in Marsk after the flood.", publisher="Radio North"),
    )
    question = "What did The Courier and Radio North each report about the flood in Marsk?"
    hits = archive.search(question, 2)
    assert [hit.article.publisher for hit in hits] == ["The Courier", "Radio North"]
    assert [hit.rank for hit in hits] == [1, 2]
    scores = [hit.score for hit in archive.search(question)]
    assert scores == sorted(scores, reverse=True)
    assert order(archive, "What did Radio North report about the flood?") == "4"


def test_a_follow_up_is_searched_with_what_it_leans_on(tmp_path: Path) -> None:
    archive = built(
        tmp_path,
        row(1, "Ilse Brandt, the harbour master, was born in Lindow.", title=""),
        row(2, "The painter Ada Quist was born in Marsk.", title=""),
    )
    history = [
        Message("user", "Who is the harbour master?"),
        Message("assistant", "Ilse Brandt. [1]"),
    ]
    assert order(archive, "Where was she born?", history=history)[0] == "1"
    assert order(archive, "Where was the painter Ada Quist born?", history=history)[0] == "2"


def test_a_model_rewrites_a_question_that_leans_on_the_conversation(tmp_path: Path) -> None:
    archive = built(
        tmp_path, row(1, "Ilse Brandt, the harbour master, was born in Lindow, a town.")
    )
    history = [Message("user", "Who is the harbour master?"), Message("assistant", "Ilse Brandt.")]
    model = ScriptedModel("Where was Ilse Brandt born?", "She was born in Lindow [1].")
    answer = archive.ask("Tell me more", history, model=model)
    assert answer.standalone == "Where was Ilse Brandt born?"
    assert [citation.number for citation in answer.citations] == [1]
    # A question that stands alone costs no call, and a model that fails leaves it to the rules.
    alone = ScriptedModel("Lindow [1].")
    assert archive.ask("Which town has the oldest mill?", history, model=alone).model
    assert len(alone.asked) == 1
    failing = archive.ask("Where was she born?", history, model=ScriptedModel())
    assert failing.standalone == "Where was the harbour master born?"


def test_passages_without_vectors_neither_gain_nor_lose(tmp_path: Path) -> None:
    archive = built(tmp_path, row(1, "The ferry sank.", date=""), vectors=True)
    archive.ingest(
        write_jsonl(tmp_path / "more.jsonl", [row(2, "The ferry sank again.", date="")]),
        vectors=False,
    )
    embedded, bare = archive.search("ferry", filters=Filters())
    assert (embedded.article.id[-1], bare.article.id[-1]) == ("1", "2")
    assert embedded.score - bare.score < 0.3


def test_the_form_of_a_question_is_understood_and_can_be_dropped(tmp_path: Path) -> None:
    archive = built(tmp_path, row(1, "Jorun Teague is the head of the mine.", date="2025-03-10"))
    asked = "who is Jorun Teague?"
    (form,) = archive.ask(asked, as_of=JUNE).understood
    assert (form.words, form.meaning) == ("who is", "who or what “Jorun Teague” is")
    assert archive.ask(asked, as_of=JUNE, ignore=["Who is"]).understood == ()
    assert archive.ask(asked, as_of=JUNE, understood=()).understood == ()
    # It asks nothing of hits: a search shows none, and scores are as without it.
    snapshot = archive.snapshot()
    read = prepare(Request(asked, as_of=JUNE), snapshot)
    dropped = prepare(Request(asked, as_of=JUNE, ignore=["who is"]), snapshot)
    assert (read.form.name, dropped.form.name) == ("definition", "fact")
    assert read.query(asked, Filters()) == dropped.query(asked, Filters())
    assert read.query(asked, Filters()).preferred == ()
    assert archive.find(Request(asked, as_of=JUNE), 1).understood == ()


def test_function_words_of_another_language_find_no_article_in_it(tmp_path: Path) -> None:
    stolen = "Elle a demandé quand la grille des panneaux a été coupée, et à quelle heure."
    archive = built(
        tmp_path,
        row(1, stolen, title="Panneaux", language="fr"),
        row(2, "The strike on the ferries ended on Friday.", title="Ferries"),
    )
    # "ferries" is the only word that either article shares with the first question.
    assert order(archive, "Quand la grève des ferries a-t-elle pris fin ?") == "2"
    assert order(archive, "Quand les panneaux ont-ils été volés ?") == "1"


def test_where_age_counts_the_best_of_the_last_days_are_found_however_many_match_better(
    tmp_path: Path,
) -> None:
    # 250 old articles repeat the word: more than are found without regard to the date.
    old = [
        row(n, f"Ferry ferry ferry {n}.", title="", date="2020-05-03") for n in range(1000, 1250)
    ]
    new = row(7, "A ferry of the line to Vesk sank in the bay.", title="", date="2025-05-30")
    archive = built(tmp_path, *old, new)
    question, newest = "What is the latest on the ferry?", "courier.example/7"
    assert archive.search(question, 1, as_of=JUNE)[0].article.id == newest
    # A year later it is old like the others, of which 200 match better.
    later = datetime(2026, 7, 1, tzinfo=UTC)
    found = archive.search(question, 100, as_of=later, all_copies=True)
    assert newest not in {hit.article.id for hit in found}


def test_a_short_form_that_an_article_explains_is_followed_into_others(tmp_path: Path) -> None:
    archive = built(
        tmp_path,
        row(1, "The Harbour Transport Authority (HTA) has a new head.", title="Head"),
        row(2, "The HTA will raise the price of a crossing.", title="Fares"),
        row(3, "The harbour transport authority will meet in Vesk.", title="Meeting"),
        row(4, "It rained in Marsk.", title="Rain"),
    )
    assert sorted(order(archive, "Where will the HTA meet?")) == ["1", "2", "3"]
    assert sorted(order(archive, "What does the Harbour Transport Authority do?")) == [
        "1", "2", "3",
    ]  # fmt: skip


def test_articles_that_name_a_day_count_as_those_that_appeared_then(tmp_path: Path) -> None:
    archive = built(
        tmp_path,
        row(1, "The dyke of Marsk broke at night.", date="2021-01-06"),
        row(
            2,
            "The dyke of Marsk broke on 6 January 2021, it says in the inquiry. Nobody was hurt.",
            date="2024-03-01",
        ),
        row(3, "The dyke broke on Jan. 6, a report says.", date="2021-09-01"),
        row(4, "The dyke was opened on January 6 with a feast.", date="2022-12-20"),
        row(5, "The dyke is safe, said the reeve.", date="2024-03-02"),
    )
    asked = "What happened to the dyke on 6 January 2021?"
    assert sorted(order(archive, asked, as_of=JUNE)) == ["1", "2", "3"]
    # What a filter asks for still holds.
    until = Filters(published_before=datetime(2021, 12, 1, tzinfo=UTC))
    assert sorted(order(archive, asked, as_of=JUNE, filters=until)) == ["1", "3"]


def test_a_day_that_only_articles_of_other_days_name_is_held(tmp_path: Path) -> None:
    archive = built(
        tmp_path,
        row(1, "The dyke is safe, said the reeve of Marsk.", date="2024-03-02"),
        row(
            2,
            "The dyke of Marsk broke on 6 January 2021, it says in the inquiry. Nobody was hurt.",
            date="2024-03-01",
        ),
    )
    asked = "What happened to the dyke of Marsk on 6 January 2021?"
    (day,) = archive.understand(asked, JUNE)
    assert (day.meaning, day.held) == ("6 January 2021, named in articles of other days", True)
    assert order(archive, asked, as_of=JUNE) == "21"
    (other,) = archive.understand("What happened to the dyke on 7 January 2021?", JUNE)
    assert (other.meaning, other.held) == ("7 January 2021", False)
