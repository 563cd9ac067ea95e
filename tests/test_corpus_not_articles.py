"""What is no article is named and left out; what stands before a paywall is marked."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.corpus import Read, Unread
from tests.reading import read_only
from tests.test_corpus_page_text import PARAGRAPHS, STORY, TITLE, article, page

CONSENT = "a consent notice, no article"
BOT = "a check for robots, no article"
MISSING = "a page that says it is missing, no article"
FRONT = "a list of headlines, no article"


def outcome(tmp_path: Path, html: str) -> Read | Unread:
    """What reading a page gives."""
    return read_only(tmp_path / "page.html", html)


def headlines(count: int) -> str:
    """Headlines with a line below each, as a section's front has them."""
    return "".join(
        f'<div class="item"><h2><a href="/{n}">Storm number {n} shakes the harbour town</a></h2>'
        f"<p>{STORY[n % 4]}</p></div>"
        for n in range(count)
    )


@pytest.mark.parametrize(
    ("title", "body", "reason"),
    [
        (
            TITLE,
            "<main><h2>We value your privacy</h2><p>We and our 812 partners store and access"
            " information on a device, such as cookies, and process personal data.</p><p>You may"
            " click to consent to our and our partners' processing as described above.</p></main>",
            CONSENT,
        ),
        (
            TITLE,
            "<h1>Ihre Privatsphäre ist uns wichtig</h1><p>Wir und unsere 211 Partner verwenden"
            " Cookies, um Inhalte zu personalisieren.</p><p>Sie können Ihre Einwilligung jederzeit"
            " widerrufen.</p>",
            CONSENT,
        ),
        (
            "Just a moment...",
            "<h1>Checking your browser before accessing orrelstadpost.example</h1><p>This process"
            " is automatic. Please enable JavaScript and cookies to continue.</p>",
            BOT,
        ),
        (
            "Access Denied",
            '<h1>Access Denied</h1><p>You don\'t have permission to access "/a" on this server.'
            "</p><p>Reference #18.2d3</p>",
            BOT,
        ),
        (
            "Page not found",
            "<main><h1>Page not found</h1><p>Sorry, the page you were looking for does not exist or"
            " has been moved. Please check the address or use the search.</p><p>You can also go to"
            " our home page and read the latest news from the region.</p></main>",
            MISSING,
        ),
        (
            "404",
            "<main><h1>Seite nicht gefunden</h1><p>Die Seite wurde leider nicht gefunden. Bitte"
            " nutzen Sie die Suche.</p><p>Oder lesen Sie die neuesten Nachrichten der Region.</p>"
            "</main>",
            MISSING,
        ),
        (
            "451",
            "<h1>Unavailable due to legal reasons</h1><p>You are attempting to access this website"
            " from a country where access cannot be granted at this time.</p>",
            MISSING,
        ),
        ("News", f"<main><h1>News from Orrelstad</h1>{headlines(7)}</main>", FRONT),
        (
            TITLE,
            "<main><article><p>This article is only available to subscribers. Subscribe now to"
            " continue reading.</p><p>Already a subscriber? Sign in to your account.</p></article>"
            "</main>",
            "a paywall notice, no article",
        ),
        (
            TITLE,
            "<main><article><p>Sign up for our daily newsletter and get the best of Orrelstad in"
            " your inbox every morning.</p><p>By signing up, you agree to our terms.</p></article>"
            "</main>",
            "a newsletter form, no article",
        ),
        (
            TITLE,
            "<main><article><p>Order now and save 40% off your first box of Harbour Coffee. Limited"
            " time offer.</p><p>Shop now at the Harbour Coffee store in town.</p></article></main>",
            "an advertisement, no article",
        ),
    ],
    ids=[
        *("consent", "consent in German", "robot check", "access denied", "soft 404"),
        *("soft 404 in German", "legal reasons", "front", "paywall", "newsletter", "advertisement"),
    ],
)
def test_a_page_without_an_article_is_named(
    tmp_path: Path, title: str, body: str, reason: str
) -> None:
    found = outcome(tmp_path, page(body, title=title))
    assert isinstance(found, Unread)
    assert found.reason == reason


@pytest.mark.parametrize(
    ("title", "body"),
    [
        (
            "Regulator fines site over cookies",
            "<p>The privacy regulator fined the site Chirp 4 million crowns on Monday because it"
            " uses cookies without consent.</p><p>The site said that it and its partners store"
            " information on devices only after users accept all cookies.</p>",
        ),
        ("Page not found: how links die", PARAGRAPHS),
        ("Robots take over the harbour", f"{PARAGRAPHS}<p>Are you a robot, the crane asked.</p>"),
        ("Storms of the year", f"{PARAGRAPHS}{headlines(3)}"),
        ("Post raises its price", f"{PARAGRAPHS}<p>Readers pay $4 a month and may cancel.</p>"),
    ],
    ids=["about cookies", "about missing pages", "about robots", "with links", "about prices"],
)
def test_reporting_about_such_things_is_an_article(tmp_path: Path, title: str, body: str) -> None:
    html = page(f"<main><article><h1>{title}</h1>{body}</article></main>", title=title)
    found = outcome(tmp_path, html)
    assert isinstance(found, Read)
    assert found.article.text.startswith(title)
    assert found.warnings == ("no date found; kept as unknown",)


def test_what_stands_before_a_paywall_is_marked(tmp_path: Path) -> None:
    wall = (
        "<h3>Continue reading with a subscription</h3><p>Subscribe now to read the full story for"
        " $1 a week. Cancel anytime.</p><p>Already a subscriber? Log in.</p>"
    )
    found = outcome(tmp_path, article(f"<p>{STORY[0]}</p><div class='x'>{wall}</div>"))
    assert isinstance(found, Read)
    assert found.article.text == f"{TITLE}\n\n{STORY[0]}"
    assert found.warnings[0] == "only the start of the article: the rest lies behind a paywall"


