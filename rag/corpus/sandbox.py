"""Runs readers in a worker process, so that none can crash, hang or fill the ingest."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Timer
from typing import IO, Any, cast

from rag.corpus.drafts import Draft, Reader, Unread
from rag.corpus.messages import line, outcome_of
from rag.corpus.worker import MEMORY_NEEDED
from rag.errors import CorpusError

_log = logging.getLogger(__name__)
_PACKAGE = Path(__file__).resolve().parent.parent
# Importing the whole package takes a second, and a reader needs little of it.
_BEGIN = f"""
import sys, types
package = types.ModuleType("rag")
package.__path__ = [{str(_PACKAGE)!r}]
sys.modules["rag"] = package
from importlib import import_module
import_module(sys.argv[1]).main()
"""
_START_SECONDS = 120.0
_DYING_SECONDS = 10.0
_LONGEST_MESSAGE = 512 << 20
# More threads would reserve memory that counts for the limit.
_ONE_THREAD = {"OMP_NUM_THREADS": "1", "ARROW_DEFAULT_MEMORY_POOL": "system"}


@dataclass(frozen=True, slots=True)
class SandboxLimits:
    """The limits of a reader: seconds from one outcome to the next, and bytes of memory."""

    seconds: float = 120.0
    memory: int = 2 << 30


class Sandbox:
    """A worker process that reads file after file; it starts with the first one.

    If a reader crashes, takes too long or needs too much memory, its file is reported as
    unread and a new worker starts. If the system cannot limit memory, as on Windows, a
    warning says so and only the time is limited. Use it as a context manager.
    """

    def __init__(self, limits: SandboxLimits | None = None) -> None:
        self.limits = limits or SandboxLimits()
        self._worker: subprocess.Popen[bytes] | None = None
        self._late = False

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def read(self, reader: Reader, path: Path) -> Iterator[Draft | Unread]:
        """The outcomes of `reader.read(path)`; raises CorpusError if it fails in any way."""
        worker = self._started()
        kind = type(reader)
        request = {"module": kind.__module__, "reader": kind.__name__, "path": str(path)}
        found, ended = 0, False
        try:
            self._send(worker, request)
            while "end" not in (message := self._reply(worker, self.limits.seconds, found)):
                found += 1
                yield outcome_of(message)
            ended = not message.get("spent")
        finally:
            if not ended:
                self.close()
        if message["end"] == MEMORY_NEEDED:
            too_large = (
                f"its reader needs more than the {self.limits.memory >> 20:,} MB it may have"
            )
            raise CorpusError(self._failed(too_large, found))
        if message["end"]:
            raise CorpusError(message["end"])

    def close(self) -> None:
        """Kills the worker; the next file starts another."""
        worker, self._worker = self._worker, None
        if worker is None:
            return
        worker.kill()
        with suppress(OSError):
            worker.communicate()

    def _started(self) -> subprocess.Popen[bytes]:
        if self._worker is not None and self._worker.poll() is None:
            return self._worker
        self.close()
        self._worker = worker = _begun()
        limits = {"seconds": self.limits.seconds, "memory": self.limits.memory}
        self._send(worker, limits)
        if self._reply(worker, _START_SECONDS, 0)["unlimited"]:
            _log.warning(
                "this system sets no limit to the memory of a process: a reader is stopped "
                "after %.0f seconds without a result, but not for its memory",
                self.limits.seconds,
            )
        return worker

    def _send(self, worker: subprocess.Popen[bytes], message: dict[str, Any]) -> None:
        requests = cast("IO[bytes]", worker.stdin)
        # If the worker has ended, reading its reply says why.
        with suppress(BrokenPipeError):
            requests.write(line(message))
            requests.flush()

    def _reply(self, worker: subprocess.Popen[bytes], seconds: float, found: int) -> Any:
        """The next message of the worker; raises CorpusError if there is none in time."""
        replies = cast("IO[bytes]", worker.stdout)
        self._late = False
        watch = Timer(seconds, self._stop, [worker])
        watch.daemon = True
        watch.start()
        try:
            received = replies.readline(_LONGEST_MESSAGE)
        finally:
            watch.cancel()
        if received.endswith(b"\n"):
            return _message(received)
        raise CorpusError(self._failed(self._why(_status(worker)), found))

    def _stop(self, worker: subprocess.Popen[bytes]) -> None:
        self._late = True
        worker.kill()

    def _why(self, status: int) -> str:
        """Why the worker ended, according to its exit status."""
        late = f"its reader gave no result in {self.limits.seconds:g} seconds and was stopped"
        if self._late:
            return late
        if status >= 0:
            return f"its reader ended with status {status} in the midst of it"
        with suppress(ValueError):
            name = signal.Signals(-status).name
            return late if name == "SIGXCPU" else f"its reader crashed ({name})"
        return f"its reader crashed (signal {-status})"

    def _failed(self, why: str, found: int) -> str:
        if not found:
            return f"{why}; the file may be damaged or malicious"
        return f"{why}; outcomes before it that were read: {found:,}"


def _status(worker: subprocess.Popen[bytes]) -> int:
    """The exit status of a worker that stopped replying; kills it if it still runs."""
    try:
        return worker.wait(_DYING_SECONDS)
    except subprocess.TimeoutExpired:
        worker.kill()
        return worker.wait()


def command(module: str) -> list[str]:
    """The command that calls `main` of a module of `rag` in a process that loads little else."""
    return [sys.executable, "-P", "-c", _BEGIN, module]


def environment() -> dict[str, str]:
    """The environment of such a process: the module path of this one, and one thread."""
    known = [entry or str(Path.cwd()) for entry in sys.path]
    return {**os.environ, **_ONE_THREAD, "PYTHONPATH": os.pathsep.join(known)}


def _begun() -> subprocess.Popen[bytes]:
    """A new worker process with the module path of this one."""
    try:
        return subprocess.Popen(  # noqa: S603 - our own interpreter and code
            command("rag.corpus.worker"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment(),
        )
    except OSError as error:
        msg = f"no process can be started to read it in: {error}"
        raise CorpusError(msg) from error


def _message(received: bytes) -> Any:
    try:
        return json.loads(received)
    except ValueError as error:
        msg = "its reader broke down in the midst of an answer; the file may be damaged"
        raise CorpusError(msg) from error
