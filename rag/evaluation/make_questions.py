"""Makes a set of labelled questions from anybody's own archive.

Such a set tells how one setting does against another on these articles. It flatters all of
them: a question made from a sentence shares its words, asks for what stands in one sentence,
and was kept because no other article holds all of its words. Numbers, dates and speakers are
all it asks for; why and how, several articles together, and what changed later are missing.
Every question is asked the day after its article, which favours what is recent.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rag.archive import Archive
from rag.errors import ConfigError, CorpusError, ProviderError
from rag.evaluation.datasets import UNANSWERABLE
from rag.evaluation.journal import Row
from rag.evaluation.making.amounts import amount_drafts
from rag.evaluation.making.choosing import Candidate, in_turn, particular, spread
from rag.evaluation.making.declinable import (
    Declinable,
    detail_questions,
    elsewhere_questions,
    untold,
    varied,
    wanted_stems,
)
from rag.evaluation.making.moments import moment_drafts
from rag.evaluation.making.speakers import speaker_drafts
from rag.evaluation.making.survey import (
    Material,
    Occurrences,
    Progress,
    SmallLetters,
    common_words,
    materials,
)
from rag.evaluation.making.with_model import draft_of, question_messages
from rag.evaluation.making.wording import asked_stems
from rag.files import write_atomically
from rag.llms import ChatModel, reply_to
from rag.records import Hit

UNANSWERABLE_SHARE = 0.15
_POOL = 6
_TRIES = 3
_TEMPLATES = (amount_drafts, moment_drafts, speaker_drafts)


@dataclass(frozen=True, slots=True)
class MakeOptions:
    """Where to write, how many questions to make, and by what."""

    out: Path
    count: int = 100
    seed: int = 0
    model: ChatModel | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """The rows that were written, and how often a model's reply was refused, by reason."""

    rows: tuple[Row, ...]
    refused: Mapping[str, int] = field(default_factory=dict)

    @property
    def types(self) -> dict[str, int]:
        """How many questions there are of each type."""
        return dict(sorted(Counter(str(row["type"]) for row in self.rows).items()))


def make_questions(archive: Archive, options: MakeOptions, progress: Progress) -> Made:
    """Writes questions with their answers into a new file, as `load_questions` reads them.

    About 15 % cannot be answered from the archive. Fewer than asked for are made where the
    articles give no more; the same archive and seed give the same file. Raises ConfigError
    where the file exists or cannot be written, CorpusError where no question can be made.
    """
    if options.out.exists():
        msg = f"{options.out} exists; name another file with --out, or remove it"
        raise ConfigError(msg)
    found = materials(archive, options.seed, progress)
    pool = spread(list(_candidates(found)), _POOL * options.count, options.seed)
    declinable = [*detail_questions(pool), *elsewhere_questions(pool, options.seed)]
    wanted = {stem for each in pool for stem in asked_stems(each.draft.question)}
    occurrences = Occurrences(archive, wanted | wanted_stems(declinable), progress)
    answered = options.count - round(UNANSWERABLE_SHARE * options.count)
    refused: Counter[str] = Counter()
    if options.model is None:
        usable = list(particular(pool, occurrences))
        chosen = spread(usable, answered, options.seed)
    else:
        chosen = list(_written(found, options.model, answered, refused, progress))
    if not chosen:
        said = "; ".join(f"{reason}: {n}" for reason, n in refused.items())
        msg = f"no question can be made from {len(found):,} English articles of {archive.folder}"
        raise CorpusError(f"{msg} ({said})" if said else msg)
    unanswered = round(len(chosen) * UNANSWERABLE_SHARE / (1 - UNANSWERABLE_SHARE))
    rest = varied(list(untold(declinable, occurrences)), unanswered, options.seed)
    rows = _rows(chosen, rest, options.model.name if options.model else "templates")
    _write(options.out, rows)
    return Made(tuple(rows), dict(refused))


def _candidates(found: Sequence[Material]) -> Iterator[Candidate]:
    """What the templates make of every sentence."""
    common = common_words(material.article.text for material in found)
    for material in found:
        small = SmallLetters(common, material.article.text)
        for sentence in material.sentences:
            for template in _TEMPLATES:
                for draft in template(sentence, small):
                    yield Candidate(material, draft)


def _written(
    found: Sequence[Material],
    model: ChatModel,
    count: int,
    refused: Counter[str],
    progress: Progress,
) -> Iterator[Candidate]:
    """At most `count` questions by a model, each about one passage of another article.

    A passage whose reply is of no use is passed over, and the reason counted in `refused`.
    """
    kept = 0
    for material in in_turn(found)[: _TRIES * count]:
        if kept == count:
            return
        progress("writing", kept, count)
        longest = max(material.passages, key=lambda part: (part.end - part.start, -part.start))
        hit = Hit(longest, material.article, 0.0, 1)
        try:
            reply = reply_to(question_messages(hit), model).text
        except ProviderError as error:
            if not kept:
                raise
            refused[str(error)] += 1
            continue
        draft = draft_of(reply, hit)
        if isinstance(draft, str):
            refused[draft] += 1
        else:
            kept += 1
            yield Candidate(material, draft)


def _rows(chosen: Sequence[Candidate], declinable: Sequence[Declinable], made_by: str) -> list[Row]:
    answered = [_answerable(each) for each in chosen]
    declined = [_row(UNANSWERABLE, each.question, each.material) for each in declinable]
    return [
        {"qid": f"m{number:04d}"} | row | {"made_by": made_by if row["answers"] else "templates"}
        for number, row in enumerate([*answered, *declined], start=1)
    ]


def _answerable(candidate: Candidate) -> Row:
    material, draft = candidate.material, candidate.draft
    gold = material.gold(draft.answers)
    return _row(draft.type, draft.question, material) | {
        "answers": list(draft.answers),
        "gold_ids": list(gold),
        "gold_sentences": [{"id": gold[0], "sentence": draft.sentence}],
    }


def _row(kind: str, question: str, material: Material) -> Row:
    return {
        "type": kind,
        "question": question,
        "answers": [],
        "gold_ids": [],
        "gold_sentences": [],
        "date": material.date,
    }


def _write(path: Path, rows: Sequence[Row]) -> None:
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, lines.encode("utf-8", "replace"))
    except OSError as error:
        msg = f"cannot write {path} ({error.strerror}); name another file with --out"
        raise ConfigError(msg) from error
