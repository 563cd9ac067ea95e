"""A text as its words, folded so that only what is said differs; the words without a subject."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache, cached_property, lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from rag.language.letter_pairs import dense_runs, with_runs
from rag.language.normalizing import LINE_CUT, Normalized, is_usual

if TYPE_CHECKING:
    import tantivy

# Accents and the vowel signs of Indic scripts stand inside words.
_LETTER = r"(?:[^\W\d_]|[\u0300-\u036f\u064b-\u065f\u0900-\u0963])"
# Scripts without spaces: each character is a word.
_SIGN = (
    r"[\u0e00-\u0e4f\u0e80-\u0eff\u1000-\u109f\u1780-\u17d3\u3005-\u3007\u3040-\u30ff"
    r"\u31f0-\u31ff\u3400-\u9fff\U00020000-\U0003ffff]"
)
_ONE_SIGN = re.compile(_SIGN)
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_WORD = re.compile(
    rf"\d+(?:[.,:]\d+)*|{_SIGN}|(?:(?!{_SIGN}){_LETTER})+(?:['’ʼ＇](?:(?!{_SIGN}){_LETTER})+)*"
    r"|[$€£¥₹%&]|(?<![\w)\]%])[-−](?=[$€£¥]?\d)"
)
_CUT = re.compile(rf"{LINE_CUT}|[-‐¬](?<=[^\W\d_][-‐¬]) +(?=[^\W\d_])")
_MOST_CUTS = 4
_DROPPED = re.compile("[\u0300-\u036f]")
_APOSTROPHES = str.maketrans(dict.fromkeys("’ʼ＇", "'") | {"−": "-"})
_SPELLED = {"&": "and", "%": "percent"}
_THOUSANDS = re.compile(r",(?=\d{3}(?:\D|$))")
_PARAGRAPH = re.compile(r"\n\s*\n")
_LONGER_WORD = re.compile(r"\w{4,}")
_POSSESSIVE = re.compile(r"['’]s?$")
_APART = "\x00"
_INTERRUPTION = 25
"""So many words may stand between two quotations that are read as one: "said Ann Orr"."""
_STOP_LISTS: Mapping[str, str] = MappingProxyType(
    {
        "da": "danish",
        "de": "german",
        "es": "spanish",
        "fi": "finnish",
        "fr": "french",
        "hu": "hungarian",
        "it": "italian",
        "nl": "dutch",
        "no": "norwegian",
        "pt": "portuguese",
        "ru": "russian",
        "sv": "swedish",
    }
)
"""The lists of stop words that tantivy has besides the English one, by the language's code."""

_OF_QUESTIONS: Mapping[str, str] = MappingProxyType(
    {
        "da": "hvem hvad hvor hvornår hvorfor hvordan hvilken hvilket hvilke mange meget",
        "de": "wer wen wem wessen was wann wo woher wohin warum wieso weshalb wie viel viele "
        "welche welcher welches hat gibt",
        "es": "qué quién quiénes cuál cuáles cuándo cuánto cuánta cuántos cuántas dónde cómo por",
        "fi": "kuka mikä milloin missä miksi miten kuinka moni monta",
        "fr": "qui que quoi quel quelle quels quelles quand combien comment pourquoi où est "
        "ce a il elle ils elles t s sont ont été",
        "hu": "ki mi mikor hol miért hogyan mennyi hány melyik",
        "it": "chi che cosa quale quali quando quanto quanta quanti quante dove come perché",
        "nl": "wie wat wanneer waar waarom hoe hoeveel welk welke",
        "no": "hvem hva hvor når hvorfor hvordan hvilken hvilket hvilke mange mye",
        "pt": "quem que qual quais quando quanto quanta quantos quantas onde como por",
        "ru": "кто что когда где почему как сколько какой какая какие",
        "sv": "vem vad var när varför hur vilken vilket vilka många mycket",
    }
)
_ENGLISH = (
    "a about after all an and any are as at be been before but by can could did do does for from "
    "had has have he her him his how i if in into is it its latest me more my new no not of on or "
    "our out over said say says she should since so some still than that the their them then there "
    "these they this those to under up us was we were what when where which while who whom whose "
    "why will with would you your"
)
_ENGLISH_WORDS = frozenset(_ENGLISH.split())
_FEWEST_WORDS = 4
_FEWEST = 2
_LONGEST = 600
_LETTERS = re.compile(r"[^\W\d_]+")


