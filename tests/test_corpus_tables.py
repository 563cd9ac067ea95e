"""CSV and Parquet: an article a row, with the columns known by name or by columns.toml."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from rag.corpus import Read, Unread, find_files, read_file
from rag.corpus.formats.columns import COLUMNS_FILE, column_fields
from rag.errors import CorpusError
from tests.reading import NOW, read_all, texts


def read(path: Path) -> list[Read | Unread]:
    return list(read_file(path, now=NOW))


def csv(folder: Path, content: str | bytes, name: str = "a.csv") -> list[Read | Unread]:
    return read_all(folder / name, content)


def test_a_row_is_an_article_by_the_names_of_its_columns(tmp_path: Path) -> None:
    (outcome,) = csv(
        tmp_path,
        "Headline,Body,Link,Outlet,By-line,Pub date,Lang,Category,Views\n"
        '"Ferry, again","It sailed.\n\nIt ""rained"".",https://courier.example/1,The Courier,'
        "Mara Lind and Jon Eide,2025-05-03,en,Harbour,7\n",
    )
    assert isinstance(outcome, Read)
    found = outcome.article
    assert found.id == "courier.example/1"
    assert found.text == 'It sailed.\n\nIt "rained".'
    assert (found.title, found.publisher) == ("Ferry, again", "The Courier")
    assert found.authors == ("Mara Lind", "Jon Eide")
    assert (str(found.published), found.language, found.section) == ("2025-05-03", "en", "Harbour")
    assert outcome.path == f"{tmp_path}/a.csv:2"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_delimiters_and_encodings_are_found_out(
    tmp_path: Path, delimiter: str, encoding: str
) -> None:
    rows = [["title", "text"], ["Zoë", "It sailed."], ["Zwei", "Es fährt."]]
    content = "\r\n".join(delimiter.join(row) for row in rows)
    outcomes = csv(tmp_path, content.encode(encoding))
    assert texts(outcomes) == ["It sailed.", "Es fährt."]
    assert [o.article.title for o in outcomes if isinstance(o, Read)] == ["Zoë", "Zwei"]


def test_bad_rows_are_named_by_their_line_and_stop_no_other(tmp_path: Path) -> None:
    outcomes = csv(tmp_path, 'title,text\n\na,\nb,It\nc\nd,"two\nlines"\ne,f,g\nh,last\n')
    where = f"{tmp_path}/a.csv"
    assert outcomes[0] == Unread(f"{where}:3", "field 'text' is empty")
    assert texts(outcomes)[1:] == [
        "It",
        "! has 1 fields where the first row names 2",
        "two\nlines",
        "! has 3 fields where the first row names 2",
        "last",
    ]
    assert [o.path.rpartition(":")[2] for o in outcomes] == ["3", "4", "5", "6", "8", "9"]


def test_windows_text_is_read_with_a_warning(tmp_path: Path) -> None:
    one, two = csv(tmp_path, b"text\nEs f\xe4hrt.\nIt sailed.\n")
    assert isinstance(one, Read)
    assert one.article.text == "Es fährt."
    assert one.warnings == ("not UTF-8; read as Windows-1252",)
    assert isinstance(two, Read)
    assert two.warnings == ()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "empty: it holds no text"),
        ("\n\n", "empty: it holds no text"),
        ("title,text\n", "holds no row below the names of its columns"),
        (
            "a,b\n1,2\n",
            "no column is known as the text; columns found: a, b; name it in a file",
        ),
    ],
)
def test_a_table_without_articles_is_named(tmp_path: Path, content: str, reason: str) -> None:
    (outcome,) = csv(tmp_path, content)
    assert isinstance(outcome, Unread)
    assert outcome.path == f"{tmp_path}/a.csv"
    assert outcome.reason.startswith(reason)


def test_columns_toml_says_which_column_is_which(tmp_path: Path) -> None:
    (tmp_path / COLUMNS_FILE).write_text(
        '[columns]\ntext = "words"\ntitle = "t"\n[files."b.csv"]\ntitle = "text"\n', "utf-8"
    )
    content = "t,text,words,date\none,two,It sailed.,2025-05-03\n"
    (first,) = csv(tmp_path, content)
    (second,) = csv(tmp_path, content, "b.csv")
    assert isinstance(first, Read)
    assert isinstance(second, Read)
    assert first.article.text == second.article.text == "It sailed."
    assert (first.article.title, second.article.title) == ("one", "two")
    assert str(first.article.published) == "2025-05-03"


@pytest.mark.parametrize(
    ("toml", "reason"),
    [
        ("[columns", "columns.toml is not valid TOML: "),
        ("[colums]", "columns.toml: unknown key 'colums'; write text = "),
        ('[columns]\nbody = "a"', "columns.toml: unknown field 'body'; known: text, id, url"),
        ("[columns]\ntext = 3", "columns.toml: 'text' is 3, not the name of a column"),
        ("columns = 3", "columns.toml: [columns] is no table; write text = "),
        (
            '[columns]\ntext = "no"',
            "columns.toml says that 'text' is the column 'no', which is not",
        ),
    ],
)
def test_a_wrong_map_is_named(tmp_path: Path, toml: str, reason: str) -> None:
    (tmp_path / COLUMNS_FILE).write_text(toml, "utf-8")
    (outcome,) = csv(tmp_path, "text\nIt sailed.\n")
    assert isinstance(outcome, Unread)
    assert outcome.reason.startswith(reason)


def test_the_contract_s_own_names_come_before_others(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    columns = ["content", "Text", "source", "publisher", "published", "date"]
    assert column_fields(path, columns) == {
        "text": ("Text", "content"),
        "publisher": ("publisher", "source"),
        "date": ("date", "published"),
    }
    with pytest.raises(CorpusError, match="columns found: none; name it"):
        column_fields(path, [])


def parquet(folder: Path, columns: dict[str, list[Any]]) -> list[Read | Unread]:
    pa = pytest.importorskip("pyarrow")
    from pyarrow import parquet as pq

    path = folder / "a.parquet"
    pq.write_table(pa.table(columns), path)
    return read(path)


def test_parquet_has_types_of_its_own(tmp_path: Path) -> None:
    outcomes = parquet(
        tmp_path,
        {
            "id": [7, 8, 9],
            "body": ["It sailed.", None, "It rained."],
            "published_at": [datetime(2025, 5, 3, 8, 15, tzinfo=UTC), None, None],
            "author": [["Mara Lind", "Jon Eide"], [], None],
            "vector": [[0.5], [0.5], [0.5]],
        },
    )
    first, second, third = outcomes
    assert isinstance(first, Read)
    assert (first.article.id, first.article.text) == ("7", "It sailed.")
    assert first.article.authors == ("Mara Lind", "Jon Eide")
    assert str(first.article.published) == "2025-05-03T08:15:00Z"
    assert first.path == f"{tmp_path}/a.parquet:1"
    assert isinstance(second, Unread)
    assert second.path == f"{tmp_path}/a.parquet:2"
    assert isinstance(third, Read)
    assert third.article.published is None


def test_parquet_with_days_and_many_rows(tmp_path: Path) -> None:
    days = [date(2025, 5, 1 + n % 3) for n in range(200)]
    outcomes = parquet(tmp_path, {"text": [f"Ferry {n}." for n in range(200)], "date": days})
    assert texts(outcomes) == [f"Ferry {n}." for n in range(200)]
    assert isinstance(outcomes[199], Read)
    assert str(outcomes[199].article.published) == "2025-05-02"


def test_what_is_no_parquet_is_named(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    reasons = {
        b"": "empty: it holds no text",
        b"text": "damaged after row 0, or no Parquet file: ",
        b"PAR1" + b"x" * 100 + b"PAR1": "damaged after row 0, or no Parquet file: ",
    }
    for content, reason in reasons.items():
        path = tmp_path / "a.parquet"
        path.write_bytes(content)
        (outcome,) = read(path)
        assert isinstance(outcome, Unread)
        assert outcome.reason.startswith(reason)
    (outcome,) = parquet(tmp_path, {"text": []})
    assert outcome == Unread(str(tmp_path / "a.parquet"), "holds no row")


HTML_ROW = (
    '"<p>The hospital in Brenn will close its night ward in June.</p><p>Director Ada Kolm said '
    'that the ward had 14 beds.</p><br>&nbsp;&amp;"'
)
PLAIN_ROW = (
    "The hospital in Brenn will close its night ward in June.\n\n"
    "Director Ada Kolm said that the ward had 14 beds."
)


def test_markup_in_a_column_is_read_as_markup(tmp_path: Path) -> None:
    content = f"title,date,text\n<b>Ward</b> &amp; ferry,2024-05-07,{HTML_ROW}\n"
    (outcome,) = csv(tmp_path, content)
    assert isinstance(outcome, Read)
    assert outcome.article.text == PLAIN_ROW
    assert outcome.article.title == "Ward & ferry"
    assert texts(parquet(tmp_path, {"html": [HTML_ROW.strip('"')]})) == [PLAIN_ROW]


def test_an_empty_column_leaves_the_field_to_the_next_one(tmp_path: Path) -> None:
    content = "title,text,content,date,authors\na,,It sailed.,nan,\"['Mara Lind', 'Jon Eide']\"\n"
    (outcome,) = csv(tmp_path, content)
    assert isinstance(outcome, Read)
    assert outcome.article.text == "It sailed."
    assert outcome.article.authors == ("Mara Lind", "Jon Eide")
    assert outcome.article.published is None
    assert outcome.warnings == ()


def test_a_list_of_addresses_is_refused_with_the_number_of_its_rows(tmp_path: Path) -> None:
    header = "id,indexed_date,language,media_name,media_url,publish_date,title,url\n"
    rows = "".join(f"{n},,en,Post,post.example,2024-05-07,T,post.example/{n}\n" for n in range(40))
    (outcome,) = csv(tmp_path, header + rows)
    assert isinstance(outcome, Unread)
    assert outcome.reason.startswith("no column is known as the text; columns found: id, indexed")
    assert outcome.reason.endswith(
        "; or read the pages at its addresses: dateline ingest ADDRESS; rows left out: 40"
    )


def test_columns_of_common_data_sets(tmp_path: Path) -> None:
    (outcome,) = csv(
        tmp_path,
        "title,text,domain,date,description,url,image_url\n"
        "Ferry,It sailed.,www.courier.example,2019-05-03 10:00:00,x,http://www.courier.example/1,\n",
    )
    assert isinstance(outcome, Read)
    assert outcome.article.publisher == "courier.example"
    assert str(outcome.article.published) == "2019-05-03T10:00:00Z"


POSTS = (
    "post_id,post_date,is_published,email_sent_at,inbox_sent_at,type,audience,title,subtitle,"
    "podcast_url\n"
    "11.ward,2024-05-07T16:30:00.000Z,true,,,newsletter,everyone,Night ward,Sub,\n"
    "12.idea,,false,,,newsletter,everyone,An idea,,\n"
    "13.lost,2024-05-08T16:30:00.000Z,true,,,newsletter,everyone,Lost,,\n"
)


def export_of_substack() -> bytes:
    """The ZIP archive of an export with a post, a draft, and a post whose text is missing."""
    page = HTML_ROW.strip('"')
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("export/posts.csv", POSTS)
        archive.writestr("export/posts/11.ward.html", page)
        archive.writestr("export/posts/12.idea.html", page)
    return data.getvalue()


def check_substack(outcomes: list[Read | Unread], where: Path) -> None:
    first, lost, rest = outcomes
    assert isinstance(first, Read)
    assert (first.article.id, first.article.text) == ("substack:11.ward", PLAIN_ROW)
    assert (first.article.title, first.path) == ("Night ward", f"{where}:2")
    assert str(first.article.published) == "2024-05-07T16:30:00Z"
    assert isinstance(lost, Unread)
    assert lost.path == f"{where}:4"
    assert lost.reason.startswith("its text posts/13.lost.html is missing or empty (")
    reason = "left out, because they are no published articles: 1 draft"
    assert rest == Unread(str(where), reason, skipped=True)


def test_an_export_of_substack_unpacked_or_not(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(export_of_substack())
    check_substack(read(tmp_path / "a.zip"), tmp_path / "a.zip")
    folder = tmp_path / "export"
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        archive.extractall(tmp_path)
    check_substack(read(folder / "posts.csv"), folder / "posts.csv")
    # Its texts are no pages of their own; a page that is named itself is.
    assert list(find_files([folder])) == [folder / "posts.csv"]
    assert list(find_files([folder / "posts" / "12.idea.html"])) == [folder / "posts/12.idea.html"]


def test_other_archives_are_named(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a.txt", "Fog.")
    (outcome,) = read(tmp_path / "a.zip")
    assert isinstance(outcome, Unread)
    assert outcome.reason.startswith("a ZIP archive without posts.csv, so no export of Substack")
    (tmp_path / "a.zip").write_bytes(b"no archive")
    (outcome,) = read(tmp_path / "a.zip")
    assert isinstance(outcome, Unread)
    assert outcome.reason.startswith("damaged, or no ZIP file")


def test_line_breaks_that_databases_write_into_tabs_are_line_breaks(tmp_path: Path) -> None:
    rows = "title\tbody\nFog\tFog lay over C:\\new.\\n\\nIt went by noon.\n"
    assert texts(csv(tmp_path, rows, "a.tsv")) == ["Fog lay over C:\\new.\n\nIt went by noon."]


def test_a_table_of_an_old_mac_is_read(tmp_path: Path) -> None:
    (outcome,) = csv(tmp_path, 'Title,Text\rFähre,"Es war “früh”."\r'.encode("mac-roman"))
    assert isinstance(outcome, Read)
    assert (outcome.article.title, outcome.article.text) == ("Fähre", "Es war “früh”.")
    assert any("mac" in warning.lower() for warning in outcome.warnings)


def test_a_source_that_is_a_page_is_the_address(tmp_path: Path) -> None:
    header = "title,text,source,source-hostname,hostname\n"
    row = "Ferry,It sailed.,https://courier.example/a/1,The Courier,courier.example\n"
    (outcome,) = csv(tmp_path, header + row)
    assert isinstance(outcome, Read)
    found = outcome.article
    assert (found.url, found.publisher) == ("https://courier.example/a/1", "The Courier")


def test_the_beginning_that_a_monitoring_service_gives_is_a_summary(tmp_path: Path) -> None:
    header = "Date,Headline,URL,Opening Text,Source,Influencer\n"
    row = "14-May-2025 05:20PM,Ferry,https://courier.example/1,It sailed.,The Courier,Mara Lind\n"
    (outcome,) = csv(tmp_path, header + row)
    assert isinstance(outcome, Read)
    assert (outcome.article.text, outcome.article.authors) == ("It sailed.", ("Mara Lind",))
    assert any("summary" in warning for warning in outcome.warnings)
