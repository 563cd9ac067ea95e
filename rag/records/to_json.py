"""Records as the models of their JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rag.records.answer_json import ArticleJson, CitationJson, HitJson, PassageJson
from rag.records.published import local_iso

if TYPE_CHECKING:
    from rag.records import Article, Citation, Hit


def article_json(article: Article) -> ArticleJson:
    """What identifies an article to a reader, as the model of its JSON."""
    return ArticleJson(id=article.id, **_identity(article))


def article_dict(article: Article) -> dict[str, Any]:
    """What identifies an article to a reader, as JSON values."""
    return article_json(article).to_dict()


def hit_json(hit: Hit) -> HitJson:
    """A hit as the model of its JSON: one element of what `dateline search --json` prints."""
    return HitJson(
        rank=hit.rank,
        score=hit.score,
        article=article_json(hit.article),
        passage=PassageJson(
            id=hit.passage.id,
            revision=hit.passage.revision,
            start=hit.passage.start,
            end=hit.passage.end,
            heading=hit.passage.heading,
            pages=hit.article.pages_of(hit.passage.start, hit.passage.end),
            text=hit.text,
        ),
        also_in=list(hit.also_in),
        copies=list(hit.copies),
        versions=list(hit.versions),
    )


def citation_json(citation: Citation) -> CitationJson:
    """The citation as `ask --json` prints it."""
    return CitationJson(
        number=citation.number,
        article_id=citation.article.id,
        **_identity(citation.article),
        revision=citation.article.revision,
        start=citation.start,
        end=citation.end,
        pages=citation.article.pages_of(citation.start, citation.end),
        quote=citation.quote,
    )


def _identity(article: Article) -> dict[str, Any]:
    published = local_iso(article.published) if article.published else None
    return {
        "title": article.title,
        "publisher": article.publisher,
        "published": published,
        "url": article.url,
    }
