"""Saved searches and questions: what is new for each, by what came in since."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as Xml

import feedparser
import pytest

from rag.archive import Archive
from rag.conversations.atom import FeedPlace, atom_feed
from rag.errors import QueryError
from rag.retrieval.alerts import Alert
from rag.store import Selection
from rag.store.saved_searches import MOST_SAVED
from tests.builders import open_archive, row, write_jsonl
from tests.commands import Commands
from tests.postgresql import ON_BOTH

pytestmark = ON_BOTH

STRIKE = "The ferry strike shut Lindow for nine days."
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with open_archive(tmp_path / "archive") as opened:
        add(opened, row(1, STRIKE), row(2, "Bread costs more.", publisher="Packet", section="Life"))
        yield opened


def add(archive: Archive, *rows: dict[str, object]) -> None:
    archive.ingest(write_jsonl(archive.folder.parent / "in.jsonl", rows))


def delete(archive: Archive, *ids: str) -> None:
    removals = archive.removals
    removals.delete(removals.find(Selection(ids=ids)), "asked for")


def new(alert: Alert) -> list[tuple[str, bool]]:
    """The numbers of the new articles, and whether each is a revision."""
    return [(each.article.id.rpartition("/")[2], each.revised) for each in alert.new]


def test_new_is_what_came_in_since_whenever_it_was_published(archive: Archive) -> None:
    saved = archive.alerts.add("ferry strike", "Strikes")
    assert (saved.total, saved.saved.name) == (0, "Strikes")
    add(
        archive,
        row(3, "In 1931 a strike shut the ferry of Marsk.", date="1931-02-01"),
        row(4, "The ferry sailed."),
        row(5, "Another ferry strike began."),
    )
    found = archive.alerts.get(saved.saved.id)
    assert new(found) == [("5", False), ("3", False)]
    passage = found.new[1].passage
    assert found.new[1].article.text[passage.start : passage.end].startswith("In 1931")


def test_what_was_looked_at_is_not_new_any_more_and_what_came_in_meanwhile_is(
    archive: Archive,
) -> None:
    archive.alerts.add("ferry strike")
    add(archive, row(3, "The second ferry strike."))
    (looked_at,) = archive.alerts.all()
    add(archive, row(4, "The third ferry strike."))
    archive.alerts.mark_seen(looked_at)
    (left,) = archive.alerts.all()
    assert new(left) == [("4", False)]
    # Whoever marks an older list afterwards takes nothing back.
    archive.alerts.mark_seen(left)
    archive.alerts.mark_seen(looked_at)
    assert archive.alerts.all()[0].total == 0


def test_a_revision_is_said_to_be_one_and_a_reinstated_article_is_not_new(
    archive: Archive,
) -> None:
    archive.alerts.add("ferry strike")
    add(archive, row(1, "The ferry strike shut Lindow for ten days."))
    (found,) = archive.alerts.all()
    assert new(found) == [("1", True)]
    archive.alerts.mark_seen(found)
    archive.removals.withdraw("courier.example/1", "A mistake")
    archive.removals.reinstate("courier.example/1")
    assert archive.alerts.all()[0].total == 0


def test_an_article_that_came_in_and_was_revised_since_is_new_and_no_revision(
    archive: Archive,
) -> None:
    archive.alerts.add("ferry strike")
    add(archive, row(3, "The ferry strike of Marsk is over."))
    add(archive, row(3, "The ferry strike of Marsk goes on."))
    assert new(archive.alerts.all()[0]) == [("3", False)]


def test_withdrawn_and_deleted_articles_are_not_new(archive: Archive) -> None:
    archive.alerts.add("ferry strike")
    add(archive, row(3, "The second ferry strike."), row(4, "The third ferry strike."))
    archive.removals.withdraw("courier.example/3", "Wrong")
    delete(archive, "courier.example/4")
    assert archive.alerts.all()[0].total == 0


@pytest.mark.parametrize(
    ("words", "filters", "numbers"),
    [
        ('"ferry strike"', {}, ["4", "3"]),
        ("ferry AND NOT Marsk", {}, ["4"]),
        ("title:rain", {}, ["5"]),
        ("outlet:Packet", {}, ["4"]),
        ("ferry strike", {"publishers": ["packet"]}, ["4"]),
        ("ferry", {"published_from": "2025-06"}, ["3"]),
        ("the ferry in June 2025", {}, ["3"]),
    ],
)
def test_operators_filters_and_dates_in_words_count(
    archive: Archive, words: str, filters: dict[str, object], numbers: list[str]
) -> None:
    archive.alerts.add(words, **filters)
    add(
        archive,
        row(3, "A ferry strike in Marsk.", date="2025-06-02"),
        row(4, "The ferry strike spread.", publisher="Packet"),
        row(5, "It poured.", title="Rain"),
    )
    assert [number for number, _ in new(archive.alerts.all()[0])] == numbers


def test_a_question_has_new_what_comes_near_it_and_shares_its_words(archive: Archive) -> None:
    archive.alerts.add("Who called the ferry strike in Lindow?", kind="question")
    add(
        archive,
        row(3, "The union of Anna Orr called the ferry strike in Lindow."),
        row(4, "Rain fell on Tuesday."),
    )
    assert new(archive.alerts.all()[0]) == [("3", False)]


def test_copies_of_one_story_are_new_once_and_name_their_outlets(archive: Archive) -> None:
    story = (
        "The ferry strike ended on Monday after the union of the crews and the owners of the "
        "two lines signed a contract for three years. Both sides had met eleven times."
    )
    archive.alerts.add("ferry strike")
    add(archive, row(3, story), row(4, story, publisher="Packet"))
    (found,) = archive.alerts.all()
    assert found.total == 1
    assert {found.new[0].article.publisher, *found.new[0].also_in} == {"The Courier", "Packet"}


def test_a_search_whose_outlet_is_gone_says_so_and_works_again_with_it(archive: Archive) -> None:
    bread = {"text": "Bread costs less.", "publisher": "Packet"}
    archive.alerts.add("bread", publishers=["Packet"])
    archive.alerts.add("bread ferry", publishers=["Packet", "The Courier"])
    archive.alerts.add("outlet:Packet bread", "By operator")
    archive.alerts.add("bread", "Life", section="life")
    delete(archive, "courier.example/2")
    bread_alone, both, operator, life = archive.alerts.all()
    assert bread_alone.problem.startswith("the archive has no article of “Packet” any more")
    assert both.problem.endswith("the others are searched")
    assert operator.problem.startswith("the archive holds no outlet 'Packet'")
    assert "no section “life” any more" in life.problem
    add(archive, row(9, **bread))
    found = {each.saved.name: each for each in archive.alerts.all()}
    assert new(found["bread"]) == [("9", False)]
    assert found["bread"].problem == ""
    assert new(found["By operator"]) == [("9", False)]


@pytest.mark.parametrize(
    ("words", "extra"),
    [
        ("", {}),
        ("ferry AND", {}),
        ("x" * 4001, {}),
        ("ferry", {"publishers": ["Nobody"]}),
        ("ferry", {"published_from": "soon"}),
        ("ferry", {"sort": "oldest"}),
        ("ferry", {"kind": "riddle"}),
        ("ferry", {"colour": "red"}),
    ],
)
def test_what_cannot_be_searched_for_is_not_saved(
    archive: Archive, words: str, extra: dict[str, str]
) -> None:
    with pytest.raises(QueryError):
        archive.alerts.add(words, **extra)
    assert archive.alerts.all() == []


def test_readers_own_their_own_and_save_nothing_twice(archive: Archive) -> None:
    ada, bo = archive.alerts.of("ada"), archive.alerts.of("bo")
    saved = ada.add("ferry").saved
    assert ada.add(" ferry ").saved == saved
    assert bo.all() == archive.alerts.all() == []
    for forbidden in (
        lambda: bo.get(saved.id),
        lambda: bo.rename(saved.id, "mine"),
        lambda: bo.renew(saved.id),
        lambda: bo.remove(saved.id),
        lambda: bo.mark_seen(Alert(saved)),
    ):
        with pytest.raises(QueryError, match="there is no saved search"):
            forbidden()
    assert ada.rename(saved.id, "  My \n ferries ") == "My ferries"
    with pytest.raises(QueryError, match="at least one letter"):
        ada.rename(saved.id, " ")
    ada.remove(saved.id)
    assert ada.all() == []


def test_there_is_an_end_to_saving(archive: Archive) -> None:
    for number in range(MOST_SAVED):
        archive.alerts.add(f"ferry {number}")
    with pytest.raises(QueryError, match="delete one of them"):
        archive.alerts.add("one too many")
    assert archive.alerts.of("another").add("ferry").total == 0


def test_a_feed_is_known_by_its_token_until_that_is_renewed(archive: Archive) -> None:
    saved = archive.alerts.of("ada").add("ferry strike").saved
    assert len(saved.token) == 43
    found = archive.alerts.by_token(saved.token)
    # A feed has the last articles, whatever its owner has seen.
    assert found
    assert new(found) == [("1", False)]
    renewed = archive.alerts.of("ada").renew(saved.id)
    assert archive.alerts.by_token(saved.token) is None
    assert archive.alerts.by_token(renewed)
    assert archive.alerts.by_token("") is None


def test_the_feed_is_atom_as_rfc_4287_has_it(archive: Archive) -> None:
    odd = "The ferry strike < 9 & co\x0b ended ]]>."
    add(archive, row(3, odd, title='A "<title>"', authors=["Ann Orr", "Bo Ek"], url="urn:x:3"))
    add(archive, row(1, "The ferry strike shut Lindow for ten days."))
    alert = archive.alerts.add("ferry strike", "Strikes <all>")
    place = FeedPlace("id", "https://news.example/n/alerts/T.atom", "https://news.example/n/")
    written = atom_feed([archive.alerts.recent(alert)], place)
    assert written == atom_feed([archive.alerts.recent(alert)], place)
    root = Xml.fromstring(written)
    feed = feedparser.parse(written)
    assert not feed.bozo
    assert feed.version == "atom10"
    assert [link.rel for link in feed.feed.links] == ["self", "alternate"]
    for element in [root, *root.iter(f"{ATOM}entry")]:
        for name in ("id", "title", "updated"):
            assert len(element.findall(f"{ATOM}{name}")) == 1
        assert element.find(f"{ATOM}id").text.startswith("urn:uuid:")  # type: ignore[union-attr]
        assert element.find(f"{ATOM}author/{ATOM}name").text  # type: ignore[union-attr]
    revised, added = feed.entries
    assert revised.title == "Revised: Story 1"
    assert revised.link == "https://courier.example/1"
    assert added.author_detail.name == "Bo Ek"
    assert added.link.startswith("https://news.example/n/?article=")
    (_, summary) = (each.text for each in root.iter(f"{ATOM}summary"))
    assert summary == "The Courier, 3 May 2025: The ferry strike < 9 & co ended ]]>."
    assert added.published == "2025-05-03T00:00:00Z"
    assert added.tags[0].term == "Strikes <all>"


def test_a_feed_without_anything_new_is_valid_and_says_what_is_wrong(archive: Archive) -> None:
    archive.alerts.add("bread", publishers=["Packet"])
    delete(archive, "courier.example/2")
    alert = archive.alerts.recent(archive.alerts.all()[0])
    feed = feedparser.parse(atom_feed([alert], FeedPlace("id")))
    assert not feed.bozo
    assert feed.entries == []
    assert "no article of “Packet” any more" in feed.feed.subtitle
    assert feed.feed.updated == f"{alert.saved.created:%Y-%m-%dT%H:%M:%SZ}"


def test_the_command_lists_adds_sees_and_removes(archive: Archive, dateline: Commands) -> None:
    folder = archive.folder
    assert dateline("alerts", "--archive", folder).out == "no search is saved\n"
    added = dateline("alerts", "add", "ferry strike", "--name", "Strikes", "--archive", folder)
    assert added.out.startswith("saved Strikes as ")
    add(archive, row(3, "The second ferry strike."), row(1, "The ferry strike lasted ten days."))
    listed = dateline("alerts", "--archive", folder)
    assert listed.status == 0
    head, *lines = listed.out.splitlines()
    assert head.startswith("Strikes: 2 new since ")
    assert lines == [
        "    revised: The Courier, 3 May 2025: Story 1  https://courier.example/1",
        "    new: The Courier, 3 May 2025: Story 3  https://courier.example/3",
    ]
    (found,) = dateline("alerts", "--json", "--archive", folder).json
    assert (found["name"], found["new"], found["problem"]) == ("Strikes", 2, "")
    assert [each["revised"] for each in found["articles"]] == [True, False]
    once = ("alerts", "--new", "--seen", "--archive", folder)
    assert dateline(*once).out == listed.out
    assert dateline(*once).out == ""
    dateline("alerts", "remove", "no such", "--archive", folder).refused("'Strikes'")
    assert dateline("alerts", "seen", "strikes", "--archive", folder).status == 0
    assert dateline("alerts", "remove", "Strikes", "--archive", folder).out == "deleted Strikes\n"


def test_the_command_writes_a_feed_and_names_what_cannot_be_run(
    archive: Archive, dateline: Commands, tmp_path: Path
) -> None:
    archive.alerts.add("ferry strike", "Strikes")
    archive.alerts.add("bread", publishers=["Packet"])
    path = tmp_path / "new.atom"
    folder = archive.folder
    assert dateline("alerts", "--atom", path, "--archive", folder).status == 0
    feed = feedparser.parse(path.read_bytes())
    assert {each.link for each in feed.entries} == {
        "https://courier.example/1",
        "https://courier.example/2",
    }
    only = ("alerts", "--only", "strikes", "--atom", path, "--archive", folder)
    assert dateline(*only).status == 0
    assert [each.title for each in feedparser.parse(path.read_bytes()).entries] == ["Story 1"]
    delete(archive, "courier.example/2")
    ended = dateline("alerts", "--archive", folder)
    ended.refused("bread: the archive has no article of “Packet” any more", status=1)
    assert "Strikes: nothing new" in ended.out
    missing = tmp_path / "no folder" / "new.atom"
    dateline("alerts", "--atom", missing, "--archive", folder).refused(str(missing))
