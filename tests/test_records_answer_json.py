"""The JSON of an answer: written and read by one model, whose schema stands in docs."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, get_args

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.conversations.stored_answers import restored
from rag.errors import ArchiveError
from rag.records import (
    Answer,
    Article,
    Citation,
    Claim,
    Filters,
    Hit,
    LeftOut,
    Passage,
    Precision,
    Published,
    Understood,
    Usage,
    Verdict,
    WayOn,
    article_dict,
    hit_json,
)
from rag.records.answer_json import SCHEMAS, read_answer
from rag.verification.quotes.rechecking import recheck
from scripts.reference import DOCS, written
from tests.builders import row, write_jsonl
from tests.commands import Commands

NOW = datetime(2025, 5, 4, 12, tzinfo=UTC)
SCHEMA = json.loads((DOCS / "answer.schema.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
HITS = json.loads((DOCS / "hits.schema.json").read_text(encoding="utf-8"))

KEYS = [
    "question",
    "standalone",
    "text",
    "abstained",
    "reason",
    "suggestions",
    "ways_on",
    "confidence",
    "claims",
    "citations",
    "unresolved",
    "as_of",
    "filters",
    "understood",
    "hits",
    "coverage",
    "notes",
    "left_out",
    "model",
    "usage",
    "timings",
]
"""The contract: a key that goes, or has another name, breaks whoever reads an answer."""

# Every character that Python has: controls, halves of surrogate pairs, what is beyond them.
TEXT = st.text(st.characters(), max_size=12)
ID = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)
TEXTS = st.lists(TEXT, max_size=2).map(tuple)
SHARE = st.integers(0, 10_000).map(lambda n: n / 10_000)
COUNT = st.integers(0, 10**12)
MOMENT = st.datetimes(timezones=st.just(UTC))
PUBLISHED = st.none() | st.builds(Published, MOMENT, st.sampled_from(get_args(Precision)))
FILTERS = st.builds(
    Filters,
    published_from=st.none() | MOMENT,
    published_before=st.none() | MOMENT,
    publishers=TEXTS,
    language=st.sampled_from(["", "en"]),
    as_of=st.none() | MOMENT,
    section=TEXT,
)
UNDERSTOOD = st.builds(
    Understood, TEXT, COUNT, COUNT, TEXT, FILTERS, strict=st.booleans(), held=st.booleans()
)
WAY_ON = st.builds(
    WayOn,
    TEXT,
    TEXT,
    TEXTS,
    st.sampled_from([(), ("publishers",), ("published_from", "published_before")]),
)
ARTICLE = st.builds(
    Article,
    id=ID,
    url=TEXT,
    title=TEXT,
    text=st.text(st.characters(), min_size=2, max_size=20),
    publisher=TEXT,
    published=PUBLISHED,
    revision=st.integers(1, 3),
    pages=st.sampled_from([(), (0, 1)]),
)


@st.composite
def answers(draw: st.DrawFn) -> tuple[Answer, dict[str, Article]]:
    """Any answer, and the articles that it was made from."""
    listed = draw(st.lists(ARTICLE, min_size=1, max_size=3, unique_by=lambda article: article.id))
    chosen = st.sampled_from(listed)
    text = draw(TEXT)
    claims = tuple(draw(st.lists(_claims(text), max_size=2)))
    answer = Answer(
        question=draw(TEXT),
        standalone=draw(TEXT),
        text=text,
        as_of=draw(MOMENT),
        claims=claims,
        citations=tuple(draw(st.lists(chosen.flatmap(_citations), max_size=2))),
        unresolved=tuple(draw(st.lists(COUNT, max_size=2))),
        hits=tuple(draw(st.lists(chosen.flatmap(_hits), max_size=2))),
        abstained=not claims and draw(st.booleans()),
        reason=draw(TEXT),
        ways_on=tuple(draw(st.lists(WAY_ON, max_size=2))),
        confidence=draw(SHARE),
        filters=draw(FILTERS),
        understood=tuple(draw(st.lists(UNDERSTOOD, max_size=2))),
        coverage=draw(SHARE),
        notes=draw(TEXTS),
        left_out=tuple(draw(st.lists(st.builds(LeftOut, TEXT, TEXTS), max_size=2))),
        model=draw(TEXT),
        usage=Usage(draw(COUNT), draw(COUNT), draw(COUNT), draw(SHARE)),
        timings=draw(st.dictionaries(TEXT, SHARE, max_size=2)),
    )
    return answer, {article.id: article for article in listed}


def _places(length: int) -> st.SearchStrategy[tuple[int, int]]:
    start = st.integers(0, length - 1)
    return start.flatmap(lambda first: st.tuples(st.just(first), st.integers(first + 1, length)))


def _claims(text: str) -> st.SearchStrategy[Claim]:
    place, numbers = st.integers(0, len(text)), st.lists(COUNT, max_size=2).map(tuple)
    return st.builds(Claim, place, place, numbers, st.sampled_from(get_args(Verdict)), TEXTS)


def _citations(article: Article) -> st.SearchStrategy[Citation]:
    place = _places(len(article.text))
    return st.builds(lambda n, at: Citation(n, article, *at), COUNT, place)


def _hits(article: Article) -> st.SearchStrategy[Hit]:
    passage = st.builds(
        lambda n, at, heading: Passage(n, article.id, article.revision, *at, heading),
        COUNT,
        _places(len(article.text)),
        TEXT,
    )
    score = st.floats(allow_nan=False, allow_infinity=False)
    return st.builds(
        lambda *of: Hit(of[0], article, *of[1:]), passage, score, COUNT, TEXTS, TEXTS, TEXTS
    )


@settings(deadline=None)
@given(answers())
def test_what_was_written_is_read_as_it_was(made: tuple[Answer, dict[str, Article]]) -> None:
    answer, articles = made

    def find(id_: str, revision: int | None) -> Article:
        assert revision == articles[id_].revision
        return articles[id_]

    values = json.loads(json.dumps(answer.to_dict()))
    assert values == answer.to_dict()
    VALIDATOR.validate(values)
    assert read_answer(values) == answer.to_json()
    assert restored(values, find) == answer


def _none(id_: str, revision: int | None) -> Article:
    msg = f"no revision {revision} of {id_!r}"
    raise ArchiveError(msg)


@settings(deadline=None)
@given(answers())
def test_articles_that_are_gone_leave_their_numbers(
    made: tuple[Answer, dict[str, Article]],
) -> None:
    answer, _ = made
    again = restored(answer.to_dict(), _none)
    numbers = [citation.number for citation in answer.citations]
    assert again.unresolved == (*answer.unresolved, *numbers)
    assert (again.citations, again.hits, again.claims) == ((), (), answer.claims)


def example() -> Answer:
    """An answer with every field."""
    at = Published(datetime(2020, 9, 1, tzinfo=UTC), "month")
    article = Article("a", "https://a.example", "Fog", "It rained.", "The Sun", published=at)
    passage = Passage(7, "a", 1, 0, 10, "Weather")
    return Answer(
        question="Rain in May?",
        standalone="Rain in May?",
        text="It rained [1] [4].",
        as_of=NOW,
        claims=(Claim(0, 18, (1,), "supported"),),
        citations=(Citation(1, article, 0, 10),),
        unresolved=(4,),
        hits=(Hit(passage, article, 0.5, 1, ("The Sea",), ("b",), ("c",)),),
        filters=Filters(published_from=NOW, as_of=NOW),
        understood=(Understood("in May", 5, 11, "May", Filters(section="news"), strict=True),),
        timings={"read": 0.123456},
    )


def test_the_keys_stay() -> None:
    values = example().to_dict()
    assert list(values) == KEYS
    assert values["filters"] == {"from": NOW.isoformat(), "as_of": NOW.isoformat()}
    assert values["claims"] == [
        {
            "text": "It rained [1] [4].",
            "start": 0,
            "end": 18,
            "citations": [1],
            "verdict": "supported",
            "reasons": [],
        }
    ]
    identity = {
        "title": "Fog",
        "publisher": "The Sun",
        "published": "2020-09",
        "url": "https://a.example",
    }
    place = {"revision": 1, "start": 0, "end": 10, "pages": []}
    cited = {"number": 1, "article_id": "a", **identity, **place, "quote": "It rained."}
    assert values["citations"] == [cited]
    assert values["hits"] == [
        {
            "rank": 1,
            "score": 0.5,
            "article": {"id": "a", **identity},
            "passage": {"id": 7, "heading": "Weather", "text": "It rained.", **place},
            "also_in": ["The Sea"],
            "copies": ["b"],
            "versions": ["c"],
        }
    ]
    assert values["understood"] == [
        {
            "words": "in May",
            "start": 5,
            "end": 11,
            "meaning": "May",
            "strict": True,
            "held": True,
            "filters": {"section": "news"},
        }
    ]
    assert (values["unresolved"], values["timings"]) == ([4], {"read": 0.1235})


NEWER = (
    *("suggestions", "ways_on", "confidence", "coverage", "notes", "left_out"),
    *("model", "usage", "timings"),
)


def test_an_answer_without_the_newer_fields_is_read() -> None:
    answer = example()
    article = answer.citations[0].article
    values = {name: value for name, value in answer.to_dict().items() if name not in NEWER}
    for place in (values["citations"][0], values["hits"][0]["passage"]):
        del place["revision"], place["pages"]
    del values["hits"][0]["passage"]["heading"]
    del values["understood"][0]["start"], values["understood"][0]["end"]
    again = restored(values, lambda id_, revision: {("a", None): article}[id_, revision])
    assert again.citations == answer.citations
    assert again.understood == answer.understood
    assert again.hits[0].text == "It rained."
    assert (again.coverage, again.notes, again.usage) == (1.0, (), Usage())
    store: Any = _Store(article)
    assert recheck(read_answer(values), store, lambda *_: ("supported", ())).holds


def test_an_older_answer_has_its_suggestions_as_advice() -> None:
    values = {name: value for name, value in example().to_dict().items() if name != "ways_on"}
    again = restored(values | {"suggestions": ["drop the filter on dates"]}, _missing)
    assert again.ways_on == (WayOn("drop the filter on dates"),)


def test_a_declined_answer_makes_no_claims() -> None:
    with pytest.raises(ValueError, match="a declined answer makes no claims, not 1"):
        replace(example(), abstained=True)
    declined = replace(example(), abstained=True, claims=())
    assert (declined.evidence, declined.nearest) == ((), declined.citations)
    assert (example().evidence, example().nearest) == (example().citations, ())
    claiming = example().to_dict() | {"abstained": True}
    article = example().citations[0].article
    assert restored(claiming, lambda _id, _revision: article) == replace(
        declined, timings={"read": 0.1235}
    )


def _missing(id_: str, _revision: int | None) -> Article:
    raise ArchiveError(id_)


class _Store:
    """A store of one article."""

    def __init__(self, article: Article) -> None:
        self._article = article

    def current(self, ids: list[str]) -> list[tuple[Article, None]]:
        """The article where its id is asked for."""
        return [(self._article, None)] if self._article.id in ids else []


@pytest.mark.parametrize(
    ("year", "precision", "text"),
    [
        (800, "year", "0800"),
        (800, "day", "0800-03-01"),
        (2020, "month", "2020-03"),
        (2020, "minute", "2020-03-01T04:05Z"),
        (2020, "second", "2020-03-01T04:05:06Z"),
    ],
)
def test_a_date_is_written_as_far_as_it_is_known(
    year: int, precision: Precision, text: str
) -> None:
    at = datetime(year, 3, 1, 4, 5, 6, tzinfo=UTC) + timedelta(microseconds=7)
    article = Article("a", "", "", "x", published=Published(at, precision))
    assert article_dict(article)["published"] == text


@pytest.mark.parametrize("file", list(SCHEMAS))
def test_the_schemas_in_docs_are_schemas(file: str) -> None:
    jsonschema.Draft202012Validator.check_schema(json.loads(written(file)))


def test_the_schema_refuses_what_is_no_answer() -> None:
    values = example().to_dict()
    jsonschema.validate(values, SCHEMA)
    for name in KEYS:
        with pytest.raises(jsonschema.ValidationError, match="is a required property"):
            jsonschema.validate({key: values[key] for key in KEYS if key != name}, SCHEMA)
    for name, wrong in (("published", "in May"), ("start", -1), ("quote", None), ("number", "1")):
        cited = [values["citations"][0] | {name: wrong}]
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(values | {"citations": cited}, SCHEMA)
    hit = hit_json(example().hits[0]).to_dict()
    jsonschema.validate([hit], HITS)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate([hit | {"rank": "first"}], HITS)


def test_what_the_commands_print_has_the_schema(dateline: Commands, tmp_path: Path) -> None:
    story = "The Lindow ferry sank on Friday with 41 people aboard."
    write_jsonl(tmp_path / "in.jsonl", [row(1, story), row(2, "Fog lay over Marsk.")])
    assert dateline("ingest", "in.jsonl").status == 0
    asked = ("Which Lindow ferry sank with 41 people aboard?", "Who won the zorbing contest?")
    for question in asked:
        answer = dateline("ask", question, "--from", "2020", "--json").json
        jsonschema.validate(answer, SCHEMA)
        assert answer["abstained"] == (question == asked[1])
        assert answer["filters"]["from"] == "2020-01-01T00:00:00+00:00"
    hits = dateline("search", "Lindow ferry", "--json").json
    jsonschema.validate(hits, HITS)
    assert hits[0]["passage"]["text"] == story
