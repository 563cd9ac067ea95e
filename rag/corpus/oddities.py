"""What looks odd about articles as they come in, for whoever has to look at the source.

Changes nothing and stores nothing: an odd article is in the archive like any other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, get_args

from rag.records import Article

OddKind = Literal["no date", "no outlet", "very short", "mostly boilerplate", "repeated text"]

_FEWEST_WORDS = 30
_FEWEST_LETTERS = 150
_LONG = 1_000
_HALF = 0.5
_OF_ONE_OUTLET = 3
_OF_ANY = 5
_SAMPLES = 3
# A title is no boilerplate, though it is no reporting either.
_TITLES = frozenset({"title", "heading"})
_WORDS: Mapping[OddKind, str] = MappingProxyType(
    {
        "no date": "without a date",
        "no outlet": "without an outlet",
        "very short": "very short",
        "mostly boilerplate": "mostly boilerplate",
        "repeated text": "with the same text as many others",
    }
)


@dataclass(frozen=True, slots=True)
class OddArticle:
    """An article that looks odd: the file or address it came from, its id, and what is odd."""

    path: str
    article_id: str
    kind: OddKind


@dataclass(slots=True)
class Oddities:
    """Collects what looks odd in one run."""

    _found: list[OddArticle] = field(default_factory=list)
    _texts: dict[int, list[tuple[str, str, str]]] = field(default_factory=dict)

    def look_at(self, path: str, article: Article) -> None:
        """Notes what is odd about an article."""
        self._found += [OddArticle(path, article.id, kind) for kind in odd_kinds(article)]
        # A number of 64 bits is enough to tell texts apart, and costs no memory for them.
        same = self._texts.setdefault(hash(article.text), [])
        same.append((article.publisher, path, article.id))

    def __add__(self, other: Oddities) -> Oddities:
        """What looks odd in both runs together."""
        texts = {key: [*same] for key, same in self._texts.items()}
        for key, same in other._texts.items():
            texts.setdefault(key, []).extend(same)
        return Oddities([*self._found, *other._found], texts)

    def articles(self) -> list[OddArticle]:
        """Each odd article once for each thing that is odd about it, in the order of coming.

        A text is repeated if one outlet has it at three addresses, or all have it at five.
        """
        return [*self._found, *self._repeated()]

    def summary(self) -> list[str]:
        """A line for each kind that occurs, with its number and three samples at most."""
        found = self.articles()
        lines = []
        for kind in get_args(OddKind):
            paths = [each.path for each in found if each.kind == kind]
            if paths:
                more = ", …" if len(paths) > _SAMPLES else ""
                samples = ", ".join(paths[:_SAMPLES])
                lines.append(f"{len(paths):,} {_WORDS[kind]}: {samples}{more}")
        return lines

    def _repeated(self) -> Iterator[OddArticle]:
        for same in self._texts.values():
            addresses = {id_: (publisher, path) for publisher, path, id_ in same}
            outlets = Counter(publisher for publisher, _ in addresses.values())
            if len(addresses) < _OF_ANY and max(outlets.values()) < _OF_ONE_OUTLET:
                continue
            for id_, (_, path) in addresses.items():
                yield OddArticle(path, id_, "repeated text")


def odd_kinds(article: Article) -> Sequence[OddKind]:
    """What is odd about one article by itself; nothing about most."""
    kinds: list[OddKind] = []
    if article.published is None:
        kinds.append("no date")
    if not article.publisher:
        kinds.append("no outlet")
    spans = [span for span in article.furniture if span.kind not in _TITLES]
    boilerplate = sum(span.end - span.start for span in spans)
    if boilerplate > _HALF * len(article.text):
        kinds.append("mostly boilerplate")
    elif _is_short(article.text):
        kinds.append("very short")
    return kinds


def _is_short(text: str) -> bool:
    """Whether a text has few words, and few letters: some scripts have no spaces."""
    if len(text) > _LONG:
        return False
    return len(text.split()) < _FEWEST_WORDS and sum(map(str.isalpha, text)) < _FEWEST_LETTERS
