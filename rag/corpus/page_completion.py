"""Completes the choice of a page's blocks: what belongs to the article is added, the rest taken "
"out.

What extraction passed over is added where the page itself says that it belongs: in the same
containers, in containers of the same make, or in the page's own data of its article.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from rag.corpus.page_blocks import PageBlock
from rag.corpus.page_leads import leads_below_title
from rag.corpus.rules import is_reporting, paragraph_kind, width

_PARTS = frozenset(
    "p h1 h2 h3 h4 h5 h6 li ul ol dl dt dd blockquote table tbody thead tfoot tr td th"  # noqa: SIM905
    " figure figcaption span strong b em i a font center u q cite label".split()
)
_BESIDES = frozenset({"nav", "form", "footer", "aside", "button", "dialog", "figcaption"})
_JUNK = re.compile(
    r"(?:^|[\s_-])(?:ads?|advert\w*|anzeige|banner|bio|breadcrumbs?|captions?|comments?"
    r"|contentimage|image|picture|photo|consent"
    r"|cookies?|credits?|disclaimer|donat\w+|embed|footer|gallery|hidden|infobox|login|menu|meta"
    r"|modal|more|mpu|nav\w*|newsletters?|outbrain|player|popup|popular|promo\w*"
    r"|read-?more|recirc\w*|recommend\w*|related|register|share|sharing|sidebar|signup|social"
    r"|sponsor\w*|subscri\w+|taboola|tags?|teasers?|toolbar|topics?|trending|video|widget)"
    r"(?:$|[\s_-])",
    re.IGNORECASE,
)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_CAPTION = re.compile(
    r"(?:\b(?:Fotos?|Bild(?:er)?|Photos?|Images?|Imagen|Quelle|Crédits?|Credits?|Kuva|Zdjęcie"
    r"|Illustration)"
    r" ?[:©]|©)[^.!?]{2,60}$"
)
_LEAD = re.compile(
    r"(?:^|[\s_-])(?:lead|lede|standfirst|summary|dek|intro(?:duction)?|subhead\w*|subtitle"
    r"|sub-?headline|chapo|vorspann|abstract|excerpt|sapo|ingress)(?:$|[\s_-])",
    re.IGNORECASE,
)
_BODY = re.compile(
    r"(?:article|story|entry|post|content|news|text)[-_]{0,2}(?:body|content"
    r"|text)(?:[-_]{1,2}\w+)?",
    re.IGNORECASE,
)
_ENDS = re.compile(r"[.!?…。！？][\"'”’»)\]」』]*$")
_SUBSTANTIAL = 60
_FEWEST_CARDS = 3
_LONGEST_PARAGRAPH = 3_000
_MOST_COMPARED = 200
_MENU = 0.8
_LONG = 300
_WORDS = re.compile(r"[\W_]+")


def squeezed(words: str) -> str:
    """Letters and figures alone, in small letters: two forms of one text become equal."""
    return _WORDS.sub("", words).casefold()


def is_prose(block: PageBlock) -> bool:
    """Whether a block is a paragraph of sentences rather than links, labels or advertisements."""
    return (
        block.kind in ("paragraph", "quote", "item")
        and width(block.words) >= _SUBSTANTIAL
        and block.linked < 0.5
        and paragraph_kind(block.words) is None
    )


def container(block: PageBlock) -> Any:
    """The element that holds a block beside others: the first that is no paragraph or list."""
    element = block.unit if block.unit is not None else block.element
    while element.tag in _PARTS and element.getparent() is not None:
        element = element.getparent()
    return element


class Choice:
    """The chosen blocks, and what the page says belongs to them."""

    def __init__(
        self, blocks: Sequence[PageBlock], chosen: set[int], stated: str, title: str = ""
    ) -> None:
        self._blocks = blocks
        self._title = title
        self._chosen = chosen
        self._stated = stated
        self._junk: dict[Any, bool] = {}
        self._learn()
        self._root = self._around()

    def all(self) -> set[int]:
        """The numbers of all blocks of the article."""
        if not self._prose:
            return self._chosen
        self._chosen -= {*self._cards(), *self._forms(), *self._linked_ends()}
        self._learn()
        self._add(self._of_the_same_make())
        self._add(self._stated_by_the_page())
        self._add(self._in_the_same_containers())
        self._add(self._leads())
        self._add(self._headings())
        return self._chosen - set(self._repeated())

    def _add(self, numbers: Iterable[int]) -> None:
        self._chosen |= set(numbers)
        self._learn()

    def _learn(self) -> None:
        """Notes where the prose stands that is chosen so far."""
        self._prose = [index for index in sorted(self._chosen) if is_prose(self._blocks[index])]
        self._containers = {container(self._blocks[index]) for index in self._prose}
        self._around_prose = set(self._containers)
        for element in self._containers:
            self._around_prose.update(element.iterancestors())
        self._junk.clear()

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

    def _may_be(self, block: PageBlock, linked: bool = False) -> bool:
        """Whether nothing speaks against a block: links, names of its elements, its words.

        With `linked`, a sentence may be a link from end to end.
        """
        few = block.linked < (0.3 if block.kind == "item" else 0.5)
        return (
            (few or (linked and block.kind == "paragraph"))
            and paragraph_kind(block.words) is None
            and not _CAPTION.search(block.words)
            and not self._is_junk(block.element)
        )

    def _is_junk(self, element: Any) -> bool:
        """Whether an element, or one around it within the article, is something else by its name"
        ".
        """
        seen: list[Any] = []
        verdict = False
        while element is not None and element is not self._root:
            # What holds the article's prose is not judged by its name.
            if element in self._around_prose:
                break
            if element in self._junk:
                verdict = self._junk[element]
                break
            seen.append(element)
            names = _CAMEL.sub("-", f"{element.get('class') or ''} {element.get('id') or ''}")
            hidden = "hidden" in element.attrib or element.get("aria-hidden") == "true"
            if element.tag in _BESIDES or hidden or _JUNK.search(names):
                verdict = True
                break
            element = element.getparent()
        self._junk.update(dict.fromkeys(seen, verdict))
        return verdict

    def _cards(self) -> Iterator[int]:
        """Cards that lead to other stories: three neighbours or more, each with a linked heading"
        ".
        """
        headed: dict[Any, list[int]] = {}
        for index in sorted(self._chosen):
            headed.setdefault(container(self._blocks[index]), []).append(index)
        cards: dict[tuple[str, ...], list[list[int]]] = {}
        for element, numbers in headed.items():
            linked = any(self._blocks[n].linked >= 0.9 for n in numbers) or _leads_on(element)
            prose = [n for n in numbers if is_prose(self._blocks[n])]
            if linked and len(prose) <= 1 and len(numbers) <= 5 and make(element):
                cards.setdefault(make(element), []).append(numbers)
        for group in cards.values():
            size = sum(len(self._blocks[n].words) for numbers in group for n in numbers)
            total = sum(len(self._blocks[n].words) for n in self._chosen)
            if len(group) >= _FEWEST_CARDS and size < 0.5 * total:
                yield from (number for numbers in group for number in numbers)

    def _forms(self) -> Iterator[int]:
        """Short lines in a part of their own with a button or a field, as of a newsletter."""
        for index in self._chosen:
            block = self._blocks[index]
            if is_prose(block) or block.kind == "row":
                continue
            element = container(block)
            while element is not None and element not in self._around_prose:
                if next(element.iter("button", "input", "form"), None) is not None:
                    yield index
                    break
                element = element.getparent()

    def _linked_ends(self) -> Iterator[int]:
        """Lines of nothing but links above the first prose and below the last."""
        for index in self._chosen:
            block = self._blocks[index]
            outside = not self._prose[0] <= index <= self._prose[-1]
            if outside and block.linked >= _MENU and block.kind == "paragraph":
                yield index

    def _of_the_same_make(self) -> Iterator[int]:
        """Prose in containers that have the names of those with chosen prose."""
        makes = {make(each) for each in self._containers} - {()}
        first, last = self._prose[0], self._prose[-1]
        for index, block in enumerate(self._blocks):
            between = first < index < last and _ENDS.search(block.words) is not None
            if index in self._chosen or not (is_prose(block) or between):
                continue
            place = container(block)
            if make(place) in makes and self._inside(place) and self._may_be(block, between):
                yield index

    def _stated_by_the_page(self) -> Iterator[int]:
        """Blocks whose words are part of the article's text in the page's own data."""
        if not self._stated:
            return
        for index, block in enumerate(self._blocks):
            words = squeezed(block.words)
            if index in self._chosen or len(words) < 30 or words not in self._stated:
                continue
            if block.kind == "item" and block.linked > 0.7:
                continue
            if self._inside(block.element) and not self._is_junk(block.element):
                yield index

    def _in_the_same_containers(self) -> Iterator[int]:
        """Sentences beside the chosen ones: in a container of theirs, or a part of one."""
        first, last = self._prose[0], self._prose[-1]
        for index, block in enumerate(self._blocks):
            if index in self._chosen or block.kind == "heading":
                continue
            if not is_reporting(block.words) and block.kind != "quote":
                continue
            place = container(block)
            near = place in self._containers
            if not near and is_prose(block) and block.element.tag in ("p", "li"):
                own = not block.link and not _leads_on(place)
                near = own and any(each in self._containers for each in _parents(place, 2))
            between = first < index < last and _ENDS.search(block.words) is not None
            if near and self._may_be(block, between and place in self._containers):
                yield index

    def _leads(self) -> Iterator[int]:
        """What stands between the title and the first prose: called a lead, or right below it."""
        first = self._prose[0]
        for index in range(max(0, first - 30), first):
            block = self._blocks[index]
            names = f"{block.element.get('class') or ''} {_parent_names(block.element)}"
            if index in self._chosen or not is_reporting(block.words) or not _LEAD.search(names):
                continue
            if self._inside(block.element) and self._may_be(block):
                yield index
        yield from leads_below_title(self._blocks, first, self._title)

    def _repeated(self) -> Iterator[int]:
        """Texts that stand in the article twice, and one that repeats many of its paragraphs."""
        seen: set[str] = set()
        long = [n for n in self._prose if len(self._blocks[n].words) >= _LONG][:_MOST_COMPARED]
        for index in sorted(self._chosen):
            words = self._blocks[index].words
            if len(words) >= _SUBSTANTIAL and words in seen:
                yield index
            elif len(words) > _LONGEST_PARAGRAPH and len(long) > 3:
                within = sum(self._blocks[n].words in words for n in long if n != index)
                if within >= 3:
                    yield index
            seen.add(words)

    def _headings(self) -> Iterator[int]:
        """Headings right above chosen prose, in its container or beside that within the text."""
        first = self._prose[0]
        for index, block in enumerate(self._blocks[:-1]):
            if index in self._chosen or block.kind != "heading" or index + 1 not in self._chosen:
                continue
            place, below = container(block), container(self._blocks[index + 1])
            own = place in self._containers or (index > first and place is below.getparent())
            if own and self._may_be(block):
                yield index


def make(element: Any) -> tuple[str, ...]:
    """The tag and names of an element and its parent; () if the element has no names."""
    own = _names(element)
    parent = element.getparent()
    around = (str(parent.tag), *_names(parent)) if parent is not None else ()
    return (str(element.tag), *own, "in", *around) if own else ()


def _leads_on(element: Any) -> bool:
    """Whether a container has a heading that is a link."""
    headings = element.iterdescendants("h2", "h3", "h4")
    return any(
        heading.find(".//a") is not None or heading.getparent().tag == "a" for heading in headings
    )


def _parents(element: Any, count: int) -> list[Any]:
    return [each for each, _ in zip(element.iterancestors(), range(count), strict=False)]


def _names(element: Any) -> list[str]:
    """The classes of an element without numbers, which differ from one to the next.

    Where one says that it is the article's body, it stands for all.
    """
    bodies = [name for name in (element.get("class") or "").split() if _BODY.fullmatch(name)]
    if bodies:
        return bodies[:1]
    names = [*(element.get("class") or "").split(), element.get("itemprop") or ""]
    return sorted(name for name in names if name and not any(map(str.isdigit, name)))


def _parent_names(element: Any) -> str:
    parent = element.getparent()
    return "" if parent is None else f"{parent.get('class') or ''}"


def _depth(element: Any) -> int:
    return sum(1 for _ in element.iterancestors())
