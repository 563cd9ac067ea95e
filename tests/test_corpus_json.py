"""JSON files: arrays, answers of services, JSON Feed, tables of pandas, Ghost; damage."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.corpus import Read, Unread, read_file
from rag.corpus.formats.json_stream import Damage, Entry, Rest, entries
from tests.reading import NOW, read_all, texts

TUNNEL = "The council of Orrelstad voted on Tuesday to close the harbour tunnel."
WARD = "The hospital in Brenn will close its night ward in June."


def read(folder: Path, content: Any, name: str = "a.json") -> list[Read | Unread]:
    """The outcomes of a file with this text, or with this value as JSON."""
    return read_all(folder / name, content if isinstance(content, str) else json.dumps(content))


def only(outcomes: list[Read | Unread]) -> Read:
    (outcome,) = outcomes
    assert isinstance(outcome, Read), outcome
    return outcome


def test_an_array_has_an_article_for_each_object(tmp_path: Path) -> None:
    rows = [
        {"headline": "Tunnel", "body": TUNNEL, "link": "https://post.example/1"},
        {"headline": "Odd", "body": 7},
        "no object",
        {"headline": "Ward", "body": WARD, "author": {"name": "Tom Roby"}},
    ]
    outcomes = read(tmp_path, rows)
    assert texts(outcomes) == [
        TUNNEL,
        "! field 'body' must be a string, not int",
        "! not an article: it is no object but str",
        WARD,
    ]
    assert [outcome.path.rpartition(":")[2] for outcome in outcomes] == ["1", "2", "3", "4"]
    assert isinstance(outcomes[3], Read)
    assert outcomes[3].article.authors == ("Tom Roby",)


def test_one_object_is_one_article_and_objects_in_a_row_are_many(tmp_path: Path) -> None:
    one = {"title": "Tunnel", "text": TUNNEL, "tags": [{"name": "roads"}]}
    found = only(read(tmp_path, one))
    assert (found.article.title, found.path) == ("Tunnel", f"{tmp_path}/a.json")
    many = f"{json.dumps(one, indent=2)}\n{json.dumps({'text': WARD})}"
    assert texts(read(tmp_path, many)) == [TUNNEL, WARD]


def test_news_please(tmp_path: Path) -> None:
    row = {
        "authors": ["Mira Oldenkamp"],
        "date_download": "2025-01-01 00:00:00",
        "date_modify": "None",
        "date_publish": "2024-05-07 18:30:00",
        "description": "A summary.",
        "language": "en",
        "maintext": f"{TUNNEL}\n{WARD}",
        "source_domain": "www.orrelstadpost.example",
        "text": None,
        "title": "Harbour tunnel to close",
        "title_page": None,
        "url": "https://orrelstadpost.example/0",
    }
    for name, content in (("a.json", row), ("a.jsonl", json.dumps(row)), ("b.json", [row, row])):
        first = read(tmp_path, content, name)[0]
        assert isinstance(first, Read), name
        article = first.article
        assert article.text == f"{TUNNEL}\n{WARD}"
        assert (article.title, article.authors) == ("Harbour tunnel to close", ("Mira Oldenkamp",))
        assert (article.publisher, article.language) == ("orrelstadpost.example", "en")
        assert str(article.published) == "2024-05-07T18:30:00Z"
        assert first.warnings == ()
    undated = only(read(tmp_path, row | {"date_publish": "None"}))
    assert (undated.article.published, undated.warnings) == (None, ())


def test_news_api(tmp_path: Path) -> None:
    story = {
        "source": {"id": None, "name": "The Orrelstad Post"},
        "author": "Mira Oldenkamp",
        "title": "Harbour tunnel to close - The Orrelstad Post",
        "description": "The tunnel closes.",
        "url": "https://orrelstadpost.example/tunnel",
        "publishedAt": "2024-05-07T16:30:00Z",
        "content": f"{TUNNEL} Shopkeepers asked for a fer… [+1234 chars]",
    }
    bare = story | {"content": None, "title": "Ward to shut", "url": "https://post.example/2"}
    gone = story | {"title": "[Removed]", "content": "[Removed]"}
    answer = {"status": "ok", "totalResults": 3, "articles": [story, bare, gone]}
    first, second, third = read(tmp_path, answer)
    assert isinstance(first, Read)
    assert first.article.text == f"{TUNNEL} Shopkeepers asked for a fer…"
    assert first.article.title == "Harbour tunnel to close"
    assert first.article.publisher == "The Orrelstad Post"
    assert str(first.article.published) == "2024-05-07T16:30:00Z"
    assert first.warnings == ("holds the beginning of the text only: 1,234 characters are missing",)
    assert isinstance(second, Read)
    assert second.article.text == "The tunnel closes."
    assert second.warnings == ("has no text but a summary; that is read",)
    assert third == Unread(f"{tmp_path}/a.json:3", "its publisher has removed it")
    error = {"status": "error", "code": "apiKeyInvalid", "message": "Your key is wrong."}
    assert texts(read(tmp_path, error))[0].startswith("! the required field 'text' is missing")


def test_answers_of_other_services(tmp_path: Path) -> None:
    guardian = {
        "response": {
            "status": "ok",
            "results": [
                {
                    "webTitle": "Tunnel",
                    "webUrl": "https://post.example/1",
                    "webPublicationDate": "2024-05-07T16:30:00Z",
                    "sectionName": "City",
                    "fields": {"bodyText": TUNNEL, "byline": "Mira Oldenkamp"},
                }
            ],
        }
    }
    found = only(read(tmp_path, guardian)).article
    assert (found.text, found.title, found.section) == (TUNNEL, "Tunnel", "City")
    assert (found.authors, str(found.published)) == (("Mira Oldenkamp",), "2024-05-07T16:30:00Z")
    search = {"took": 3, "hits": {"hits": [{"_id": "7", "_source": {"title": "T", "body": WARD}}]}}
    found = only(read(tmp_path, search)).article
    assert (found.text, found.id) == (WARD, "7")
    posts = [
        {
            "id": 3,
            "date_gmt": "2024-05-07T16:30:00",
            "link": "https://post.example/3",
            "title": {"rendered": "Fog &amp; ferry"},
            "content": {"rendered": f"<p>{TUNNEL}</p><p>{WARD}</p>", "protected": False},
        }
    ]
    found = only(read(tmp_path, posts)).article
    assert (found.text, found.title) == (f"{TUNNEL}\n\n{WARD}", "Fog & ferry")
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Post",
        "items": [
            {
                "id": "g1",
                "title": "Tunnel",
                "content_html": f"<p>{TUNNEL}</p>",
                "date_published": "2024-05-07T18:30:00+02:00",
                "authors": [{"name": "Mira Oldenkamp"}],
            }
        ],
    }
    found = only(read(tmp_path, feed)).article
    assert (found.id, found.text, found.authors) == ("g1", TUNNEL, ("Mira Oldenkamp",))


def test_tables_that_pandas_writes(tmp_path: Path) -> None:
    rows = [{"title": "A", "text": TUNNEL}, {"title": "B", "text": WARD}]
    forms: list[Any] = [
        rows,
        {"title": {"0": "A", "1": "B"}, "text": {"0": TUNNEL, "1": WARD}},
        {"0": rows[0], "1": rows[1]},
        {"columns": ["title", "text"], "index": [0, 1], "data": [["A", TUNNEL], ["B", WARD]]},
        {"schema": {"fields": []}, "data": rows},
    ]
    for form in forms:
        outcomes = read(tmp_path, form)
        assert texts(outcomes) == [TUNNEL, WARD], form
        assert [o.article.title for o in outcomes if isinstance(o, Read)] == ["A", "B"]


def test_columns_toml_names_fields_of_json_too(tmp_path: Path) -> None:
    toml = '[columns]\ntext = "inner.words"\ntitle = "t"\n[files."b.jsonl"]\ntext = "raw"\n'
    (tmp_path / "columns.toml").write_text(toml, encoding="utf-8")
    row = {"t": "Tunnel", "inner": {"words": TUNNEL}, "raw": WARD, "date": "2024-05-07"}
    found = only(read(tmp_path, [row])).article
    assert (found.text, found.title, str(found.published)) == (TUNNEL, "Tunnel", "2024-05-07")
    assert only(read(tmp_path, json.dumps(row), "a.jsonl")).article.text == TUNNEL
    assert only(read(tmp_path, json.dumps(row), "b.jsonl")).article.text == WARD


def test_lists_without_texts_are_refused_with_their_number(tmp_path: Path) -> None:
    stories = [
        {"media_name": "Post", "publish_date": "2024-05-07", "title": str(n), "url": f"post/{n}"}
        for n in range(1_200)
    ]
    expected = (
        "none of its 1,200 records has a text; fields found: media_name, publish_date, title, url; "
        'name it in a file columns.toml: text = "..."'
    )
    assert read(tmp_path, stories) == [Unread(f"{tmp_path}/a.json", expected)]
    lines = "\n".join(map(json.dumps, stories))
    assert read(tmp_path, lines, "a.jsonl") == [Unread(f"{tmp_path}/a.jsonl", expected)]
    assert texts(read(tmp_path, []))[0] == "! holds no article: its list is empty"


def test_what_was_not_published_is_no_article(tmp_path: Path) -> None:
    rows = [
        {"text": TUNNEL, "status": "draft"},
        {"text": TUNNEL, "post_status": "private"},
        {"text": TUNNEL, "is_published": False},
        {"text": TUNNEL, "status": "publish"},
        {"text": TUNNEL, "status": 200, "id": "b"},
    ]
    *found, rest = read(tmp_path, rows)
    assert texts(found) == [TUNNEL, TUNNEL]
    reason = "left out, because they are no published articles: 2 draft, 1 private"
    assert rest == Unread(f"{tmp_path}/a.json", reason, skipped=True)


def test_an_embargo_lasts_until_it_ends_and_dates_the_article(tmp_path: Path) -> None:
    row = {"text": TUNNEL, "date": "2024-05-07T17:00:00Z", "embargo_until": "2031-01-01T00:00:00Z"}
    assert texts(read(tmp_path, [row])) == [
        "! embargoed until 2031-01-01T00:00:00Z; read it again after that"
    ]
    over = only(read(tmp_path, [row | {"embargo_until": "2024-05-09T08:00:00+02:00"}]))
    assert str(over.article.published) == "2024-05-09T06:00:00Z"
    assert over.warnings == ("was embargoed; dated by the end of that, 2024-05-09T06:00:00Z",)
    earlier = only(read(tmp_path, [row | {"embargo_until": "2024-05-07T06:00:00Z"}]))
    assert (str(earlier.article.published), earlier.warnings) == ("2024-05-07T17:00:00Z", ())
    for never in (None, "", False, "no"):
        assert only(read(tmp_path, [row | {"embargo_until": never}])).warnings == ()
    assert texts(read(tmp_path, [row | {"embargo_until": "after the vote"}])) == [
        "! embargoed, and the end of it, 'after the vote', cannot be read as a date"
    ]


ROWS = [{"title": f"Row {n}", "text": f"{TUNNEL} {n}", "tags": [{"a": 1}]} for n in range(4)]


def test_a_damaged_entry_costs_no_other(tmp_path: Path) -> None:
    whole = json.dumps(ROWS, indent=1)
    damaged = whole.replace(f'"{TUNNEL} 1"', f'"{TUNNEL} "1"')
    outcomes = read(tmp_path, damaged)
    assert texts(outcomes)[0] == f"{TUNNEL} 0"
    assert texts(outcomes)[1].startswith("! not valid JSON: Expecting ',' delimiter (the entry at")
    assert texts(outcomes)[2:] == [f"{TUNNEL} 2", f"{TUNNEL} 3"]


def test_what_stands_before_a_cut_is_read(tmp_path: Path) -> None:
    for content in (json.dumps(ROWS), json.dumps({"articles": ROWS})):
        outcomes = read(tmp_path, content[: content.index("Row 2") + 30])
        assert texts(outcomes) == [
            f"{TUNNEL} 0",
            f"{TUNNEL} 1",
            "! not valid JSON: the file is cut off in the midst of an entry",
        ]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "empty: it holds no text"),
        ("  ", "empty: it holds no text"),
        ("text", "not valid JSON: it begins with neither [ nor {"),
        ("<html></html>", "not valid JSON: it begins with neither [ nor {"),
        ("7", "not valid JSON: it begins with neither [ nor {"),
        ("[" * 100_000, "not valid JSON: a number is too long or the nesting too deep"),
        ('{"a": ' + "1" * 5_000 + "}", "not valid JSON: a number is too long or the nesting"),
        ('{"a" 1}', "not valid JSON: a name without a value"),
        ('{"a": 1}', "the required field 'text' is missing; fields found: a; name it"),
        ('[{"text": "a"', "not valid JSON: the file is cut off in the midst of an entry"),
        ("\x00\x00\x00", "a binary file: it holds NUL bytes"),
    ],
)
def test_what_is_no_list_of_articles_is_named(tmp_path: Path, content: str, reason: str) -> None:
    outcomes = read(tmp_path, content)
    assert len(outcomes) == 1
    assert texts(outcomes)[0].startswith(f"! {reason}")


def test_encodings_and_gzip(tmp_path: Path) -> None:
    content = json.dumps([{"text": "Zoë – é"}], ensure_ascii=False)
    path = tmp_path / "a.json"
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        path.write_bytes(content.encode(encoding))
        assert texts(list(read_file(path, now=NOW))) == ["Zoë – é"]
    path.write_bytes(content.encode("cp1252"))
    outcome = only(list(read_file(path, now=NOW)))
    assert outcome.article.text == "Zoë – é"
    assert outcome.warnings == ("not UTF-8; read as Windows-1252",)
    packed = tmp_path / "a.json.gz"
    packed.write_bytes(gzip.compress(content.encode()))
    assert texts(list(read_file(packed, now=NOW))) == ["Zoë – é"]
    packed.write_bytes(gzip.compress(json.dumps(ROWS * 5_000).encode())[:-4_000])
    outcomes = list(read_file(packed, now=NOW))
    assert isinstance(outcomes[0], Read)
    assert texts(outcomes)[-1].startswith("! the gzip file is damaged or cut off")


GHOST = {
    "meta": {"exported_on": 1, "version": "5.80.0"},
    "data": {
        "posts": [
            {
                "id": "p1",
                "uuid": "u1",
                "title": "Harbour tunnel to close",
                "html": f"<p>{TUNNEL}</p><p>{WARD}</p>",
                "status": "published",
                "type": "post",
                "published_at": "2024-05-07T16:30:00.000Z",
            },
            {"id": "p2", "title": "Idea", "html": "<p>Not yet.</p>", "status": "draft"},
            {
                "id": "p3",
                "title": "About",
                "html": "<p>We.</p>",
                "status": "published",
                "type": "page",
            },
            {
                "id": "p4",
                "uuid": "u4",
                "title": "Ward",
                "html": None,
                "lexical": json.dumps(
                    {
                        "root": {
                            "children": [
                                {
                                    "type": "paragraph",
                                    "children": [{"text": "One "}, {"text": "ward."}],
                                },
                                {"type": "paragraph", "children": [{"text": "It closes."}]},
                            ]
                        }
                    }
                ),
                "status": "sent",
            },
        ],
        "users": [{"id": "a1", "name": "Mira Oldenkamp"}, {"id": "a2", "name": "Tom Roby"}],
        "posts_authors": [
            {"post_id": "p1", "author_id": "a2", "sort_order": 1},
            {"post_id": "p1", "author_id": "a1", "sort_order": 0},
        ],
        "tags": [{"id": "t1", "name": "City"}],
        "posts_tags": [{"post_id": "p1", "tag_id": "t1", "sort_order": 0}],
        "settings": [{"key": "title", "value": "The Orrelstad Post"}],
    },
}


@pytest.mark.parametrize("wrapped", [True, False])
def test_ghost(tmp_path: Path, wrapped: bool) -> None:
    first, second, rest = read(tmp_path, {"db": [GHOST]} if wrapped else GHOST)
    assert isinstance(first, Read)
    article = first.article
    assert (article.id, article.text) == ("ghost:u1", f"{TUNNEL}\n\n{WARD}")
    assert article.authors == ("Mira Oldenkamp", "Tom Roby")
    assert (article.publisher, article.section) == ("The Orrelstad Post", "City")
    assert str(article.published) == "2024-05-07T16:30:00Z"
    assert isinstance(second, Read)
    assert second.article.text == "One ward.\n\nIt closes."
    reason = "left out, because they are no published articles: 1 draft, 1 page"
    assert rest == Unread(f"{tmp_path}/a.json", reason, skipped=True)


@pytest.mark.parametrize("cut", ['"p4"', "The Orrelstad Post"])
def test_a_whole_document_is_read_up_to_a_cut(tmp_path: Path, cut: str) -> None:
    content = json.dumps({"db": [GHOST]})
    outcomes = read(tmp_path, content[: content.index(cut)])
    assert texts(outcomes)[0] == f"{TUNNEL}\n\n{WARD}"
    assert texts(outcomes)[-1] == "! not valid JSON: the file is cut off in the midst of an entry"
    assert "! left out, because they are no published articles: 1 draft, 1 page" in texts(outcomes)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=8,
)


@given(st.lists(st.dictionaries(st.text(max_size=4), VALUES), max_size=5), st.integers(1, 40))
def test_entries_are_what_json_reads_however_the_text_is_cut(
    rows: list[dict[str, Any]], size: int
) -> None:
    for content in (rows, {"items": rows, "x": 1}):
        text = json.dumps(content)
        pieces = [text[start : start + size] for start in range(0, len(text), size)]
        found = [e for e in entries(pieces, frozenset({"items"})) if isinstance(e, Entry)]
        if content is rows or rows:
            assert [entry.value for entry in found if entry.listed] == rows
        assert not [e for e in entries(pieces, frozenset({"items"})) if isinstance(e, Damage)]
    assert [type(e.value) for e in found][-1:] == [Rest if rows else dict]


@given(st.text(max_size=60), st.integers(0, 200), st.integers(0, 30))
def test_no_damage_raises_anything_but_a_named_reason(put: str, place: int, length: int) -> None:
    text = json.dumps(ROWS)
    damaged = text[:place] + put + text[place + length :]
    if damaged.lstrip()[:1] in ("[", "{"):
        assert list(entries([damaged[:50], damaged[50:]], frozenset({"articles"})))


def test_an_inner_object_does_not_stand_for_a_field_of_its_name(tmp_path: Path) -> None:
    inner = {"headline": "Fog", "body": "Fog lay over the harbour.", "source": "The Post"}
    found = only(read(tmp_path, {"hits": {"hits": [{"_id": "1", "_source": inner}]}}))
    assert found.article.publisher == "The Post"


def test_a_time_in_utc_comes_before_the_same_without_a_zone(tmp_path: Path) -> None:
    post = {"title": {"rendered": "Fog"}, "content": {"rendered": "<p>Fog lay over it.</p>"}}
    times = {"date": "2024-05-07T10:15:00", "date_gmt": "2024-05-07T08:15:00"}
    assert str(only(read(tmp_path, [post | times])).article.published) == "2024-05-07T08:15:00Z"


def test_entries_of_a_json_feed_have_the_authors_of_the_feed(tmp_path: Path) -> None:
    feed = {
        "version": "https://jsonfeed.org/version/1",
        "author": {"name": "Mira Oldenkamp"},
        "items": [
            {"id": "1", "title": "Tunnel", "content_text": TUNNEL},
            {"id": "2", "title": "Ward", "content_text": WARD, "author": {"name": "Tom Roby"}},
        ],
    }
    found = [each.article.authors for each in read(tmp_path, feed) if isinstance(each, Read)]
    assert found == [("Mira Oldenkamp",), ("Tom Roby",)]


def test_a_body_in_sections_is_read_in_their_order(tmp_path: Path) -> None:
    sections = [
        {"headline": [], "paragraphs": [TUNNEL]},
        {"headline": ["In Brenn"], "paragraphs": [WARD]},
    ]
    body = {"summary": ["Two closures."], "sections": sections}
    record = {"title": "Closed", "body": body, "publishing_date": "2024-05-07 18:30:00+02:00"}
    found = only(read(tmp_path, [record])).article
    assert found.text == f"Two closures.\n\n{TUNNEL}\n\nIn Brenn\n\n{WARD}"
    assert str(found.published) == "2024-05-07T16:30:00Z"


def test_an_office_beside_a_person_is_no_author(tmp_path: Path) -> None:
    rows = [
        {"title": "Tunnel", "text": TUNNEL, "authors": ["Mira Oldenkamp", "Staff Writer"]},
        {"title": "Ward", "text": WARD, "authors": ["Staff Writer"]},
    ]
    found = [each.article.authors for each in read(tmp_path, rows) if isinstance(each, Read)]
    assert found == [("Mira Oldenkamp",), ("Staff Writer",)]
