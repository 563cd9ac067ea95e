"""The two steps of an ingest that a cluster can do: files read, passages embedded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from embeddings import Encoder
from rag.cluster.joining import Cluster, Job, Lost, joined
from rag.cluster.parcels import Parcel, SomeLines, packed, packed_lines
from rag.cluster.working import Orders
from rag.config import Settings
from rag.corpus.drafts import Read, Unread, printable_path
from rag.corpus.formats.left_out import summed_up
from rag.corpus.jsonl import JsonLinesReader
from rag.corpus.readers import read_file, reader_of
from rag.corpus.sandbox import Sandbox
from rag.errors import CorpusError, ProviderError
from rag.indexes.dense import Batch, Encoded, Encoding, distinct
from rag.indexes.workers import check_can_be_sent
from rag.settings_groups import EncoderSettings
from rag.store.inputs import readers_mark

_READ_AHEAD, _ENCODED_AHEAD = 8, 2
"""Jobs that are handed out for each CPU, so that none waits for the next."""

_SECRET = {"encoder_api_key", "encoder_headers"}


@dataclass(frozen=True, slots=True, eq=False)
class _Item:
    """A file to read, or what is passed on in its place; each is equal to itself alone."""

    item: Any


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of an item: a parcel of a file, or what ends its lines; neither for all else."""

    of: _Item
    parcel: Parcel | None = None
    trouble: CorpusError | None = None


class OnCluster:
    """Reads and embeds on a cluster; `encoding` is None where a server encodes."""

    def __init__(self, cluster: Cluster, settings: Settings) -> None:
        self._cluster = cluster
        self._device = settings.encoder_device
        self.encoding: Encoding | None = None if settings.is_served else self._encoded

    def reading(self, now: datetime, sandbox: Sandbox) -> ClusterReading:
        """What reads files on the cluster, and those that are not sent in the sandbox here."""
        return ClusterReading(self._cluster, now, sandbox)

    def _encoded(self, batches: Iterable[Batch]) -> Iterator[Encoded]:
        """Each batch with its rows, in the order given."""
        jobs = (Job(batch, distinct(batch)) for batch in batches)
        gpu = self._device.startswith(("auto", "cuda"))
        for batch, rows in self._cluster.in_order("encode", jobs, _ENCODED_AHEAD, gpu=gpu):
            if isinstance(rows, Lost):
                msg = (
                    f"workers of the cluster were killed {rows.times} times at the same passages; "
                    "nothing is lost: give them more memory, then run the same command again"
                )
                raise ProviderError(msg)
            yield batch, rows


class ClusterReading:
    """Reads files on the cluster, in the order given; see `rag.corpus.readers.Reading`."""

    def __init__(self, cluster: Cluster, now: datetime, sandbox: Sandbox) -> None:
        self._cluster = cluster
        self._now = now
        self._sandbox = sandbox

    def __call__(
        self, items: Iterable[Path | Any]
    ) -> Iterator[tuple[Path, Iterator[Read | Unread]] | Any]:
        """Each file with its outcomes, or what is no path."""
        found = self._cluster.in_order("read", self._jobs(items), _READ_AHEAD)
        for of, parts in groupby(found, key=lambda each: each[0].of):
            yield (
                (of.item, self._outcomes(of.item, parts)) if isinstance(of.item, Path) else of.item
            )

    def _jobs(self, items: Iterable[Path | Any]) -> Iterator[Job[_Part]]:
        for item in items:
            of = _Item(item)
            for part in _parts(of, item) if isinstance(item, Path) else [_Part(of)]:
                if parcel := part.parcel:
                    yield Job(part, (parcel, self._now), parcel.size)
                else:
                    yield Job(part)

    def _outcomes(self, file: Path, parts: Iterable[tuple[_Part, Any]]) -> Iterator[Read | Unread]:
        """What is in a file, of all its parts."""
        if isinstance(reader_of(file), JsonLinesReader):
            where = printable_path(file)
            try:
                yield from summed_up(where, _of_lines(parts))
            except CorpusError as error:
                yield Unread(where, str(error))
            return
        for part, result in parts:
            if part.parcel is None:
                yield from read_file(file, now=self._now, sandbox=self._sandbox)
            else:
                yield from _of_worker(part, result)


def _parts(of: _Item, file: Path) -> Iterator[_Part]:
    if not isinstance(reader_of(file), JsonLinesReader):
        yield _Part(of, packed(file))
        return
    try:
        for lines in packed_lines(file):
            yield _Part(of, lines)
    except CorpusError as error:
        yield _Part(of, trouble=error)


def _of_lines(parts: Iterable[tuple[_Part, Any]]) -> Iterator[Read | Unread]:
    for part, result in parts:
        if part.trouble:
            raise part.trouble
        yield from _of_worker(part, result)


def _of_worker(part: _Part, result: Any) -> Iterator[Read | Unread]:
    """What a worker has read, or that it was killed by it."""
    if not isinstance(result, Lost):
        yield from result
        return
    why = (
        f"the workers that read it were killed {result.times} times; the file may be damaged or "
        "malicious, or need more memory than they have"
    )
    path = printable_path(part.of.item)
    if isinstance(part.parcel, SomeLines):
        first, last = part.parcel.lines[0][0], part.parcel.lines[-1][0]
        path, why = f"{path}:{first}", f"lines {first} to {last}: {why}"
    yield Unread(path, why)


@contextmanager
def on_cluster(
    address: str,
    settings: Settings,
    encoders: tuple[Encoder, Encoder | None],
    note: Callable[[str], None],
) -> Iterator[OnCluster]:
    """A cluster that reads and embeds for one command; see `rag.cluster.joining.joined`.

    `encoders` are the archive's, and the one among them that was given in Python, if any.
    """
    own, given = encoders
    if given is not None:
        check_can_be_sent(given)
    names = EncoderSettings.model_fields.keys() - _SECRET
    named = {} if given or settings.is_served else settings.model_dump(include=names)
    mark = "" if settings.is_served else own.fingerprint
    orders = Orders(given, named, mark, settings.chunk_tokens, readers_mark())
    with joined(address, orders, note) as cluster:
        yield OnCluster(cluster, settings)
