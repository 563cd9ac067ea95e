"""The names of an article's fields in tables and records: by `columns.toml`, or by common use."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from rag.corpus.decoding import read_bytes
from rag.errors import CorpusError

COLUMNS_FILE = "columns.toml"
RECORDS = (
    *(".csv", ".tsv", ".parquet", ".json", ".json.gz"),
    *(".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz"),
)
"""The endings of the files whose articles have named fields."""

Fields = Mapping[str, tuple[str, ...]]
"""The columns that may have each field, the first choice first."""

_TABLE, _FILES = "columns", "files"
_EXAMPLE = f'write text = "body" below [{_TABLE}], or below [{_FILES}."name.csv"]'
_NAMES: Mapping[str, tuple[str, ...]] = {
    field: tuple(names.split())
    for field, names in {
        "text": "text body content article article_text full_text fulltext story maintext"
        " main_text body_text content_text text_content article_body article_content post_content"
        " story_text plaintext plain_text volltext artikeltext inhalt texte texte_integral texto"
        " texto_completo cuerpo contenido testo tekst conteudo corpo html content_html body_html"
        " content_elements blocks text_html article_html content_encoded",
        "id": "id article_id guid uuid _id story_id stories_id post_id accession_number",
        "url": "url link uri address permalink article_url web_url page_url requested_url"
        " final_url story_url post_url canonical_url original_url source_url",
        "title": "headline headlines heading title hed article_title story_title post_title"
        " web_title title_page title_rss page_title titel titre titulo titolo überschrift"
        " schlagzeile titular título kop tytul",
        "publisher": "publisher outlet source publication newspaper site media_name source_name"
        " source_hostname outlet_name publication_name news_source site_name publication_title"
        " source_title source_domain domain hostname zeitung quelle medium journal fuente"
        " periodico periódico medio fonte testata giornale krant bron jornal media_url",
        "authors": "authors author byline by creator dc_creator author_name author_names credits"
        " writer journalist reporter post_author influencer autor autorin autoren verfasser auteur"
        " auteurs autores autore autori auteur_s",
        "date": "date_gmt date published published_at publish_date pub_date date_published"
        " date_publish publishing_date publication_date published_date published_on publish_time"
        " published_time publication_datetime web_publication_date post_date_gmt post_date"
        " article_date first_published first_publish_date display_date datetime timestamp"
        " created_at date_created date_time_pub created datum erscheinungsdatum veröffentlicht"
        " fecha fecha_publicacion data_pubblicazione data_publicacao date_de_publication"
        " date_publication",
        "language": "language lang language_code in_language sprache langue idioma lingua taal",
        "section": "section category topic desk section_name article_section rubric news_desk"
        " categories ressort rubrik rubrique seccion sección sezione rubriek secao seção",
        "embargoed": "embargoed embargo embargo_until embargoed_until embargo_date",
        "status": "status post_status pub_status publish_status is_published",
        "summary": "lead_paragraph description summary abstract teaser excerpt standfirst dek"
        " opening_text short_description",
        "captured": "captured captured_at crawled crawled_at crawl_date date_crawled"
        " date_download download_date fetched fetched_at retrieved retrieved_at scraped_at"
        " scrape_date snapshot snapshot_date access_date accessed",
        "modified": "modified date_modified date_modify modified_at modified_date last_modified"
        " updated updated_at update_date last_updated changed",
    }.items()
}
FIELDS = tuple(field for field in _NAMES if field not in ("status", "summary"))


class NoTextColumnError(CorpusError):
    """No column of a table is known as the text."""


def column_fields(path: Path, columns: Sequence[str]) -> Fields:
    """The columns of the table in `path` that may have each field, `text` or `summary` among them.

    `columns.toml` in the same folder comes first: its entries for this file, then for all.
    The rest goes by name, ignoring case and punctuation. Raises CorpusError.

    >>> column_fields(Path("news/a.csv"), ["Headline", "Body", "Pub date"])
    {'text': ('Body',), 'title': ('Headline',), 'date': ('Pub date',)}
    """
    configured = configured_columns(path)
    for field, column in configured.items():
        if column not in columns:
            msg = (
                f"{COLUMNS_FILE} says that {field!r} is the column {column!r:.60}, "
                f"which is not in the table; columns found: {listed(columns)}"
            )
            raise CorpusError(msg)
    fields = fields_of(tuple(columns), tuple(configured.items()))
    if not fields.keys() & {"text", "summary"}:
        msg = (
            f"no column is known as the text; columns found: {listed(columns)}; "
            f"name it in a file {COLUMNS_FILE} beside this one: {_EXAMPLE}"
        )
        if "url" in fields:
            msg += "; or read the pages at its addresses: dateline ingest ADDRESS"
        raise NoTextColumnError(msg)
    return fields


@lru_cache(maxsize=256)
def fields_of(names: tuple[str, ...], configured: tuple[tuple[str, str], ...] = ()) -> Fields:
    """The names that may have each field of an article, the first choice first.

    A name that is configured for one field is no other field. A configured name may lead
    into a record with dots: "fields.bodyText".

    >>> fields_of(("maintext", "text", "x"), (("title", "x"),))
    {'text': ('text', 'maintext'), 'title': ('x',)}
    """
    chosen = dict(configured)
    used = set(chosen.values())
    known = {_plain(name): name for name in reversed(names) if name not in used}
    fields = {
        field: ((chosen[field],) if field in chosen else ())
        or tuple(known[plain] for plain in map(_plain, others) if plain in known)
        for field, others in _NAMES.items()
    }
    return {field: tuple(dict.fromkeys(columns)) for field, columns in fields.items() if columns}


def settings_beside(path: Path) -> str:
    """The text of `columns.toml` that applies to a file; "" if there is none."""
    if not path.name.lower().endswith(RECORDS):
        return ""
    beside = path.parent / COLUMNS_FILE
    try:
        return beside.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def configured_columns(path: Path) -> dict[str, str]:
    """The column of each field that `columns.toml` beside the file names; CorpusError if wrong."""
    beside = path.parent / COLUMNS_FILE
    if not beside.is_file():
        return {}
    try:
        table = tomllib.loads(read_bytes(beside).decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        msg = f"{COLUMNS_FILE} is not valid TOML: {error}"
        raise CorpusError(msg) from error
    for key in table:
        if key not in (_TABLE, _FILES):
            msg = f"{COLUMNS_FILE}: unknown key {key!r:.60}; {_EXAMPLE}"
            raise CorpusError(msg)
    of_file = _section(table.get(_FILES, {}), f"[{_FILES}]").get(path.name, {})
    return _columns(table.get(_TABLE, {})) | _columns(of_file)


def _columns(section: object) -> dict[str, str]:
    columns: dict[str, str] = {}
    for field, column in _section(section, f"[{_TABLE}]").items():
        if field not in FIELDS:
            msg = f"{COLUMNS_FILE}: unknown field {field!r:.60}; known: {', '.join(FIELDS)}"
            raise CorpusError(msg)
        if not isinstance(column, str) or not column:
            msg = f"{COLUMNS_FILE}: {field!r} is {column!r:.60}, not the name of a column"
            raise CorpusError(msg)
        columns[field] = column
    return columns


def _section(section: object, name: str) -> Mapping[str, Any]:
    if not isinstance(section, dict):
        msg = f"{COLUMNS_FILE}: {name} is no table; {_EXAMPLE}"
        raise CorpusError(msg)
    return section


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", name.casefold())


def listed(names: Sequence[str]) -> str:
    """The first eight names, for a message."""
    return ", ".join(names[:8])[:200] or "none"
