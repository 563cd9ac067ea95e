"""Which encoding bytes are in: what they are declared as, and whether that can be so.

Labels mean what browsers take them for (the WHATWG Encoding Standard): "iso-8859-1" is
Windows-1252. Knows no format beyond where HTML and XML name their encoding.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from itertools import islice
from types import MappingProxyType

import webencodings

from rag.language.identification import detect_language

WINDOWS = "cp1252"
_DECLARATION_BYTES = 2_048
_HEAD_BYTES = 1 << 16
_SAMPLE_BYTES = 1 << 16
_LEAST = 3
_AROUND = 20
_XML = re.compile(rb"\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']?([^\"'>?\s]{2,40})", re.IGNORECASE)
_META = re.compile(rb"<meta\b[^>]{0,500}?\bcharset\s*=\s*[\"']?\s*([\w.:+-]{2,40})", re.IGNORECASE)
_COMMENT = re.compile(rb"<!--.*?-->", re.DOTALL)
_TAG = re.compile(rb"<[^<>]{0,2000}>")
_HIGH = re.compile(rb"[\x80-\xff]")
_IN_RUNS_OF_TWO = re.compile(rb"[\x80-\xff]{2,}")
_IN_RUNS_OF_THREE = re.compile(rb"[\x80-\xff]{3,}")
_LETTERS = re.compile(rb"[\xc0-\xff]")
_BESIDE_LATIN = re.compile(rb"(?<=[A-Za-z])[\xc0-\xff]|[\xc0-\xff](?=[A-Za-z])")
_AROUND_HIGH = re.compile(rb"[^<>\x80-\xff]{0,40}[\x80-\xff]+[^<>\x80-\xff]{0,40}")
_WORD = re.compile(r"[^\W\d_]{3,}")
_SMALL_THEN_CAPITAL = re.compile("[а-яёіїєґ][А-ЯЁІЇЄҐ]")
_OF_1250 = re.compile(
    rb"[A-Za-z\xc0-\xff][\x9a\x9c-\x9f]|[\x8a\x8c-\x8f\x9a\x9c-\x9f][A-Za-z\xc0-\xff]"
)
_OF_LATIN_2 = re.compile(
    rb"[A-Za-z\xc0-\xff][\xb1\xb6\xb9\xbc\xbe]|[\xa1\xa6\xa9\xac\xae\xb9\xbe][A-Za-z\xc0-\xff]"
)
_POLISH_1250 = re.compile(rb"[A-Za-z\xc0-\xff]\xb9")
_ESCAPED_JAPANESE = re.compile(rb"\x1b\$[@B]")

# The decoders of the standard know more characters than Python's of the same names.
_WIDER: Mapping[str, str] = MappingProxyType(
    {
        "shift_jis": "cp932",
        "gbk": "gb18030",
        "euc_kr": "cp949",
        "big5": "big5hkscs",
        "x-user-defined": WINDOWS,
    }
)
# Python knows more encodings than texts use; a megabyte of punycode takes minutes.
_OF_NAMES_AND_SOURCES = frozenset(
    {"idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape"}
)
_SEVEN_BITS = ("iso2022", "hz", "utf-7")
_CYRILLIC = frozenset({"cp1251", "koi8-r", "koi8-u", "iso8859-5", "mac-cyrillic", "cp866"})
_OTHER_SCRIPTS = _CYRILLIC | {
    *("cp1253", "iso8859-7", "cp1255", "iso8859-8", "cp1256", "iso8859-6", "cp874"),
}
_TWO_BYTES = frozenset({"cp932", "euc_jp", "gb18030", "cp949", "big5hkscs"})
_TO_DETECT = (
    *("cp1251", "koi8_r", "koi8_u", "cp866", "iso8859_5", "cp1253", "cp1255", "cp1256", "cp874"),
    *("cp932", "euc_jp", "gb18030", "cp949", "big5"),
)
_CODE_PAGES: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("bs", "cs", "hr", "hu", "pl", "ro", "sk", "sl", "sq"), "cp1250"),
        **dict.fromkeys(("et", "lt", "lv"), "cp1257"),
        "tr": "cp1254",
        "vi": "cp1258",
    }
)


def declared_by_page(data: bytes) -> tuple[str, ...]:
    """The labels that an HTML page names as its encoding, in order: in XML's way, in `<meta>`.

    A `<meta>` counts wherever it stands in the first 64 KiB, but not within a comment.

    >>> declared_by_page(b'<html><head><title>x</title><meta charset="koi8-r">')
    ('koi8-r',)
    """
    head = _COMMENT.sub(b"", data[:_HEAD_BYTES])
    found = [*declared_by_xml(data), *(label.decode("ascii") for label in _META.findall(head)[:1])]
    return tuple(dict.fromkeys(label.lower() for label in found))


def declared_by_xml(data: bytes) -> tuple[str, ...]:
    """The label in an XML declaration, though blank lines precede it; () if there is none."""
    head = data[:_DECLARATION_BYTES].replace(b"\0", b"").removeprefix(codecs.BOM_UTF8)
    found = _XML.match(head)
    return (found.group(1).decode("ascii", "replace").lower(),) if found else ()


def codec_of(label: str) -> str:
    """Python's name of the encoding that a label means; "" if no text is in such an encoding.

    >>> codec_of("ISO-8859-1"), codec_of("gb2312"), codec_of("cp850"), codec_of("hex")
    ('cp1252', 'gb18030', 'cp850', '')
    """
    # webencodings strips ASCII whitespace, as the standard says.
    known = webencodings.lookup(label)
    if known is not None:
        return _WIDER.get(known.codec_info.name, known.codec_info.name)
    if is_no_encoding_of_texts(label):
        return ""
    with suppress(LookupError, ValueError):
        return codecs.lookup(label).name
    return ""


def is_no_encoding_of_texts(name: str) -> bool:
    """Whether the name is an encoding of Python that no page or feed uses."""
    try:
        found = codecs.lookup(name)
    except (LookupError, ValueError):
        return False
    return not found._is_text_encoding or found.name in _OF_NAMES_AND_SOURCES


def seven_bit_codec(data: bytes, labels: Sequence[str]) -> str:
    """The declared encoding of bytes that pass for ASCII and are not: ISO-2022-JP and the like.

    "" if the bytes are what they seem to be.
    """
    if not data.isascii():
        return ""
    for codec in map(codec_of, labels):
        if codec.startswith(_SEVEN_BITS):
            return codec
    return "iso2022_jp" if b"\x1b" in data and _ESCAPED_JAPANESE.search(data) else ""


def likeliest_first(labels: Sequence[str]) -> dict[str, str]:
    """The encodings that some labels mean, each with its label, the likeliest first.

    Servers call every page "iso-8859-1", so whatever means Windows-1252 comes last. Labels
    of UTF-8 and UTF-16 are left out: such texts are recognised without.

    >>> likeliest_first(["iso-8859-1", "utf-8", "koi8-r"])
    {'koi8-r': 'koi8-r', 'cp1252': 'iso-8859-1'}
    """
    known: dict[str, str] = {}
    for label in labels:
        if (codec := codec_of(label)) and not codec.startswith("utf"):
            known.setdefault(codec, label)
    return dict(sorted(known.items(), key=lambda one: one[0] == WINDOWS))


def is_plausible(codec: str, data: bytes) -> bool:
    """Whether bytes that are not ASCII look like a text in this encoding.

    Letters of a Latin script stand one by one among ASCII letters; those of other scripts
    make up whole words. So Russian declared as "iso-8859-1" is seen through, and so is French
    declared as "windows-1251". True where there is too little to judge.
    """
    words = _without_markup(data)
    high = len(_HIGH.findall(words))
    if codec in _OTHER_SCRIPTS:
        letters = len(_LETTERS.findall(words))
        if 2 * len(_BESIDE_LATIN.findall(words)) > letters:
            return False
        return codec not in _CYRILLIC or not _has_mixed_case(words.decode(codec, "replace"))
    if high < _LEAST:
        return True
    if codec in _TWO_BYTES:
        return 2 * _length_of(_IN_RUNS_OF_TWO, words) > high
    return not _is_other_script(words) and (codec != WINDOWS or _code_page(words) == WINDOWS)


def guess(data: bytes) -> str:
    """The likeliest encoding of bytes that are not UTF-8 and declare nothing that fits.

    Windows-1252 in doubt; for a Latin script, the code page of its language.
    """
    words = _without_markup(data)
    if not _is_other_script(words):
        return _code_page(words)
    from charset_normalizer import from_bytes

    sample = b" ".join(words.split())[:_SAMPLE_BYTES]
    best = from_bytes(sample, cp_isolation=list(_TO_DETECT)).best()
    return codec_of(best.encoding) if best is not None else WINDOWS


def _is_other_script(words: bytes) -> bool:
    """Whether most bytes beyond ASCII stand in runs of three or more, as in no Latin script."""
    return 2 * _length_of(_IN_RUNS_OF_THREE, words) > len(_HIGH.findall(words))


def _code_page(words: bytes) -> str:
    """The code page of the language that the words around bytes beyond ASCII are in."""
    sample = b" ".join(found.group() for found in islice(_AROUND_HIGH.finditer(words), _AROUND))
    language = detect_language(sample.decode("ascii", "ignore"))
    page = _CODE_PAGES.get(language, WINDOWS)
    if page == "cp1250" and not _OF_1250.search(words) and _OF_LATIN_2.search(words):
        # Only there 0xB9 is a Polish letter.
        page = page if language == "pl" and _POLISH_1250.search(words) else "iso8859-2"
    # The language must also be that of the text with its accents.
    accented = sample.decode(page, "replace")
    return page if detect_language(accented) == language else WINDOWS


def _without_markup(data: bytes) -> bytes:
    """The words of a page, without its tags and scripts; any other text as it is."""
    if b"<" not in data:
        return data
    for name in (b"script", b"style"):
        parts, at = [], 0
        while (start := data.find(b"<" + name, at)) >= 0:
            parts.append(data[at:start])
            end = data.find(b"</" + name, start)
            at = end if end >= 0 else len(data)
        data = b" ".join([*parts, data[at:]])
    return _TAG.sub(b" ", data)


def _length_of(pattern: re.Pattern[bytes], data: bytes) -> int:
    return sum(map(len, pattern.findall(data)))


def _has_mixed_case(text: str) -> bool:
    """Whether most words go from small letters to capitals: one Cyrillic encoding as another."""
    words = [word for word in _WORD.findall(text) if not word.isascii()]
    return 2 * sum(
        _SMALL_THEN_CAPITAL.search(word) is not None or word[1:].isupper() for word in words
    ) > len(words) and any(map(_SMALL_THEN_CAPITAL.search, words))
