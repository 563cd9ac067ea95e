"""How many tokens a text has; never touches the network."""

from __future__ import annotations

import hashlib
import logging
import os
import re
import tempfile
import threading
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

from rag.errors import ConfigError

if TYPE_CHECKING:
    import tiktoken

Encoding = Literal["o200k_base", "cl100k_base"]

# tiktoken's names for the files it keeps (the SHA-1 of their addresses) and their SHA-256.
_VOCABULARIES: dict[Encoding, tuple[str, str]] = {
    "o200k_base": (
        "fb374d419588a4632f3f557e76b4b70aebbca790",
        "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
    ),
    "cl100k_base": (
        "9b5ad71b2ce5302211f9c61530b329a4922fc6a4",
        "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
    ),
}
# tiktoken overflows its stack on a million blanks; a longer text is counted in parts.
_PART = 20_000
_ESTIMATED = re.compile(r"[A-Za-z]+|[0-9]{1,3}|\n+|[^\sA-Za-z0-9]")
_LETTERS_PER_TOKEN = 5
_BYTES_PER_TOKEN = 4 / 3
_loading = threading.Lock()
_log = logging.getLogger(__name__)


class TokenCounter:
    """Counts tokens as tiktoken does, or estimates them where its vocabulary is missing.

    The vocabulary is looked for on this machine only: in `$TIKTOKEN_CACHE_DIR`, in an
    installed `llama-index-core`, and where tiktoken keeps its downloads. `exact` says
    whether it was found; one warning is logged where it was not.

    >>> TokenCounter().count("The ferry sank.")
    4
    """

    def __init__(self, encoding: Encoding = "o200k_base") -> None:
        if encoding not in _VOCABULARIES:
            msg = f"unknown encoding {encoding!r}; known: {', '.join(get_args(Encoding))}"
            raise ConfigError(msg)
        self._encoding = _load(encoding, tuple(_folders()))
        self.exact = self._encoding is not None

    def count(self, text: str) -> int:
        """The tokens of `text`; up to one too many for each 20,000 characters."""
        if self._encoding is None:
            return estimate(text)
        parts = (text[at : at + _PART] for at in range(0, len(text), _PART))
        return sum(len(self._encoding.encode_ordinary(part)) for part in parts)


def estimate(text: str) -> int:
    """About how many tokens `text` has, rather too many than too few.

    A word costs a token for each five letters begun, a number one for each three
    digits, a line break or sign one, any other script three for four bytes. On news
    passages of 180 words the true count is .78 of it at the median, .93 at the 99th
    percentile and 1.3 times it at most; on random letters and digits, 1.9 times.

    >>> estimate("The ferry sank.")
    4
    """
    tokens = 0.0
    for piece in _ESTIMATED.findall(text):
        if not piece.isascii():
            tokens += len(piece.encode(errors="replace")) / _BYTES_PER_TOKEN
        else:
            tokens += 1 + (len(piece) - 1) // _LETTERS_PER_TOKEN if piece.isalpha() else 1
    return round(tokens)


def _folders() -> Iterator[Path]:
    """Where a vocabulary may lie on this machine."""
    for variable in ("TIKTOKEN_CACHE_DIR", "DATA_GYM_CACHE_DIR"):
        if folder := os.environ.get(variable):
            yield Path(folder)
    bundled = find_spec("llama_index")
    for package in (bundled and bundled.submodule_search_locations) or ():
        yield Path(package) / "core" / "_static" / "tiktoken_cache"
    yield Path(tempfile.gettempdir()) / "data-gym-cache"


@cache
def _load(encoding: Encoding, folders: tuple[Path, ...]) -> tiktoken.Encoding | None:
    """The encoding, from the first folder that holds its vocabulary whole; else None."""
    file, digest = _VOCABULARIES[encoding]
    for folder in folders:
        if _is_whole(folder / file, digest):
            return _read(encoding, folder)
    _log.warning(
        "no vocabulary of %s on this machine, so tokens are estimated; "
        "to count them, put tiktoken's file %s into $TIKTOKEN_CACHE_DIR",
        encoding,
        file,
    )
    return None


def _is_whole(path: Path, digest: str) -> bool:
    """Whether the file is there and undamaged: tiktoken deletes a damaged one and downloads."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest() == digest
    except OSError:
        return False


def _read(encoding: Encoding, folder: Path) -> tiktoken.Encoding:
    """The encoding, read by tiktoken, which takes its folder from the environment alone."""
    import tiktoken

    variable = "TIKTOKEN_CACHE_DIR"
    with _loading:
        before = os.environ.get(variable)
        os.environ[variable] = str(folder)
        try:
            return tiktoken.get_encoding(encoding)
        finally:
            if before is None:
                del os.environ[variable]
            else:
                os.environ[variable] = before
