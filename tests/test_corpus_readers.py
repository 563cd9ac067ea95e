"""One door for every format."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.corpus import Read, Unread, read_file
from rag.corpus.readers import READERS, reader_of
from tests.reading import NOW, read_article

LEAD = "The ferry sailed again on Monday after eleven weeks in dock, the harbour office said."
KNOWN = (
    ".atom, .csv, .doc, .docx, .eml, .epub, .htm, .html, .json, .json.gz, .jsonl, .jsonl.gz, "
    ".markdown, .mbox, .md, .ndjson, .ndjson.gz, .newsml, .nitf, .parquet, .pdf, .rss, .rtf, "
    ".text, .tsv, .txt, .warc, .warc.gz, .wet, .wet.gz, .wxr, .xhtml, .xml, .zip"
)

EVERY = [f"a{suffix}" for suffix in KNOWN.split(", ")]


@pytest.mark.parametrize(
    ("name", "reader"),
    [
        ("a.md", "MarkdownReader"),
        ("A.MARKDOWN", "MarkdownReader"),
        ("a.b.txt", "PlainReader"),
        ("a.html", "WebpageReader"),
        ("a.jsonl", "JsonLinesReader"),
        ("a.jsonl.gz", "JsonLinesReader"),
        ("a.ndjson", "JsonLinesReader"),
        ("A.PDF", "PdfReader"),
        ("a.docx", "DocxReader"),
        ("A.RTF", "RtfReader"),
        ("a.doc", "RtfReader"),
        ("a.epub", "EpubReader"),
        ("a.nitf", "NewsXmlReader"),
        ("a.warc.gz", "WarcReader"),
        ("a.tsv", "CsvReader"),
        ("a.parquet", "ParquetReader"),
        ("a.eml", "MailReader"),
        ("a.mbox", "MailboxReader"),
    ],
)
def test_the_name_tells_the_format(name: str, reader: str) -> None:
    assert type(reader_of(Path(name))).__name__ == reader


@pytest.mark.parametrize("name", ["a.odt", "a", "md", "a.gz", "a.jsonld", "a.txt.bak"])
def test_other_names_have_no_reader(name: str) -> None:
    assert reader_of(Path(name)) is None


def test_no_two_readers_take_the_same_name() -> None:
    suffixes = [suffix for reader in READERS for suffix in reader.suffixes]
    assert sorted(set(suffixes)) == sorted(suffixes) == KNOWN.split(", ")


def test_an_unknown_type_is_named_with_the_known_ones(tmp_path: Path) -> None:
    path = tmp_path / "a.odt"
    path.write_bytes(b"%PDF-1.7")
    reason = f"unknown file type '.odt'; known: {KNOWN}"
    assert list(read_file(path, now=NOW)) == [Unread(str(path), reason)]


@pytest.mark.parametrize("name", EVERY)
def test_a_missing_file_is_named(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    reason = "cannot be read: No such file or directory"
    assert list(read_file(path, now=NOW)) == [Unread(str(path), reason)]


@pytest.mark.parametrize("name", EVERY)
def test_an_empty_file_is_named(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.touch()
    assert list(read_file(path, now=NOW)) == [Unread(str(path), "empty: it holds no text")]


@pytest.mark.parametrize("name", ["a.md", "a.txt", "a.html"])
def test_a_file_of_50_mb_is_named(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    with path.open("wb") as file:
        file.truncate(50 * 1024 * 1024)
    reason = "larger than the 20 MB that one article may have; split it"
    assert list(read_file(path, now=NOW)) == [Unread(str(path), reason)]


def test_files_are_opened_only_when_outcomes_are_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    outcomes = read_file(path, now=NOW)
    path.write_text(LEAD, encoding="utf-8")
    (outcome,) = outcomes
    assert isinstance(outcome, Read)
    assert outcome.article.text == LEAD


def test_an_article_of_20000_words_is_kept_whole(tmp_path: Path) -> None:
    text = "\n\n".join([LEAD] * 1_500)
    for name in ("a.md", "a.txt"):
        outcome = read_article(tmp_path / name, text)
        assert outcome.article.text == text
        assert outcome.article.furniture == ()
