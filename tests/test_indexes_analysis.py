"""Which words are indexed and searched for: cut ones, other scripts, other languages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.archive import Archive
from rag.indexes.analysis import (
    STEMMERS,
    compounds,
    indexed_text,
    indexed_words,
    phrase_words,
    stems,
    term_stems,
    terms,
)
from tests.builders import open_archive, row, write_jsonl


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("the har-\nbour", ["harbour", "har", "bour"]),
        ("the har\u00ad\r\nbour", ["harbour", "har", "bour"]),
        ("coun\u200bcil o\ufb03ce", ["council", "offic"]),
        (
            "1914-\n1918, a well-known",
            ["1914", "1918", "well", "known"],
        ),
        ("港口隧道", ["港口", "口隧", "隧道", "港", "口", "隧", "道"]),
        ("长412米", ["长", "412", "米"]),
        ("터널을", ["터널", "널을", "터", "널", "을"]),
        ("Αθήνα ΑΘΗΝΑ, ёлка", ["αθηνα", "αθηνα", "елка"]),
        ("क्या", ["कया"]),
    ],
)
def test_what_is_indexed_of_a_text(text: str, words: list[str]) -> None:
    assert indexed_words(text) == words


def test_a_plain_text_is_indexed_as_it_is() -> None:
    text = "The “ferries” of Marén — 41 in all…\nsailed."
    assert indexed_text(text) is text


@pytest.mark.parametrize("language", sorted(STEMMERS))
def test_a_marked_stem_passes_the_analyzer_as_it_is(language: str) -> None:
    made = stems("Häuser élections túneles города النفق kaupungin şehirler σήραγγας", language)
    assert len(made) == 8
    assert indexed_words(" ".join(made)) == made


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("de", "Häuser", "Haus"),
        ("fr", "grèves", "grève"),
        ("es", "túneles", "túnel"),
        ("ru", "туннеля", "туннель"),
        ("ar", "النفق", "نفق"),
        ("tr", "tüneli", "tünel"),
    ],
)
def test_forms_of_a_word_have_one_stem_in_its_language(language: str, one: str, other: str) -> None:
    assert stems(one, language) == stems(other, language) != []
    assert stems(one, "zh") == stems(one, "en") == []


def test_only_the_language_that_a_question_gives_away_is_looked_for() -> None:
    languages = ["de", "en", "fr"]
    assert term_stems("Häuser", languages) == {"hauser": ("haus0de0", "haus0fr0")}
    asked = term_stems("Wie viele Häuser wurden gebaut?", languages)
    assert asked["hauser"] == ("haus0de0",)
    assert term_stems("Häuser", ["en"]) == {}


def test_a_question_leaves_out_what_asks() -> None:
    assert terms("隧道什么时候关闭？") == ["隧道", "关闭"]
    assert phrase_words("隧道关闭") == ["隧道", "道关", "关闭"]


def test_short_stems_and_other_languages_have_no_compounds() -> None:
    assert compounds("rat0de0", "rat") == compounds("tunnel0fr0", "tunnel") == ()
    assert compounds("rate0de0", "rate") == ("etar[0-9a-z]{3,}0de1",)


@pytest.mark.parametrize(
    "text", ["a" * 200_000, "a-" + " " * 200_000, "a-\n" * 50_000, "隧" * 50_000, "\u0301" * 9_999]
)
def test_a_long_and_strange_text_is_indexed_in_a_moment(text: str) -> None:
    assert len(indexed_text(text)) <= 6 * len(text)


NEWS = [
    row(1, "奥城市议会决定关闭港口隧道。工程师表示，有412米的管道已经生锈。", language="zh"),
    row(2, "市議会は港のトンネルを閉鎖する。工事費は620万クローネになる見通しだ。", language="ja"),
    row(3, "시의회는 항구 터널을 폐쇄하기로 결정했다. 공사비는 620만 크로네이다.", language="ko"),
    row(4, "สภาเมืองลงมติให้ปิดอุโมงค์ท่าเรือ วิศวกรกล่าวว่าท่อยาว 412 เมตรเป็นสนิม", language="th"),
    row(5, "Der Stadtrat schließt den Hafentunnel. Die Gewerkschaften murren.", language="de"),
    row(6, "Les syndicats annoncent une grève. Les tuyaux sont rouillés.", language="fr"),
    row(7, "They dug beneath the har-\nbour, En-\ngineer Vant told the coun\u00adcillors."),
    row(8, "The o\ufb03ce of the tun\u200bnel paid ４１２ crowns to the lighthouse keeper."),
]


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    place = tmp_path_factory.mktemp("words")
    with open_archive(place / "archive") as opened:
        opened.ingest(write_jsonl(place / "in.jsonl", NEWS), vectors=False)
        yield opened


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("隧道", 1),
        ("生锈", 1),
        ("トンネル", 2),
        ("ﾄﾝﾈﾙ", 2),
        ("터널", 3),
        ("공사비", 3),
        ("อุโมงค์", 4),
        ("Stadträte", 5),
        ("Häfen", 5),
        ("Gewerkschaft", 5),
        ("grèves", 6),
        ("syndicat", 6),
        ("harbour", 7),
        ("engineer", 7),
        ("councillors", 7),
        ("office", 8),
        ("tunnel", 8),
        ("412 crowns", 8),
    ],
)
def test_a_word_is_found_in_whatever_way_it_is_written(
    archive: Archive, query: str, number: int
) -> None:
    assert archive.search(query)[0].article.url.endswith(f"/{number}")


@pytest.mark.parametrize(
    ("quote", "number", "stored"),
    [
        ("工程师表示有412米的管道", 1, "工程师表示，有412米的管道"),
        ("工事費は６２０万クローネになる", 2, "工事費は620万クローネになる"),
        ("항구 터널을 폐쇄하기로 결정했다", 3, "항구 터널을 폐쇄하기로 결정했다"),
        ("วิศวกรกล่าวว่าท่อยาว 412 เมตร", 4, "วิศวกรกล่าวว่าท่อยาว 412 เมตร"),
        (
            "beneath the harbour, Engineer Vant told the councillors",
            7,
            "beneath the har-\nbour, En-\ngineer Vant told the coun\u00adcillors",
        ),
        (
            "the office of the tunnel paid 412 crowns",
            8,
            "The o\ufb03ce of the tun\u200bnel paid ４１２ crowns",
        ),
    ],
)
def test_a_quotation_is_exact_and_cites_the_stored_text(
    archive: Archive, quote: str, number: int, stored: str
) -> None:
    found = archive.trace(quote)
    assert found.outcome == "exact"
    citation = found.matches[0].citation
    assert citation.article.url.endswith(f"/{number}")
    assert citation.article.text[citation.start : citation.end] == stored


def test_another_figure_is_altered_in_any_script(archive: Archive) -> None:
    found = archive.trace("工程师表示，有512米的管道已经生锈")
    assert found.outcome == "altered"
    assert [(c.asked, c.stored) for c in found.matches[0].changes if c.kind != "same"] == [
        ("512", "412")
    ]


def test_an_archive_of_an_earlier_version_is_brought_up_to_date_when_it_is_opened(
    tmp_path: Path,
) -> None:
    with open_archive(tmp_path / "archive") as opened:
        opened.ingest(write_jsonl(tmp_path / "in.jsonl", NEWS), vectors=False)
    note = tmp_path / "archive" / "lexical" / "dateline.json"
    current = note.read_text()
    note.write_text(current.replace('"analysis": 2, ', ""))
    with open_archive(tmp_path / "archive") as opened:
        assert [hit.article.url for hit in opened.search("隧道")]
    assert '"analysis": 2, ' in note.read_text()
