"""The operators of a search: "exact words", AND, OR, NOT, -word, title:, outlet:, dates.

A question, and words without any operator, are searched for as they stand: `parse_operators`
returns None for them. In a question only fields such as outlet: are operators, as its quotation
marks quote somebody; so do those of a sentence, with more than six words beside them. AND, OR and
NOT are operators in capitals alone. What outlets and dates there are, this module does not know.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rag.errors import QueryError

TEXT_FIELDS = ("title", "author")
LIMITS = ("outlet", "section", "language", "date", "after", "before")
"""Fields of an article that narrow a search down and are no words of it."""

FIELDS = (*TEXT_FIELDS, *LIMITS)
MOST_LEAVES = 50
"""So many words, phrases and fields may be combined."""

_DEEPEST = 20
_MOST_BESIDES = 6
"""Words that stand beside quotation marks in a search; more are a sentence that quotes."""

_MARKS = '"“”„«»'
_FIELD = re.compile(rf"({'|'.join(FIELDS)}):[^\S\n]?", re.IGNORECASE)
_MINUS = re.compile(rf"-(?=[^\W\d_]|[{_MARKS}(])")
_WORD = re.compile(rf"[^\s{_MARKS}()]+")
_QUOTED = re.compile(rf"[{_MARKS}][^{_MARKS}]*[{_MARKS}]")
_CONNECTIVES = ("AND", "OR", "NOT")
_OPERATOR = re.compile(rf"[{_MARKS}]|(?<!\S)(?:AND|OR|NOT)(?!\S)|(?<!\S)-(?=[^\W\d_]|[{_MARKS}(])")
_FIELD_OPERATOR = re.compile(
    rf"(?<![^\s(-])(?:(?:{'|'.join(FIELDS)}):|(?:title|author|outlet|section|language): )(?=\S)",
    re.IGNORECASE,
)
_FIELD_ALONE = re.compile(rf"[\s(-]*({'|'.join(FIELDS)}):[\s)]*", re.IGNORECASE)
_QUESTION = re.compile(
    r"\s*(?:who|whom|whose|what|when|where|which|why|how|did|does|do|is|are|was|were|has|have|can"
    r"|could|will|would|should)\b",
    re.IGNORECASE,
)
_HAS_WORD = re.compile(r"\w")


@dataclass(frozen=True, slots=True)
class Leaf:
    """Words that an article must have; as they stand where `exact`, else in any form.

    `field` is "" for its title or text, else one of FIELDS.
    """

    text: str
    field: str = ""
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Both:
    """What satisfies both sides."""

    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Either:
    """What satisfies one side or both."""

    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Without:
    """What does not satisfy its node."""

    node: Node


Node = Leaf | Both | Either | Without


@dataclass(frozen=True, slots=True)
class Operators:
    """A search with operators: `limits` must all hold, and so must `node`, where there is one.

    `words` are all that is looked for, in its order, without what is left out: what passages are
    ranked by. Without a `node` they are searched for as any question is.

    >>> parse_operators("ferry AND (strike OR walkout) outlet:Packet").words
    'ferry strike walkout'
    """

    words: str
    limits: tuple[Leaf, ...]
    node: Node | None


@dataclass(frozen=True, slots=True)
class _Token:
    """A connective, a bracket, a "-", or a leaf, by the kind of each."""

    kind: str
    leaf: Leaf = Leaf("")


def parse_operators(text: str) -> Operators | None:
    """What a search asks for by operators; None where it uses none.

    NOT binds closest, then AND, then OR; words beside each other must all be there. Words beside
    outlets and dates alone are no operators. Raises QueryError, which says what to change, for
    no words at all, quotation marks and brackets that are not closed, operators and fields without
    words, and more than 50 words or 20 brackets within each other.

    >>> parse_operators("Who owns the ferry?")
    >>> parse_operators("outlet:Packet ferry").limits
    (Leaf(text='Packet', field='outlet', exact=False),)
    """
    if not _HAS_WORD.search(text) and text.strip():
        msg = f"{text.strip()!r} has no words; add some to search for"
        raise QueryError(msg)
    if alone := _FIELD_ALONE.fullmatch(text):
        raise _needs_value(alone[1])
    if not _uses_operators(text):
        return None
    tokens = list(_tokens(text))
    leaves = [token.leaf for token in tokens if token.kind == "leaf"]
    if not leaves:
        msg = f"{text.strip()!r} has operators only; add words to search for"
        raise QueryError(msg)
    if len(leaves) > MOST_LEAVES:
        msg = f"the search combines {len(leaves)} words and fields; {MOST_LEAVES} are the most"
        raise QueryError(msg)
    if all(_is_plain(token) for token in tokens):
        limits = tuple(leaf for leaf in leaves if leaf.field)
        return Operators(" ".join(leaf.text for leaf in leaves if not leaf.field), limits, None)
    node = _Parser(tokens).parsed()
    found = tuple(_wanted(node, wanted=True))
    if not found:
        msg = "the search says only what to leave out; add words to search for"
        raise QueryError(msg)
    words = [leaf.text for leaf in found if leaf.field in ("", "title")]
    return Operators(" ".join(words), *_apart(node))


def _uses_operators(text: str) -> bool:
    if _FIELD_OPERATOR.search(text):
        return True
    is_question = text.rstrip().endswith("?") or _QUESTION.match(text)
    if is_question or not (found := _OPERATOR.findall(text)):
        return False
    # A sentence with a title or somebody's words in it quotes them.
    besides = len(_WORD.findall(_QUOTED.sub(" ", text)))
    return besides <= _MOST_BESIDES or any(each not in _MARKS for each in found)


def _is_plain(token: _Token) -> bool:
    """Whether a token only narrows down by an outlet or a date, or is a word as it stands."""
    leaf = token.leaf
    is_quoted = leaf.exact and not leaf.field
    return token.kind == "leaf" and not is_quoted and leaf.field not in TEXT_FIELDS


def _tokens(text: str) -> Iterator[_Token]:
    place = 0
    while place < len(text):
        if text[place].isspace():
            place += 1
        elif text[place] in "()":
            yield _Token(text[place])
            place += 1
        elif minus := _MINUS.match(text, place):
            yield _Token("-")
            place = minus.end()
        elif field := _FIELD.match(text, place):
            value, place, exact = _value(text, field.end())
            name = field[1].lower()
            if text.startswith("(", place):
                one = f"{name}:{_EXAMPLES[name]}"
                msg = f"{name}: takes no bracket; name it for each word, as in {one} OR {name}:…"
                raise QueryError(msg)
            if not _HAS_WORD.search(value):
                raise _needs_value(name)
            yield _Token("leaf", Leaf(value.strip(), name, exact))
        else:
            value, place, exact = _value(text, place)
            if not exact and value in _CONNECTIVES:
                yield _Token(value)
            elif _HAS_WORD.search(value):
                yield _Token("leaf", Leaf(value.strip(), "", exact))


_EXAMPLES = {
    "title": "ferry",
    "author": '"Ada Brandt"',
    "outlet": '"Radio North"',
    "section": "sport",
    "language": "en",
    "date": "2025-03",
    "after": "2025-03-01",
    "before": "2025-04",
}


def _needs_value(name: str) -> QueryError:
    name = name.lower()
    return QueryError(f"{name}: needs something after it, such as {name}:{_EXAMPLES[name]}")


def _value(text: str, start: int) -> tuple[str, int, bool]:
    """The word or the quoted words at a place, where they end, and whether they are quoted."""
    if start >= len(text) or text[start].isspace() or text[start] in "()":
        return "", start, False
    if text[start] not in _MARKS:
        word = _WORD.match(text, start)
        return (word[0].rstrip("?"), word.end(), False) if word else ("", start + 1, False)
    end = next((n for n in range(start + 1, len(text)) if text[n] in _MARKS), -1)
    if end < 0:
        begun = text[start : start + 40]
        msg = f"the quotation mark in {begun!r} is not closed; close it, or leave it out"
        raise QueryError(msg)
    return text[start + 1 : end], end + 1, True


class _Parser:
    """Reads tokens by recursive descent; brackets within each other are bounded."""

    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._place = 0
        self._depth = 0

    def parsed(self) -> Node:
        """What all the tokens ask for; QueryError where they make no sense."""
        node = self._either()
        if self._kind() == ")":
            msg = "a bracket is closed that was not opened; leave out the “)”"
            raise QueryError(msg)
        return node

    def _kind(self) -> str:
        return self._tokens[self._place].kind if self._place < len(self._tokens) else ""

    def _either(self) -> Node:
        node = self._both()
        while self._kind() == "OR":
            self._place += 1
            node = Either(node, self._both())
        return node

    def _both(self) -> Node:
        node = self._one()
        while self._kind() not in ("", "OR", ")"):
            if self._kind() == "AND":
                self._place += 1
            node = Both(node, self._one())
        return node

    def _one(self) -> Node:
        turned = False
        while self._kind() in ("NOT", "-"):
            turned = not turned
            self._place += 1
        kind = self._kind()
        if kind == "leaf":
            node: Node = self._tokens[self._place].leaf
            self._place += 1
        elif kind == "(":
            node = self._bracketed()
        else:
            msg = f"{self._before()} needs words before and after it; add them, or leave it out"
            raise QueryError(msg)
        return Without(node) if turned else node

    def _before(self) -> str:
        """The operator that lacks its words."""
        near = self._tokens[max(0, self._place - 1) : self._place + 1]
        kinds = [token.kind for token in near if token.kind != "leaf"]
        return next((kind for kind in kinds if kind in (*_CONNECTIVES, "-")), "a bracket")

    def _bracketed(self) -> Node:
        self._depth += 1
        if self._depth > _DEEPEST:
            msg = f"more than {_DEEPEST} brackets stand within each other; use fewer"
            raise QueryError(msg)
        self._place += 1
        node = self._either()
        if self._kind() != ")":
            msg = "a bracket is not closed; add a “)”, or leave out the “(”"
            raise QueryError(msg)
        self._place += 1
        self._depth -= 1
        return node


def _wanted(node: Node, *, wanted: bool) -> Iterator[Leaf]:
    """The leaves that an article is to have, in order."""
    match node:
        case Leaf():
            if wanted:
                yield node
        case Without():
            yield from _wanted(node.node, wanted=not wanted)
        case Both() | Either():
            yield from _wanted(node.left, wanted=wanted)
            yield from _wanted(node.right, wanted=wanted)


def _apart(node: Node) -> tuple[tuple[Leaf, ...], Node | None]:
    """The limits that hold for the whole search, and the rest of the node."""
    if isinstance(node, Leaf) and node.field in LIMITS:
        return (node,), None
    if isinstance(node, Both):
        left, right = _apart(node.left), _apart(node.right)
        rest = Both(left[1], right[1]) if left[1] and right[1] else left[1] or right[1]
        return (*left[0], *right[0]), rest
    return (), node
