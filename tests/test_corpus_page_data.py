"""What pages say of their articles: every kind of place, and what is never the article's."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from lxml import html

from rag.corpus import Read
from rag.corpus.page_graph import read_graph
from tests.reading import read_article

TEXT = """<p>The council of Orrelstad voted on Tuesday to close the harbour tunnel for eleven
weeks while its drains are replaced.</p><p>Engineer Lio Vantongeren said that 412 metres of pipe had
rusted through. The work will cost 6.2 million crowns.</p>"""
GERMAN = """<p>Der Stadtrat hat am Dienstag beschlossen, den Hafentunnel für elf Wochen zu
schließen, während die Rohre ersetzt werden.</p><p>Ingenieur Lio Vantongeren sagte, 412 Meter
Rohr seien durchgerostet. Die Arbeiten kosten 6,2 Millionen Kronen.</p>"""
SPANISH = """<p>El ayuntamiento de Valdorra aprobó el lunes cerrar el mercado por obras en la
cubierta.</p><p>Los vendedores pidieron carpas en la plaza y los vecinos más luz, pero el alcalde no
prometió nada.</p>"""
LUXEMBOURGISH = """<p>De Gemengerot huet e Méindeg decidéiert, d'Schwämm dëse Summer net
opzemaachen, well den Daach net dicht ass.</p><p>De Buergermeeschter sot, hie versteet de Roserei
vun de Leit, mä et gouf keng aner Méiglechkeet fir d'Gemeng an och net fir d'Schoulen.</p>"""
TITLE = "Harbour tunnel to close for eleven weeks"


def news(**fields: object) -> str:
    """A NewsArticle as JSON."""
    return json.dumps({"@type": "NewsArticle"} | fields)


ARTICLE = news(headline=TITLE, datePublished="2024-05-07T18:30:00+02:00")


LOCAL = news(headline=TITLE, datePublished="2024-05-07T18:30:00")


def data(*scripts: str) -> str:
    """Scripts of JSON-LD."""
    return "".join(f'<script type="application/ld+json">{each}</script>' for each in scripts)


def read(
    folder: Path, head: str = "", *, above: str = "", below: str = "", lang: str = "en",
    text: str = TEXT, body: str = "",
) -> Read:  # fmt: skip
    """The article of a page with this head, and this above and below its text."""
    path = folder / "page.html"
    inner = body or f"<main><article><h1>{TITLE}</h1>{above}{text}{below}</article></main>"
    return read_article(
        path, f'<!doctype html><html lang="{lang}"><head>{head}</head><body>{inner}</body></html>'
    )


def published(folder: Path, head: str = "", **parts: str) -> str:
    """The date of such a page."""
    return str(read(folder, head, **parts).article.published)


@pytest.mark.parametrize(
    "other",
    [
        '{"@type":"VideoObject","name":"Old","datePublished":"2019-02-03","uploadDate":"2019-02-03"}',
        '{"@type":"ClaimReview","itemReviewed":{"@type":"Claim","datePublished":"2024-04-30"}}',
        '{"@type":"ItemList","itemListElement":[{"@type":"NewsArticle","headline":"Old",'
        '"datePublished":"2020-01-01T10:00:00Z"}]}',
        '{"@type":"WebPage","datePublished":"2010-01-01T10:00:00Z"}',
        '{"@type":"Comment","datePublished":"2024-05-09T10:00:00Z"}',
        '{"@type":"NewsArticle","headline":"Another story","datePublished":"2021-01-01T10:00:00Z"}',
        '{"@type":"Recipe","datePublished":"2012-01-01"}',
    ],
)
def test_only_the_articles_own_date_counts(tmp_path: Path, other: str) -> None:
    assert published(tmp_path, data(other, ARTICLE)) == "2024-05-07T16:30:00Z"
    assert published(tmp_path, data(f"[{other},{ARTICLE}]")) == "2024-05-07T16:30:00Z"


@pytest.mark.parametrize(
    "script",
    [
        '{"@context":"https://schema.org","@graph":[{"@type":"WebSite","name":"Post"},'
        f"{ARTICLE}]}}",
        f'{{"@type":"WebPage","datePublished":"2024-01-01","mainEntity":{ARTICLE}}}',
        '{"@type":["Article","NewsArticle"],"datePublished":["2024-05-07T18:30:00+02:00"]}',
        '{"http://schema.org/datePublished":{"@value":"2024-05-07T18:30:00+02:00"},'
        '"@type":"http://schema.org/NewsArticle"}',
        f"//<![CDATA[\n{ARTICLE}\n//]]>",
        f"<!-- {ARTICLE} -->",
        ARTICLE.replace("}", ",}") + ";",
        "/* ours */ " + ARTICLE,
    ],
)
def test_json_ld_is_read_in_every_form(tmp_path: Path, script: str) -> None:
    assert published(tmp_path, data(script)) == "2024-05-07T16:30:00Z"


@pytest.mark.parametrize(
    "broken",
    [
        '{"@type":',
        "[" * 100_000,
        '{"@graph":' * 900 + "{}" + "}" * 900,
        "null",
        '{"@type":["NewsArticle",7],"author":[null,[],{}],"datePublished":{"@value":null}}',
    ],
)
def test_broken_json_ld_loses_nothing_else(tmp_path: Path, broken: str) -> None:
    assert published(tmp_path, data(broken, ARTICLE)) == "2024-05-07T16:30:00Z"


@pytest.mark.parametrize("bomb", ["/*" * 300_000, '"' + '\\"' * 300_000, "{" + ", " * 300_000])
def test_large_broken_json_ld_is_given_up(bomb: str) -> None:
    tree = html.fromstring(f"<html><head>{data(bomb, ARTICLE)}</head><body></body></html>")
    assert [node.types for node in read_graph(tree).nodes] == [{"newsarticle"}]


def test_microdata_is_read_with_its_scopes(tmp_path: Path) -> None:
    comment = (
        '<div itemscope itemtype="https://schema.org/Comment" itemprop="comment">'
        '<time itemprop="datePublished" datetime="2024-05-09T10:00:00Z">9 May</time></div>'
    )
    own = (
        '<time itemprop="datePublished" datetime="2024-05-07T18:30:00+02:00">7 May</time>'
        '<span itemprop="author" itemscope itemtype="https://schema.org/Person">'
        '<a itemprop="name" href="/mira">Mira Oldenkamp</a></span>'
    )
    article = (
        '<div itemscope itemtype="https://schema.org/NewsArticle">'
        f"{comment}{own}<h1>{TITLE}</h1>{TEXT}</div>"
    )
    found = read(tmp_path, body=f"<main>{article}</main>").article
    assert (str(found.published), found.authors) == ("2024-05-07T16:30:00Z", ("Mira Oldenkamp",))


META = '<meta name="date" content="2024-05-08T01:10:00">'


@pytest.mark.parametrize(
    ("head", "expected", "zone"),
    [
        # Local time in a meta element, the instant in the data, and the other way round.
        (META + data('{"@type":"NewsArticle","datePublished":"2024-05-07T23:10:00Z"}'),
         "2024-05-07T23:10:00Z", "Z"),
        ('<meta property="article:published_time" content="2024-05-07T23:10:00Z">'
         + data('{"@type":"NewsArticle","datePublished":"2024-05-08 01:10:00"}'),
         "2024-05-07T23:10:00Z", "Z"),
        # A local time that one place stamps as UTC.
        ('<meta property="article:published_time" content="2024-05-08T01:10:00+02:00">'
         + data('{"@type":"NewsArticle","datePublished":"2024-05-08T01:10:00Z"}'),
         "2024-05-07T23:10:00Z", "+02:00"),
        # The day in the data, the moment of that day elsewhere.
        ('<meta property="article:published_time" content="2024-05-08T01:10:00+02:00">'
         + data('{"@type":"NewsArticle","datePublished":"2024-05-08"}'),
         "2024-05-07T23:10:00Z", "+02:00"),
        # What was published again later.
        ('<meta property="article:published_time" content="2024-06-01T10:00:00Z">'
         + data('{"@type":"NewsArticle","datePublished":"2024-05-07T23:10:00Z"}'),
         "2024-05-07T23:10:00Z", "Z"),
        # Midnight in UTC names a day.
        ('<meta property="article:published_time" content="2024-05-08T00:00:00+00:00">',
         "2024-05-08", ""),
        ('<meta property="article:published_time" content="2024-05-08 01:10:00 +02:00">',
         "2024-05-07T23:10:00Z", "+02:00"),
    ],
)  # fmt: skip
def test_instants_come_before_local_times(
    tmp_path: Path, head: str, expected: str, zone: str
) -> None:
    moment = read(tmp_path, head).article.published
    assert moment is not None
    assert (str(moment), moment.zone) == (expected, zone)


def test_an_earlier_day_in_the_address_is_the_first_publication(tmp_path: Path) -> None:
    link = '<link rel="canonical" href="https://www.post.example/2024/05/01/tunnel/">'
    assert published(tmp_path, link + data(ARTICLE)) == "2024-05-01"
    near = link.replace("05/01", "05/06")
    assert published(tmp_path, near + data(ARTICLE)) == "2024-05-07T16:30:00Z"


def test_a_moment_in_utc_gets_the_zone_that_the_page_shows(tmp_path: Path) -> None:
    head = '<meta property="article:published_time" content="2024-05-08T03:28:35+00:00">'
    for shown in ("May 7, 2024, 10:28 p.m.", "Published: 7 May 2024 22:28"):
        moment = read(tmp_path, head, above=f"<p class=date>{shown}</p>").article.published
        assert moment is not None
        assert (str(moment), moment.zone) == ("2024-05-08T03:28:35Z", "-05:00")
    other = read(
        tmp_path, head, above="<p class=date>May 7, 2024, 10:31 p.m.</p>"
    ).article.published
    assert other is not None
    assert other.zone == "+00:00"


@pytest.mark.parametrize(
    "shown",
    [
        '<time datetime="2024-05-07T18:30:00+02:00">7 May</time>',
        '<time datetime="2024-05-07T16:30:00Z">7 May</time>',
        "<p>7 May 2024, 18:30 CEST</p>",
    ],
)
def test_a_local_time_gets_the_zone_that_the_page_shows(tmp_path: Path, shown: str) -> None:
    for head in ('<meta name="date" content="2024-05-07T18:30:00">', data(LOCAL)):
        assert published(tmp_path, head, above=shown)[:16] == "2024-05-07T16:30"


def test_microdata_has_the_zone_that_json_ld_leaves_out(tmp_path: Path) -> None:
    scope = (
        '<div itemscope itemtype="https://schema.org/NewsArticle">'
        '<meta itemprop="datePublished" content="2024-05-07T18:30:00+02:00"></div>'
    )
    assert published(tmp_path, data(LOCAL), above=scope) == "2024-05-07T16:30:00Z"


@pytest.mark.parametrize(
    ("shown", "lang", "expected"),
    [
        ("Published 05/07/2024 6:30 PM EDT", "en-US", "2024-05-07T22:30Z"),
        ("Published 05/07/2024 6:30 PM", "en-US", "2024-05-07T18:30Z"),
        ("Published 05/07/2024 18:30", "en-GB", "2024-07-05T18:30Z"),
        ("Published 17/05/2024", "en", "2024-05-17"),
        ("Published 05/05/2024", "en", "2024-05-05"),
        ("Published 07.05.2024", "de", "2024-05-07"),
        ("Orrelstad, 7 May 2024, 18:30 | Mira Oldenkamp", "en", "2024-05-07T18:30Z"),
        ("Am 7. Mai 2024, 18:30 Uhr", "de", "2024-05-07T18:30Z"),
    ],
)
def test_dates_shown_are_read_where_they_are_sure(
    tmp_path: Path, shown: str, lang: str, expected: str
) -> None:
    assert published(tmp_path, above=f'<p class="date">{shown}</p>', lang=lang) == expected


@pytest.mark.parametrize("lang", ["en", "de", "fr", "en-US"])
def test_day_and_month_are_never_guessed(tmp_path: Path, lang: str) -> None:
    outcome = read(tmp_path, above='<p class="date">Published 05/07/2024</p>', lang=lang)
    assert outcome.article.published is None
    assert any("05/07/2024" in warning for warning in outcome.warnings)


def test_an_ambiguous_date_in_meta_is_unknown_with_a_note(tmp_path: Path) -> None:
    outcome = read(tmp_path, '<meta name="date" content="05/07/2024">')
    assert outcome.article.published is None
    assert any("05/07/2024" in warning for warning in outcome.warnings)


@pytest.mark.parametrize(
    "below",
    [
        '<div class="comment"><time datetime="2024-05-09T10:00:00Z">9 May</time><p>Nice.</p></div>',
        '<section id="comments"><p class="date">9 May 2024</p><p>Nice.</p></section>',
        '<div class="related"><a href="/b">Old</a><time datetime="2020-01-01">1 Jan</time></div>',
        '<nav><time datetime="2024-12-24">24 December 2024</time></nav>',
    ],
)
def test_a_date_of_something_else_is_never_taken(tmp_path: Path, below: str) -> None:
    assert read(tmp_path, below=below).article.published is None
    shown = '<p><time datetime="2024-05-07">7 May</time></p>'
    assert published(tmp_path, above=shown, below=below) == "2024-05-07"


def test_a_date_of_change_is_noted(tmp_path: Path) -> None:
    outcome = read(tmp_path, data('{"@type":"NewsArticle","dateModified":"2024-05-07T10:00:00Z"}'))
    assert str(outcome.article.published) == "2024-05-07T10:00:00Z"
    assert outcome.warnings == (
        "no date of publication found; dated by when the page was last changed",
    )


def person(name: str) -> dict[str, str]:
    """A person as data name one."""
    return {"@type": "Person", "name": name}


def company(name: str) -> dict[str, str]:
    """An organisation as data name one."""
    return {"@type": "Organization", "name": name}


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ('<meta name="dc.creator" content="Oldenkamp, Mira">'
         '<meta name="dc.creator" content="Derby, Abby">', ("Mira Oldenkamp", "Abby Derby")),
        ('<meta name="citation_author" content="van der Meer, Jost">', ("Jost van der Meer",)),
        ('<meta name="author" content="Oldenkamp, Mira; Derby, Abby J.">',
         ("Mira Oldenkamp", "Abby J. Derby")),
        ('<meta name="author" content="Mira Oldenkamp, Abby Derby">',
         ("Mira Oldenkamp", "Abby Derby")),
        ('<meta name="author" content="Mira Oldenkamp"><meta name="parsely-author"'
         ' content="mira-oldenkamp">', ("Mira Oldenkamp",)),
        ('<meta name="parsely-author" content="mira-oldenkamp">', ("Mira Oldenkamp",)),
        ('<meta property="article:author" content="https://post.example/mira-oldenkamp/">', ()),
        ('<meta name="author" content="Mira Oldenkamp, Senior Reporter">', ("Mira Oldenkamp",)),
        ('<meta name="author" content="By Mira Oldenkamp | Orrelstad Post">', ("Mira Oldenkamp",)),
        (data(news(author=[person("Oldenkamp, Mira"), person("Abby Derby")])),
         ("Mira Oldenkamp", "Abby Derby")),
        (data(news(author="Mira Oldenkamp and Abby Derby")), ("Mira Oldenkamp", "Abby Derby")),
        (data(f'{{"@graph":[{news(author={"@id": "#mira"})},'
              '{"@id":"#mira","@type":"Person","name":"Mira Oldenkamp"}]}'), ("Mira Oldenkamp",)),
        (data(news(author={"@type": "Person", "givenName": "Mira", "familyName": "Oldenkamp"})),
         ("Mira Oldenkamp",)),
        (data(news(author=company("Post Verlag")))
         + '<meta name="author" content="Mira Oldenkamp">', ("Mira Oldenkamp",)),
        (data(news(author=[person("Mira Oldenkamp"), company("dpa")])), ("Mira Oldenkamp", "dpa")),
        (data(news(author=[person("Mira Oldenkamp"), company("Post Verlag")])),
         ("Mira Oldenkamp",)),
        (data(news(author=company("nieuws.example"))), ("nieuws.example",)),
        (data('{"@type":"ClaimReview","itemReviewed":{"author":"Anon Poster"}}',
              news(author=person("Mira Oldenkamp"))), ("Mira Oldenkamp",)),
    ],
)  # fmt: skip
def test_authors_are_persons_by_their_names(
    tmp_path: Path, head: str, expected: tuple[str, ...]
) -> None:
    assert read(tmp_path, head).article.authors == expected


def test_a_byline_names_whom_the_data_leave_out(tmp_path: Path) -> None:
    head = data('{"@type":"NewsArticle","author":{"@type":"Organization","name":"Orrelstad Post"}}')
    found = read(tmp_path, head, above="<p>By Mira Oldenkamp</p>").article
    assert found.authors == ("Mira Oldenkamp",)


SITE = '<meta property="og:site_name" content="Orrelstad Post">'


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (SITE + f'<meta property="og:title" content="{TITLE} - Orrelstad Post">', TITLE),
        (SITE + f'<meta property="og:title" content="{TITLE} | The Orrelstad Post">', TITLE),
        (SITE + f'<meta property="og:title" content="{TITLE} | Orrelstad Post | 07.05.2024">',
         TITLE),
        (f'<meta property="og:title" content="{TITLE} - Local | Orrelstad Post">', TITLE),
        (SITE + '<meta property="og:title" content="Tunnel shut - Local | Orrelstad Post">',
         "Tunnel shut - Local"),
        ('<link rel="canonical" href="https://www.opost.example/a">'
         f'<meta property="og:title" content="{TITLE} - OPOST">', TITLE),
        (SITE + '<meta property="og:title" content="Tunnel - a long story">',
         "Tunnel - a long story"),
        (SITE + f"<title>{TITLE} | Orrelstad Post</title>", TITLE),
        (data(ARTICLE), TITLE),
    ],
)  # fmt: skip
def test_titles_come_without_the_outlet(tmp_path: Path, head: str, expected: str) -> None:
    assert read(tmp_path, head).article.title == expected


@pytest.mark.parametrize(
    ("lang", "text", "expected"),
    [("en", GERMAN, "de"), ("de", TEXT, "en"), ("en-US", GERMAN, "de"), ("", GERMAN, "de"),
     ("de-AT", GERMAN, "de"), ("lb", GERMAN, "de"), ("lb", LUXEMBOURGISH, "lb"),
     ("ca", SPANISH, "es"), ("es", SPANISH, "es")],
)  # fmt: skip
def test_the_text_decides_on_the_language(
    tmp_path: Path, lang: str, text: str, expected: str
) -> None:
    assert read(tmp_path, lang=lang, text=text).article.language == expected
