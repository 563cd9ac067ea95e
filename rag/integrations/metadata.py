"""What other frameworks are given about a hit, under names that both adapters share."""

from __future__ import annotations

from typing import Any

from rag.records import Hit


def hit_metadata(hit: Hit) -> dict[str, Any]:
    """Where a passage stands and how it was ranked; `article.text[start:end]` is the passage.

    Values are texts and numbers; `published` is "" where the date is unknown.
    """
    found = hit.to_dict()
    article, passage = found["article"], found["passage"]
    return {
        "article_id": article["id"],
        "title": article["title"],
        "publisher": article["publisher"],
        "published": article["published"] or "",
        "url": article["url"],
        "passage_id": passage["id"],
        "revision": passage["revision"],
        "start": passage["start"],
        "end": passage["end"],
        "score": hit.score,
        "rank": hit.rank,
        "also_in": ", ".join(hit.also_in),
    }
