"""Writes the lexicons of synonyms, opposites and kinds from the database files of WordNet 3.1.

    python scripts/build_synonyms.py FOLDER

FOLDER holds `data.noun`, `index.sense` and so on. For each word in use, one line: the base form, a
tab, and the base forms that say the same or less: its synonyms, what is derived from it
("resignation" of "resign"), and one step up ("vessel" of "ferry"). In that of kinds, a line for
each noun that is a kind of one of `CLASSES`, however many steps up: "vehicle" of "lorry".
"""

from __future__ import annotations

import gzip
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from rag.language.opposites import base
from rag.language.words import word_set

TARGET = Path("rag/language/lexicons/wordnet_en.txt.gz")
OPPOSITES = TARGET.with_name("wordnet_opposites_en.txt.gz")
PARTS = {"n": "noun", "v": "verb", "a": "adj", "s": "adj", "r": "adv"}
UPWARDS = ("@", "&", "\\")
DERIVED = ("+", "\\", "<")
MOST_SENSES = 3
KINDS = TARGET.with_name("wordnet_kinds_en.txt.gz")
CLASSES = word_set(
    "person worker official politician legislator player athlete artist writer musician"
    " scientist doctor lawyer teacher student child relative criminal soldier animal bird fish"
    " plant tree vehicle car ship boat vessel aircraft building structure room machine device"
    " equipment weapon gun clothing food drink fruit vegetable meat medicine drug disease"
    " illness injury crime company organization institution group team document letter message"
    " report book film game sport meeting ceremony celebration money payment sum tax fee price"
    " city town country road river mountain fuel metal material chemical substance language"
    " religion science colour color emotion storm weather disaster accident fire war protest"
    " damage decision agreement rule law plan leader newspaper publication professional"
    " performer entertainer journalist insect reptile dog furniture instrument tool container"
    " fabric disorder contest competition criticism dispute"
)
NOUN_SENSES = 2
USUAL = re.compile(r"[a-z]{3,}(?:_[a-z]{2,5})?$")
# Too general to say anything: one step up from half of all words.
EMPTY = word_set(
    "entity object thing act action activity event state attribute be have make do get give"
    " change move person someone group unit relation artifact whole part matter content"
    " quality property cognition process communication statement message abstraction condition"
    " instrumentality location region use time feature causal cause travel go become modify"
)


def main(folder: Path) -> None:
    """Read the files and write the lexicon."""
    ranks = dict(_ranks(folder / "index.sense"))
    in_use = {word for (word, _), (_, seen) in ranks.items() if seen}
    ranks = {key: row for key, row in ranks.items() if key[0] in in_use}
    synsets = {key: row for part in set(PARTS.values()) for key, row in _synsets(folder, part)}
    found: defaultdict[str, set[str]] = defaultdict(set)
    against: defaultdict[str, set[str]] = defaultdict(set)
    for key, (words, pointers) in synsets.items():
        usual = [(at, word) for at, word in enumerate(words, 1) if _is_usual(word, key, ranks)]
        for at, word in usual:
            found[base(word)] |= {base(other) for _, other in usual}
            for sign, target, source, aim in pointers:
                there = synsets.get(target, ([], []))[0]
                if sign == "!" and source == at and _is_usual(there[aim - 1], target, ranks):
                    against[base(word)].add(base(there[aim - 1]))
                if sign in DERIVED and source == at and aim:
                    if there[aim - 1] in in_use:
                        found[base(word)].add(base(there[aim - 1]))
                elif sign in UPWARDS and not source:
                    found[base(word)] |= {
                        base(each)
                        for each in there
                        if each not in EMPTY and _is_usual(each, target, ranks)
                    }
    _write(TARGET, found)
    _write(KINDS, _kinds(synsets, dict(_ranks(folder / "index.sense"))))
    _write(OPPOSITES, against)


def _kinds(
    synsets: dict[tuple[str, str], tuple[list[str], list[tuple[str, tuple[str, str], int, int]]]],
    ranks: dict[tuple[str, str], tuple[int, int]],
) -> dict[str, set[str]]:
    """The classes of each noun in its first senses."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for key, (words, _) in synsets.items():
        above: set[tuple[str, str]] = set()
        waiting = [key] if key[0] == "n" else []
        while waiting:
            pointers = synsets[waiting.pop()][1]
            new = {target for sign, target, source, _ in pointers if sign == "@" and not source}
            waiting += new - above
            above |= new
        classes = {base(word) for each in above for word in synsets[each][0] if word in CLASSES}
        for word in words:
            rank, seen = ranks.get((word, f"n{key[1]}"), (99, 0))
            if USUAL.match(word) and (rank == 1 or (seen and rank <= NOUN_SENSES)):
                found[base(word)] |= classes
    return found


def _write(path: Path, found: dict[str, set[str]]) -> None:
    """A line for each word: its base form, a tab, and the others; the same bytes every time."""
    lines = [
        f"{word}\t{' '.join(sorted(others))}\n"
        for word, all_of_it in sorted(found.items())
        if word and (others := {one for one in all_of_it if one and USUAL.match(one)} - {word})
    ]
    with path.open("wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as file:
        file.write("".join(lines).encode())
    print(f"{path.name}: {len(lines)} words, {path.stat().st_size} bytes")


def _is_usual(
    word: str, key: tuple[str, str], ranks: dict[tuple[str, str], tuple[int, int]]
) -> bool:
    """Whether a word is used in this sense: one of its first, or seen in tagged text."""
    rank, seen = ranks.get((word, f"{key[0]}{key[1]}"), (99, 0))
    return bool(USUAL.match(word)) and (seen > 0 or rank <= MOST_SENSES)


def _ranks(path: Path) -> Iterator[tuple[tuple[str, str], tuple[int, int]]]:
    letters = {"1": "n", "2": "v", "3": "a", "4": "r", "5": "a"}
    for line in path.read_text(encoding="utf-8").splitlines():
        sense, offset, rank, seen = line.split()
        word, _, rest = sense.partition("%")
        yield (word, f"{letters[rest[0]]}{offset}"), (int(rank), int(seen))


def _synsets(
    folder: Path, part: str
) -> Iterator[
    tuple[tuple[str, str], tuple[list[str], list[tuple[str, tuple[str, str], int, int]]]]
]:
    for line in (folder / f"data.{part}").read_text(encoding="utf-8").splitlines():
        if line.startswith(" "):
            continue
        fields = line.partition(" | ")[0].split()
        count = int(fields[3], 16)
        words = [re.sub(r"\(\w+\)$", "", word) for word in fields[4 : 4 + 2 * count : 2]]
        at = 4 + 2 * count
        pointers = []
        for begin in range(at + 1, at + 1 + 4 * int(fields[at]), 4):
            sign, offset, where, ends = fields[begin : begin + 4]
            target = ("a" if where == "s" else where, offset)
            pointers.append((sign, target, int(ends[:2], 16), int(ends[2:], 16)))
        yield ("a" if fields[2] == "s" else fields[2], fields[0]), (words, pointers)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
