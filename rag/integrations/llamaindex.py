"""Dateline as a retriever of LlamaIndex; needs `pip install "dateline[llamaindex]"`."""

from __future__ import annotations

from llama_index.core.retrievers import BaseRetriever
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from rag.archive import Archive
from rag.integrations.metadata import hit_metadata
from rag.records import Filters
from rag.retrieval.catalogue import NO_FILTERS
from rag.retrieval.retrieve import Moment


class DatelineRetriever(BaseRetriever):
    """Finds the `k` passages of an archive that match a query best, best first.

    `filters` and `as_of` count as in `Archive.search`. Raises its QueryError and ArchiveError.

    >>> retriever = DatelineRetriever(archive, k=5)                    # doctest: +SKIP
    >>> retriever.retrieve("ferry strike")[0].metadata["publisher"]     # doctest: +SKIP
    'Radio North'
    """

    def __init__(
        self,
        archive: Archive,
        k: int = 10,
        *,
        filters: Filters = NO_FILTERS,
        as_of: Moment | None = None,
    ) -> None:
        super().__init__()
        self._archive = archive
        self._k = k
        self._filters = filters
        self._as_of = as_of

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        query = query_bundle.query_str
        hits = self._archive.search(query, self._k, filters=self._filters, as_of=self._as_of)
        return [
            NodeWithScore(
                node=TextNode(id_=str(hit.passage.id), text=hit.text, metadata=hit_metadata(hit)),
                score=hit.score,
            )
            for hit in hits
        ]
