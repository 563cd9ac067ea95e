"""Letters that are not what was meant, because bytes were once read in another encoding.

"â€™" is an apostrophe in UTF-8 read as Windows-1252, "Òóííåëü" a Russian word in Windows-1251
read as Windows-1252. Knows texts, not bytes: files that are sound UTF-8 can hold either.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

_C1 = re.compile("[\x80-\x9f]")


def _windows_1252(number: int) -> str:
    """The character of a byte in Windows-1252; five bytes have none and stay as they are."""
    try:
        return bytes([number]).decode("cp1252")
    except UnicodeDecodeError:
        return chr(number)


_WINDOWS = "".join(map(_windows_1252, range(256)))
_BY_BYTE: Mapping[int, str] = MappingProxyType({n: _WINDOWS[n] for n in range(0x80, 0xA0)})
_TO_BYTE: Mapping[int, str] = MappingProxyType(
    {ord(_WINDOWS[n]): chr(n) for n in range(0x80, 0xA0)}
)
_AFTER = "\x80-\x9f" + re.escape(_WINDOWS[0x80:0xC0])
# What may follow a capital letter: "Â»" can be the end of a quotation in capitals.
_AFTER_CAPITALS = re.escape("\xa0«»“”‘’‚„‹›…–—•™\xb0")
_LATIN = re.compile(
    f"[\xc2-\xdf](?![{_AFTER_CAPITALS}])[{_AFTER}]"
    f"|[\xe0-\xef][{_AFTER}]{{2}}|[\xf0-\xf4][{_AFTER}]{{3}}"
)
_CYRILLIC = re.compile("(?:[РС][\u0400-\u045f\u0490\u0491\xa0-\xbb\u2010-\u2122€]){3,}")
_ASCII = frozenset(map(chr, range(0x80)))
_ACCENTS = frozenset(map(chr, range(0xC0, 0x100)))
_LEADING = frozenset(map(chr, range(0xC2, 0xF5))) | {"Р", "С"}
_FEWEST_ACCENTS = 4
_WORD = re.compile(r"[^\W\d_]{4,}")
# Not "·", which Catalan has within words.
_SIGN = re.compile("[\u2500-\u25ff¡¢£¤¥¦§¨©ª¬®¯°±²³¶¸¹º¼½¾¿]")
_SIGN_IN_WORD = re.compile(rf"(?<=[^\W\d_]){_SIGN.pattern}+(?=[^\W\d_])")
_ACCENTED = re.compile("[\xc0-\xff]{4,}")
_SHOWN = 12


def without_c1(text: str) -> str:
    r"""The text with C1 controls as the characters that Windows-1252 has in their place.

    Nobody writes these controls; browsers read "&#147;" and byte 0x93 of "iso-8859-1" alike.

    >>> without_c1("\x93Closed\x94")
    '“Closed”'
    """
    return text.translate(_BY_BYTE) if _C1.search(text) else text


def undone(text: str) -> str:
    r"""The text as it was before its UTF-8 was read as something else; "" if it was not.

    Every character beyond ASCII must take part: a text that also has sound ones is left alone.

    >>> undone("CafÃ© â€œLornâ€\x9d"), undone("Café")
    ('Café “Lorn”', '')
    """
    if text.isascii() or not _double(text):
        return ""
    return _as_utf8(_latin_bytes(text)) or _as_utf8(_cyrillic_bytes(text))


def remark(text: str) -> str:
    """What is odd about the letters of a text, for a person; "" if nothing is.

    >>> remark("The mayorâ€™s car")
    "'â€™' looks like UTF-8 read as another encoding; some letters may be wrong"
    """
    if text.isascii():
        return ""
    # To look at each character once costs a tenth of looking for each pattern.
    characters = set(text)
    if "\ufffd" in characters:
        lost = text.count("\ufffd")
        return f"{lost:,} of its characters were lost before it came here (\ufffd)"
    if not characters.isdisjoint(_LEADING) and (sample := _double(text)):
        return f"{sample!r} looks like UTF-8 read as another encoding; some letters may be wrong"
    if not any(map(_SIGN.match, characters - _ASCII)):
        return _other_script(text, characters)
    if len(inside := _SIGN_IN_WORD.findall(text)) > 2:
        return f"{inside[0]!r} stands within words; its letters may be those of another encoding"
    return _other_script(text, characters)


def _other_script(text: str, characters: set[str]) -> str:
    if len(characters & _ACCENTS) < _FEWEST_ACCENTS:
        return ""
    accented = _ACCENTED.findall(text)
    # No language has whole words of accented letters.
    if len(accented) > 3 and 2 * len(accented) > len(_WORD.findall(text)):
        sample = accented[0][:_SHOWN]
        return f"{sample!r} looks like another script read as Windows-1252; letters may be wrong"
    return ""


def _double(text: str) -> str:
    """A sample of UTF-8 that was read as Windows-1252 or Windows-1251; "" for none."""
    for found in _LATIN.finditer(text):
        if len(_as_utf8(_latin_bytes(found.group()))) == 1:
            return found.group()
    for found in _CYRILLIC.finditer(text):
        if _as_utf8(_cyrillic_bytes(found.group())):
            return found.group()[:_SHOWN]
    return ""


def _latin_bytes(text: str) -> bytes:
    """The bytes that Windows-1252 or Latin-1 reads as this text; b"" if there are none."""
    try:
        return text.translate(_TO_BYTE).encode("latin-1")
    except UnicodeEncodeError:
        return b""


def _cyrillic_bytes(text: str) -> bytes:
    try:
        return text.encode("cp1251")
    except UnicodeEncodeError:
        return b""


def _as_utf8(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return ""
