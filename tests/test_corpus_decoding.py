"""Bytes to text: encodings, line ends, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.corpus.charsets import declared_by_page
from rag.corpus.decoding import SIZE_LIMIT, clean, decode, decode_xml, read_bytes
from rag.errors import CorpusError


def test_utf8_is_read_as_it_is() -> None:
    assert decode("Café – ≥ 3\u00a0km 🌊".encode()) == ("Café – ≥ 3\u00a0km 🌊", ())


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_byte_order_marks_tell_the_encoding_and_are_no_text(encoding: str) -> None:
    assert decode("Café".encode(encoding)) == ("Café", ())


def test_windows_1252_is_read_with_a_warning() -> None:
    text, warnings = decode("“Café” – 5 €".encode("cp1252"))
    assert text == "“Café” – 5 €"
    assert warnings == ("not UTF-8; read as Windows-1252",)


def test_a_declared_encoding_comes_before_windows_1252() -> None:
    data = "Паром вернулся".encode("koi8-r")
    assert decode(data, declared=["koi8-r"]) == ("Паром вернулся", ())


@pytest.mark.parametrize("label", ["no-such-encoding", "utf-8", "hex", "idna", "utf-16"])
def test_a_wrongly_declared_encoding_does_not_matter(label: str) -> None:
    assert decode(b"Caf\xe9", declared=[label])[0] == "Café"


def test_line_ends_become_newlines() -> None:
    assert decode(b"a\r\nb\rc\n\r\nd") == ("a\nb\nc\n\nd", ())


def test_only_what_cannot_be_stored_is_replaced() -> None:
    assert clean("a\x00b\ud83dc\x0bd\u2028e\ufeff") == "a\ufffdb\ufffdc\x0bd\u2028e\ufeff"


@pytest.mark.parametrize(
    "data", [b"", b" \r\n\t", b"\xef\xbb\xbf", "\ufeff \n".encode("utf-16-le")]
)
def test_text_without_a_character_is_refused(data: bytes) -> None:
    with pytest.raises(CorpusError, match="empty: it holds no text"):
        decode(data)


@pytest.mark.parametrize(
    "data",
    [b"\x89PNG\r\n\x1a\n\x00\x00", "Text".encode("utf-16-le"), b"\xff\xfe\x00\x00T\x00\x00\x00",
     b"\x93\x01\x02\xe9"],
)  # fmt: skip
def test_binary_data_is_refused(data: bytes) -> None:
    with pytest.raises(CorpusError, match="a binary file"):
        decode(data)


def test_bytes_undefined_in_windows_1252_are_named() -> None:
    with pytest.raises(CorpusError, match=r"neither UTF-8 nor Windows-1252 \(byte 0x81 at 4\)"):
        decode(b"abc \x81")


def test_damaged_utf8_is_not_read_as_other_letters() -> None:
    data = "Café, Zoë, Łódź".encode()[:-1]
    with pytest.raises(CorpusError, match="damaged UTF-8 at byte 18"):
        decode(data)


def test_a_truncated_utf16_file_is_refused() -> None:
    with pytest.raises(CorpusError, match="neither UTF-8 nor UTF-16"):
        decode("Text".encode("utf-16")[:-1])


def test_a_file_at_the_limit_is_read_and_one_beyond_it_is_not(tmp_path: Path) -> None:
    path = tmp_path / "long.txt"
    path.write_bytes(b"a" * SIZE_LIMIT)
    assert len(read_bytes(path)) == 20 * 1024 * 1024
    path.write_bytes(b"a" * (SIZE_LIMIT + 1))
    with pytest.raises(CorpusError, match="larger than the 20 MB that one article may have"):
        read_bytes(path)


def test_a_file_that_cannot_be_opened_is_named_with_the_systems_reason(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="cannot be read: Is a directory"):
        read_bytes(tmp_path)


@pytest.mark.parametrize("label", ["iso-8859-1", "ISO-8859-1", "latin1", "us-ascii", "l1", "cp819"])
def test_labels_mean_what_browsers_take_them_for(label: str) -> None:
    data = "“That’s 5 €” – and left…".encode("cp1252")
    assert decode(data, declared=[label]) == ("“That’s 5 €” – and left…", ())


@pytest.mark.parametrize(
    ("label", "encoding", "text"),
    [
        ("gb2312", "gbk", "市议会表决关闭隧道，工程师镕基。"),
        ("x-sjis", "cp932", "市議会は火曜日①、トンネルを閉鎖"),
        ("ks_c_5601-1987", "cp949", "시의회는 화요일에 터널을 폐쇄 뷁"),
        ("iso-8859-9", "cp1254", "Belediye meclisi “salı” günü tünelin kapatılması"),
        ("iso-8859-11", "cp874", "สภาเมืองลงมติเมื่อวันอังคาร…"),
        ("cp850", "cp850", "Der Rat tagte für die Straße"),
    ],
)
def test_labels_have_the_characters_of_their_wider_sets(
    label: str, encoding: str, text: str
) -> None:
    assert decode(text.encode(encoding), declared=[label]) == (text, ())


RUSSIAN = "Совет города проголосовал во вторник за закрытие тоннеля на одиннадцать недель."
POLISH = (
    "Rada zagłosowała za zamknięciem tunelu na jedenaście tygodni, więc część się wyprowadziła."
)


@pytest.mark.parametrize("false", ["iso-8859-1", "utf-8", "koi8-r", "gb2312", "x"])
def test_a_false_declaration_is_seen_through_and_named(false: str) -> None:
    text, notes = decode(RUSSIAN.encode("cp1251"), declared=[false])
    assert text == RUSSIAN
    why = "not UTF-8" if false == "x" else f"not {false}, though declared so"
    assert notes == (f"{why}; read as Windows-1251",)


@pytest.mark.parametrize("encoding", ["cp1250", "iso8859-2"])
def test_the_language_of_a_latin_text_says_which_code_page_it_is(encoding: str) -> None:
    name = {"cp1250": "Windows-1250", "iso8859-2": "ISO-8859-2"}[encoding]
    assert decode(POLISH.encode(encoding)) == (POLISH, (f"not UTF-8; read as {name}",))


def test_of_two_declarations_the_one_that_says_more_counts_and_both_are_named() -> None:
    text, notes = decode(POLISH.encode("cp1250"), declared=["iso-8859-1", "windows-1250"])
    assert text == POLISH
    assert notes == ("declared as 'iso-8859-1' and as 'windows-1250'; read as windows-1250",)


def test_french_is_not_read_as_russian() -> None:
    data = "Le conseil a décidé, près du café.".encode("cp1252")
    assert decode(data, declared=["windows-1251"]) == (
        "Le conseil a décidé, près du café.",
        ("not windows-1251, though declared so; read as Windows-1252",),
    )


def test_what_passes_for_ascii_may_be_japanese() -> None:
    data = "市議会は火曜日".encode("iso2022_jp")
    assert data.isascii()
    assert decode(data, declared=["iso-2022-jp"]) == ("市議会は火曜日", ())
    assert decode(data) == ("市議会は火曜日", ())


def test_a_few_damaged_bytes_of_utf8_are_counted_where_they_may_be_lost() -> None:
    data = "Café, Zoë, Łódź".encode()[:-1] + b" is open"
    assert decode(data, lossy=True) == (
        "Café, Zoë, Łód\ufffd is open",
        ("1 bytes are not UTF-8; shown as \ufffd",),
    )


def test_utf8_that_was_saved_twice_is_read_as_it_was_meant() -> None:
    assert decode("The mayorâ€™s cafÃ©".encode()) == (
        "The mayor’s café",
        ("its UTF-8 had been read as another encoding and saved again; read as it was meant",),
    )


@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_markup_in_utf16_needs_no_mark(mark: str) -> None:
    page = "<html><p>Café</p></html>"
    assert decode((mark + page).encode("utf-16-le"), declared=["utf-16"])[0] == page


def test_c1_controls_are_the_characters_that_were_meant() -> None:
    assert clean("\x93Closed\x94 \x96 5 \x80") == "“Closed” – 5 €"


@pytest.mark.parametrize(
    ("data", "labels"),
    [
        (b'<meta charset="koi8-r">', ("koi8-r",)),
        (b"<META http-equiv=Content-Type content='text/html; charset=KOI8-R'>", ("koi8-r",)),
        (b" " * 9_000 + b'<meta charset="koi8-r">', ("koi8-r",)),
        (b'<!-- <meta charset="utf-8"> --><meta charset=koi8-r>', ("koi8-r",)),
        (b'<script charset="utf-8"></script><p>', ()),
        (b'\n<?xml version="1.0" encoding="koi8-r"?><html>', ("koi8-r",)),
    ],
)
def test_a_page_may_name_its_encoding_late_but_not_in_a_comment(
    data: bytes, labels: tuple[str, ...]
) -> None:
    assert declared_by_page(data) == labels


@pytest.mark.parametrize("before", [b"", b"\n", b"\xef\xbb\xbf\r\n \t"])
def test_blank_lines_before_an_xml_declaration_do_not_matter(before: bytes) -> None:
    encoding = "utf-8" if before.startswith(b"\xef") else "windows-1251"
    data = before + f'<?xml version="1.0" encoding="{encoding}"?><a>Туннель</a>'.encode(encoding)
    assert decode_xml(data) == ("<a>Туннель</a>".encode(), ())


@given(st.text(min_size=1))
def test_stored_text_can_always_be_written(text: str) -> None:
    cleaned = clean(text)
    assert cleaned.encode()
    assert "\r" not in cleaned
    assert clean(cleaned) == cleaned


C1 = "".join(map(chr, range(0x80, 0xA0)))


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters=f"\r\x00{C1}"), min_size=1))
def test_utf8_without_carriage_returns_comes_back_unchanged(text: str) -> None:
    body = "a" + text
    assert decode(body.encode()) == (body, ())
