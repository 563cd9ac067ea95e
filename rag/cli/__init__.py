"""The `dateline` command: arguments in, text or JSON out; the work is done in `rag.archive`."""

from rag.cli.command import app, main

__all__ = ["app", "main"]
