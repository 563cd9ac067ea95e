"""Copies an archive onto a PostgreSQL or into a folder, and checks that all of it has arrived."""

from __future__ import annotations

import os
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from embeddings import Encoder
from rag.addresses import store_address
from rag.config import Settings
from rag.errors import ConfigError
from rag.indexes.engines import open_engines
from rag.indexes.opening import ArchiveFolder
from rag.maintenance.backup import appearing, copy_indexes, copy_vectors
from rag.store import Database, Store, store_place, writer_lock
from rag.store.copying import CopiedTable, copy_rows


@dataclass(frozen=True, slots=True)
class Copied:
    """Where the copy is, without a password, and what each of its tables holds."""

    place: str
    tables: tuple[CopiedTable, ...]


def copy_archive(folder: Path, target: str, settings: Settings, encoder: Encoder) -> Copied:
    """Copies the archive to the address of a PostgreSQL or to a new folder, all or nothing.

    Each row keeps its number, so that the indexes and vectors of `folder` go with a copy on a
    server as they are; a folder gets copies of them. No other process of this machine writes
    meanwhile; stop those on other machines. Raises ArchiveError where the target is not empty
    and where other rows have arrived, LockedError while another process writes, and ConfigError
    for an address that cannot be one.
    """
    with ExitStack() as stack:
        # What nobody can write to needs no lock.
        if os.access(folder, os.W_OK):
            stack.enter_context(writer_lock(folder, "copy"))
        source = Database(folder, settings.store, read_only=True)
        stack.callback(source.close)
        if "://" in target:
            return _to_server(source, folder, _address(target))
        return _to_folder(source, Path(target), settings, encoder)


def _address(target: str) -> SecretStr:
    try:
        return store_address(SecretStr(target))
    except ValueError as error:
        msg = f"--to names no store: {error}"
        raise ConfigError(msg) from None


def _to_server(source: Database, folder: Path, server: SecretStr) -> Copied:
    with closing(Database(folder, server, create=True)) as made:
        return Copied(str(made.place), tuple(copy_rows(source, made)))


def _to_folder(source: Database, target: Path, settings: Settings, encoder: Encoder) -> Copied:
    engines = open_engines(settings)
    with appearing(target) as copy:
        changed = copy_indexes(source.folder, copy, engines, Store(source).archive_id)
        with closing(Database(copy, create=True)) as made:
            tables = copy_rows(source, made)
        copy_vectors(source.folder, copy)
        if changed:
            ArchiveFolder(copy, settings.chunk_tokens, encoder, engines).rebuild()
    return Copied(str(store_place(target, SecretStr(""))), tuple(tables))
