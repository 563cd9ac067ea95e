"""What a language model is asked for, in a line: the form of the answer, its length and order."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from rag.answers.plans import PLANS, Order
from rag.language.entities import NUMERALS
from rag.questions.form import Form, FormName
from rag.questions.sub_queries import questions_apart

_WANTED: Mapping[FormName, str] = MappingProxyType(
    {
        "definition": "It asks who or what that is: begin with it",
        "statement": "It asks what somebody said: give their words with the day they said them",
        "event": "It asks what happened: begin with the event and its day",
        "latest": "It asks for the latest: begin with the newest, and date it",
        "overview": "It asks for an overview: begin with the main point",
        "chronology": "It asks for a timeline: begin each sentence with the day of its event",
        "topic": "It names a subject: say what matters most about it",
        "cause": "It asks why or how: begin with the cause, and say who gives it",
        "list": "It asks for several things: name each of them",
        "comparison": "It asks to compare: say the same of each side",
        "yes or no": "It asks for yes or no: begin with “Yes” or “No” if a passage decides it",
        "figure": "It asks for a number: begin with it, its unit and its day",
        "date": "It asks for a day or time: begin with it, with the year",
    }
)
_ONE_THING = "It asks for one thing: begin with it"
_ORDERS: Mapping[Order, str] = MappingProxyType(
    {
        "best": "",
        "newest": ", the newest first",
        "story": ", the oldest first",
        "best, then story": ", then as it happened, the oldest first",
        "best, then text": ", the most important first",
    }
)
_NUMBERS = ("no", *NUMERALS[1:11])
_SHORTEST: Mapping[FormName, int] = MappingProxyType(
    {"figure": 2, "date": 2, "fact": 2, "statement": 4, "latest": 4, "cause": 5}
)


def briefing(form: Form, question: str) -> str:
    """What the question asks for, how long the answer may be and in which order, in one line.

    >>> from rag.questions.form import read_form
    >>> question = "How many died in the mill fire?"
    >>> briefing(read_form(question), question)
    'It asks for a number: begin with it, its unit and its day. At most two sentences.'
    """
    plan = PLANS.get(form.name)
    if plan is None:
        return ""
    most = _SHORTEST.get(form.name, plan.sentences)
    wanted = _WANTED.get(form.name, _ONE_THING)
    several = questions_apart(question)
    if several:
        wanted = f"It asks {_NUMBERS[min(len(several), 10)]} questions: answer each of them"
        most = max(most, 2 * len(several))
    return f"{wanted}. At most {_NUMBERS[min(most, 10)]} sentences{_ORDERS[plan.order]}."
