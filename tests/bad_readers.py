"""Readers that do what a damaged or hostile file may make a library do."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from rag.corpus.boilerplate import paragraphs
from rag.corpus.drafts import Draft, Unread
from rag.errors import CorpusError


def draft(path: Path, text: str = "The ferry sailed.") -> Draft:
    return Draft(str(path), text, tuple(paragraphs(text)))


@dataclass(frozen=True)
class Bad:
    """Does harm to the process that reads with it, after one article if the file says so."""

    suffixes: tuple[str, ...] = (".bad",)

    def read(self, path: Path) -> Iterator[Draft | Unread]:
        before, _, harm = path.read_text(encoding="utf-8").strip().rpartition(" ")
        if before:
            yield draft(path, before)
        getattr(self, harm)()
        yield draft(path, harm)

    def nothing(self) -> None:
        """Does no harm."""

    def crash(self) -> None:
        os.kill(os.getpid(), signal.SIGSEGV)

    def leave(self) -> None:
        os._exit(3)

    def exit(self) -> None:
        sys.exit(4)

    def compute(self) -> None:
        while True:
            pass

    def wait(self) -> None:
        signal.pause()

    def grow(self) -> None:
        held = []
        while True:
            held.append(bytearray(16 << 20))

    def print(self) -> None:
        print("{}")
        sys.stdout.flush()
        os.write(1, b"{}\n")

    def babble(self) -> None:
        """Writes wherever it can, as a library does whose memory is damaged."""
        for descriptor in range(3, 20):
            with suppress(OSError):
                os.write(descriptor, b"no message\n")

    def fail(self) -> None:
        raise KeyError("no such part\nof the file")

    def refuse(self) -> None:
        raise CorpusError("not for reading")

    def recurse(self) -> None:
        self.recurse()


@dataclass(frozen=True)
class Telling:
    """Yields the number of its process, and as many articles as the file asks for."""

    suffixes: tuple[str, ...] = (".telling",)

    def read(self, path: Path) -> Iterator[Draft | Unread]:
        yield Unread(str(path), str(os.getpid()))
        for number in range(int(path.read_text(encoding="utf-8"))):
            yield draft(path, f"Ferry {number} sailed. {'x' * 100_000}")
