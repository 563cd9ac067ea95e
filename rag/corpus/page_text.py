"""Chooses the blocks of a page that are its article: all of them, and nothing else.

trafilatura finds the article; its choice is carried back to the page's own blocks by marks in
the text. What the choice left out is added where the page itself says that it belongs: in the
same containers, in containers of the same make, or in the page's own data of its article.
"""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from rag.corpus.not_articles import site_notice
from rag.corpus.page_blocks import PageBlock, page_blocks
from rag.corpus.rules import is_reporting, paragraph_kind

_FIRST, _SECOND = (0x1D000, 246), (0x1D300, 87)
"""Marks are two rare musical and divinatory signs, which no extraction takes for words."""
_MARK = re.compile("[\U0001d000-\U0001d0f5][\U0001d300-\U0001d356]")
# Without a handler, trafilatura would log each page to standard error.
_SILENT = logging.NullHandler()

_PARTS = frozenset(
    "p h1 h2 h3 h4 h5 h6 li ul ol dl dt dd blockquote table tbody thead tfoot tr td th figure"
    " figcaption span strong b em i a font center u q cite label".split()
)
_BESIDES = frozenset({"nav", "form", "footer", "aside", "button", "dialog", "figcaption"})
_JUNK = re.compile(
    r"(?:^|[\s_-])(?:ads?|advert\w*|anzeige|banner|bio|breadcrumbs?|captions?|comments?|consent"
    r"|cookies?|credits?|disclaimer|donat\w+|embed|footer|gallery|hidden|infobox|login|menu|meta"
    r"|modal|more|mpu|nav\w*|newsletters?|outbrain|player|popup|popular|promo\w*"
    r"|read-?more|recirc\w*|recommend\w*|related|register|share|sharing|sidebar|signup|social"
    r"|sponsor\w*|subscri\w+|taboola|tags?|teasers?|toolbar|topics?|trending|video|widget)"
    r"(?:$|[\s_-])",
    re.IGNORECASE,
)
_LEAD = re.compile(
    r"(?:^|[\s_-])(?:lead|lede|standfirst|summary|dek|intro(?:duction)?|subhead\w*|subtitle"
    r"|sub-?headline|chapo|vorspann|abstract|excerpt|sapo|ingress)(?:$|[\s_-])",
    re.IGNORECASE,
)
_SUBSTANTIAL = 60
_SHARE_OF_REGION = 0.25
_WORDS = re.compile(r"[\W_]+")


def squeezed(words: str) -> str:
    """Letters and figures alone, in small letters: two forms of one text become equal."""
    return _WORDS.sub("", words).casefold()


def article_blocks(tree: Any, stated: str = "", title: str = "") -> list[PageBlock]:
    """The blocks of the page's article in the order of the page; none if there is no article.

    `stated` is the article's text as the page's own data has it, "" if they have none; `title`
    tells the article from what surrounds it. The tree is changed: use it for nothing else
    afterwards.
    """
    blocks = page_blocks(tree)
    _mark(blocks)
    chosen = _found(tree, blocks)
    region = _missed(blocks, chosen, title)
    if region is not None:
        _make_plain(region)
        chosen = _found(tree, blocks) or chosen
    numbers = sorted(Choice(blocks, chosen, squeezed(stated)).all())
    return [blocks[number] for number in numbers]


def _mark(blocks: Sequence[PageBlock]) -> None:
    """Puts the mark of each block into its text nodes."""
    for index, block in enumerate(blocks[: _FIRST[1] * _SECOND[1]]):
        first, second = divmod(index, _SECOND[1])
        mark = chr(_FIRST[0] + first) + chr(_SECOND[0] + second)
        for element, place in block.places:
            setattr(element, place, mark + (getattr(element, place) or ""))


