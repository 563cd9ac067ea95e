"""What the server and the page do with saved searches and stars; without a browser."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import feedparser
import pytest
from sqlalchemy import create_engine, text
from starlette.applications import Starlette
from starlette.testclient import TestClient

from rag.archive import Archive
from rag.config import Settings
from rag.errors import QueryError, RagError
from rag.maintenance.backup import back_up
from rag.maintenance.doctor import examine
from rag.store import SavedQuery, Selection
from rag.web.accounts import Accounts, add_account
from rag.web.chat import Chat
from rag.web.conversation import Conversation, Reference
from rag.web.form import Form
from rag.web.keeping import UNKNOWN_VISITOR
from rag.web.rendering.saved import describe_query
from rag.web.server.downloads import download_route, feed_path, feed_route
from rag.web.server.guard import Rate, RequestGuard
from rag.web.server.login import Login
from rag.web.server.proxies import BehindProxy
from rag.web.tabs.links import linked_panel
from rag.web.tabs.saved import (
    NEEDS_COOKIE,
    change_saved,
    opened_html,
    query_of,
    starred,
    state_of,
)
from tests.builders import open_archive, row, write_jsonl

FERRY = "The Lindow ferry sank on Friday. All 41 people were saved."
PLACE = Reference("near", "courier.example/1", 1, 0, 32).place()


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with open_archive(tmp_path / "archive") as opened:
        rows = [row(1, FERRY), row(2, "Bread costs more.", publisher="Packet")]
        opened.ingest(write_jsonl(tmp_path / "in.jsonl", rows))
        yield opened


@pytest.fixture
def reader(archive: Archive, tmp_path: Path) -> Iterator[TestClient]:
    """A feed reader that cannot log in, behind a proxy that serves the page under /news."""
    users = tmp_path / "users.json"
    add_account(users, "ada", "reader", "correct horse battery")
    app: Any = Starlette(routes=[feed_route(archive), download_route(archive)])
    app = RequestGuard(app, only_local=False, rate=Rate(10_000))
    app = Login(app, Accounts(users), b"k" * 32)
    app = BehindProxy(app, root="/news")
    with TestClient(app, "https://press.example", follow_redirects=False) as client:
        yield client


def delete(archive: Archive, id_: str) -> None:
    archive.removals.delete(archive.removals.find(Selection(ids=(id_,))), "asked for")


def test_a_feed_is_read_without_a_login_by_its_address_alone(
    archive: Archive, reader: TestClient
) -> None:
    saved = archive.alerts.of("ada").add("ferry").saved
    got = reader.get(f"/news/{feed_path(saved.token)}")
    assert got.status_code == 200
    assert got.headers["content-type"] == "application/atom+xml; charset=utf-8"
    feed = feedparser.parse(got.content)
    assert feed.feed.links[0].href == f"https://press.example/news/alerts/{saved.token}.atom"
    assert feed.feed.links[1].href == "https://press.example/news/"
    assert feed.entries[0].links[1].href.startswith("https://press.example/news/?article=")
    renewed = archive.alerts.of("ada").renew(saved.id)
    assert reader.get(f"/news/{feed_path(saved.token)}").status_code == 404
    assert reader.get(f"/news/{feed_path(renewed)}").status_code == 200
    assert reader.head(f"/news/{feed_path(renewed)}").content == b""
    # The rest of the page stays behind the login, and nothing is near a token.
    assert reader.get("/news/export/collection.x.md").status_code == 401
    for path in ("alerts/x.atom", "alerts/", f"alerts/{renewed}.atom/x", f"alerts/{renewed}"):
        assert reader.get(f"/news/{path}").status_code in (401, 404)
    assert reader.post(f"/news/{feed_path(renewed)}").status_code == 405


def test_a_feed_that_has_not_changed_is_not_sent_again(
    archive: Archive, reader: TestClient, tmp_path: Path
) -> None:
    token = archive.alerts.of("ada").add("ferry").saved.token
    path = f"/news/{feed_path(token)}"
    first = reader.get(path)
    tag, changed = first.headers["etag"], first.headers["last-modified"]
    for headers in (
        {"if-none-match": tag},
        {"if-none-match": f'"other", W/{tag}'},
        {"if-modified-since": changed},
        {"if-none-match": tag, "if-modified-since": "Mon, 01 Jan 2001 00:00:00 GMT"},
    ):
        again = reader.get(path, headers=headers)
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == tag
    earlier = format_datetime(datetime.now(UTC) - timedelta(days=9), usegmt=True)
    for headers in (
        {"if-none-match": '"other"'},
        {"if-none-match": '"other"', "if-modified-since": changed},
        {"if-modified-since": earlier},
        {"if-modified-since": "yesterday"},
    ):
        assert reader.get(path, headers=headers).status_code == 200
    archive.ingest(write_jsonl(tmp_path / "b.jsonl", [row(3, "A second ferry sank.")]))
    assert reader.get(path, headers={"if-none-match": tag}).status_code == 200


def test_a_withdrawn_article_leaves_a_feed(archive: Archive, reader: TestClient) -> None:
    path = f"/news/{feed_path(archive.alerts.add('ferry').saved.token)}"
    tag = reader.get(path).headers["etag"]
    archive.removals.withdraw("courier.example/1", "Wrong")
    got = reader.get(path, headers={"if-none-match": tag})
    assert got.status_code == 200
    assert b"Lindow" not in got.content
    assert archive.removals.last_removal() is not None


def test_a_collection_is_downloaded_by_its_owner_alone(archive: Archive) -> None:
    starred(archive, "", [PLACE], "", "Ferries")
    starred(archive, "bo", [PLACE], "", "Ferries")
    (own,), (other,) = archive.collections.all(""), archive.collections.all("bo")
    with TestClient(Starlette(routes=[download_route(archive)])) as client:
        for kind, begins in (
            ("md", b"# Ferries"),
            ("csv", b"\xef\xbb\xbfoutlet,"),
            ("bib", b"% F"),
        ):
            got = client.get(f"/export/collection.{own.id}.{kind}")
            assert got.status_code == 200
            assert got.content.startswith(begins)
            assert f'filename="Ferries.{kind}"' in got.headers["content-disposition"]
        assert client.get(f"/export/collection.{own.id}.json").json()["name"] == "Ferries"
        for name in (f"collection.{other.id}.md", f"collection.{own.id}.exe", "collection..md"):
            assert client.get(f"/export/{name}").status_code == 404


def test_stars_are_toggled_and_what_is_no_place_is_refused(archive: Archive) -> None:
    assert starred(archive, "ada", [PLACE], "", "") == "Starred in “Starred”."
    (made,) = archive.collections.all("ada")
    assert starred(archive, "ada", [PLACE], made.id, "") == "Taken out of “Starred”."
    assert archive.collections.get("ada", made.id).stars == ()
    for places in ([], ["x"], ["[1]"], ['["a.example/1", 1, 9, 3]'], ['["no.such/1", 1, 0, 0]']):
        with pytest.raises(RagError):
            starred(archive, "ada", places, made.id, "")
    halved = json.dumps(["courier.example/\ud800", 1, 0, 0])
    with pytest.raises(RagError):
        starred(archive, "ada", [halved], made.id, "")
    assert archive.alerts.add("ferry \ud800\0", "\ud800 \0").saved.name == "\ufffd \ufffd"
    with pytest.raises(QueryError, match="there is no collection"):
        starred(archive, "bo", [PLACE], made.id, "")
    with pytest.raises(QueryError, match="cookies"):
        starred(archive, UNKNOWN_VISITOR, [PLACE], "", "")
    with pytest.raises(QueryError, match="cookies"):
        change_saved(archive, UNKNOWN_VISITOR, "search.x", "delete", "")
    assert NEEDS_COOKIE.endswith("for this page.")


def test_names_and_words_of_readers_are_escaped(archive: Archive) -> None:
    evil = '<img src=x onerror="alert(1)">'
    alert = archive.alerts.add("ferry", evil)
    starred(archive, "", [PLACE], "", evil)
    (made,) = archive.collections.all("")
    for shown in (
        opened_html(archive, "", f"search.{alert.saved.id}"),
        opened_html(archive, "", f"collection.{made.id}"),
        state_of(archive, "", evil),
    ):
        assert "<img" not in shown
        assert "&lt;img" in shown or "\\u003c" in shown or "&lt;" in shown


def test_opening_a_search_has_its_news_seen(archive: Archive, tmp_path: Path) -> None:
    saved = archive.alerts.add("ferry").saved
    archive.ingest(write_jsonl(tmp_path / "b.jsonl", [row(3, "A second ferry sank.")]))
    assert "&#34;new&#34;: 1" in state_of(archive, "", news=True)
    assert "1 new since" in opened_html(archive, "", f"search.{saved.id}")
    assert "&#34;new&#34;: 0" in state_of(archive, "", news=True)
    assert "there is no saved search" in opened_html(archive, "bo", f"search.{saved.id}").lower()


def test_the_filters_of_a_form_are_saved_as_they_were_typed() -> None:
    form = Form(" ferry ", " 2025-03 ", publishers=["Packet"], section="Sea", without=("in May",))
    query = query_of(form, "search", "newest")
    assert query == SavedQuery(
        "ferry", "search", "2025-03", "", ("Packet",), "", "Sea", "newest", ("in May",)
    )
    assert describe_query(query) == "ferry, from 2025-03, by Packet, in section Sea, newest first"


def test_links_to_what_was_withdrawn_revised_or_deleted_say_so(
    archive: Archive, tmp_path: Path
) -> None:
    chat = Chat(archive)
    sentence = {"article": "courier.example/1", "revision": "1", "at": "0-32"}
    whole = sentence | {"at": "0-0"}
    assert "Lindow" in linked_panel(chat, sentence)
    assert "Lindow" in linked_panel(chat, whole)
    archive.ingest(write_jsonl(tmp_path / "b.jsonl", [row(1, "Nothing sank.")]))
    for asked in (sentence, whole):
        assert "later text, revision 2" in linked_panel(chat, asked)
    archive.removals.withdraw("courier.example/1", "Legal")
    for asked in (sentence, whole):
        shown = linked_panel(chat, asked)
        assert "withdrawn on" in shown
        assert "sank" not in shown
    delete(archive, "courier.example/1")
    assert "was deleted on" in linked_panel(chat, sentence)
    assert "was deleted on" in chat.panel("near-star-1", Conversation(), PLACE)


def test_backups_have_what_is_saved_and_the_doctor_finds_stars_of_no_collection(
    archive: Archive, tmp_path: Path
) -> None:
    archive.alerts.of("ada").add("ferry")
    starred(archive, "ada", [PLACE], "", "File")
    settings = Settings(encoder="hashing", chunk_tokens=32)
    back_up(archive.folder, tmp_path / "copy", settings, archive.encoder)
    with open_archive(tmp_path / "copy") as copy:
        assert [each.saved.query.words for each in copy.alerts.of("ada").all()] == ["ferry"]
        assert [len(each.stars) for each in copy.collections.all("ada")] == [1]
    engine = create_engine(f"sqlite:///{tmp_path / 'copy' / 'archive.db'}")
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM collections"))
    engine.dispose()
    found = examine(tmp_path / "copy", settings, archive.encoder)
    assert any("stars belong to no collection" in each.what for each in found)
