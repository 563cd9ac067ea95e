"""The process in which readers work that may crash, hang or grow; `rag.corpus.sandbox` starts it.

It takes its limits, then one request a line, on standard input, and answers each with one
line an outcome and a last line on what was standard output. It ends when its input does.
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
"""What a last line says where a reader wants more memory than it may have."""


def main() -> None:
    """Answers requests until there are no more."""
    requests = sys.stdin.buffer
    replies = _replies()
    limits = json.loads(requests.readline())
    unlimited = not _limit_memory(limits["memory"])
    _reply(replies, {"ready": True, "unlimited": unlimited})
    for request in requests:
        _answer(replies, json.loads(request), limits["seconds"])


def _replies() -> BinaryIO:
    """Standard output, which nothing that a library prints can reach from now on."""
    replies = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    return replies


def _reply(replies: BinaryIO, message: Mapping[str, Any]) -> None:
    replies.write(line(message))
    replies.flush()


def _answer(replies: BinaryIO, request: Mapping[str, str], seconds: float) -> None:
    """Reads one file, and says last how it ended."""
    try:
        reader = _reader(request["module"], request["reader"])
        _limit_time(seconds)
        for outcome in guarded(reader, Path(request["path"])):
            _reply(replies, outcome_message(outcome))
            _limit_time(seconds)
        end: Mapping[str, Any] = {"end": ""}
    except CorpusError as error:
        end = {"end": str(error)}
    except MemoryError:
        end = {"end": MEMORY_NEEDED, "spent": True}
    _reply(replies, end)


def _reader(module: str, name: str) -> Reader:
    reader: Reader = getattr(importlib.import_module(module), name)()
    return reader


def _limit_memory(size: int) -> bool:
    """Whether this process cannot have more memory from now on; some systems set no limit."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_AS, (size, resource.RLIM_INFINITY))
    except (ImportError, OSError, ValueError):
        return False
    return True


def _limit_time(seconds: float) -> None:
    """Ends this process should it compute for much longer: also when its parent is dead."""
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
