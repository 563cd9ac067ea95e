"""Exports of research databases in invented words, as each database lays them out."""

from __future__ import annotations

from collections.abc import Sequence

TUNNEL = (
    "The council of Orrelstad voted on Tuesday to close the harbour tunnel for eleven weeks\n"
    "while its drains are replaced.",
    "Engineer Lio Vantongeren told councillors that 412 metres of pipe had rusted through. The\n"
    "work will cost 6.2 million crowns.",
)
WARD = (
    "The hospital in Brenn will close its night ward in June because eleven nurses have left.",
    "A petition against the closure has 3,120 signatures.",
)


def one_line(text: Sequence[str]) -> str:
    """The text of an article as the archive has it: paragraphs without line breaks."""
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in text)


def nexis(
    text: Sequence[str],
    *,
    count: str = "1 of 1 DOCUMENT",
    outlet: str = "The Orrelstad Post",
    date: str = "May 7, 2024 Tuesday",
    title: str = "Harbour tunnel to close",
    above: Sequence[str] = ("BYLINE: Mira Oldenkamp", "SECTION: NEWS; Pg. 1", "LENGTH: 61 words"),
    below: Sequence[str] = (
        "LOAD-DATE: May 12, 2024",
        "LANGUAGE: ENGLISH",
        "PUBLICATION-TYPE: Newspaper",
    ),
    gap: str = "\n\n",
) -> str:
    """One document of a LexisNexis text export, with outlet and date set in the middle."""
    middle = [line.center(78).rstrip() for line in (outlet, date)]
    rights = f"Copyright 2024 {outlet}".center(78).rstrip()
    parts = [f"\n{count.center(78).rstrip()}\n", *middle, title, gap.join(above)]
    parts += ["\n" + "\n\n".join(text), gap.join(below)]
    parts += [f"\n{rights}\n{'All Rights Reserved'.center(78).rstrip()}\n"]
    return "\n\n".join(part for part in parts if part)


def uni(
    text: Sequence[str],
    *,
    outlet: str = "The Orrelstad Post",
    date: str = "May 7, 2024 Tuesday 9:20 AM GMT",
    title: str = "Harbour tunnel to close",
    above: Sequence[str] = (
        "Copyright 2024 The Orrelstad Post All Rights Reserved",
        "Section:\xa0NEWS; Pg. 1",
        "Length:\xa061 words",
        "Byline:\xa0Mira Oldenkamp",
    ),
    body: str = "Body",
    below: Sequence[str] = ("Load-Date:\xa0May 12, 2024",),
    end: str = "End of Document",
) -> list[str]:
    """The paragraphs of one document of Nexis Uni."""
    return [title, outlet, date, *above, *filter(None, [body]), *text, *below, *filter(None, [end])]


def factiva(
    text: Sequence[str],
    *,
    number: str = "Document ORPO000020240507ek570001",
    header: Sequence[str] = (
        "Harbour tunnel to close",
        "Mira Oldenkamp",
        "61 words",
        "7 May 2024",
        "The Orrelstad Post",
        "ORPO",
        "A1",
        "English",
        "(c) 2024 The Orrelstad Post",
    ),
) -> list[str]:
    """The paragraphs of one document of Factiva, whose fields are known by their order."""
    return [*header, *text, *filter(None, [number])]


def proquest(
    text: Sequence[str],
    *,
    title: str = "Harbour tunnel to close",
    author: str = "Oldenkamp, Mira",
    identifier: str = "2615580761",
    outlet: str = "The Orrelstad Post; Orrelstad",
    date: str = "May 7, 2024",
) -> str:
    """One record of a ProQuest text export; each line of its text is a paragraph."""
    fields = {
        "Subject": "Tunnels; Local elections",
        "Title": title,
        "Publication title": outlet,
        "First page": "A.1",
        "Publication date": date,
        "Section": "News",
        "Language of publication": "English",
        "ProQuest document ID": identifier,
        "Document URL": f"https://www.proquest.com/docview/{identifier}",
        "Database": "Orrelstad Newsstream",
    }
    top = [title, f"Author: {author}", f"Publication info: {outlet} [Orrelstad]. 07 May 2024: A.1."]
    words = "\n".join(" ".join(paragraph.split()) for paragraph in text)
    below = [f"{name}: {value}" for name, value in fields.items()]
    return "\n\n".join([*top, "Abstract: None available.", f"Full text: {words}", *below])


RULE = "_" * 60


def proquest_file(*records: str) -> str:
    """A ProQuest text export of these records."""
    foot = "Contact us at: http://about.proquest.com\nDatabase copyright 2024 ProQuest LLC."
    return "\n\n".join([RULE, *(f"{record}\n\n{RULE}" for record in records), foot])


def rtf(paragraphs: Sequence[str]) -> bytes:
    r"""Paragraphs as RTF with \u escapes; a form feed begins a page, a tab ends a cell."""
    body = []
    for words in paragraphs:
        coded = "".join(map(_coded, words))
        body.append(f"\\pard\\plain\\f0 {coded}" + ("\\row" if "\t" in words else "\\par"))
    head = r"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0\fswiss\fcharset0 Arial;}}"
    foot = r"{\footer Page {\field{\*\fldinst PAGE}{\fldrslt 1}} of 9\par}"
    return (head + foot + "\n" + "\n".join(body) + "}").encode("ascii")


def _coded(character: str) -> str:
    if character in "\\{}":
        return f"\\{character}"
    if " " <= character <= "~":
        return character
    if character in "\t\f":
        return "\\cell " if character == "\t" else "\\page "
    data = character.encode("utf-16-le")
    units = (int.from_bytes(data[n : n + 2], "little", signed=True) for n in range(0, len(data), 2))
    return "".join(f"\\u{unit}?" for unit in units)
