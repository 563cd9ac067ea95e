"""Citation markers, and every other way in which a model names a passage, made `[n]`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rag.language.entities import folded
from rag.language.words import word_set
from rag.records import Hit

_WIDEST_RANGE = 20

_LABEL = (
    r"(?:(?:passage|source|citation|cite|reference|ref|document|doc|article|id)s?\b\s*[.:#]?\s*"
    r"(?:[PS](?=\d))?|[PS](?=\d))"
)
_NUMBER = rf"(?:\^|\#|{_LABEL})?\d{{1,3}}"
_AND = r"\s*(?:,\s*and\b|[,;&–—-]|and\b)\s*"
_RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹"

MARKER = re.compile(
    rf"\\?[\[【［〔]{{1,2}}\s*(?P<numbers>{_NUMBER}(?:{_AND}{_NUMBER})*)"
    r"(?:\s*†[^\]】］〕\n]{0,80})?\s*\\?[\]】］〕]{1,2}(?:\([^()\s]*\))?"
    rf"|\(\s*(?P<named>{_LABEL}\d{{1,3}}(?:{_AND}{_NUMBER})*)\s*\)"
    r"|<sup>\s*\[?(?P<tagged>\d{1,3}(?:\s*[,;–—-]\s*\d{1,3})*)\]?\s*</sup>"
    # Raised after a digit or a short word it is a power: 10⁶, km².
    rf"|(?:(?<=[^\W\d_]{{4}})|(?<=[.,;:!?)”’\"'»]))(?P<raised>[{_RAISED}]{{1,3}}"
    rf"(?:[,–⁻][{_RAISED}]{{1,3}})*)",
    re.IGNORECASE,
)
"""A marker: `[1]`, `[1, 2]`, `[1-3]`, `[^1]`, `【1†source】`, `[Passage 1]`, `(source 2)`, `so.¹`.

A bare `(1)` is none: lists are numbered so, and a passage's own `[1]` is shown to a model as `(1)`.
"""

_RAISED_NOTE = re.compile(
    rf"^[ \t]*(?:(?P<mark>[{_RAISED}]{{1,2}})(?=[ \t]*\S)"
    rf"|(?P<star>[*†‡]{{1,2}})(?=[ \t]*{_LABEL}\d))",
    re.MULTILINE | re.IGNORECASE,
)
_SPACED = re.compile(rf"(?<![ \t])[ \t]*(?:{MARKER.pattern})", re.IGNORECASE)
_LABELS = re.compile(rf"\^|#|{_LABEL}", re.IGNORECASE)
_RANGE = re.compile(r"(\d+)(?:\s*[–—⁻-]\s*(\d+))?")
_LOWERED = str.maketrans(_RAISED, "0123456789")


@dataclass(frozen=True, slots=True)
class Marker:
    """Characters `start` to `end` of a text, and the passages' numbers that they name."""

    start: int
    end: int
    numbers: tuple[int, ...]


def markers(text: str) -> Iterator[Marker]:
    """The markers of a text, in order; a range stands for all its numbers, up to 21 of them.

    >>> [marker.numbers for marker in markers("It sank [2, 5-7]. It burnt.¹")]
    [(2, 5, 6, 7), (1,)]
    """
    for match in MARKER.finditer(text):
        listed: list[int] = []
        for first, last in _RANGE.findall(_numbers(match)):
            listed += _between(int(first), int(last or first))
        yield Marker(match.start(), match.end(), tuple(dict.fromkeys(listed)))


def _between(low: int, high: int) -> Sequence[int]:
    """The numbers of a range; the two alone where it is too wide to be one."""
    return range(low, high + 1) if low <= high <= low + _WIDEST_RANGE else (low, high)


def without_markers(text: str) -> str:
    """The text without its markers and the blanks before them.

    >>> without_markers("It sank [1, 2], they say 【3】.")
    'It sank, they say.'
    """
    return _SPACED.sub("", text)


def disarmed(text: str) -> str:
    """The text with numbers in parentheses where it has markers: nobody takes them for citations.

    >>> disarmed("It sank [3].")
    'It sank (3).'
    """
    return MARKER.sub(lambda match: f"({_numbers(match)})", text)


