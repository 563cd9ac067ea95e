"""Whether the names of a claim are those of what it cites, in any of their usual forms."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from rag.language.entities import QUOTED, folded, names, stems
from rag.language.name_matching import is_of_place
from rag.language.periods import CALENDAR_NAMES
from rag.language.words import without_possessive, word_set
from rag.verification.checks.evidence import NAMED, Evidence, Finding, Sentence, mismatch, sentence

_SMALL = r"(?:of|the|and|for|de|la|le|van|von|al|el|bin)"
_BETWEEN = re.compile(rf"\.?[\s-](?:{_SMALL}\s){{0,2}}")
_CAPITALS = re.compile(r"(?:[A-Z]\.)+[A-Z]?|[A-Z]\w+(?: [A-Z]\w+)?|[A-Z]\w+")
_NO_NAMES = CALENDAR_NAMES | word_set(
    "mr mrs ms miss dr sir dame lord lady king queen prince princess president minister mayor "
    "judge justice governor senator professor prof captain colonel general sergeant bishop pope "
    "chancellor secretary chairman director officer reverend rev st saint i it he she they "
    "we you the a an in on at but and if"
)
_OFFICES = {
    "CEO": r"\bchief executive\b",
    "CFO": r"\b(?:chief financial officer|finance (?:chief|director))\b",
    "PM": r"\b(?:prime minister|premier)\b",
    "MP": r"\b(?:member of parliament|lawmaker|parliamentarian|in parliament)\b",
    "MPs": r"\b(?:members of parliament|lawmakers|parliament)\b",
    "UK": r"\b(?:united kingdom|britain|british)\b",
    "US": r"\b(?:united states|america|american|u\.s\.)",
    "UN": r"\bunited nations\b",
    "EU": r"\beuropean union\b",
    "GP": r"\b(?:general practitioner|family doctor)\b",
}
_SLOT = 4
_ALIKE = 0.6


def naming(claim: str, evidence: Evidence) -> Iterator[Finding]:
    """Names that the article does not have, or that stand where it names somebody else."""
    said = sentence(claim)
    held = evidence.nearest(said)
    # Who says quoted words is a matter of its own.
    unquoted = [sentence(QUOTED.sub(" ", one.text)) for one in (said, held) if one]
    swapped = _swapped(*unquoted) if held else {}
    for name, rival in swapped.items():
        yield mismatch(name, [rival], "name")
    if held and not swapped:
        yield from _exchanged(said, held)
    for group in name_groups(claim, evidence):
        if any(word in swapped for word in [*group, " ".join(group)]):
            continue
        yield from _unknown(group, evidence)


def name_groups(claim: str, evidence: Evidence) -> Iterator[list[str]]:
    """The names of a claim as the words that make each up, titles and days left out."""
    single = {without_possessive(name) for name in names(claim)}
    group: list[str] = []
    end = 0
    for match in NAMED.finditer(claim):
        word = without_possessive(match[0])
        if not word[0].isupper():
            continue
        if group and not _BETWEEN.fullmatch(claim, end, match.start()):
            yield group
            group = []
        counts = folded(word) not in _NO_NAMES and stems(word)
        if counts and (word in single or folded(word) in evidence.names):
            group.append(word)
        end = match.end()
    if group:
        yield group


def _unknown(group: Sequence[str], evidence: Evidence) -> Iterator[Finding]:
    """The words of one name that no form of it in the article explains."""
    missing = [word for word in group if not set(stems(word)) <= evidence.stems]
    if not missing or abbreviates(" ".join(group), evidence):
        return
    elsewhere = [word for word in missing if set(stems(word)) <= evidence.known]
    strange = [word for word in missing if word not in elsewhere]
    capitals = [each for text in evidence.around for each in _CAPITALS.findall(text)]
    for word in strange:
        if any(is_of_place(word, each) for each in capitals):
            continue
        if not any(abbreviates(one, evidence) for one in (word, " ".join(group))):
            reason = f"{word} does not stand in the cited article"
            yield Finding("unsupported", reason, "name", absent=True)
    if elsewhere and not strange and len(group) > 1 and not _is_together(group, evidence):
        yield Finding("partly", f"the article has no {' '.join(group)}", "name")


def _is_together(group: Sequence[str], evidence: Evidence) -> bool:
    """Whether the words of a name follow each other in the article, titles apart."""
    all_of_it = "\n".join(evidence.around)
    wanted = [
        folded(word)
        for word in group
        if re.search(rf"\b{re.escape(word)}\b", all_of_it)
        and not re.search(rf"\b{re.escape(word.lower())}\b", all_of_it)
    ]
    name = r"(?:\W+\w\.?)?\W+(?:(?:of|the|and|for|de|van|von|al)\W+)*".join(map(re.escape, wanted))
    return any(re.search(rf"\b{name}", text) for text in evidence.folded_around)


def abbreviates(name: str, evidence: Evidence) -> bool:
    """Whether the name is made of the first letters of one in the article, or the reverse.

    >>> abbreviates("KSU", Evidence(["the Kelm Seafarers’ Union"]))
    True
    """
    letters = name.replace(".", "")
    if full := _OFFICES.get(letters):
        return any(re.search(full, text, re.IGNORECASE) for text in evidence.around)
    if letters.isupper() and 2 <= len(letters) <= 6 and letters.isalpha():
        parts = [rf"\b{letter}[\w’'-]*" for letter in letters]
        spelt = re.compile(rf"[\s-](?:(?:{_SMALL})\s)*".join(parts))
        return any(spelt.search(text) for text in evidence.around)
    capitals = "".join(word[0] for word in name.split() if word[0].isupper())
    return len(capitals) > 1 and any(
        re.search(rf"\b{re.escape(capitals)}\b", text) for text in evidence.around
    )


def _swapped(said: Sentence, held: Sentence) -> dict[str, str]:
    """Names of the claim that stand where the nearest cited sentence has another name."""
    mine, other = [w.casefold() for w in said.words], [w.casefold() for w in held.words]
    matcher = SequenceMatcher(None, other, mine, autojunk=False)
    if sum(block.size for block in matcher.get_matching_blocks()) < _ALIKE * len(mine):
        return {}
    found = {}
    for tag, a, b, x, y in matcher.get_opcodes():
        if tag != "replace" or b - a > _SLOT or y - x > _SLOT:
            continue
        first = 0 if _opens_with_name(said) else 1
        new = [
            w for w in said.words[max(x, first) : y] if _is_name(w) and w.casefold() not in other
        ]
        old = [w for w in held.words[a:b] if _is_name(w)]
        if new and old and not _same(" ".join(new), " ".join(old)):
            found[without_possessive(" ".join(new))] = without_possessive(" ".join(old))
    return found


def _opens_with_name(said: Sentence) -> bool:
    """Whether the first word is part of a name, not only the beginning of a sentence."""
    second = said.words[1] if len(said.words) > 1 else ""
    return second[:1].isupper() or said.words[0].isupper()


def _is_name(word: str) -> bool:
    bare = without_possessive(word)
    return word[0].isupper() and bare.casefold() not in _NO_NAMES and bool(stems(bare))


def _same(new: str, old: str) -> bool:
    """Whether both can be one name: spelt alike, abbreviated, or one adjective of the other."""
    if set(stems(new)) & set(stems(old)):
        return True
    first, second = "".join(stems(new)), "".join(stems(old))
    if first[:4] == second[:4] or SequenceMatcher(None, first, second).ratio() >= 0.8:
        return True
    return abbreviates(new, Evidence([old]))


def _exchanged(said: Sentence, held: Sentence) -> Iterator[Finding]:
    """Two names that change places around the same words."""
    mine, other = [w.casefold() for w in said.words], [w.casefold() for w in held.words]
    if sorted(mine) != sorted(other) or mine == other:
        return
    moved = [
        word
        for word, was in zip(said.words, held.words, strict=True)
        if word.casefold() != was.casefold()
    ]
    if len(moved) >= 2 and all(_is_name(word) for word in moved):
        listed = " and ".join(dict.fromkeys(moved))
        yield Finding("unsupported", f"the article has {listed} the other way round", "name")