def is_sign(word: str) -> bool:
    """Whether a word is one character of a script without spaces.

    >>> is_sign("夏"), is_sign("a")
    (True, False)
    """
    return _ONE_SIGN.fullmatch(word) is not None


class Wording:
    """The words of a text in order: `folded[n]` is what the n-th says, `span(n, n)` its place.

    Case, accents, quotation marks, dashes, white space and other punctuation count for
    nothing, nor does what `rag.language.normalizing` sees through; figures, currencies, signs
    and the words themselves do.

    >>> Wording("“It’s 5 %—no 1,100…”").folded
    ["it's", '5', 'percent', 'no', '1100']
    """

    def __init__(self, text: str) -> None:
        self.text = text
        seen = Normalized(text)
        inside = [match.span() for match in _WORD.finditer(seen.text)]
        self.folded = [_folded(seen.text[start:end]) for start, end in inside]
        self._places = [seen.span(start, end) for start, end in inside]
        ends = [end for _, end in inside]
        cuts = (bisect_left(ends, cut.start()) for cut in _CUT.finditer(seen.text))
        self._cuts = frozenset(n for n in cuts if n + 1 < len(ends))

    def __len__(self) -> int:
        return len(self.folded)

    def span(self, first: int, last: int) -> tuple[int, int]:
        """The characters from the first of these words to the end of the last."""
        return self._places[first][0], self._places[last][1]

    def find(self, words: Sequence[str], first: int = 0) -> int:
        """Where these folded words next follow each other, from word `first` on; else -1."""
        if not words or first >= len(self):
            return -1
        at = self._joined.find(f" {' '.join(words)} ", self._starts[first])
        return bisect_left(self._starts, at) if at >= 0 else -1

    def occurrences(self, words: Sequence[str]) -> Iterator[int]:
        """Every place where these folded words follow each other, from left to right."""
        at = self.find(words)
        while at >= 0:
            yield at
            at = self.find(words, at + 1)

    @cached_property
    def possible(self) -> frozenset[str]:
        """Its folded words, and those that it has cut in parts, at the end of a line."""
        joined = ("".join(self.folded[n : last + 1]) for n, last in self._cut_words())
        return frozenset(self.folded).union(joined)

    def mended(self, known: Collection[str]) -> Wording:
        r"""The same words, but for those in parts that are among the known folded words as wholes.

        A hyphen at the end of a line may belong to the word: only the other text can tell.

        >>> Wording("the har-\nbour, a house-\nwork").mended({"harbour", "house"}).folded
        ['the', 'harbour', 'a', 'house', 'work']
        """
        whole = {
            n: last for n, last in self._cut_words() if "".join(self.folded[n : last + 1]) in known
        }
        if not whole:
            return self
        same = Wording("")
        same.text = self.text
        n = 0
        while n < len(self):
            last = whole.get(n, n)
            same._places.append(self.span(n, last))
            same.folded.append("".join(self.folded[n : last + 1]))
            n = last + 1
        return same

    def within(self, stretches: Sequence[tuple[int, int]]) -> Wording:
        """The words of some stretches of the text alone, such as its quotations.

        Where stretches do not only interrupt each other (they are of different paragraphs, or
        more than 25 words lie between), a word that no text holds keeps them apart.
        """
        kept = Wording("")
        kept.text = self.text
        end = 0
        for left, right in stretches:
            if end and not self._interrupted(end, left):
                kept._places.append((end, end))
                kept.folded.append(_APART)
            inside = slice(self.after(left), self.after(right))
            kept._places += self._places[inside]
            kept.folded += self.folded[inside]
            end = right
        return kept

    def after(self, at: int) -> int:
        """The first word that starts at character `at` or after it."""
        return bisect_left(self._places, (at, 0))

    def _cut_words(self) -> Iterator[tuple[int, int]]:
        """The first and the last of the parts that may be one word, the fewest parts first."""
        for n in sorted(self._cuts):
            last = n
            while last in self._cuts and last - n < _MOST_CUTS:
                last += 1
                yield n, last

    def _interrupted(self, start: int, end: int) -> bool:
        few = self.after(end) - self.after(start) <= _INTERRUPTION
        return few and not _PARAGRAPH.search(self.text, start, end)

    @cached_property
    def _joined(self) -> str:
        return f" {' '.join(self.folded)} "

    @cached_property
    def _starts(self) -> list[int]:
        starts, at = [], 0
        for word in self.folded:
            starts.append(at)
            at += len(word) + 1
        return starts


