"""Days are those of the place where an article appeared, in every filter and list."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from rag.answers.wording import spoken_date
from rag.archive import Archive
from rag.corpus import Unread
from rag.corpus.outlets import read_outlets
from rag.language.dates import local_time
from rag.records import Article, Filters, Published, article_dict
from rag.records.published import local_iso
from rag.store.rows import in_range, wall_clock
from rag.store.tombstones import Selection
from tests.builders import open_archive, row, write_jsonl
from tests.postgresql import ON_BOTH

pytestmark = ON_BOTH

NIGHT = Published(datetime(2024, 5, 7, 22, 30, tzinfo=UTC), "minute", "+02:00")
EVENING = Published(datetime(2024, 5, 8, 3, 30, tzinfo=UTC), "minute", "EDT")
SEVENTH, EIGHTH, NINTH = (datetime(2024, 5, day, tzinfo=UTC) for day in (7, 8, 9))
FROM_THE_EIGHTH = Filters(published_from=EIGHTH)
THE_SEVENTH = Filters(published_from=SEVENTH, published_before=EIGHTH)


def test_the_day_is_that_of_the_clocks_of_the_place() -> None:
    assert local_time(NIGHT).date() == date(2024, 5, 8)
    assert local_time(EVENING).date() == date(2024, 5, 7)
    assert [spoken_date(each) for each in (NIGHT, EVENING)] == ["8 May 2024", "7 May 2024"]
    # Two hours ahead of UTC, and four behind it.
    assert wall_clock(NIGHT) - int(NIGHT.at.timestamp()) == 7_200
    assert wall_clock(EVENING) - int(EVENING.at.timestamp()) == -14_400


@pytest.mark.parametrize("zone", ["", "Z", "XYZ"])
def test_without_a_known_zone_it_is_the_day_in_utc(zone: str) -> None:
    assert local_time(Published(NIGHT.at, "minute", zone)).date() == date(2024, 5, 7)


def test_what_is_known_to_the_day_is_in_no_other_zone() -> None:
    assert local_time(Published(EIGHTH, "day", "EDT")).date() == date(2024, 5, 8)


def test_midnight_is_the_edge_of_a_local_day_and_other_bounds_are_moments() -> None:
    assert (in_range(FROM_THE_EIGHTH, NIGHT), in_range(FROM_THE_EIGHTH, EVENING)) == (True, False)
    assert (in_range(THE_SEVENTH, NIGHT), in_range(THE_SEVENTH, EVENING)) == (False, True)
    later = Filters(published_from=datetime(2024, 5, 7, 23, tzinfo=UTC))
    assert (in_range(later, NIGHT), in_range(later, EVENING)) == (False, True)
    assert (in_range(later, None), in_range(Filters(), None)) == (False, True)


def archive(folder: Path, *, vectors: bool = True) -> Archive:
    opened = open_archive(folder / "archive")
    rows = [
        row(1, "The council of Marsk voted on the tunnel.", date="2024-05-08T00:30:00+02:00"),
        row(2, "The council of Vesk voted on the harbour.", date="2024-05-07T23:30:00-04:00"),
        row(3, "The council of Lindow voted on the dyke.", date="2024-05-07"),
    ]
    opened.ingest(write_jsonl(folder / "in.jsonl", rows), vectors=vectors)
    return opened


@pytest.mark.parametrize("vectors", [True, False])
def test_both_indexes_and_the_columns_filter_by_local_days(tmp_path: Path, vectors: bool) -> None:
    opened = archive(tmp_path, vectors=vectors)

    def found(filters: Filters) -> str:
        hits = opened.search("council voted", filters=filters, understood=())
        return "".join(sorted(hit.article.id[-1] for hit in hits))

    assert (found(FROM_THE_EIGHTH), found(THE_SEVENTH)) == ("1", "23")
    assert found(Filters(published_before=NINTH)) == "123"
    assert len(opened.facets().matching(THE_SEVENTH)) == 2
    assert opened.facets().days(NINTH) == [date(2024, 5, 8), date(2024, 5, 7)]
    # By midnight of the 8th in UTC, the article of 00:30 in a zone ahead of it has appeared.
    assert opened.facets().days(EIGHTH) == [date(2024, 5, 8), date(2024, 5, 7)]
    assert opened.facets().days(SEVENTH) == []
    # The newest article appeared at 3:30 on the 8th in UTC. A day may begin 15 hours before it
    # does in UTC, so that the 9th begins at 9:00 on the 8th.
    later = datetime(2024, 5, 8, 3, 31, tzinfo=UTC)
    assert opened.facets().has_near(FROM_THE_EIGHTH)
    assert not opened.facets().has_near(Filters(published_from=NINTH))
    assert not opened.facets().has_near(Filters(published_from=later))
    assert opened.facets().has_near(Filters(published_from=EVENING.at))


def test_what_is_to_be_deleted_is_chosen_by_local_days(tmp_path: Path) -> None:
    found = archive(tmp_path, vectors=False).removals.find(Selection(filters=THE_SEVENTH))
    assert [each.id[-1] for each in found.articles] == ["2", "3"]


def test_json_has_the_moment_by_the_clocks_of_the_place() -> None:
    written = [
        article_dict(Article("a", "", "", "A.", published=each))["published"]
        for each in (NIGHT, EVENING, Published(EIGHTH, "day", "EDT"), Published(EIGHTH, "minute"))
    ]
    assert written == [
        "2024-05-08T00:30+02:00", "2024-05-07T23:30-04:00", "2024-05-08", "2024-05-08T00:00Z",
    ]  # fmt: skip


ZONES = '[zones]\n"courier.example" = "Europe/Berlin"\n"The Herald" = "America/New_York"\n'


def test_an_outlets_zone_counts_where_an_article_states_none(tmp_path: Path) -> None:
    (tmp_path / "outlets.toml").write_text(ZONES)
    rows = [
        row(1, "The council of Marsk voted.", date="2024-05-08T00:30:00"),
        row(2, "The council of Vesk voted.", date="2024-05-07T22:30:00Z"),
        row(3, "The council of Lindow voted.", date="2024-05-07T23:30:00-04:00"),
        row(4, "The council of Orr voted.", date="2024-05-08"),
        row(
            5, "The ferry sank.", url="", id="h5", publisher="The Herald", date="2024-05-08T02:00Z"
        ),
    ]
    opened = open_archive(tmp_path / "archive")
    opened.ingest(write_jsonl(tmp_path / "in.jsonl", rows), vectors=False)
    found = [opened.article(f"courier.example/{n}").published for n in (1, 2, 3, 4)]
    found.append(opened.article("h5").published)
    assert [local_iso(each) for each in found if each] == [
        "2024-05-08T00:30:00+02:00",
        "2024-05-08T00:30:00+02:00",
        "2024-05-07T23:30:00-04:00",
        "2024-05-08",
        "2024-05-07T22:00-04:00",
    ]
    assert opened.facets().days(NINTH) == [date(2024, 5, 8), date(2024, 5, 7)]
    assert len(opened.facets().matching(THE_SEVENTH)) == 2


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "../etc/passwd"])
def test_a_zone_that_is_none_is_named(tmp_path: Path, zone: str) -> None:
    path = tmp_path / "outlets.toml"
    path.write_text(f'[zones]\n"courier.example" = "{zone}"\n')
    found = read_outlets(path)
    assert isinstance(found, Unread)
    assert (found.path, "no time zone such as" in found.reason) == (f"{path}:2", True)


def test_questions_about_the_archive_count_by_local_days(tmp_path: Path) -> None:
    answer = archive(tmp_path, vectors=False).ask("How many articles are there from 8 May 2024?")
    assert "1 article" in answer.text
