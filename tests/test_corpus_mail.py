"""E-mail: newsletters, each an article."""

from __future__ import annotations

import mailbox
from contextlib import closing
from email.message import EmailMessage
from pathlib import Path

import pytest

from rag.corpus import Read, Unread, read_file
from tests.reading import NOW, read_all, read_article

LEAD = "The ferry sailed again on Monday, the harbour office said."
HTML = (
    "<html><head><title>x</title><style>p {color: red}</style></head><body>"
    '<div style="display:none">Read this in your browser</div><table><tr><td><h1>Ferry</h1>'
    f"</td></tr><tr><td><p>{LEAD}</p>It rained.<br><br>Zoë was glad.<!-- no --></td>"
    "<td><img src='https://courier.example/pixel.gif'></td></tr></table></body></html>"
)


def message(number: int = 1, **headers: str) -> EmailMessage:
    made = EmailMessage()
    given = {
        "From": "The Courier Briefing <brief@courier.example>",
        "To": "reader@home.example",
        "Subject": "Fähre fährt wieder",
        "Date": "Sat, 03 May 2025 10:15:00 +0200",
        "Message-ID": f"<{number}@courier.example>",
    }
    for name, value in (given | {n.replace("_", "-"): v for n, v in headers.items()}).items():
        if value:
            made[name] = value
    return made


def read(folder: Path, content: bytes, name: str = "a.eml") -> list[Read | Unread]:
    return read_all(folder / name, content)


def article(folder: Path, content: bytes) -> Read:
    return read_article(folder / "a.eml", content)


def test_the_html_of_a_newsletter_is_its_text(tmp_path: Path) -> None:
    made = message(Archived_At="<https://courier.example/letters/1>")
    made.set_content("Only in HTML.")
    made.add_alternative(HTML, subtype="html")
    outcome = article(tmp_path, bytes(made))
    found = outcome.article
    assert found.text == f"Ferry\n\n{LEAD}\n\nIt rained.\n\nZoë was glad."
    assert found.id == "courier.example/letters/1"
    assert (found.title, found.publisher) == ("Fähre fährt wieder", "The Courier Briefing")
    assert str(found.published) == "2025-05-03T08:15:00Z"
    assert [span.kind for span in found.furniture] == ["heading"]
    assert outcome.warnings == ()


def test_plain_text_counts_where_there_is_nothing_else(tmp_path: Path) -> None:
    made = message(From="brief@courier.example")
    made.set_content(f"{LEAD}\n\nIt rained.\n")
    found = article(tmp_path, bytes(made)).article
    assert found.id == "mid:1@courier.example"
    assert found.text == f"{LEAD}\n\nIt rained."
    assert found.publisher == "courier.example"


def test_what_is_attached_is_named_and_not_read(tmp_path: Path) -> None:
    made = message()
    made.set_content(LEAD)
    made.add_attachment(b"PK\x03\x04", maintype="application", subtype="zip", filename="all.zip")
    made.add_attachment("<p>No.</p>", subtype="html", filename="b.html")
    outcome = article(tmp_path, bytes(made))
    assert outcome.article.text == LEAD
    assert outcome.warnings == (
        "its attachment 'all.zip' is not read",
        "its attachment 'b.html' is not read",
    )


@pytest.mark.parametrize(
    ("charset", "data", "text"),
    [
        ("iso-8859-1", b"Es f\xe4hrt.", "Es fährt."),
        ("klingon", b"Es f\xc3\xa4hrt.", "Es fährt."),
        ("utf-8", b"Es f\xe4hrt.", "Es fährt."),
    ],
)
def test_the_encoding_is_the_one_named_or_the_one_it_has(
    tmp_path: Path, charset: str, data: bytes, text: str
) -> None:
    head = f"Subject: a\nFrom: b@c.example\nContent-Type: text/plain; charset={charset}\n\n"
    assert article(tmp_path, head.encode() + data).article.text == text


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty: it holds no text"),
        (b"just words\nand more", "no e-mail message: it has none of the headers that one has"),
        (bytes(message()), "the message holds no text"),
        (b"\x00" * 100, "no e-mail message: it has none of the headers that one has"),
    ],
)
def test_what_is_no_message_is_named(tmp_path: Path, content: bytes, reason: str) -> None:
    assert read(tmp_path, content) == [Unread(str(tmp_path / "a.eml"), reason)]


