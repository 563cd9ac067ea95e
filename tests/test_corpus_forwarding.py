"""Forwarded newsletters are those of who sent them first; mailboxes are split where they should."""

from __future__ import annotations

import io
from email.message import EmailMessage
from pathlib import Path

import pytest

from rag.corpus import Read
from rag.corpus.formats.mbox import split_messages
from tests.reading import read_article

BODY = (
    "The ferry sailed again on Monday, the harbour office said.\n\n"
    "Captain Ann Orr told reporters that the engine had been replaced overnight."
)
AS_HTML = "".join(f"<p>{line}</p>" for line in BODY.split("\n\n"))
SENDER = "The Courier Briefing <brief@courier.example>"
OUTLOOK = f"From: {SENDER}\nSent: Monday, May 6, 2024 6:02 PM\nTo: Ann\nSubject: Morning briefing\n"
APPLE = (
    f"From: {SENDER}\nSubject: Morning briefing\nDate: 6 May 2024 at 18:02:11 CEST\nTo: a@b.example"
)
APPLE_WHOLE = f"{APPLE}\n\n{BODY}"
GMAIL = (
    f"---------- Forwarded message ---------\nFrom: {SENDER}\nDate: Mon, 6 May 2024 at 18:02\n"
    "Subject: Morning briefing\nTo: <ann@home.example>\n"
)
ADDRESS = "&lt;brief@courier.example&gt;"


def read(folder: Path, subject: str, text: str, kind: str = "text/plain") -> Read:
    head = (
        f"From: Ann Reader <ann@home.example>\nSubject: {subject}\n"
        "Date: Wed, 08 May 2024 09:15:00 +0200\nMessage-ID: <1@home.example>\n"
        f"MIME-Version: 1.0\nContent-Type: {kind}; charset=utf-8\n\n"
    )
    return read_article(folder / "a.eml", head + text)


