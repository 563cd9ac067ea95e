"""`dateline mcp`: the archive as tools for a program that starts this command."""

from __future__ import annotations

import anyio

from rag.cli.options import ArchiveOption, LlmOption, language_model, opened_archive
from rag.web.server.endpoints import Endpoints
from rag.web.server.tools import tool_server


def mcp(archive: ArchiveOption = None, llm: LlmOption = "") -> None:
    """Offer the archive as tools to a program that speaks MCP.

    They are served over standard input and output: search, ask, quote, check and article.
    """
    with opened_archive(archive) as opened:
        endpoints = Endpoints(opened, language_model(llm))
        anyio.run(tool_server(endpoints).run_stdio_async)
