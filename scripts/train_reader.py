"""Learns the weights of the extractive reader, and says how well they do on questions unseen.

    python scripts/train_reader.py ARCHIVE=QUESTIONS.jsonl [ARCHIVE=QUESTIONS.jsonl ...]

Each file holds questions about its archive: with nuggets (see `dateline eval reporters`), with
`answers` and `gold_ids`, or with neither, which the archive does not answer. Weights are fitted
on one half of the questions and judged on the other, and the other way round; those written to
rag/answers/weights.json are fitted on all of them.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from rag import Archive, Message
from rag.answers.candidates import Vocabulary
from rag.answers.evidence import Evidence, collect
from rag.answers.plans import choose
from rag.answers.reading import answer_signals
from rag.answers.scoring import OFFSET, OTHER, THRESHOLD, weighed
from rag.answers.signals import FACTUAL
from rag.evaluation.reporters import normalised
from rag.questions.form import Form
from rag.records import Hit
from rag.retrieval.retrieve import Request, prepare, retrieve

WEIGHTS = Path(__file__).parent.parent / "rag" / "answers" / "weights.json"
BY_MEANING = ("closeness", "to subject", "to matter", "related", "relation", "beside", "title")
"""Signals that need vectors."""

BY_HAND = {
    "closeness": 8.0,
    "coverage": 4.8,
    "fit": 4.8,
    "relation": 4.8,
    "headlines": 3.6,
    "asked above": 3.0,
    "opens": 1.2,
    "behind": -2.4,
    "title": -4.0,
    "unfinished": -2.0,
    OFFSET: -12.0,
}
"""Weights where one relation is asked for: set by hand, they do better than learned ones."""

OWN = 0.6
"""How readily a form takes weights of its own beside those of every form; 1 as readily."""

SENTENCES, ANSWERS = 0.25, 0.05
"""Inverse strengths of regularisation."""

ABLATED = 0.06
"""How much a made-up question without an answer counts beside a real one."""

_OKAY = 0.35
_HITS = 20


@dataclass(frozen=True)
class Case:
    """A question with its evidence, which of it is wanted, and what else its signals need."""

    row: Mapping[str, Any]
    question: str
    form: Form
    hits: Sequence[Hit]
    evidence: Sequence[Evidence]
    wanted: Sequence[float]
    vocabulary: Vocabulary
    ablated: bool = False

    @property
    def answerable(self) -> bool:
        """Whether its evidence may answer it."""
        return bool(self.row["answerable"]) and not self.ablated

    @property
    def side(self) -> int:
        """In which half of the questions it is."""
        return crc32(self.row["qid"].encode()) % 2


def load(archive_folder: str, questions: str) -> list[Case]:
    """The questions of a file, searched for as `ask` does."""
    archive = Archive.open(archive_folder)
    snapshot = archive.snapshot()
    cases = []
    for number, line in enumerate(Path(questions).read_text(encoding="utf-8").splitlines()):
        row = json.loads(line)
        row.setdefault("qid", f"{questions}:{number}")
        row.setdefault("answerable", bool(row.get("nuggets") or row.get("gold_ids")))
        history = [Message(each["role"], each["content"]) for each in row.get("history") or ()]
        request = Request(row["question"], history, as_of=_end_of(row.get("date")))
        search = prepare(request, snapshot)
        if search.form.name in ("archive", "chat") or row.get("expect"):
            continue
        hits = retrieve(search, _HITS, snapshot)
        asked = search.asked.standalone
        evidence = collect(asked, search.form, hits, snapshot.lexical, snapshot.similarity())
        if evidence:
            wanted = labels(row, evidence)
            cases.append(Case(row, asked, search.form, hits, evidence, wanted, snapshot.lexical))
    return cases


def _end_of(day: str | None) -> datetime | None:
    if not day:
        return None
    return datetime.combine(datetime.fromisoformat(day.replace("/", "-")), time(23, 59), UTC)


def labels(row: Mapping[str, Any], evidence: Iterable[Evidence]) -> list[float]:
    """How much each sentence is wanted: 1 for a vital fact or the answer, less for another fact."""
    found = []
    gold = {*(row.get("gold_ids") or ()), *(row.get("silver_ids") or ())}
    answers = [normalised(answer).strip("\"'") for answer in row.get("answers", ())]
    for each in evidence:
        text = normalised(each.text)
        if row.get("nuggets"):
            facts = [nugget for nugget in row["nuggets"] if _held(nugget, text)]
            vital = any(nugget["vital"] for nugget in facts)
            found.append(1.0 if vital else _OKAY if facts else 0.0)
        else:
            named = any(re.search(rf"\b{re.escape(answer)}\b", text) for answer in answers)
            found.append(float(named and each.sentence.article.id in gold))
    return found


def _held(nugget: Mapping[str, Any], text: str) -> bool:
    return any(all(normalised(part) in text for part in parts) for parts in nugget["match"])


def without_vectors(case: Case) -> Case:
    """The case as it is where no meaning is known."""
    blank = dict.fromkeys(BY_MEANING, 0.0)
    evidence = [replace(each, signals={**each.signals, **blank}) for each in case.evidence]
    return replace(case, evidence=evidence)


def ablations(case: Case) -> list[Case]:
    """Questions that are not answered: without the sentences that answer, or without the articles.

    A relation is no longer told where the sentences that tell it are gone; whatever is asked of a
    subject is not, where its articles are gone.
    """
    found = []
    if not case.answerable or not any(case.wanted):
        return []
    if case.form.name in FACTUAL:
        left = [e for e, wanted in zip(case.evidence, case.wanted, strict=True) if not wanted]
        found.append(replace(case, evidence=left, wanted=[0.0] * len(left), ablated=True))
    gold = {e.sentence.article.id for e, w in zip(case.evidence, case.wanted, strict=True) if w}
    gold |= set(case.row.get("gold_ids") or ())
    left = [each for each in case.evidence if each.sentence.article.id not in gold]
    hits = [hit for hit in case.hits if hit.article.id not in gold]
    found.append(replace(case, evidence=left, wanted=[0.0] * len(left), hits=hits, ablated=True))
    return [each for each in found if each.evidence and each.hits]


class SentenceModel:
    """Weights of the signals of sentences: learned for all forms and for each, or set by hand."""

    def __init__(self, cases: Sequence[Case], names: Sequence[str]) -> None:
        self.names = names
        self.forms = sorted({case.form.name for case in cases})
        rows, wanted, counts = [], [], []
        for case in cases:
            if not case.answerable or not any(case.wanted):
                continue
            vectors = [self._row(case.form.name, each.signals) for each in case.evidence]
            share = 1.0 if case.row.get("nuggets") else 0.5
            for vector, label in zip(vectors, case.wanted, strict=True):
                rows += [vector, vector]
                wanted += [1, 0]
                counts += [share * label, share * (1 - label)]
        used = np.array(counts) > 0
        model = LogisticRegression(C=SENTENCES, max_iter=5000)
        model.fit(np.array(rows)[used], np.array(wanted)[used], np.array(counts)[used])
        self.weights, self.offset = model.coef_[0], float(model.intercept_[0])

    def _row(self, form: str, signals: Mapping[str, float]) -> np.ndarray:
        values = np.array([*(signals[name] for name in self.names), 1.0])
        own = [OWN * values if form == each else np.zeros(len(values)) for each in self.forms]
        return np.concatenate([values[:-1], *own])

    def score(self, case: Case) -> list[Evidence]:
        """The evidence with its scores, best first."""
        weights = dict(zip([*self.names, OFFSET], self._of(case.form.name), strict=True))
        found = [replace(e, score=weighed(weights, e.signals)) for e in case.evidence]
        return sorted(found, key=lambda each: -each.score)

    def _of(self, form: str) -> np.ndarray:
        """The weights and the offset for one form."""
        names = [*self.names, OFFSET]
        if form in FACTUAL:
            return np.array([BY_HAND.get(name, 0.0) for name in names])
        size = len(self.names)
        shared: np.ndarray = np.append(self.weights[:size], self.offset)
        if form not in self.forms:
            return shared
        start = size + self.forms.index(form) * (size + 1)
        return shared + OWN * self.weights[start : start + size + 1]

    def table(self) -> dict[str, dict[str, float]]:
        """The weights as `weights.json` has them; those of "other" are for forms never seen."""
        forms = sorted({*self.forms, *FACTUAL, OTHER})
        names = [*self.names, OFFSET]
        return {form: dict(zip(names, _rounded(self._of(form)), strict=True)) for form in forms}


class AnswerModel:
    """Weights of the signals of an answer for the odds that it is one."""

    def __init__(self, cases: Sequence[Case], sentences: SentenceModel) -> None:
        self.sentences = sentences
        signals = [self._signals(case) for case in cases]
        self.names = list(signals[0])
        values = np.array([[each[name] for name in self.names] for each in signals])
        self._mean, self._spread = values.mean(0), values.std(0) + 1e-6
        model = LogisticRegression(C=ANSWERS, max_iter=5000)
        answered = [int(case.answerable) for case in cases]
        model.fit((values - self._mean) / self._spread, answered, [_share(case) for case in cases])
        self.weights = model.coef_[0] / self._spread
        self.offset = float(model.intercept_[0] - (self.weights * self._mean).sum())

    def _signals(self, case: Case) -> dict[str, float]:
        scored = self.sentences.score(case)
        return answer_signals(case.question, case.form, scored, case.hits, case.vocabulary)

    def probability(self, case: Case) -> float:
        """How likely it is that the evidence answers."""
        return float(1 / (1 + np.exp(-weighed(self.table(), self._signals(case)))))

    def table(self) -> dict[str, float]:
        """The weights as `weights.json` has them."""
        return dict(zip([*self.names, OFFSET], _rounded([*self.weights, self.offset]), strict=True))


def _share(case: Case) -> float:
    """How much a question counts: near misses are few, and made-up ones are not quite real."""
    if case.ablated:
        return ABLATED
    near_miss = case.row.get("form") == "near_miss"
    return 3.0 if near_miss else 1.0 if case.row.get("nuggets") else 0.7


def _rounded(values: Iterable[float]) -> list[float]:
    return [round(float(value), 3) for value in values]


def measures(case: Case, shown: Sequence[Evidence]) -> tuple[float, float, int] | None:
    """The share of its vital facts that an answer shows, whether the first does, and its words."""
    sentences = choose(case.form.name, shown)
    text = normalised(" ".join(each.text for each in sentences))
    first = normalised(sentences[0].text)
    words = len(text.split())
    if case.row.get("nuggets"):
        vital = [nugget for nugget in case.row["nuggets"] if nugget["vital"]]
        if not vital:
            return None
        share = float(np.mean([_held(nugget, text) for nugget in vital]))
        return share, float(any(_held(nugget, first) for nugget in vital)), words
    answers = [normalised(answer).strip("\"'") for answer in case.row.get("answers", ())]
    if not answers:
        return None
    said = [any(re.search(rf"\b{re.escape(a)}\b", part) for a in answers) for part in (text, first)]
    return float(said[0]), float(said[1]), words


def judge(cases: Sequence[Case], names: Sequence[str]) -> None:
    """Prints what each half shows and declines with weights fitted on the other."""
    shown: defaultdict[str, list[tuple[float, float, int]]] = defaultdict(list)
    sure: list[tuple[Case, float]] = []
    for side in (0, 1):
        fitted = [case for case in cases if case.side != side]
        sentences = SentenceModel(fitted, names)
        answers = AnswerModel([e for c in fitted for e in (c, *ablations(c))], sentences)
        for case in cases:
            if case.side != side:
                continue
            sure += [(each, answers.probability(each)) for each in (case, *ablations(case))]
            found = measures(case, sentences.score(case)) if case.answerable else None
            if found:
                shown[case.row.get("form") or "quiz"].append(found)
                if case.row.get("nuggets"):
                    shown["all"].append(found)
    for form, rows in sorted(shown.items()):
        vital, first, words = np.mean(rows, axis=0)
        print(f"{form:14} {len(rows):4} shows {vital:.3f} first {first:.3f} words {words:.0f}")
    real = [(case, p) for case, p in sure if not case.ablated]
    print("AUC", round(roc_auc_score([c.answerable for c, _ in real], [p for _, p in real]), 3))
    declined: defaultdict[str, list[bool]] = defaultdict(list)
    for case, p in sure:
        kind = case.row.get("form") or ("quiz" if case.row["answerable"] else "unanswerable")
        declined[f"{kind} ablated" if case.ablated else kind].append(p < THRESHOLD)
    for kind, values in sorted(declined.items()):
        print(f"{kind:24} {len(values):4} declined {np.mean(values):.3f}")


def train(cases: Sequence[Case]) -> dict[str, Any]:
    """The weights of all cases, with vectors and without."""
    table = {}
    for name, known in (("by meaning", True), ("by words", False)):
        used = cases if known else [without_vectors(case) for case in cases]
        names = list(used[0].evidence[0].signals)
        sentences = SentenceModel(used, names)
        answers = AnswerModel([e for c in used for e in (c, *ablations(c))], sentences)
        table[name] = {**sentences.table(), "confidence": answers.table()}
    return table


def main() -> None:
    """Judges the weights on halves, then writes those of all questions."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pairs", nargs="+", metavar="ARCHIVE=QUESTIONS")
    cases = [case for pair in parser.parse_args().pairs for case in load(*pair.split("=", 1))]
    names = list(cases[0].evidence[0].signals)
    judge(cases, names)
    WEIGHTS.write_text(json.dumps(train(cases), indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
