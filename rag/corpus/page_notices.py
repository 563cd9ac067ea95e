"""Finds an outlet's notices about its own article on a page: corrections, updates, retractions.

They stand in asides and footers, which extraction drops. Their words, or the names of their
elements, say what they are.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from rag.corpus.notices import LABELS_ABROAD, find_notices
from rag.corpus.page_blocks import PageBlock
from rag.corpus.rules import is_reporting

_NAMED = re.compile(
    r"(?:^|[\s_-])(?P<kind>corrections?|clarifications?|retractions?|errat(?:um|a)"
    r"|corrigend(?:um|a)"
    r"|korrektur(?:en)?|berichtigung|rectificati(?:f|on)|correctif|rettelser?|r[aä]ttelser?)(?:$"
    r"|[\s_-])",
    re.IGNORECASE,
)
_NOTES = re.compile(
    r"(?:^|[\s_-])(?:(?:editors?|article|story|update|post)-?_?(?:note|notice)s?|(?:amend"
    r"|change)(?:ment)?s?"
    r"(?:-note)?|updates?-?(?:note|log|history)|footnotes?)(?:$|[\s_-])",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"(?:corrections?(?: ?(?:&|and) ?clarifications?)?|clarifications?|editor[’']?s[’']? note"
    r"|retraction"
    rf"|update[ds]?|amendment|{LABELS_ABROAD})"
    r"(?:,? \d{1,2}\.? \w+(?: \d{4})?)? ?:?",
    re.IGNORECASE,
)
_LABELS = {"clarif": "Clarification", "retrac": "Retraction"}
_HINTS = (
    *("correct", "clarif", "note", "updat", "version", "amend", "retract", "replac", "supersed"),
    *("withdr", "taken down", "removed", "unpublished", "revised", "edited", "changed", "modif"),
    *(
        "refile",
        "recast",
        "korrektur",
        "bericht",
        "richtig",
        "rectif",
        "errat",
        "correc",
        "errores",
    ),
    *("rettelse", "rättelse", "sprostowanie", "erramos", "esclarec", "aclara", "oikaisu"),
    *("düzeltme", "исправ", "поправ", "訂正", "更正", "정정", "versi", "fassung", "wersj"),
)
_ELSEWHERE = frozenset({"nav", "form", "select"})
_LONGEST = 1_500


def with_notices(blocks: Sequence[PageBlock], chosen: Sequence[PageBlock]) -> list[PageBlock]:
    """The chosen blocks with the article's notices among them, in the order of the page.

    A notice begins with its label: a heading above it becomes its first words, and one whose
    element alone says that it is a correction gets "Correction: ". A notice within another
    article's element, or with links for words, is not this article's.
    """
    numbers = {id(block) for block in chosen}
    places = [place for place, block in enumerate(blocks) if id(block) in numbers]
    if not places:
        return list(chosen)
    own = _own(blocks[places[len(places) // 2]].element)
    for place, block in enumerate(blocks):
        above = blocks[place - 1] if place else None
        headed = above is not None and _is_label(above, block)
        if id(block) in numbers or not _is_of(block.element, own):
            continue
        if _is_notice(block) or (headed and is_reporting(block.words) and block.linked < 0.5):
            numbers.add(id(block))
            if above is not None and headed:
                numbers.add(id(above))
    return _labelled([block for block in blocks if id(block) in numbers])


def _is_label(above: PageBlock, block: PageBlock) -> bool:
    """Whether a block is the label of the next one: "Correction", in the same element."""
    if not _LABEL.fullmatch(above.words):
        return False
    place = above.element.getparent()
    return any(each is place for each in (block.element, *block.element.iterancestors()))


def _is_notice(block: PageBlock) -> bool:
    if block.linked > 0.5 or len(block.words) > _LONGEST or not is_reporting(block.words):
        return False
    if _NAMED.search(_names(block.element)):
        return True
    folded = block.words.lower()
    notices = find_notices(block.words) if any(map(folded.__contains__, _HINTS)) else ()
    if not notices or notices[0].start:
        return False
    return notices[0].kind != "update" or bool(_NOTES.search(_names(block.element)))


def _names(element: Any) -> str:
    """The names of an element and of the two around it."""
    names: list[str] = []
    for each in (element, *element.iterancestors()):
        if len(names) == 3 or each.tag in ("article", "main", "body"):
            break
        names.append(f"{each.get('class') or ''} {each.get('id') or ''} {each.get('role') or ''}")
    return " ".join(names)


def _own(element: Any) -> Any:
    """The article's element around an element; the whole page if it has none."""
    around = (element, *element.iterancestors())
    articles = [each for each in around if each.tag == "article"]
    return articles[0] if articles else None


def _is_of(element: Any, own: Any) -> bool:
    """Whether an element is in this article, or in no article at all."""
    around = (element, *element.iterancestors())
    if any(each.tag in _ELSEWHERE for each in around):
        return False
    article = next((each for each in around if each.tag == "article"), None)
    return article is None or article is own or own is None or own in article.iterancestors()


def _labelled(blocks: Sequence[PageBlock]) -> list[PageBlock]:
    """The blocks with each label at the head of its notice."""
    laid_out: list[PageBlock] = []
    for block in blocks:
        above = laid_out[-1] if laid_out else None
        if above is not None and _is_label(above, block) and len(block.words) <= _LONGEST:
            laid_out.pop()
            block.words = f"{above.words.rstrip(' :')}: {block.words}"
            block.kind = "paragraph"
        elif (named := _NAMED.search(_names(block.element))) and is_reporting(block.words):
            first = above is None or not _NAMED.search(_names(above.element))
            if first and not find_notices(block.words) and not _LABEL.match(block.words):
                block.words = (
                    f"{_LABELS.get(named['kind'][:6].lower(), 'Correction')}: {block.words}"
                )
        laid_out.append(block)
    return laid_out
