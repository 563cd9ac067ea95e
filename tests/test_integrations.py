"""The retrievers for LangChain and LlamaIndex, with the real packages."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.archive import Archive
from rag.errors import QueryError
from tests.builders import open_archive, row, write_jsonl

TEXT = "The ferry strike shut Lindow for nine days."
EXPECTED = {
    "article_id": "courier.example/1",
    "title": "Ferry",
    "publisher": "Radio North",
    "published": "2025-04-10",
    "start": 0,
    "end": len(TEXT),
    "rank": 1,
}


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    opened = open_archive(tmp_path / "archive")
    rows = [
        row(1, TEXT, publisher="Radio North", title="Ferry") | {"date": "2025-04-10"},
        row(2, "The ferry is blue.", title="Paint") | {"date": "2025-06-10"},
    ]
    opened.ingest(write_jsonl(tmp_path / "in.jsonl", rows))
    return opened


def test_langchain_gets_documents_with_their_places(archive: Archive) -> None:
    module = pytest.importorskip("rag.integrations.langchain", exc_type=ImportError)
    retriever = module.DatelineRetriever(archive=archive, k=2, as_of="2025-05")
    (document,) = retriever.invoke("ferry strike")
    assert document.page_content == TEXT
    assert document.metadata.items() >= EXPECTED.items()
    with pytest.raises(QueryError, match="the question is empty"):
        retriever.invoke(" ")


def test_llamaindex_gets_nodes_with_scores(archive: Archive) -> None:
    module = pytest.importorskip("rag.integrations.llamaindex", exc_type=ImportError)
    retriever = module.DatelineRetriever(archive, 2, as_of="2025-05")
    (found,) = retriever.retrieve("ferry strike")
    assert found.node.get_content() == TEXT
    assert found.score == archive.search("ferry strike", as_of="2025-05")[0].score
    assert found.node.metadata.items() >= EXPECTED.items()
    with pytest.raises(QueryError, match="the question is empty"):
        retriever.retrieve(" ")
