"""The labels of LexisNexis and Nexis Uni documents, in the languages of their interfaces."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from rag.corpus.formats.export_fields import date_of, language_of

_NAMES: Mapping[str, Sequence[str]] = {
    "length": (
        *("length", "länge", "laenge", "longueur", "lengte", "longitud", "extensión", "lunghezza"),
        *("comprimento", "tamanho", "längd", "længde", "lengde", "długość"),
    ),
    "byline": (
        *("byline", "author", "authors", "autor", "autoren", "auteur", "auteurs", "autore"),
        *("autores", "autori", "signature", "författare", "forfatter"),
    ),
    "section": (
        *("section", "rubrik", "rubrique", "rubriek", "sectie", "sección", "sezione", "seção"),
        *("secção", "sektion"),
    ),
    "title": (
        *("headline", "title", "kop", "titre", "titel", "título", "titolo", "titular"),
        *("überschrift", "schlagzeile", "leadall"),
    ),
    "dateline": ("dateline", "ortszeile", "datelijn", "lieu"),
    "lead": ("highlight", "highlights", "chapeau", "hoogtepunt", "vorspann", "lead"),
    "text": ("body", "text", "tekst", "texte", "texto", "testo", "volltext"),
    "language": ("language", "sprache", "langue", "taal", "idioma", "lingua", "língua", "språk"),
    "loaded": (
        *("load-date", "update", "date-chargement", "date de chargement", "ladedatum"),
        *("fecha-de-carga", "fecha de carga", "fecha-carga", "laaddatum", "data-carregamento"),
        *("erfassungsdatum", "data di caricamento"),
    ),
    "kind": (
        *("publication-type", "pub-type", "publication type", "type-publication", "type"),
        *("type de publication", "publikationsart", "publikationstyp", "publicatietype"),
        *("tipo de publicación", "tipo-de-publicación", "document-type", "media-type"),
    ),
    "picture": (
        *("graphic", "grafik", "graphique", "grafiek", "illustration", "image", "images", "foto"),
        *("gráfico", "caption", "legende", "légende", "photo"),
    ),
    "correction": ("correction", "berichtigung", "korrektur", "rectificatif", "rectificatie"),
    "url": ("url", "link", "weblink"),
    "other": (
        *("journal-code", "journal code", "code-revue", "zeitschriftencode", "acc-no", "isbn"),
        *("subject", "pub-subject", "sujet", "thema", "onderwerp", "industry", "branche"),
        *("organization", "organisation", "company", "unternehmen", "société", "ticker"),
        *("person", "geographic", "country", "state", "city", "region", "location"),
        *("geo-localization", "localisation-geo", "correction-date", "transcript", "series"),
        *("name", "names", "anchors", "guests", "reporters", "notes", "distribution", "bio"),
        *("edition", "ausgabe", "édition", "editie", "date", "datum", "category", "day"),
        *("insert", "encart", "issn", "copyright", "journal", "publisher", "source", "origin"),
    ),
}
_FIELDS = {name: field for field, names in _NAMES.items() for name in names}
_LABEL = re.compile(r"^(?P<name>[^\W\d_][\w'’/-]*(?: [\w'’/-]+){0,2}) ?[:\uff1a](?=[\s\xa0]|$)")
_COPYRIGHT = re.compile(
    r"^(?:copyright[ ,]*(?:©|\(c\)|&copy;)?[ ,]*\d{4}|copyright ©|\(c\)|©|all rights reserved"
    r"|alle rechte vorbehalten|tous droits r|todos los derechos res|tutti i diritti ris"
    r"|delivered by newstex|provided by syndigate)",
    re.IGNORECASE,
)
_WORDS = re.compile(
    r"^\d[\d.,]{0,9} (?:words|wörter|woerter|mots|palabras|parole|woorden|palavras|ord|słów)$",
    re.IGNORECASE,
)
_EARLY = frozenset({"length", "byline", "section", "title", "dateline", "lead", "text"})
_NEVER_LOWER_CASE = re.compile(r"[a-zß-öø-ÿ]")


def label_of(line: str) -> tuple[str, str]:
    """The field that a line is about and its value; two empty strings if it has no known label.

    >>> label_of("LÄNGE: 306 Wörter"), label_of("Ferries sail again")
    (('length', '306 Wörter'), ('', ''))
    """
    if _WORDS.match(line):
        return "length", line
    found = _LABEL.match(line)
    if found is None:
        return "", ""
    field = _FIELDS.get(" ".join(found["name"].split()).casefold(), "")
    return (field, line[found.end() :].strip()) if field else ("", "")


def is_shouted_label(line: str) -> bool:
    """Whether a line begins with any label in capitals, such as "ANCHORS:"."""
    found = _LABEL.match(line)
    return found is not None and not _NEVER_LOWER_CASE.search(found["name"])


def is_copyright(line: str) -> bool:
    """Whether a line says who holds the rights."""
    return _COPYRIGHT.match(line) is not None


def ends_text(line: str) -> bool:
    """Whether a line is a label that stands below the text only, with a value that fits it.

    >>> ends_text("LOAD-DATE: May 12, 2024"), ends_text("UPDATE: The council has voted.")
    (True, False)
    """
    name, value = label_of(line)
    if name == "loaded":
        return not value or bool(date_of(value))
    if name == "language":
        return bool(language_of(value))
    return name == "kind" and not line.casefold().startswith("type:")


def opens_text(field: str) -> bool:
    """Whether a label of this field stands above the text of an article."""
    return field in _EARLY