def with_plain_notes(text: str) -> str:
    r"""The text with `[^1]` for each raised number that a line below it explains.

    >>> with_plain_notes("It sank.¹ It burnt.²\n\n¹ Passage 3")
    'It sank.[^1] It burnt.²\n\n[^1]: Passage 3'
    """
    for note in reversed(list(_RAISED_NOTE.finditer(text))):
        above, star = text[: note.start()], note["star"]
        plain = f"[^{note['mark'].translate(_LOWERED) if not star else f'star{len(star)}'}]"
        starred = re.compile(rf"(?<=[.!?\w]){re.escape(star or '')}(?=\s|$)")
        same = [*starred.finditer(above)] if star else [*_raised(above, note["mark"])]
        for marker in reversed(same):
            above = above[: marker.start()] + plain + above[marker.end() :]
        if same:
            text = f"{above}{plain}:{text[note.end() :]}"
    return text


def _raised(text: str, mark: str) -> Iterator[re.Match[str]]:
    return (match for match in MARKER.finditer(text) if match["raised"] == mark)


def _numbers(match: re.Match[str]) -> str:
    """The numbers of a marker as they are listed in it, without labels."""
    found = next(group for group in match.groups() if group)
    return _LABELS.sub("", found).translate(_LOWERED)


_BLANKS = re.compile(r"\s{4,}")
_WORDS = word_set(
    "passage passages source sources citation citations cite cited cites reference references"
    " ref refs src evidence doc docs document documents article articles id ids see cf also from"
    " in per via the news and und et y e excerpt excerpts text snippet chunk item result index"
    " note fn footnote no nr numbers number quelle quellen artikel textstelle textstellen"
    " passagen siehe vgl beleg belege dokument dokumente laut aus voir extrait extraits selon"
    " fuente fuentes ver pasaje pasajes fragmento fonte brano bron p s as stated reported"
    " according to date published dated of on by line lines"
)
_DATE = re.compile(
    r"\b\d{4}-\d\d-\d\d\b|\b\d{1,2}(?:st|nd|rd|th|\.)?\s+(?:of\s+)?[^\W\d]{3,10}\.?,?\s+\d{4}\b"
    r"|\b[^\W\d]{3,10}\.?\s+\d{1,2}(?:st|nd|rd|th)?,?\s+\d{4}\b|\b\d{1,2}[./]\d{1,2}[./]\d{4}\b"
    r"|\b[^\W\d]{3,10}\s+\d{4}\b|\bL\d+(?:-L?\d+)?\b|\b(?:19|20)\d\d\b"
)
_PART = re.compile(
    r"\b(?:pages?|pp?\.|paragraphs?|paras?\.?|lines?|sentences?|sections?|Absatz|Abs\.|Zeilen?|Satz|paragraphe|ligne|"
    r"phrase|párrafo|línea)\s*\d{1,3}(?:\s*[-–]\s*\d{1,3})?|[¶§]+\s*\d{1,3}",
    re.IGNORECASE,
)
"""A part of a passage: its number is none of a passage."""
_SNIPPET = re.compile(r"(?<=\d)\s*[:,–—-]?\s*[“\"‘'][^“”\"]*[”\"’']\s*$")
"""What a model quotes of a passage behind its number."""
_BRACKETS = re.compile(
    r"(?P<lead>\\cite|\^)?(?:\\?[\[【［〔⟦]{1,2}(?P<square>[^\[\]【】［］〔〕⟦⟧\n]{1,120})\\?[\]】］〕⟧]{1,2}"
    r"(?P<link>\([^()\s]*\))?"
    r"|\((?P<round>[^()\n]{1,120})\)|(?<!\{)\{{1,2}(?P<curly>[^{}\n]{1,40})\}{1,2}"
    r"|⟨(?P<angle>[^⟨⟩\n]{1,40})⟩|‹(?P<guil>\d{1,3})›|«(?P<guils>\d{1,3})»|<(?P<less>\d{1,3})>"
    r"|(?<=\w )\#(?P<hash>\d{1,2})(?!\w))"
)
_TAGS = re.compile(
    r"<(?P<tag>refs?|cites?|citations?|sources?|passages?|sup|co|doc|document|footnote|c)\b"
    r"(?P<attributes>[^<>]{0,60})(?:/>|>(?P<inside>[^<>]{0,600})</(?P=tag)\s*>)",
    re.IGNORECASE,
)
_CIRCLED = re.compile("[①-⑳❶-❿]")
_CARET = re.compile(
    r"(?<=[\w.!?”\"’)])\s?(?:\$\^\{?\[?(?P<tex>\d{1,2})\]?\}?\$|\^\[?(?P<caret>\d{1,2})\]?\^?(?!\d))"
)
_ARROW = re.compile(r"\s*(?:→|⇒|->|=>)\s*(?=\[\^?P?\d{1,3}\])")
_NUMBERS = re.compile(
    r"(?<![\w.])[A-Za-z]{0,2}[-#:^@]?\s?(\d{1,3})(?![\d%]|[.,]\d\d?\b(?!\s*[,\]]))"
    r"(?:\s*[-–—]\s*[A-Za-z]?(\d{1,3})\b)?"
)
_LETTERED = re.compile(
    r"\b(?:P|S|D|Q|R|T|C|ID|doc|ref|src|cite|passage|source|id)[-_ #:.]?(\d{1,3})\b", re.I
)
_POINTS = re.compile(
    r"\b(?:passages?|sources?|src|refs?\.?|references?|excerpts?|snippets?|chunks?|evidence|Textstellen?|Quellen?)"
    r"\s*(?:no\.?|nr\.?|#|:)?\s*[\[(]?(\d{1,3})(?![\d%]|[.,]\d)",
    re.IGNORECASE,
)
"""What can only mean a passage, whatever else a bracket says of it."""
_MOST_BESIDE = 6
_FEWEST_SAID = 2
_NAMED = (
    r"(?:passages?|sources?|articles?|documents?|excerpts?|texts?|Textstellen?|Quellen?|Artikel)"
)
_ONE = r"(?:\[(?:P|#)?\d{1,3}\]|\((?:P|#)?\d{1,3}\)|(?:P|#|No\.?|Nr\.?)?\s?\d{1,3})"
_LIST = rf"{_ONE}(?:(?:\s*,\s*|\s*,?\s*(?:and|und|et|&)\s*){_ONE})*"
_SAYS = (
    r"(?:says?|stat(?:es?|ed)|reports?|reported|notes?|noted|mentions?|mentioned|(?:tells?|told)(?:\s+us)?|shows?|"
    r"writes?|wrote|explains?|explained|adds?|confirms?|confirmed|indicates?|makes? (?:it )?clear|"
    r"said|clarif(?:y|ies)|specif(?:y|ies)|describes?)"
)
_MARKED = r"(?:\[\^?P?\d{1,3}(?:\s*[,;–-]\s*P?\d{1,3})*\](?:\s*(?:,|and|und|et|&)?\s*(?=\[))?)+"
_ORDINALS = (
    *("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth"),
    "tenth",
)
_CITED = (
    rf"(?:{_NAMED}\s+(?P<list>{_LIST})|(?P<marked>{_MARKED})"
    rf"|(?P<ordinal>{'|'.join(_ORDINALS)})\s+passage)"
)
_START = r"(?:^|(?<=[.!?:]\s)|(?<=\n))(?P<bullet>[ \t]*(?:[-*•]|\d{1,2}[.)])?[ \t]*)"
_REST = r"(?P<rest>\S[^\n]*?[.!?](?=\s|$)|\S[^\n]*$)"
_TELLS = r"(?:(?:we|i|you)\s+(?:read|learn|see|find)|it\s+(?:says|is\s+\w+ed|reads))\s+that\s+"
_SAYING = re.compile(
    rf"{_START}(?:as\s+)?(?:the\s+)?{_CITED}\s*(?:\([^()\n]{{1,80}}\)\s*)?,?"
    rf"\s*(?::(?=\s)|(?:also\s+|both\s+|\w+ly\s+)?{_SAYS}(?:\s*,?\s*that\b|\s*[:,]|(?=\s+[A-Z“\"]))?)"
    rf"\s*{_REST}",
    re.IGNORECASE | re.MULTILINE,
)
_ACCORDING = re.compile(
    rf"{_START}(?:(?:i\s+found\s+(?:this|it|that|the\s+answer)|this\s+(?:is|was)\s+\w+|the\s+answer\s+(?:is|stands))\s+in|"
    rf"according\s+to|as\s+(?:[^\W\d_]+\s+){{1,4}}?(?:in|from|by)|as\s+per|based\s+on|per|in|"
    rf"from|laut|gemäß|nach|selon|d'après)\s+(?:the\s+)?"
    rf"{_CITED}\s*(?:\([^()\n]{{1,80}}\)\s*)?[,:]\s*(?:{_TELLS})?{_REST}",
    re.IGNORECASE | re.MULTILINE,
)
_STATED = re.compile(
    rf"{_START}(?:(?:it|we|i|you|one|as|looking|judging|going|turning|reading|referring)\s+)"
    rf"(?:[^\W\d_]+\s+){{0,4}}?(?:in|by|from|at|to)\s+(?:the\s+)?{_CITED}(?:,?\s+that\s+|,\s+){_REST}",
    re.IGNORECASE | re.MULTILINE,
)
_TRAILING = re.compile(
    rf",?\s+(?:(?:as|which\s+is|and\s+is)\s+)?(?:according\s+to|(?:stated|reported|noted|mentioned|described|seen|said|"
    rf"confirmed|found)\s+(?:in|by)|per|see|siehe|laut|as\s+per|voir)\s+(?:the\s+)?{_NAMED}\s+"
    rf"(?P<list>{_LIST})(?=\s*(?:[.;,!?]|$))"
    rf"|,\s+as\s+(?:the\s+)?{_NAMED}\s+(?P<says>{_LIST})\s+{_SAYS}(?=\s*(?:[.;,!?]|$))",
    re.IGNORECASE | re.MULTILINE,
)
_POINTING = re.compile(
    rf"(?P<stop>[.!?][”\"]?)\s+\(?(?:(?:this|that|it|which)\s+(?:is|was|can\s+be|comes?|appears?|stands)\s+"
    rf"(?:[^\W\d_]+\s+){{0,3}}?(?:in|by|from)\s+(?:the\s+)?{_NAMED}\s+(?P<list>{_LIST})"
    rf"|{_NAMED}\s+(?P<says>{_LIST})\s+(?:{_SAYS}|supports?)\s+(?:this|that|it))\s*(?:\.\)?|\)\.?|$)",
    re.IGNORECASE,
)
"""A sentence that only says where the one before it stands."""
_DASHED = re.compile(
    rf"[ \t]*(?:—|–|--|-|\|)\s*(?:{_NAMED}|source)\s*:?\s*(?P<list>{_LIST})(?=\s*(?:[.;]?\s*$))",
    re.IGNORECASE | re.MULTILINE,
)
_LABELLED = re.compile(
    rf"(?<=\S)[,;]?[ \t]+(?:{_NAMED}|sources?|citations?|references?|cited)\s*:\s*"
    rf"(?:{_NAMED}\s+)?(?P<list>{_LIST})(?=\s*[.;]?\s*$)",
    re.IGNORECASE | re.MULTILINE,
)
_END_OF_CLAUSE = re.compile(
    r"\s*(?:[.,;:!?…]|$|\n|[\[(]|(?<=[.!?”\"])\s)|\s+[A-Z“\"]"
    r"|,?\s+(?:and|but|while|which|who|und|aber|et|mais)\b"
)
_ENDED = re.compile(r"[.!?][”\"’]?$")
_LAST_WORD = re.compile(r"[\w’']+[.!?”\"’]*\s*\Z")