def test_headers_that_make_no_sense_stop_nothing(tmp_path: Path) -> None:
    head = b"From: \xff\xfe<<>>@\nSubject: =?utf-8?b?!!?=\nDate: soon\nMessage-ID: none\n\n"
    outcome = article(tmp_path, head + LEAD.encode())
    assert outcome.article.text == LEAD
    assert outcome.article.published is None
    assert outcome.warnings == ("date 'soon' cannot be read; kept as unknown",)


def test_a_mailbox_holds_many(tmp_path: Path) -> None:
    path = tmp_path / "a.mbox"
    with closing(mailbox.mbox(path)) as box:
        for number in range(1, 4):
            made = message(number)
            if number != 2:
                made.set_content(f"Ferry {number} sailed.\n\nFrom here on it rained.")
            box.add(made)
        box.flush()
    before = path.read_bytes()
    first, second, third = read_file(path, now=NOW)
    assert isinstance(first, Read)
    assert first.path == f"{path}:1"
    assert isinstance(third, Read)
    assert third.article.id == "mid:3@courier.example"
    assert third.article.text.startswith("Ferry 3 sailed.")
    assert second == Unread(f"{path}:2", "the message holds no text")
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["a.mbox"]


def test_what_is_no_mailbox_is_named(tmp_path: Path) -> None:
    (outcome,) = read(tmp_path, b"Subject: a\n\nb", "a.mbox")
    assert isinstance(outcome, Unread)
    assert outcome.reason.startswith('no mailbox: it does not begin with "From "')
    assert read(tmp_path, b"", "a.mbox") == [
        Unread(str(tmp_path / "a.mbox"), "empty: it holds no text")
    ]


FLOWED = b"Content-Type: text/plain; charset=utf-8; format=flowed"


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        ("The ferry \nsailed.\n\nIt sank.", "The ferry sailed.\n\nIt sank."),
        (
            "The ferry \nsailed.\nIt was full \nof cars.",
            "The ferry sailed.\n\nIt was full of cars.",
        ),
        ("One\nTwo\nThree", "One\nTwo\nThree"),
        (" From here \n it sailed.", "From here it sailed."),
        ("It sailed \n-- \nAda Kolm", "It sailed"),
        ("> She left \n> at nine.\nI did \nnot.", "> She left at nine.\n\nI did not."),
        ("It sailed \n> at nine.", "It sailed\n> at nine."),
    ],
)
def test_flowed_lines_are_paragraphs(tmp_path: Path, lines: str, text: str) -> None:
    found = article(tmp_path, b"Subject: Ferry\n" + FLOWED + b"\n\n" + lines.encode())
    assert found.article.text == text


def test_blanks_of_the_format_go_where_it_says_so(tmp_path: Path) -> None:
    lines = "Die Hafen \nbehörde. Das  \nSchiff.".encode()
    found = article(tmp_path, b"Subject: S\n" + FLOWED + b"; delsp=yes\n\n" + lines)
    assert found.article.text == "Die Hafenbehörde. Das Schiff."


@pytest.mark.parametrize(
    ("head", "foot"),
    [
        (
            "View this post on the web at https://letters.example/p/1",
            "You are a free subscriber to Harbour Letters.\n\n4 Quay Street\n\nUnsubscribe",
        ),
        (
            "Diese E-Mail im Browser ansehen",
            "Unsere Postanschrift lautet:\nAm Kai 4\n\nSie können sich abmelden.",
        ),
        ("Voir cet e-mail dans votre navigateur", "Vous recevez ce message.\n\nSe désabonner"),
    ],
)
def test_what_newsletters_put_around_their_text_is_left_out(
    tmp_path: Path, head: str, foot: str
) -> None:
    made = message()
    made.set_content(f"{head}\n\n{LEAD}\n\nIt rained all day on the quay.\n\n{foot}\n")
    read_ = article(tmp_path, made.as_bytes())
    assert read_.article.text == f"{LEAD}\n\nIt rained all day on the quay."
    assert all(span.end <= len(read_.article.text) for span in read_.article.furniture)


def test_a_person_who_writes_from_a_newsletter_is_its_author(tmp_path: Path) -> None:
    made = message(From="Mira Oldenkamp from Harbour Letters <mira@letters.example>")
    made.set_content(f"{LEAD}\n\n-- \nHarbour Letters, 4 Quay Street\n")
    found = article(tmp_path, made.as_bytes()).article
    assert (found.publisher, found.authors) == ("Harbour Letters", ("Mira Oldenkamp",))
    assert found.text == LEAD
