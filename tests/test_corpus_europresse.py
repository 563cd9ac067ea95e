"""Europresse exports as HTML: each article with its own outlet, date, authors and text."""

from __future__ import annotations

from pathlib import Path

from rag.corpus import Read, Unread
from tests.reading import read_all

FIRST = "Le tunnel du port d'Orrel ferme onze semaines pour le remplacement des pompes."
SECOND = "Ada Kolm, qui dirige le port, a dit que les travaux ne pouvaient plus attendre."


def article(
    title: str,
    outlet: str,
    header: str,
    *,
    text: str,
    lead: str = "",
    names: str = "",
    no: str = "",
) -> str:
    """An article as Europresse writes it."""
    subtitle = f'<p class="sm-margin-TopNews rdp__subtitle">{lead}</p>' if lead else ""
    byline = f'<p class="sm-margin-bottomNews">{names}</p>' if names else ""
    return (
        '<article><header><div class="rdp__DocPublicationName">'
        f'<span class="DocPublicationName">{outlet}</span></div>'
        f'<span class="DocHeader">{header}</span></header>'
        '<div class="titreArticle"><p class="sm-margin-TopNews titreArticleVisu rdp__articletitle">'
        f'{title}</p>{subtitle}</div>{byline}<div class="docOcurrContainer">{text}</div>'
        f'<div class="publiC-lblNodoc">{no}</div></article>'
    )


def outcomes(folder: Path, *articles: str) -> list[Read | Unread]:
    """What becomes of an export of these articles."""
    return read_all(
        folder / "europresse.html",
        '<!doctype html><html><head><meta charset="utf-8"><title>Europresse</title></head><body>'
        + "".join(articles)
        + "</body></html>",
    )


def test_each_article_has_its_own_outlet_date_authors_and_text(tmp_path: Path) -> None:
    link = '<p><a href="https://courrier.example/a1">Cet article est paru dans Le Courrier</a></p>'
    one, other = outcomes(
        tmp_path,
        article(
            "Le tunnel ferme",
            "Le Courrier d'Orrel",
            "Économie, mardi 7 mai 2024 412 mots, p. 5",
            lead="Les pompes datent de 1962",
            names="Oldenkamp, Mira ; Derby, Abby",
            text=f"<p>{FIRST}</p><div>{SECOND}<ul><li>412 mètres</li></ul></div>{link}",
            no="news·20240507·CO·1",
        ),
        article("Le pont ouvre", "La Gazette", "mercredi 8 mai 2024", text=f"{SECOND}<br>{FIRST}"),
    )
    assert isinstance(one, Read)
    assert isinstance(other, Read)
    found = one.article
    assert (found.title, found.publisher, found.section) == (
        "Le tunnel ferme",
        "Le Courrier d'Orrel",
        "Économie",
    )
    assert (str(found.published), found.authors, found.language) == (
        "2024-05-07",
        ("Mira Oldenkamp", "Abby Derby"),
        "fr",
    )
    assert found.url == "https://courrier.example/a1"
    assert found.text.split("\n\n") == ["Les pompes datent de 1962", FIRST, SECOND, "• 412 mètres"]
    assert (other.article.publisher, str(other.article.published)) == ("La Gazette", "2024-05-08")
    assert SECOND in other.article.text
    assert FIRST in other.article.text


def test_an_article_without_text_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    empty, whole = outcomes(
        tmp_path,
        article("Une photo", "La Gazette", "mardi 7 mai 2024", text=""),
        article("Le pont", "La Gazette", "mardi 7 mai 2024", text=f"<p>{FIRST}</p>"),
    )
    assert isinstance(empty, Unread)
    assert empty.reason == "the document 'Une photo' holds no text"
    assert isinstance(whole, Read)


def test_an_export_that_is_cut_short_gives_what_it_holds(tmp_path: Path) -> None:
    whole = article("Le pont", "La Gazette", "mardi 7 mai 2024", text=f"<p>{FIRST}</p>", no="n·1")
    cut = whole[: whole.rindex("</p></div><div")]
    found = [each for each in outcomes(tmp_path, whole, cut) if isinstance(each, Read)]
    assert [each.article.text for each in found] == [FIRST, FIRST]


def test_a_page_that_only_has_the_marks_is_refused(tmp_path: Path) -> None:
    (outcome,) = outcomes(tmp_path, f'<div class="docOcurrContainer"><p>{FIRST}</p></div>')
    assert isinstance(outcome, Unread)
    assert "no article can be told from another" in outcome.reason


def test_an_edition_on_the_web_is_the_outlet_and_names_may_have_a_line_of_their_own(
    tmp_path: Path,
) -> None:
    made = article(
        "Le tunnel ferme",
        "Courrier d'Orrel (site web)",
        "Région, mardi 7 mai 2024 412 mots, p. 5",
        text=f"<p>{FIRST}</p><p>{SECOND}</p>",
    ).replace("</header>", '<div class="docAuthors">Mira Oldenkamp; Tom Roby</div></header>')
    (outcome,) = read_all(tmp_path / "a.html", f"<html><body>{made}</body></html>")
    assert isinstance(outcome, Read)
    assert outcome.article.publisher == "Courrier d'Orrel"
    assert outcome.article.authors == ("Mira Oldenkamp", "Tom Roby")
