"""The worker process for readers that may crash, hang or grow; `rag.corpus.sandbox` starts it.

It reads its limits, then one request a line, from standard input. It answers each request
with one line an outcome and a last line, on the original standard output. It ends with its
input.
"""

from __future__ import annotations

import importlib
import json
import math
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

from rag.corpus.drafts import Reader, guarded
from rag.corpus.messages import line, outcome_message
from rag.errors import CorpusError

MEMORY_NEEDED = "memory"
"""The last line for a reader that needed more memory than its limit."""


def main() -> None:
    """Answers requests until there are no more."""
    requests = sys.stdin.buffer
    replies = _replies()
    limits = json.loads(requests.readline())
    unlimited = not limit_memory(limits["memory"])
    _reply(replies, {"ready": True, "unlimited": unlimited})
    for request in requests:
        _answer(replies, json.loads(request), limits["seconds"])


def _replies() -> BinaryIO:
    """The original standard output; whatever a library prints is discarded from now on."""
    replies = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    return replies


def _reply(replies: BinaryIO, message: Mapping[str, Any]) -> None:
    replies.write(line(message))
    replies.flush()


def _answer(replies: BinaryIO, request: Mapping[str, str], seconds: float) -> None:
    """Reads one file and writes its outcomes, then how it ended."""
    try:
        reader = _reader(request["module"], request["reader"])
        limit_time(seconds)
        for outcome in guarded(reader, Path(request["path"])):
            _reply(replies, outcome_message(outcome))
            limit_time(seconds)
        end: Mapping[str, Any] = {"end": ""}
    except CorpusError as error:
        end = {"end": str(error)}
    except MemoryError:
        end = {"end": MEMORY_NEEDED, "spent": True}
    _reply(replies, end)


def _reader(module: str, name: str) -> Reader:
    reader: Reader = getattr(importlib.import_module(module), name)()
    return reader


def limit_memory(size: int) -> bool:
    """Limits the memory of this process; returns False if the system sets no limits."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_AS, (size, resource.RLIM_INFINITY))
    except (ImportError, OSError, ValueError):
        return False
    return True


def limit_time(seconds: float) -> None:
    """Limits the processor time of this process, so that it ends even if its parent is dead."""
    try:
        import resource

        used = resource.getrusage(resource.RUSAGE_SELF)
        until = math.ceil(used.ru_utime + used.ru_stime + seconds) + 1
        _, most = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CPU, (until, most))
    except (ImportError, OSError, ValueError):
        return


if __name__ == "__main__":
    main()
