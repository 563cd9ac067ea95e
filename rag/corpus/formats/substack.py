"""Reads the export of a Substack newsletter: `posts.csv` with a folder of HTML, or the ZIP."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from rag.corpus.decoding import SIZE_LIMIT, decode, read_bytes
from rag.corpus.drafts import Draft, Unread, printable_path
from rag.corpus.formats.left_out import left_out
from rag.corpus.formats.text_fields import line_of, read_text
from rag.corpus.formats.zip_files import read_entry, unpacked
from rag.errors import CorpusError

POSTS, TEXTS = "posts.csv", "posts"
_COLUMNS = frozenset({"post_id", "post_date", "is_published"})
_LONGEST_HEADER = 4096

# What asks readers to subscribe, to share and to comment.
_WIDGET = re.compile(
    r"<(div|p) class=\"[^\"]{0,200}\b(?:subscription-widget|subscribe-widget|button-wrap"
    r"|community-chat|poll-embed|install-substack-app-embed)",
)

Texts = Callable[[str], bytes]
"""Returns the HTML of the post with this id; raises CorpusError where it is missing."""


@dataclass(frozen=True, slots=True)
class SubstackReader:
    """Reads the ZIP archive of an export as it is downloaded."""

    suffixes: tuple[str, ...] = (".zip",)

    def read(self, path: Path) -> Iterator[Draft | Unread]:
        """The article of each published post with the path "file:line", and a count of others."""
        with unpacked(path, "ZIP") as archive:
            names = archive.namelist()
            table = next((n for n in names if PurePosixPath(n).name == POSTS), "")
            if not table:
                msg = (
                    f"a ZIP archive without {POSTS}, so no export of Substack "
                    f"({len(names):,} files); unpack it and ingest the folder"
                )
                raise CorpusError(msg)
            beside = str(PurePosixPath(table).parent / TEXTS)

            def text_of(post_id: str) -> bytes:
                """The HTML of a post, from the folder."""
                return read_entry(archive, f"{beside}/{post_id}.html")

            text, _ = decode(read_entry(archive, table))
            lines = io.StringIO(text)
            header = next(csv.reader([next(lines)]))
            yield from post_drafts(printable_path(path), header, lines, text_of)


def is_export(names: Iterable[str]) -> bool:
    """Whether a table with these columns is the list of posts in an export."""
    return set(names) >= _COLUMNS


def texts_in(folder: Path) -> Texts:
    """The HTML of posts by id, in the folder `posts` beside the table."""

    def text_of(post_id: str) -> bytes:
        """The HTML of a post, from the ZIP file."""
        return read_bytes(folder / TEXTS / f"{Path(post_id).name}.html")

    return text_of


def post_drafts(
    where: str, names: Sequence[str], lines: Iterable[str], text_of: Texts
) -> Iterator[Draft | Unread]:
    """The article of each published post below the names of the columns; counts the others.

    Raises CorpusError where there is no post.
    """
    csv.field_size_limit(SIZE_LIMIT)
    skipped: Counter[str] = Counter()
    rows = csv.reader(lines)
    found = before = 0
    for row in rows:
        place, before = f"{where}:{before + 2}", rows.line_num
        if not any(map(str.strip, row)):
            continue
        found += 1
        post = dict(zip(names, row, strict=False))
        if post.get("is_published", "").strip().lower() != "true":
            skipped["draft"] += 1
            continue
        try:
            yield _post(place, post, text_of)
        except CorpusError as error:
            yield Unread(place, str(error))
    if not found:
        msg = "the export of Substack holds no post"
        raise CorpusError(msg)
    yield from left_out(where, skipped)


def _post(where: str, post: dict[str, str], text_of: Texts) -> Draft:
    post_id = post["post_id"].strip()
    try:
        page, warnings = decode(text_of(post_id))
    except CorpusError as error:
        msg = f"its text {TEXTS}/{post_id}.html is missing or empty ({error})"
        raise CorpusError(msg) from error
    title = line_of(post.get("title", ""))
    text, blocks = read_text(_WIDGET.sub(_hidden, page), title, html=True)
    if not text:
        msg = f"the post holds no text: {post.get('type') or 'post'!s:.40}"
        raise CorpusError(msg)
    return Draft(
        where,
        text,
        blocks,
        title=title,
        source_id=f"substack:{post_id}",
        date=post.get("post_date", ""),
        dated=True,
        warnings=warnings,
    )


def _hidden(opening: re.Match[str]) -> str:
    return opening[0].replace(f"<{opening[1]}", f"<{opening[1]} hidden", 1)


def is_text_of_export(path: Path) -> bool:
    """Whether a page is the text of a post in an unpacked export, which its table names."""
    if path.parent.name != TEXTS or path.suffix != ".html":
        return False
    with suppress(OSError), (path.parent.parent / POSTS).open("rb") as file:
        header = file.readline(_LONGEST_HEADER).decode("utf-8-sig", "replace")
        return is_export(name.strip() for name in header.split(","))
    return False


def texts_beside(path: Path) -> str:
    """The names, sizes and times of the texts that belong to a table of posts; "" for none."""
    if path.name != POSTS:
        return ""
    with suppress(OSError):
        found = ((each.name, each.stat()) for each in (path.parent / TEXTS).glob("*.html"))
        return "\n".join(sorted(f"{name} {s.st_size} {s.st_mtime_ns}" for name, s in found))
    return ""
