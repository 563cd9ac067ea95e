"""Dateline as a retriever of LangChain; needs `pip install "dateline[langchain]"`."""

from __future__ import annotations

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict, Field

from rag.archive import Archive
from rag.integrations.metadata import hit_metadata
from rag.records import Filters
from rag.retrieval.retrieve import Moment


class DatelineRetriever(BaseRetriever):
    """Finds the `k` passages of an archive that match a query best, best first.

    `filters` and `as_of` count as in `Archive.search`. Raises its QueryError and ArchiveError.

    >>> retriever = DatelineRetriever(archive=archive, k=5)       # doctest: +SKIP
    >>> retriever.invoke("ferry strike")[0].metadata["publisher"]  # doctest: +SKIP
    'Radio North'
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    archive: Archive
    k: int = 10
    filters: Filters = Field(default_factory=Filters)
    as_of: Moment | None = None

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun
    ) -> list[Document]:
        hits = self.archive.search(query, self.k, filters=self.filters, as_of=self.as_of)
        return [Document(page_content=hit.text, metadata=hit_metadata(hit)) for hit in hits]