def _found(tree: Any, blocks: Sequence[PageBlock]) -> set[int]:
    """The numbers of the blocks that trafilatura finds to be the article."""
    from trafilatura import bare_extraction

    logging.getLogger("trafilatura").addHandler(_SILENT)
    found = bare_extraction(tree, with_metadata=False, include_comments=False)
    if found is None or found.body is None:
        return set()
    marks = _MARK.findall("".join(found.body.itertext()))
    numbers = {(ord(m[0]) - _FIRST[0]) * _SECOND[1] + ord(m[1]) - _SECOND[0] for m in marks}
    numbers = {number for number in numbers if number < len(blocks)}
    units = {id(blocks[number].unit) for number in numbers if blocks[number].unit is not None}
    whole = (index for index, block in enumerate(blocks) if id(block.unit) in units)
    return numbers.union(whole)


def _missed(blocks: Sequence[PageBlock], chosen: set[int], title: str) -> Any:
    """The container with the article's prose, if another one was taken; else None.

    Another was taken if it has no prose, or only that of a notice about cookies; or if the title
    stands in a container with twice as much prose, of which little was taken.
    """
    sizes: Counter[Any] = Counter()
    taken: Counter[Any] = Counter()
    total = 0
    for index, block in enumerate(blocks):
        if is_prose(block) and not site_notice(block.words):
            sizes[container(block)] += len(block.words)
            if index in chosen:
                taken[container(block)] += len(block.words)
                total += len(block.words)
    region = max(sizes, key=lambda each: sizes[each], default=None)
    if region is None or taken[region] >= _SHARE_OF_REGION * sizes[region]:
        return None
    if not total:
        return region
    return region if sizes[region] >= 2 * total and _holds_title(blocks, region, title) else None


def _holds_title(blocks: Sequence[PageBlock], region: Any, title: str) -> bool:
    words = squeezed(title)
    headings = (block for block in blocks if block.kind == "heading" and words)
    return any(
        squeezed(block.words) == words and region in (container(block), container(block).getparent())
        for block in headings
    )


def is_prose(block: PageBlock) -> bool:
    """Whether a block is a paragraph of sentences rather than links, labels or advertisements."""
    return (
        block.kind in ("paragraph", "quote", "item")
        and len(block.words) >= _SUBSTANTIAL
        and block.linked < 0.5
        and paragraph_kind(block.words) is None
    )


def container(block: PageBlock) -> Any:
    """The element that holds a block beside others: the first that is no paragraph or list."""
    element = block.unit if block.unit is not None else block.element
    while element.tag in _PARTS and element.getparent() is not None:
        element = element.getparent()
    return element


def _make_plain(region: Any) -> None:
    """Makes a region and all around it plain, so that its names no longer speak against it."""
    while region is not None and region.tag not in ("body", "html"):
        region.tag = "div"
        region.attrib.clear()
        region = region.getparent()