def with_plain_references(text: str, hits: Sequence[Hit]) -> str:
    """The text with every reference to one of the passages shown as `[n]`.

    A reference by an outlet's name becomes the numbers of all its passages shown. A bare `(n)`
    counts only after a word, where a clause ends, and where no passage has it in that place.
    Numbers that point at no passage stay, so that they are listed as unresolved.

    >>> with_plain_references("Passage 2 says that the mill burnt. (see passage 1)", ())
    'The mill burnt [2]. [1]'
    """
    text = _BLANKS.sub(lambda blanks: "\n\n" if "\n" in blanks[0] else "  ", text)
    for pattern in (_SAYING, _ACCORDING, _STATED):
        text = pattern.sub(_at_the_end, text)
    text = _POINTING.sub(
        lambda match: f" {_plain(_listed(match['list'] or match['says']))}{match['stop']}", text
    )
    for pattern in (_TRAILING, _DASHED, _LABELLED):
        text = pattern.sub(lambda match: f" {_plain(_listed(match[0]))}", text)
    text = _TAGS.sub(_of_tag, text)
    text = _ARROW.sub(" ", _CIRCLED.sub(_of_circle, text))
    text = _CARET.sub(lambda match: f" [{match['tex'] or match['caret']}]", text)
    outlets = _outlets(hits)
    pieces, position = [], 0
    for match in _BRACKETS.finditer(text):
        numbers = _meant(text, match, outlets, hits)
        if numbers is not None:
            pieces += [text[position : match.start()], _plain(numbers)]
            position = match.end()
    return "".join([*pieces, text[position:]])


