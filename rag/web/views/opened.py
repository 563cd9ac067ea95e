"""Opens an article at some of its words, with what has changed since."""

from __future__ import annotations

from dataclasses import dataclass

from rag.archive import Archive
from rag.corpus.formats.pdf_pictures import pdf_of
from rag.records import Article, Citation
from rag.verification.quotes.records import RecheckedCitation


@dataclass(frozen=True, slots=True)
class OpenedArticle:
    """One revision of an article, and what has become of its words from `start` to `end`.

    `latest` is the number of the newest revision. `also_in` names the other outlets that
    carry the words. `now` holds them against a newer revision, where there is one.
    `withdrawn` says when and why the article was, "" where it was not. `pictured` is whether
    its pages can be drawn, from the file that it was read from.
    """

    article: Article
    latest: int
    also_in: tuple[str, ...] = ()
    now: RecheckedCitation | None = None
    withdrawn: str = ""
    pictured: bool = False


def open_words(
    archive: Archive, article_id: str, revision: int, span: tuple[int, int]
) -> OpenedArticle:
    """The article opened at the span, which is limited to its text.

    Raises ArchiveError when the archive holds no such article or revision.
    """
    # First, because its error says when a deleted article was deleted.
    latest = archive.article(article_id).revision
    article = archive.article(article_id, revision)
    start, end = (min(max(0, place), len(article.text)) for place in span)
    withdrawal = archive.removals.withdrawal(article_id)
    if withdrawal:
        return OpenedArticle(article, latest, withdrawn=str(withdrawal))
    newer = latest > article.revision and start < end
    now = archive.recheck_words(Citation(1, article, start, end)) if newer else None
    return OpenedArticle(
        article,
        latest,
        archive.carried_by(article, start, end),
        now,
        pictured=pdf_of(article) is not None,
    )
