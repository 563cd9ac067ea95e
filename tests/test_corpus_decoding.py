"""Bytes to text: encodings, line ends, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.corpus.decoding import SIZE_LIMIT, clean, decode, read_bytes
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
    assert decode(data, fallback="koi8-r") == ("Паром вернулся", ("not UTF-8; read as koi8-r",))


@pytest.mark.parametrize("fallback", ["no-such-encoding", "utf-8", "hex", "idna"])
def test_a_wrongly_declared_encoding_does_not_matter(fallback: str) -> None:
    assert decode(b"Caf\xe9", fallback=fallback)[0] == "Café"


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


@given(st.text(min_size=1))
def test_stored_text_can_always_be_written(text: str) -> None:
    cleaned = clean(text)
    assert cleaned.encode()
    assert "\r" not in cleaned
    assert clean(cleaned) == cleaned


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\r\x00"), min_size=1))
def test_utf8_without_carriage_returns_comes_back_unchanged(text: str) -> None:
    body = "a" + text
    assert decode(body.encode()) == (body, ())