def quoted(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


@pytest.mark.parametrize(
    ("subject", "text", "kind"),
    [
        ("Fwd: Morning briefing", f"FYI.\n\n{GMAIL}\n\n{BODY}", "text/plain"),
        ("Fwd: Morning briefing", f"Begin forwarded message:\n\n{APPLE}\n\n{BODY}", "text/plain"),
        (
            "Fwd: Morning briefing",
            f"Begin forwarded message:\n\n{quoted(APPLE_WHOLE)}",
            "text/plain",
        ),
        ("FW: Morning briefing", f"Hi\n\n{'_' * 32}\n{OUTLOOK}\n{BODY}", "text/plain"),
        (
            "WG: Morning briefing",
            "Von: The Courier Briefing [mailto:brief@courier.example]\n"
            "Gesendet: Montag, 6. Mai 2024 18:02\nAn: Ann\nBetreff: Morning briefing\n\n" + BODY,
            "text/plain",
        ),
        (
            "TR: Morning briefing",
            "De : The Courier Briefing <brief@courier.example>\nEnvoyé : lundi 6 mai 2024 18:02\n"
            f"À : Ann\nObjet : Morning briefing\n\n{BODY}",
            "text/plain",
        ),
        (
            "Morning briefing",
            "-------- Forwarded Message --------\nSubject: \tMorning briefing\n"
            f"Date: \tMon, 6 May 2024 18:02:11 +0200\nFrom: \t{SENDER}\nTo: \ta@b\n\n\n{BODY}",
            "text/plain",
        ),
        (
            "Fwd: Morning briefing",
            '<div>FYI<br><br><div class="gmail_quote"><div class="gmail_attr">---------- Forwarded '
            f"message ---------<br>From: <b>The Courier Briefing</b> {ADDRESS}<br>Date: Mon, 6 May "
            "2024 at 18:02<br>Subject: Morning briefing<br>To: Ann<br></div><br><br>"
            f"{AS_HTML}</div></div>",
            "text/html",
        ),
        (
            "Fwd: Morning briefing",
            "<div>-------- Forwarded Message --------<table><tr><th>Subject: </th><td>Morning "
            "briefing</td></tr><tr><th>Date: </th><td>Mon, 6 May 2024 18:02:11 +0200</td></tr><tr>"
            f"<th>From: </th><td>The Courier Briefing {ADDRESS}</td></tr></table>{AS_HTML}</div>",
            "text/html",
        ),
        (
            "Tr : Morning briefing",
            "-------- Message transféré --------\nSujet : \tMorning briefing\n"
            f"Date : \tMon, 6 May 2024 18:02:11 +0200\nDe : \t{SENDER}\nPour : \ta@b\n\n\n{BODY}",
            "text/plain",
        ),
        (
            "Fwd: FW: Morning briefing",
            "---------- Forwarded message ---------\nFrom: Bob <bob@home.example>\n"
            "Date: Tue, 7 May 2024 at 08:00\nSubject: FW: Morning briefing\nTo: Ann\n\n"
            f"{'_' * 32}\n{OUTLOOK}\n{BODY}",
            "text/plain",
        ),
    ],
)
def test_what_was_forwarded_is_dated_and_attributed_as_it_was_sent(
    tmp_path: Path, subject: str, text: str, kind: str
) -> None:
    article = read(tmp_path, subject, text, kind).article
    assert (article.publisher, article.title) == ("The Courier Briefing", "Morning briefing")
    assert article.text.strip() == BODY
    assert article.published is not None
    assert str(article.published)[:16] == "2024-05-06T16:02"


def test_what_the_forwarder_wrote_above_is_named(tmp_path: Path) -> None:
    outcome = read(tmp_path, "Fwd: Morning briefing", f"FYI.\n\n{GMAIL}\n\n{BODY}")
    assert outcome.warnings == ("what stands above the forwarded text is left out",)


def test_a_reply_that_quotes_forwards_nothing(tmp_path: Path) -> None:
    text = f"I agree.\n\n-----Original Message-----\n{OUTLOOK}\n{BODY}"
    article = read(tmp_path, "Re: Morning briefing", text).article
    assert (article.publisher, article.text[:8]) == ("Ann Reader", "I agree.")


def test_a_forward_without_a_head_says_so(tmp_path: Path) -> None:
    outcome = read(tmp_path, "Fwd: Morning briefing", BODY)
    assert outcome.article.publisher == "Ann Reader"
    assert outcome.warnings == (
        "forwarded, by its subject; its sender and date are those of who forwarded it",
    )


def test_a_message_that_is_attached_is_the_article(tmp_path: Path) -> None:
    inner, outer = EmailMessage(), EmailMessage()
    for made, sender, day in ((inner, SENDER, "06"), (outer, "Ann <a@home.example>", "08")):
        made["From"], made["Subject"] = sender, "Morning briefing"
        made["Date"] = f"Mon, {day} May 2024 18:02:11 +0200"
    inner["Message-ID"] = "<in@courier.example>"
    inner.set_content(BODY)
    outer.set_content("see attached")
    outer.add_attachment(inner)
    outcome = read_article(tmp_path / "a.eml", bytes(outer))
    assert (outcome.article.id, outcome.article.publisher) == (
        "mid:in@courier.example",
        "The Courier Briefing",
    )


def test_headers_in_windows_1252_and_in_raw_utf8_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.eml"
    subject = "=?ISO-8859-1?Q?=93Quoted=94?= =?utf-8?B?w6k=?="
    head = f"From: Café <a@b.example>\nSubject: {subject}\n".encode()
    outcome = read_article(
        path, head + b"Content-Type: text/plain; charset=us-ascii\n\nShe said: \x93No\x94.\n"
    )
    article = outcome.article
    assert (article.publisher, article.title, article.text) == (
        "Café", "“Quoted”é", "She said: “No”.",
    )  # fmt: skip


ONE = b"From: a@b.example\nSubject: one\n\nBody one.\n"
HEAD = b"From a@b Mon May  6 18:02:11 2024\n"


@pytest.mark.parametrize(
    ("box", "messages"),
    [
        (
            HEAD + ONE + b"\nFrom memory, 412.\n\n" + HEAD + ONE,
            [ONE + b"\nFrom memory, 412.\n\n", ONE],
        ),
        (HEAD + ONE + HEAD + ONE, [ONE, ONE]),
        (HEAD + ONE + b">From here\n>>From deep\n", [ONE + b"From here\n>From deep\n"]),
        (b"From \n" + ONE + b"\nFrom - \n" + ONE, [ONE + b"\n", ONE]),
        (b"From 1@xxx Mon May 06 16:02:11 +0000 2024\n" + ONE, [ONE]),
        (b"From a@b Mon, 6 May 2024 18:02:11 +0200\n" + ONE, [ONE]),
        (
            HEAD + ONE + b"\nFrom his diary, 6 May 2024 10:00\nNote: late.\n",
            [ONE + b"\nFrom his diary, 6 May 2024 10:00\nNote: late.\n"],
        ),
        (HEAD + ONE + b"\n" + HEAD, [ONE + b"\n" + HEAD]),
        (HEAD.replace(b"\n", b"\r\n") + ONE.replace(b"\n", b"\r\n"), [ONE.replace(b"\n", b"\r\n")]),
    ],
)
def test_a_separator_ends_in_a_date_and_is_followed_by_headers(
    box: bytes, messages: list[bytes]
) -> None:
    assert list(split_messages(io.BytesIO(box), 1_000)) == messages


def test_a_message_beyond_the_limit_is_cut_one_byte_past_it() -> None:
    box = HEAD + ONE + b"x" * 5_000 + b"\n" + HEAD + ONE
    assert [len(each) for each in split_messages(io.BytesIO(box), 1_000)] == [1_001, len(ONE)]
