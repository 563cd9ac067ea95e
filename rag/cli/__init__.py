"""The `dateline` command: arguments in, text or JSON out; the work is done in `rag.archive`."""

from rag.cli.command import main

__all__ = ["main"]
