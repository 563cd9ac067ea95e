"""What an evaluation has finished, on disk, so that an interrupted one goes on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import embeddings
import rag
from rag.errors import ConfigError
from rag.evaluation.datasets import EvalQuestion
from rag.files import write_atomically

Row = dict[str, Any]
Progress = Callable[[int, int], None]


class Journal:
    """One JSON line for each finished question; those of other settings do not count."""

    def __init__(self, folder: Path, name: str, settings: Mapping[str, Any]) -> None:
        """Opens `folder/unfinished-NAME.jsonl`; raises ConfigError where none can be written."""
        self._path = folder / f"unfinished-{name}.jsonl"
        self._key = settings_key(settings)
        self.finished = {row["qid"]: row["row"] for row in self._read()}
        lines = [self._line(qid, row) for qid, row in self.finished.items()]
        try:
            folder.mkdir(parents=True, exist_ok=True)
            # A killed process leaves half a line; writing the whole ones again drops it.
            write_atomically(self._path, "".join(lines).encode())
        except OSError as error:
            msg = f"cannot write to {folder} ({error.strerror}); name another: --report"
            raise ConfigError(msg) from error

    def complete(
        self,
        questions: Sequence[EvalQuestion],
        measure: Callable[[EvalQuestion], Row],
        progress: Progress,
    ) -> list[Row]:
        """A row for each question, in their order; only those without one are measured."""
        waiting = [question for question in questions if question.qid not in self.finished]
        with self._path.open("a", encoding="utf-8") as file:
            for question in waiting:
                progress(len(self.finished), len(questions))
                self.finished[question.qid] = measure(question)
                file.write(self._line(question.qid, self.finished[question.qid]))
                file.flush()
        progress(len(questions), len(questions))
        return [self.finished[question.qid] for question in questions]

    def remove(self) -> None:
        """Forgets what is finished: the report is written, the next run begins anew."""
        self._path.unlink(missing_ok=True)

    def _line(self, qid: str, row: Row) -> str:
        return json.dumps({"key": self._key, "qid": qid, "row": row}, ensure_ascii=False) + "\n"

    def _read(self) -> Iterator[Row]:
        if not self._path.is_file():
            return
        for line in self._path.read_text(encoding="utf-8", errors="replace").splitlines():
            try:
                row = json.loads(line)
            except ValueError:
                continue
            if row["key"] == self._key:
                yield row


def settings_key(settings: Mapping[str, Any]) -> str:
    """A digest of the settings and of this program's code: another of either, another key."""
    digest = hashlib.sha256(json.dumps(settings, sort_keys=True, default=str).encode())
    for package in (embeddings, rag):
        root = Path(str(package.__file__)).parent
        for file in sorted(root.rglob("*.py")):
            digest.update(file.read_bytes())
    return digest.hexdigest()
