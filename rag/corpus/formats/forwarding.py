"""Finds what a forwarded message forwards: who sent that, when, under which subject, which text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from rag.corpus.boilerplate import Block

_MARKER = re.compile(
    r"\b(?:forwarded message|begin forwarded|weitergeleitete nachricht|message transf[ée]r[ée]"
    r"|mensaje reenviado|doorgestuurd bericht|messaggio inoltrato|mensagem encaminhada"
    r"|vidarebefordrat meddelande|videresendt (?:besked|melding)|przekazana wiadomość"
    r"|пересылаемое сообщение|переадресованное сообщение|přeposlaná zpráva"
    r"|(?:yönlendirilmiş|iletilen) (?:mesaj|ileti)|továbbított üzenet|välitetty viesti"
    r"|転送(?:された)?メッセージ|转发邮件|전달된 메일)\b",
    re.IGNORECASE,
)
_FORWARD_SUBJECT = re.compile(r"\s*(?:fwd?|wg|tr|rv|enc|doorst|vs|vb|pd|i)\s*:\s*", re.IGNORECASE)
_FIELDS: Mapping[str, Sequence[str]] = MappingProxyType(
    {
        "from": (
            *("From", "Von", "De", "Van", "Da", "Från", "Fra", "Od", "От", "От кого", "Mittente"),
            *(
                "Nadawca",
                "Kimden",
                "Feladó",
                "Lähettäjä",
                "差出人",
                "发件人",
                "寄件者",
                "보낸 사람",
            ),
        ),
        "date": (
            *("Date", "Sent", "Datum", "Gesendet", "Envoyé", "Data", "Fecha", "Enviado el"),
            *("Enviado", "Verzonden", "Inviato", "Enviada em", "Enviada", "Skickat", "Sendt"),
            *("Dato", "Wysłano", "Дата", "Отправлено", "Tarih", "Dátum", "Päiväys", "Odesláno"),
            *("日付", "日時", "发送时间", "日期", "날짜"),
        ),
        "subject": (
            *("Subject", "Betreff", "Objet", "Asunto", "Onderwerp", "Oggetto", "Assunto"),
            *("Ämne", "Emne", "Temat", "Тема", "Sujet", "Předmět", "Konu", "Tárgy", "Aihe"),
            *("件名", "主题", "主旨", "제목"),
        ),
        "": (
            *("To", "An", "À", "Para", "Aan", "A", "Till", "Til", "Do", "Кому", "Cc", "CC"),
            *("Kopie", "Copie", "Reply-To", "Antwort an", "Répondre à", "Pour", "Destinatario"),
            *("Adresat", "Komu", "Kime", "Címzett", "Vastaanottaja", "宛先", "收件人", "받는 사람"),
        ),
    }
)
_FIELD_OF = {name: field for field, names in _FIELDS.items() for name in names}
_LABEL = re.compile(
    r"(?:^|(?<=[\s|>*]))(?P<name>"
    + "|".join(sorted(map(re.escape, _FIELD_OF), key=len, reverse=True))
    + r")\s?:(?=[\s*|]|$)"
)
_EDGES = " \t*|>\xa0"
_QUOTED = re.compile(r"^>[ \t]?")
_WITHIN = 15
_MOST_LINES = 10
_MOST_TIMES = 5


@dataclass(frozen=True, slots=True)
class Forwarded:
    """What was forwarded: the head that the mail program wrote above it, and its text.

    `left_out` is what the forwarder wrote above; "" if that is nothing.
    """

    sender: str
    date: str
    subject: str
    text: str
    blocks: tuple[Block, ...]
    left_out: str = ""


@dataclass(frozen=True, slots=True)
class _Line:
    start: int
    end: int
    words: str


def find_forwarded(subject: str, text: str, blocks: Sequence[Block]) -> Forwarded | None:
    """What the message with this text forwards; None if it forwards nothing.

    A forwarding mail program writes sender, date and subject above the text, in its user's
    language. Without a line such as "Forwarded message", or a subject such as "Fwd: …", this
    is a reply that quotes. Of what was forwarded several times, the innermost counts.
    """
    found = None
    fits = _FORWARD_SUBJECT.match(subject) is not None
    current = Forwarded("", "", subject, text, tuple(blocks))
    for _ in range(_MOST_TIMES):
        inner = _one(current, fits)
        if inner is None or not inner.text.strip():
            break
        left_out = found.left_out if found else inner.left_out
        found = current = replace(inner, left_out=left_out)
        fits = _FORWARD_SUBJECT.match(inner.subject) is not None
    return replace(found, subject=own_subject(found.subject)) if found else None


def own_subject(subject: str) -> str:
    """A subject without the prefixes of forwarding.

    >>> own_subject("Fwd: WG: Morning briefing")
    'Morning briefing'
    """
    while found := _FORWARD_SUBJECT.match(subject):
        subject = subject[found.end() :]
    return subject


def is_forward(subject: str) -> bool:
    """Whether a subject says that the message was forwarded."""
    return _FORWARD_SUBJECT.match(subject) is not None


def _one(message: Forwarded, fits: bool) -> Forwarded | None:
    lines = [line for block in message.blocks for line in _lines(block, message.text)]
    for number, line in enumerate(lines[:_WITHIN]):
        if not any(_FIELD_OF[label["name"]] == "from" for label in _LABEL.finditer(line.words)):
            continue
        first = max(0, number - 3)
        marked = next(
            (n for n in range(number, first - 1, -1) if _MARKER.search(lines[n].words)), None
        )
        # Some programs write the subject or the date first.
        begin = number
        while begin > first and _LABEL.match(lines[begin - 1].words.lstrip(_EDGES)):
            begin -= 1
        if not fits and marked is None:
            continue
        fields, after = _head(lines, begin)
        if {"from", "date", "subject"} <= fields.keys() and after < len(lines):
            start = lines[after].start
            top = lines[begin if marked is None else min(marked, begin)].start
            above = message.text[:top].strip()
            text, blocks = _cut(message, start)
            return Forwarded(fields["from"], fields["date"], fields["subject"], text, blocks, above)
    return None


def _lines(block: Block, text: str) -> Iterator[_Line]:
    at = block.start
    for words in text[block.start : block.end].split("\n"):
        if words.strip():
            yield _Line(at, at + len(words), words)
        at += len(words) + 1


def _head(lines: Sequence[_Line], begin: int) -> tuple[dict[str, str], int]:
    """The fields of a head that begins at a line, and the number of the line after it."""
    fields: dict[str, str] = {}
    after = begin
    for number, line in enumerate(lines[begin : begin + _MOST_LINES], start=begin):
        words = line.words.lstrip(_EDGES)
        labels = [*_LABEL.finditer(words)]
        complete = {"from", "date", "subject"} <= fields.keys()
        if not labels or (complete and labels[0].start() > 0):
            # A long list of receivers goes on in the next line, without a blank one between.
            follows = number > begin and line.start - lines[number - 1].end == 1
            if complete and not (follows and "@" in words):
                break
            continue
        for label, following in zip(labels, [*labels[1:], None], strict=True):
            end = following.start() if following else len(words)
            value = " ".join(words[label.end() : end].strip(_EDGES).split())
            fields.setdefault(_FIELD_OF[label["name"]], value)
        after = number + 1
    return {name: value for name, value in fields.items() if value}, after


def unquoted(text: str) -> str:
    r"""The text without the marks of quotation, where all of its end is quoted; else as it is.

    >>> unquoted("See below.\n\n> From: Ann\n> Date: today")
    'See below.\n\nFrom: Ann\nDate: today'
    """
    lines = text.split("\n")
    first = next((n for n, line in enumerate(lines) if line.startswith(">")), len(lines))
    if not all(line.startswith(">") or not line.strip() for line in lines[first:]):
        return text
    return "\n".join([*lines[:first], *(_QUOTED.sub("", line) for line in lines[first:])])


def _cut(message: Forwarded, start: int) -> tuple[str, tuple[Block, ...]]:
    """The text from an offset on, with its blocks."""
    text, blocks = message.text[start:], []
    for block in message.blocks:
        if block.end > start:
            first = max(block.start, start)
            words = block.words if first == block.start else text[: block.end - start]
            blocks.append(replace(block, start=first - start, end=block.end - start, words=words))
    return text, tuple(blocks)
