"""The calls of an archive that hold words against it: quotations, drafts, saved answers."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Generator, Mapping
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from embeddings import EntailmentModel
from rag.config import Settings
from rag.drafts.records import CheckedDraft
from rag.observing import Streamed
from rag.records import Answer, Citation, Filters
from rag.records.answer_json import AnswerJson, read_answer
from rag.retrieval.catalogue import NO_FILTERS, Catalogue
from rag.retrieval.retrieve import Moment, check_filters, moment
from rag.retrieval.snapshot import Snapshot
from rag.verification.quotes.records import Recheck, RecheckedCitation, Trace

if TYPE_CHECKING:
    from rag.drafts.checking import DraftRequest


def _silent(_done: int, _total: int) -> None:
    """Shows no progress."""


class FactDesk(Catalogue):
    """Checks words against one archive; each call sees the archive as it is then."""

    _settings: Settings

    @cached_property
    def _checker(self) -> EntailmentModel | None:
        from rag.verification.judge import open_checker

        return open_checker(self._settings.checker)

    @abstractmethod
    def snapshot(self) -> Snapshot:
        """The archive as it is now."""

    def trace(
        self,
        text: str,
        *,
        speaker: str = "",
        filters: Filters = NO_FILTERS,
        as_of: Moment | None = None,
    ) -> Trace:
        """Where quoted words stand, or stood, and whether the article has `speaker` say them.

        `"..." said Ann Orr` names its speaker itself. Needs no vectors. Raises QueryError for
        an empty or overlong text, ArchiveError without an archive.
        """
        from rag.verification.quotes.tracing import trace

        check_filters(filters)
        snapshot, limits = self.snapshot(), filters.no_later_than(moment(as_of, "as_of"))
        return trace(text, speaker, snapshot.store, snapshot.lexical, limits)

    def check(
        self,
        text: str,
        *,
        filters: Filters = NO_FILTERS,
        as_of: Moment | None = None,
        start: int = 0,
        seconds: float | None = None,
        progress: Callable[[int, int], None] = _silent,
    ) -> CheckedDraft:
        """A draft held against the archive, sentence by sentence, with the nearest evidence.

        Plain text or Markdown; all offsets point into `text` as it is. Each sentence has one of
        the verdicts that answers have, or says that there is nothing to verify in it. With
        `seconds`, the check ends when they are over, and `unchecked_from` says where to `start`
        the next one. `progress` gets the sentences done and those in all. Raises QueryError for
        a draft that is empty, has no words or more than 1,000,000 characters, ArchiveError
        without an archive.

        >>> checked = archive.check("The ferry sank on Friday.")      # doctest: +SKIP
        >>> checked.sentences[0].verdict                              # doctest: +SKIP
        'supported'
        """
        from rag.drafts.checking import DraftRequest

        check_filters(filters)
        limit = moment(as_of, "as_of")
        checked = Streamed(self.checking(DraftRequest(text, filters, limit, start, seconds)))
        for so_far in checked:
            progress(len(so_far.sentences), so_far.sentences_in_all)
        return checked.whole

    def checking(self, request: DraftRequest) -> Generator[CheckedDraft, None, CheckedDraft]:
        """Yields what is checked of a draft after each sentence; returns what `check` does."""
        from rag.drafts.checking import check_draft
        from rag.verification.judge import entailment_judge
        from rag.verification.verify import verify

        snapshot = self.snapshot()
        judge = entailment_judge(self._checker) if self._checker else None
        check = partial(verify, similarity=snapshot.similarity(), judge=judge)
        return check_draft(request, snapshot, check)

    def recheck(self, answer: Answer | AnswerJson | Mapping[str, Any]) -> Recheck:
        """Whether each citation of an answer, or of a saved one (`Answer.to_dict()`), still holds.

        Raises QueryError for what is no answer, ArchiveError where an article is damaged.
        """
        from rag.verification.quotes.rechecking import recheck
        from rag.verification.verify import verify

        said = answer.to_json() if isinstance(answer, Answer) else answer
        return recheck(read_answer(said), self._parts.now().store, verify)

    def recheck_words(self, cited: Citation) -> RecheckedCitation:
        """Whether the words of one revision of an article stand in the current one, and where."""
        from rag.verification.quotes.rechecking import recheck_words

        return recheck_words(cited, self._parts.now().store)
