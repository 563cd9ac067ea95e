"""Stars in collections: whose they are, what became of them, and what is taken away."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.archive import Archive
from rag.conversations.collected import Collected, collected, export_collection
from rag.errors import QueryError
from rag.store import Collection, Selection, Star
from rag.store.starred import MOST_STARS
from tests.builders import open_archive, row, write_jsonl
from tests.postgresql import ON_BOTH, ON_SQLITE

pytestmark = ON_BOTH

FERRY = "The Lindow ferry sank on Friday with 41 people aboard. All 41 people were saved."
SECRET = "The hidden tunnel of Brennick leads to the vault of the Orr bank."
SAVED = Star("courier.example/1", 1, FERRY.index("All 41"), len(FERRY))


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with open_archive(tmp_path / "archive") as opened:
        add(opened, row(1, FERRY, title="=Ferry"), row(2, SECRET, title="Tunnel found"))
        yield opened


def add(archive: Archive, *rows: dict[str, object], restore: bool = False) -> None:
    path = write_jsonl(archive.folder.parent / "in.jsonl", rows)
    archive.ingest(path, restore_deleted=restore)


def delete(archive: Archive, *ids: str) -> None:
    removals = archive.removals
    removals.delete(removals.find(Selection(ids=ids)), "asked for")


def starred(archive: Archive, *stars: Star) -> Collection:
    made = archive.collections.create("ada", "File")
    archive.collections.add("ada", made.id, stars)
    return archive.collections.get("ada", made.id)


def states(archive: Archive) -> list[Collected]:
    return collected(archive.collections.all("ada")[0], archive)


def exports(archive: Archive) -> dict[str, str]:
    found = archive.collections.all("ada")[0]
    return {kind: export_collection(found, archive, kind) for kind in ("md", "csv", "bib", "json")}


def test_a_reader_stars_moves_and_deletes(archive: Archive) -> None:
    made = starred(archive, SAVED, SAVED, Star("courier.example/2", 1))
    assert made.stars == (SAVED, Star("courier.example/2", 1))
    assert archive.collections.create("ada", " FILE ").id == made.id
    assert archive.collections.all("bo") == archive.collections.all("") == []
    archive.collections.remove("ada", made.id, [SAVED])
    assert archive.collections.rename("ada", made.id, "Tunnels") == "Tunnels"
    assert archive.collections.get("ada", made.id).stars == (Star("courier.example/2", 1),)
    for forbidden in (
        lambda: archive.collections.get("bo", made.id),
        lambda: archive.collections.add("bo", made.id, [SAVED]),
        lambda: archive.collections.remove("bo", made.id, [SAVED]),
        lambda: archive.collections.rename("bo", made.id, "Mine"),
        lambda: archive.collections.delete("bo", made.id),
    ):
        with pytest.raises(QueryError, match="there is no collection"):
            forbidden()
    with pytest.raises(QueryError, match="at least one letter"):
        archive.collections.create("ada", "\n")
    many = [Star("courier.example/1", 1, 0, end) for end in range(1, MOST_STARS + 1)]
    with pytest.raises(QueryError, match="begin another one"):
        archive.collections.add("ada", made.id, many)
    archive.collections.delete("ada", made.id)
    assert archive.collections.all("ada") == []


def test_each_star_says_what_became_of_it(archive: Archive) -> None:
    starred(archive, SAVED, Star("courier.example/1", 1, 0, 10), Star("courier.example/1", 1))
    assert [each.state for each in states(archive)] == ["unchanged"] * 3
    assert [each.quote for each in states(archive)] == ["All 41 people were saved.", FERRY[:10], ""]
    add(archive, row(1, f"Rescue. {FERRY[FERRY.index('All') :]}", title="Ferry"))
    saved, begins, whole = states(archive)
    assert {each.state for each in (saved, begins, whole)} == {"revised"}
    assert saved.note == "Revision 2 has replaced it; the starred words still stand in it."
    assert begins.note == "Revision 2 has replaced it; the starred words are not in it."
    assert whole.note == "Revision 2 has replaced it."
    # What was starred is what was there then.
    assert saved.quote == "All 41 people were saved."
    notice = "Correction: An earlier version of this article misstated the number of people."
    add(archive, row(1, f"{FERRY.replace('41', '43')}\n\n{notice}", title="Ferry"))
    saved = states(archive)[0]
    assert saved.state == "corrected"
    assert saved.note.endswith(f"are not in it. It says: {notice}")


def test_of_withdrawn_articles_no_word_is_shown_or_exported(archive: Archive) -> None:
    starred(archive, Star("courier.example/2", 1, 4, 17), Star("courier.example/2", 1), SAVED)
    assert all("hidden tunnel" in each for each in exports(archive).values())
    archive.removals.withdraw("courier.example/2", "Legal")
    one, whole, _ = states(archive)
    assert (one.state, one.quote, one.article, whole.article) == ("withdrawn", "", None, None)
    assert one.origin == "The Courier, 3 May 2025"
    assert one.note.endswith("UTC: Legal.")
    for written in exports(archive).values():
        assert "unnel" not in written
        assert "withdrawn" in written.lower()
        assert "All 41 people were saved." in written
    archive.removals.reinstate("courier.example/2")
    assert states(archive)[0].quote == "hidden tunnel"


@ON_SQLITE
def test_a_deleted_article_leaves_none_of_its_text_in_what_was_saved(archive: Archive) -> None:
    made = starred(archive, Star("courier.example/2", 1, 4, 17), Star("courier.example/2", 1))
    archive.alerts.of("ada").add("tunnel")
    delete(archive, "courier.example/2")
    (left,) = states(archive)
    assert (left.state, left.article, left.star) == ("deleted", None, Star("courier.example/2", 0))
    assert "was deleted on" in left.note
    assert all("hidden" not in written for written in exports(archive).values())
    archive.removals.compact()
    assert b"hidden tunnel" not in (archive.folder / "archive.db").read_bytes()
    # Added again, its text may be another: the star does not come to life at that place.
    add(archive, row(2, "Now it says something else about a tunnel."), restore=True)
    (left,) = states(archive)
    assert (left.state, left.quote) == ("deleted", "")
    archive.collections.remove("ada", made.id, [left.star])
    assert states(archive) == []


def test_a_collection_is_taken_away_in_four_forms(archive: Archive) -> None:
    starred(archive, SAVED, Star("courier.example/1", 1, 0, 10), Star("courier.example/2", 1))
    found = exports(archive)
    rows = list(csv.DictReader(io.StringIO(found["csv"])))
    assert [each["quote"] for each in rows] == ["All 41 people were saved.", FERRY[:10], ""]
    # A spreadsheet would run it as a formula.
    assert rows[0]["title"] == "'=Ferry"
    assert (rows[0]["outlet"], rows[0]["published"]) == ("The Courier", "2025-05-03")
    assert found["md"].startswith("# File\n")
    assert "> All 41 people were saved.\n>\n> — " in found["md"]
    keys = re.findall(r"@article\{([^,]+),", found["bib"])
    assert keys == ["courier2025ferry", "courier2025ferrya", "courier2025tunnel"]
    stars = json.loads(found["json"])["stars"]
    assert [(each["article"]["id"], each["start"]) for each in stars] == [
        ("courier.example/1", SAVED.start),
        ("courier.example/1", 0),
        ("courier.example/2", 0),
    ]
    assert stars[2]["quote"] is None