def _plain(numbers: Sequence[int]) -> str:
    return "".join(f"[{number}]" for number in dict.fromkeys(numbers))


def _at_the_end(match: re.Match[str]) -> str:
    """What a passage is said to say, with the passage behind it."""
    rest = match["rest"].strip()
    rest = rest[:1].upper() + rest[1:]
    rest = rest if _ENDED.search(rest) else f"{rest}."
    named = _listed(match["list"] or match["marked"] or "")
    if match["ordinal"]:
        named = [_ORDINALS.index(match["ordinal"].lower()) + 1]
    return f"{match['bullet']}{_with_marker(rest, _plain(named))}"


def _with_marker(said: str, marker: str) -> str:
    """What is said with the marker behind it, before the stop."""
    said = said.rstrip()
    stop = said[-1] if said[-1:] in ".!?" else ""
    return f"{said[: len(said) - len(stop)].rstrip()} {marker}{stop}"


def _listed(text: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d{1,3}", text)]


def _of_tag(match: re.Match[str]) -> str:
    inside, attributes = match["inside"] or "", match["attributes"] or ""
    if len(re.findall(r"[^\W\d_]{2,}", inside)) >= _FEWEST_SAID:
        numbers = _listed(attributes)
        return _with_marker(inside, _plain(numbers)) if numbers else inside
    numbers = _listed(inside) or _listed(attributes)
    return _plain(numbers) if numbers else inside


def _of_circle(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"[{code - (0x2460 if code < 0x2700 else 0x2776) + 1}]"


def _meant(
    text: str, match: re.Match[str], outlets: Mapping[str, tuple[int, ...]], hits: Sequence[Hit]
) -> Sequence[int] | None:
    """The passages that a bracket names; None for one that is something else."""
    inside = next(
        group for name, group in match.groupdict().items() if group and name not in ("lead", "link")
    )
    is_round = match["round"] is not None
    rest = inside
    named: list[int] = []
    for outlet, its_passages in outlets.items():
        found = re.search(rf"(?<!\w)(?:the\s+)?{re.escape(outlet)}(?!\w)", rest, re.IGNORECASE)
        if found:
            named += its_passages
            rest = rest[: found.start()] + " " + rest[found.end() :]
    without_dates = _DATE.sub(" ", _PART.sub(" ", _SNIPPET.sub(" ", rest)))
    for number, hit in enumerate(hits, start=1):
        if hit.article.title and hit.article.title in without_dates:
            named.append(number)
            without_dates = without_dates.replace(hit.article.title, " ")
    numbers, left = _taken(without_dates)
    words = [word for word in re.findall(r"[^\W\d_]+", left) if word.casefold() not in _WORDS]
    pointed = [int(each[1]) for each in _POINTS.finditer(_PART.sub(" ", inside))]
    if words and pointed and len(words) <= _MOST_BESIDE:
        return pointed
    if words or re.search(r"\d", left):
        return None
    labelled = re.search(r"[^\W\d_]", rest) is not None or bool(named)
    if not numbers:
        return named or None
    bare = is_round or match["curly"] or match["hash"]
    if bare and not labelled and not _closes(text, match, numbers, hits):
        return None
    return numbers


def _taken(text: str) -> tuple[list[int], str]:
    """The passages' numbers in a bracket, and what else stands there."""
    listed: list[int] = []

    def take(match: re.Match[str]) -> str:
        """A space in place of the markers, whose numbers are listed."""
        low = int(match[1])
        high = int(match[2]) if match.lastindex and match.lastindex > 1 and match[2] else low
        listed.extend(_between(low, high))
        return " "

    if re.fullmatch(r"\s*\d{1,3}[.,]\d{3,}\s*|\s*\d+\.\d+\s*", text):
        return [], text
    left = _LETTERED.sub(take, _NUMBERS.sub(take, text))
    return listed, left


def _closes(text: str, match: re.Match[str], numbers: Sequence[int], hits: Sequence[Hit]) -> bool:
    """Whether a bare number in brackets, or behind `#`, is a reference: no figure, no list's."""
    before, after = text[: match.start()], text[match.end() :]
    if any(not 1 <= number <= len(hits) for number in numbers) or (
        len(after) and not _END_OF_CLAUSE.match(after)
    ):
        return False
    last = _LAST_WORD.search(before)
    if last is None or not before[before.rfind("\n") + 1 :].strip():
        return False
    number = match["round"] or match["curly"]
    known = folded(f"{last[0].strip()} ({number})" if number else match[0])
    return not any(known in folded(hit.text.replace("[", "(").replace("]", ")")) for hit in hits)


def _outlets(hits: Sequence[Hit]) -> dict[str, tuple[int, ...]]:
    """The outlets' names, the longest first, with the numbers of their passages."""
    found: dict[str, list[int]] = {}
    for number, hit in enumerate(hits, start=1):
        for outlet in filter(None, (hit.article.publisher, *hit.also_in)):
            for name in {outlet, outlet.removeprefix("The ")}:
                found.setdefault(name, []).append(number)
    return {name: tuple(found[name]) for name in sorted(found, key=len, reverse=True)}
