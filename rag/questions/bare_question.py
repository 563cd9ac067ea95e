"""A question word alone ("why?", "when was that?"), asked of what the question before says."""

from __future__ import annotations

import re

from rag.questions.earlier_turn import EarlierTurn
from rag.questions.form_rules import AUXILIARY

BARE = re.compile(
    rf"(?P<wh>why|how come|how|when|where|since when|until when)(?: (?:{AUXILIARY})"
    r" (?:that|this|it)(?: (?:happen|happened|happening|take place|so|be|was|all))?| exactly| not"
    r"| so| was that)?"
)
"""A question of a question word, perhaps with a word that points back."""


def bare_question(asked: str, turn: EarlierTurn) -> str:
    """A single question word asks it of what the question before says: "why?", "when was that?"."""
    match = BARE.fullmatch(asked.lower())
    if match is None:
        return f"{asked} did {turn.topic} last" if turn.topic else ""
    wh = f"{asked[: len(match['wh'])]}"
    text, form = turn.bare, turn.form
    if re.match(rf"(?:{AUXILIARY})\b", text, re.IGNORECASE):
        return f"{wh} {text[0].lower()}{text[1:]}"
    helped = re.match(
        rf"(?:why|when|where|how(?: (?:long|far|often|soon))?)(?= (?:{AUXILIARY})\b)",
        text,
        re.IGNORECASE,
    )
    if helped:
        return f"{wh}{text[helped.end() :]}"
    said = re.match(
        rf"what( (?:{AUXILIARY}) .+? (?:say|said|write|think|tweet))\b", text, re.IGNORECASE
    )
    if said:
        return f"{wh}{said[1]} this{text[said.end() :]}"
    did = re.match(rf"(?:who|which \w+) (?!(?:{AUXILIARY})\b)(?P<rest>.+)", text, re.IGNORECASE)
    if did:
        named = turn.person if text.lower() not in turn.person.lower() else ""
        whom = named if named and named not in text else turn.group
        return f"{wh} was it that {whom} {did['rest']}" if whom and form.name == "fact" else ""
    who = re.match(r"(?:who|which \w+) (?P<aux>is|are|was|were) (?P<rest>.+)", text, re.IGNORECASE)
    if who and form.name == "fact" and turn.person:
        return f"{wh} {who['aux']} {turn.person} {who['rest']}"
    counted = re.match(
        r"how many (?P<noun>.+?) (?P<aux>are|were|have|had) (?P<rest>.+)", text, re.IGNORECASE
    )
    if counted:
        return f"{wh} {counted['aux']} {counted['noun']} {counted['rest']}"
    if form.name == "event" and form.subject:
        return f"{wh} did it happen {turn.placed}"
    if not turn.topic or form.name == "definition":
        return ""
    if wh.lower() in ("why", "how come"):
        return f"What is the reason for {turn.topic}"
    return f"{wh} did {turn.topic} happen" if wh.lower() == "how" else f"{wh} was {turn.topic}"