class Choice:
    """The chosen blocks, and what the page says belongs to them."""

    def __init__(self, blocks: Sequence[PageBlock], chosen: set[int], stated: str) -> None:
        self._blocks = blocks
        self._chosen = chosen
        self._stated = stated
        self._junk: dict[Any, bool] = {}
        self._prose = [index for index in sorted(chosen) if is_prose(blocks[index])]
        self._root = self._around()
        self._containers = {container(blocks[index]) for index in self._prose}

    def all(self) -> set[int]:
        """The numbers of all blocks of the article."""
        if not self._prose:
            return self._chosen
        self._chosen |= set(self._of_the_same_make())
        self._chosen |= set(self._stated_by_the_page())
        self._prose = [index for index in sorted(self._chosen) if is_prose(self._blocks[index])]
        self._containers = {container(self._blocks[index]) for index in self._prose}
        self._chosen |= set(self._in_the_same_containers())
        self._chosen |= set(self._leads())
        self._chosen |= set(self._headings())
        return self._chosen

    def _around(self) -> Any:
        """The article's element: the nearest `article` or `main` around most of the prose."""
        if not self._prose:
            return None
        sizes: Counter[Any] = Counter()
        for index in self._prose:
            element = container(self._blocks[index])
            while element is not None:
                sizes[element] += len(self._blocks[index].words)
                element = element.getparent()
        most = max(sizes.values())
        inner = [element for element in sizes if sizes[element] >= 0.9 * most]
        root = max(inner, key=_depth)
        element = root
        while element is not None:
            if element.tag in ("article", "main") or element.get("role") in ("main", "article"):
                return element
            element = element.getparent()
        return root.getroottree().getroot()

    def _inside(self, element: Any) -> bool:
        while element is not None:
            if element is self._root:
                return True
            element = element.getparent()
        return False

    def _may_be(self, block: PageBlock) -> bool:
        """Whether nothing speaks against a block: links, names of its elements, its words."""
        return (
            block.linked < 0.5
            and paragraph_kind(block.words) is None
            and not self._is_junk(block.element)
        )

    def _is_junk(self, element: Any) -> bool:
        """Whether an element, or one around it within the article, is something else by its name."""
        seen: list[Any] = []
        verdict = False
        while element is not None and element is not self._root:
            if element in self._junk:
                verdict = self._junk[element]
                break
            seen.append(element)
            names = f"{element.get('class') or ''} {element.get('id') or ''}"
            hidden = "hidden" in element.attrib or element.get("aria-hidden") == "true"
            if element.tag in _BESIDES or hidden or _JUNK.search(names):
                # What holds the article's prose is not judged by its name.
                if not any(element is each for each in self._containers):
                    verdict = True
                    break
            element = element.getparent()
        self._junk.update(dict.fromkeys(seen, verdict))
        return verdict

    def _of_the_same_make(self) -> Iterator[int]:
        """Prose in containers that have the names of those with chosen prose."""
        makes = {make(each) for each in self._containers} - {()}
        for index, block in enumerate(self._blocks):
            if index in self._chosen or not is_prose(block):
                continue
            place = container(block)
            if make(place) in makes and self._inside(place) and self._may_be(block):
                yield index

    def _stated_by_the_page(self) -> Iterator[int]:
        """Blocks whose words are part of the article's text in the page's own data."""
        if not self._stated:
            return
        for index, block in enumerate(self._blocks):
            words = squeezed(block.words)
            if index not in self._chosen and len(words) >= 30 and words in self._stated:
                yield index

    def _in_the_same_containers(self) -> Iterator[int]:
        """Sentences between, right before and right after the chosen ones of a container."""
        for index, block in enumerate(self._blocks):
            if index in self._chosen or container(block) not in self._containers:
                continue
            if block.kind != "heading" and is_reporting(block.words) and self._may_be(block):
                yield index

    def _leads(self) -> Iterator[int]:
        """What stands between the title and the first prose, and is called a lead."""
        first = self._prose[0]
        for index in range(max(0, first - 30), first):
            block = self._blocks[index]
            names = f"{block.element.get('class') or ''} {_parent_names(block.element)}"
            if index in self._chosen or not is_reporting(block.words) or not _LEAD.search(names):
                continue
            if self._inside(block.element) and block.linked < 0.5:
                yield index

    def _headings(self) -> Iterator[int]:
        """Headings right above chosen prose in the same container."""
        for index, block in enumerate(self._blocks[:-1]):
            if index in self._chosen or block.kind != "heading" or index + 1 not in self._chosen:
                continue
            if container(block) in self._containers and self._may_be(block):
                yield index


def make(element: Any) -> tuple[str, ...]:
    """The tag and names of an element and its parent; () if the element has no names."""
    own = _names(element)
    parent = element.getparent()
    around = (str(parent.tag), *_names(parent)) if parent is not None else ()
    return (str(element.tag), *own, "in", *around) if own else ()


def _names(element: Any) -> list[str]:
    """The classes of an element without numbers, which differ from one to the next."""
    names = (element.get("class") or "").split() + [element.get("itemprop") or ""]
    return sorted(name for name in names if name and not any(map(str.isdigit, name)))


def _parent_names(element: Any) -> str:
    parent = element.getparent()
    return "" if parent is None else f"{parent.get('class') or ''}"


def _depth(element: Any) -> int:
    return sum(1 for _ in element.iterancestors())