@lru_cache(maxsize=65_536)
def _folded(word: str) -> str:
    if not word.isascii():
        plain = unicodedata.normalize("NFKD", word.translate(_APOSTROPHES))
        word = _DROPPED.sub("", plain) or word
    if word[0].isdigit():
        return _THOUSANDS.sub("", word)
    return _SPELLED.get(word, word.casefold())


def word_count(text: str) -> int:
    """How many words a text has, as spaces divide it; two letters are one without spaces.

    >>> word_count("It cost 47 crowns."), word_count("工程费用为620万克朗。")
    (4, 5)
    """
    letters = 0 if is_usual(text) else sum(map(len, dense_runs(text)))
    if not letters:
        return len(text.split())
    rest = with_runs(text, lambda _: []).split()
    return letters // 2 + sum(any(map(str.isalnum, word)) for word in rest)


def word_set(words: str) -> frozenset[str]:
    """The words of a list that is written as one string.

    >>> sorted(word_set("told said"))
    ['said', 'told']
    """
    return frozenset(words.split())


def without_possessive(word: str) -> str:
    """A word without the ending of an owner.

    >>> without_possessive("Orr’s"), without_possessive("Lords'")
    ('Orr', 'Lords')
    """
    return _POSSESSIVE.sub("", word)


def storable_text(text: str) -> str:
    """The text with U+FFFD for characters that no database can store: NUL, halves of pairs."""
    return _UNSTORABLE.sub("\ufffd", text)


def as_sentence(words: str) -> str:
    """The words with a capital and a full stop, as a sentence; "" for none.

    >>> as_sentence("the ferry sank")
    'The ferry sank.'
    """
    return f"{words[:1].upper()}{words[1:]}".rstrip(".") + "." if words else ""


def shortened(value: str, limit: int) -> str:
    """The value on one line, cut at a word so that it has at most `limit` characters.

    >>> shortened("one two  three", 9)
    'one two…'
    """
    line = " ".join(value.split())
    if len(line) <= limit:
        return line
    cut = line[: limit - 1]
    return (cut[: cut.rfind(" ")] if " " in cut else cut) + "…"


def shared_words(one: str, other: str) -> float:
    """The share of the longer words of the shorter text that the other one has, too.

    >>> shared_words("The tunnel costs 5 million", "The tunnel now costs 6 million crowns")
    1.0
    """
    words = [set(_LONGER_WORD.findall(text.casefold())) for text in (one, other)]
    fewest = min(map(len, words))
    return len(words[0] & words[1]) / fewest if fewest else 1.0


@lru_cache(maxsize=256)
def question_language(text: str) -> str:
    """The language that a question's function words give away; "" for English and where few do.

    At least two different ones of two letters, in four words or more, and more of them than
    English ones. Of languages with equally many it is the first by code. It needs far fewer
    words than `rag.language.identification.detect_language`, but knows few languages. A text
    of more than 600 characters is no question.

    >>> question_language("Quand la grève a-t-elle pris fin ?"), question_language("Who left?")
    ('fr', '')
    """
    if len(text) > _LONGEST:
        return ""
    words = frozenset(_LETTERS.findall(text.lower()))
    english = len(words & _ENGLISH_WORDS)
    # Few questions in another language have three words of English ones.
    if len(words) < _FEWEST_WORDS or english > _FEWEST:
        return ""
    counts = {code: _count(text, code) for code in sorted(_STOP_LISTS)}
    best = max(counts, key=lambda code: counts[code])
    return best if counts[best] >= max(_FEWEST, english + 1) else ""


def _count(text: str, language: str) -> int:
    """How many function words a text has; single letters may be initials."""
    return sum(len(word) > 1 for word in function_words(text, language))


def function_words(text: str, language: str) -> frozenset[str]:
    """Those words of a text that are function words of a language, by its code, in lower case.

    None for English, whose own list is with the index, and for languages without a list.

    >>> sorted(function_words("Quand la grève a-t-elle pris fin ?", "fr"))
    ['a', 'elle', 'la', 'quand', 't']
    """
    if language not in _STOP_LISTS:
        return frozenset()
    words = _LETTERS.findall(text.lower())
    left = frozenset(_analyzer(language).analyze(" ".join(words)))
    asking = frozenset(_OF_QUESTIONS[language].split())
    return frozenset(word for word in words if word not in left or word in asking)


@cache
def _analyzer(language: str) -> tantivy.TextAnalyzer:
    import tantivy

    return (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        .filter(tantivy.Filter.stopword(_STOP_LISTS[language]))
        .build()
    )
