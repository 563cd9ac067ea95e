"""Pages of PDF files as pictures: which files are drawn, and for whom."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from rag.archive import Archive
from rag.corpus.formats.pdf_pictures import page_picture, pdf_of
from rag.errors import CorpusError
from rag.web.rendering.article import article_html
from rag.web.server.downloads import picture_route
from rag.web.views.opened import open_words
from tests.builders import open_archive
from tests.pdf_files import pdf
from tests.test_web import reference

pytest.importorskip("pypdfium2")

PAGES = [
    ["Ferry sinks off Cape Orrin", "", "The Lindow ferry sank on Friday with 41 people aboard."],
    ["The harbour master said that all of the passengers were rescued within the hour."],
]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "ferry report.pdf"
    path.write_bytes(pdf(PAGES))
    return path


@pytest.fixture
def archive(tmp_path: Path, file: Path) -> Iterator[Archive]:
    with open_archive(tmp_path / "archive") as opened:
        opened.ingest(file)
        yield opened


def address(file: Path, page: object = 2, revision: object = 1) -> str:
    return f"/page/{page}.png?article={quote(f'file:{file}')}&revision={revision}"


@pytest.fixture
def reader(archive: Archive) -> Iterator[TestClient]:
    app: Any = Starlette(routes=[picture_route(archive)])
    with TestClient(app) as client:
        yield client


def test_a_page_is_drawn_as_wide_as_the_panel_needs_it(reader: TestClient, file: Path) -> None:
    from PIL import Image

    reply = reader.get(address(file))
    assert (reply.status_code, reply.headers["content-type"]) == (200, "image/png")
    picture = Image.open(BytesIO(reply.content))
    assert picture.size == (1000, 1400)
    assert picture.convert("L").getextrema() == (0, 255)
    assert reader.get(address(file, 1)).content != reply.content


def test_the_panel_offers_the_page_of_the_cited_words(archive: Archive, file: Path) -> None:
    article = archive.article(f"file:{file}")
    start = article.text.index("The harbour master")
    opened = open_words(archive, article.id, 1, (start, start + 18))
    shown = article_html(opened, "cite-1-1", reference(article, start, start + 18))
    assert "Page 2 as a picture" in shown
    assert 'src="page/2.png?article=file%3A' in shown
    assert f"&amp;start={start}&amp;end={start + 18}" in shown
    file.unlink()
    opened = open_words(archive, article.id, 1, (start, start + 18))
    assert "as a picture" not in article_html(opened, "cite-1-1", reference(article, 0, 3))


@pytest.mark.parametrize(
    ("page", "revision"), [(0, 1), (3, 1), (1, 2), (1, ""), (1, "-1"), (1, "²"), (1, "9" * 30)]
)
def test_what_is_not_there_is_not_drawn(
    reader: TestClient, file: Path, page: int, revision: object
) -> None:
    assert reader.get(address(file, page, revision)).status_code == 404


def test_no_file_but_that_of_an_article_is_drawn(reader: TestClient, file: Path) -> None:
    other = file.with_name("secret.pdf")
    other.write_bytes(pdf([["Nobody added this page to the archive."]]))
    assert reader.get(address(other, 1)).status_code == 404


def test_a_file_that_has_changed_is_not_drawn(reader: TestClient, file: Path) -> None:
    file.write_bytes(pdf([PAGES[0], ["Quite another page stands here since then."]]))
    assert reader.get(address(file, 1)).status_code == 200
    reply = reader.get(address(file, 2))
    assert (reply.status_code, reply.text) == (
        404,
        "the file has changed since this article was read from it",
    )
    file.write_bytes(b"%PDF-1.4 broken")
    assert reader.get(address(file, 1)).status_code == 404
    file.unlink()
    assert "not there any more" in reader.get(address(file, 1)).text


def test_a_withdrawn_article_is_not_drawn(archive: Archive, reader: TestClient, file: Path) -> None:
    archive.removals.withdraw(f"file:{file}", "libel")
    assert reader.get(address(file, 1)).status_code == 404


def test_an_article_that_only_names_a_file_is_not_drawn(archive: Archive, file: Path) -> None:
    article = replace(archive.article(f"file:{file}"), pages=())
    assert pdf_of(article) is None
    with pytest.raises(CorpusError, match="not there any more"):
        page_picture(article, 1)


TWO_COLUMNS = """The mine reopened.

It was shut for a year af-
ter the fire of May.

The mine reopened.

300,700:Nobody was hurt after it."""


def marked(drawn: bytes) -> tuple[int, int, int, int] | None:
    """The box around what is coloured in a picture, in points from the page's upper left."""
    from PIL import Image

    picture = Image.open(BytesIO(drawn)).convert("HSV")
    box = picture.getchannel("S").point(lambda strength: 255 * (strength > 60)).getbbox()
    return box and tuple(round(each * 0.6) for each in box)  # type: ignore[return-value]


def test_the_cited_words_are_marked_on_the_page(tmp_path: Path) -> None:
    file = tmp_path / "mine.pdf"
    file.write_bytes(pdf([TWO_COLUMNS.splitlines()]))
    with open_archive(tmp_path / "archive") as archive:
        archive.ingest(file)
        article = archive.article(f"file:{file}")

    def box(words: str, after: str = "") -> tuple[int, int, int, int]:
        begins = article.text.index(after)
        start = article.text.index(words, begins + len(after))
        found = marked(page_picture(article, 1, (start, start + len(words))))
        assert found
        return found

    # Lines stand 14 points apart, the first at 780 of 840, 60 from the left.
    left, top, _, bottom = box("The mine reopened.")
    assert left in (58, 59, 60)
    assert top < 60 < bottom < 74
    _, top, _, bottom = box("The mine reopened.", after="fire of May.")
    assert top < 130 < bottom < 144
    # Over two lines, of which the first breaks a word.
    _, top, _, bottom = box("It was shut for a year after the fire of May.")
    assert top < 88
    assert 102 < bottom < 116
    assert box("Nobody was hurt after it.")[0] in (298, 299, 300)
    assert marked(page_picture(article, 1)) is None


def test_words_of_another_page_are_not_marked(archive: Archive, file: Path) -> None:
    article = archive.article(f"file:{file}")
    start = article.text.index("The harbour master")
    assert marked(page_picture(article, 1, (start, start + 18))) is None
    assert marked(page_picture(article, 2, (start, start + 18)))
    # A passage over both pages is marked on each.
    assert marked(page_picture(article, 1, (start - 20, start + 18)))
    assert marked(page_picture(article, 2, (start - 20, 10**9)))