def test_a_form_between_paragraphs_is_no_evidence(tmp_path: Path) -> None:
    form = "Sign up for our daily newsletter and get the best of Orrelstad in your inbox."
    first, *rest = (f"<p>{words}</p>" for words in STORY)
    found = outcome(tmp_path, article(f"{first}<p>{form}</p>{''.join(rest)}"))
    assert isinstance(found, Read)
    text = found.article.text
    kinds = {text[span.start : span.end]: span.kind for span in found.article.furniture}
    assert kinds.get(form, "newsletter") == "newsletter"
    assert all(words in text for words in STORY)


CARDS = "".join(
    f'<div class="card"><h3><a href="/{n}">{head}</a></h3><p>{line}</p>'
    f"<span>{n} hours ago</span></div>"
    for n, (head, line) in enumerate(
        [
            ("Bakery burns down", "Fire crews fought the flames for six hours on Saturday."),
            ("Bus gets a new route", "The bus will stop at the hospital from May."),
            ("School play sells out", "All four evenings were gone in an hour."),
            ("Council tax to rise", "The rise of four per cent takes effect in April."),
            ("River walk reopens", "The path had been shut since the flood."),
        ]
    )
)


@pytest.mark.parametrize(
    ("title", "body", "reason"),
    [
        (
            TITLE,
            "<h2>Willkommen</h2><p>Wir und unsere bis zu 214 Partner verarbeiten Ihre Daten.</p>"
            "<p>Zustimmen und weiter</p><p>Oder das PUR-Abo für 2,99 € im Monat bestellen.</p>",
            CONSENT,
        ),
        (
            "Erreur 404",
            "<h1>Erreur 404</h1><p>La page que vous recherchez est introuvable. Elle a peut-être"
            " été déplacée.</p><p>Revenez à la page d’accueil.</p>",
            MISSING,
        ),
        (
            "記事",
            "<h1>記事</h1><p>お探しのページは見つかりません。</p>",
            MISSING,
        ),
        ("Local news", f"<main><h1>Local news</h1>{CARDS}</main>", FRONT),
        (
            TITLE,
            "<h2>Szanowni Państwo</h2><p>Klikając „Przejdź do serwisu” wyrażasz zgodę na"
            " przetwarzanie danych osobowych przez nas i 12 Zaufanych Partnerów.</p>",
            CONSENT,
        ),
        (
            "Sayfa bulunamadı",
            "<h1>Sayfa bulunamadı</h1><p>Aradığınız sayfa bulunamadı ya da kaldırılmış.</p>",
            MISSING,
        ),
        (
            "Unavailable",
            "<h1>Unavailable</h1><p>This site is currently unavailable to visitors from most"
            " countries of Europe.</p>",
            MISSING,
        ),
        (
            "地域ニュース",
            "<h1>地域ニュース</h1><dl>"
            + "".join(
                f"<dt>2024年5月{n}日</dt><dd><a href='/{n}'>港のトンネルを十一週閉鎖へ{n}</a></dd>"
                for n in range(1, 6)
            )
            + "</dl>",
            FRONT,
        ),
        (
            "post.example",
            "<p>Please enable JS and disable any ad blocker</p>",
            "a check for robots, no article",
        ),
    ],
)
def test_walls_errors_and_fronts_of_more_languages_are_named(
    tmp_path: Path, title: str, body: str, reason: str
) -> None:
    found = outcome(
        tmp_path, f"<html><head><title>{title}</title></head><body>{body}</body></html>"
    )
    assert isinstance(found, Unread)
    assert found.reason == reason


LINES = [
    "Fire crews fought the flames for six hours on Saturday.",
    "The bus will stop at the hospital from May, the county said.",
    "All four evenings were gone in an hour.",
    "The rise of four per cent takes effect in April.",
]


@pytest.mark.parametrize(
    "item",
    [
        '<li><article><a href="/{n}"><h3>Headline number {n}</h3></a><p>{line}</p></article></li>',
        '<li class="c{n}"><p>{line}</p><h4><a href="/{n}">Headline number {n}</a></h4></li>',
        '<a class="card" href="/{n}"><div><h3>Headline number {n}</h3><p>{line}</p></div></a>',
    ],
)
def test_teasers_in_neighbours_of_one_make_are_a_front(tmp_path: Path, item: str) -> None:
    items = "".join(item.format(n=n, line=line) for n, line in enumerate(LINES * 2))
    head = "<html><head><title>Harbour</title></head>"
    found = outcome(tmp_path, f"{head}<body><main><ul>{items}</ul></main></body></html>")
    assert isinstance(found, Unread)
    assert found.reason == FRONT


def test_items_that_tell_a_story_are_an_article(tmp_path: Path) -> None:
    items = "".join(
        f'<li><article><h3><a href="/{n}">Boat number {n}</a></h3><p>{STORY[n]}</p>'
        f"<p>{STORY[3 - n]} {STORY[n]}</p></article></li>"
        for n in range(4)
    )
    html = f"<html><head><title>Four boats</title></head><body><ol>{items}</ol></body></html>"
    assert isinstance(outcome(tmp_path, html), Read)


def test_a_page_that_calls_itself_a_persons_is_no_article(tmp_path: Path) -> None:
    data = '<script type="application/ld+json">{"@type": "ProfilePage"}</script>'
    about = "<p>Mira Oldenkamp has reported on the harbour since 2011 and lives on the quay.</p>"
    found = outcome(
        tmp_path, f"<html><head>{data}</head><body><main>{about * 2}</main></body></html>"
    )
    assert isinstance(found, Unread)
    assert "headlines" in found.reason
