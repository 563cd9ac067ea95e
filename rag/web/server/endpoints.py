"""What programs may ask: search, ask, quote, check, article; the same for Gradio's API and MCP.

Each returns what the command of its name prints with `--json`: `search`, `ask` and `check` as the
models of that JSON, so that tools are offered with the schema of what they return.
"""

# Gradio and MCP read the annotations at run time, so they must not be strings here.

import logging
from collections.abc import Callable
from functools import wraps
from inspect import signature
from typing import Any, ParamSpec, TypeVar, get_origin

from rag.archive import Archive
from rag.drafts.records import CheckJson
from rag.errors import QueryError, RagError
from rag.llms import ChatModel
from rag.records import article_dict, hit_json
from rag.records.answer_json import AnswerJson, HitJson, Model
from rag.store.postgresql import without_server
from rag.web.answering import Answering

NAMES = ("search", "ask", "quote", "check", "article")
MOST_HITS = 100
MOST_SECONDS = 60
"""So long may one call check a draft; the next one goes on from there."""

FAILED = "something went wrong on the server, and its log says what; please try again"

P = ParamSpec("P")
T = TypeVar("T")

_log = logging.getLogger(__name__)


class Endpoints:
    """The calls over one archive; they keep nothing and may be called from any thread.

    `answering` answers instead of the archive itself.
    """

    def __init__(
        self,
        archive: Archive,
        model: ChatModel | None = None,
        answering: Answering | None = None,
    ) -> None:
        self._archive = archive
        self._model = model
        self._asked = answering or archive

    def all(self) -> list[Callable[..., Any]]:
        """The calls in the order of NAMES."""
        return [getattr(self, name) for name in NAMES]

    def search(
        self,
        query: str,
        k: int = 10,
        published_from: str = "",
        published_to: str = "",
        publishers: list[str] | None = None,
        language: str = "",
        section: str = "",
        as_of: str = "",
        sort: str = "relevance",
    ) -> list[HitJson]:
        """Finds the passages of the news archive that match a query best, best first.

        Args:
            query: Words, or a question. Operators: "exact words", AND, OR, NOT, -word, title:,
                author:, outlet:, section:, language:, date:2025-03, after:2025-03-01, before:.
            k: How many passages, from 1 to 100.
            published_from: Published on or after this date, such as 2020-09-11 or 2020.
            published_to: Published on or before this date.
            publishers: Only these outlets.
            language: Only this language, as a two-letter code.
            section: Only this section, as the outlets call it.
            as_of: Use nothing published after this date.
            sort: "relevance" for the best first, or "newest".

        """
        if not 1 <= k <= MOST_HITS:
            msg = f"k must be from 1 to {MOST_HITS}, not {k!r}"
            raise QueryError(msg)
        filters, when = self._archive.limits(
            published_from, published_to, publishers or (), language, section, as_of
        )
        found = self._archive.search(query, k, filters=filters, as_of=when, sort=sort)
        return [hit_json(hit) for hit in found]

    def ask(
        self,
        question: str,
        published_from: str = "",
        published_to: str = "",
        publishers: list[str] | None = None,
        language: str = "",
        section: str = "",
        as_of: str = "",
    ) -> AnswerJson:
        """Answers from the news archive; every sentence cites the exact words it rests on.

        Where the archive holds no answer, "abstained" is true, "reason" says why, "citations"
        hold the nearest sentences, which are no answer, and "ways_on" say what to ask instead.

        Args:
            question: A question in plain words.
            published_from: Published on or after this date, such as 2020-09-11 or 2020.
            published_to: Published on or before this date.
            publishers: Only these outlets.
            language: Only this language, as a two-letter code.
            section: Only this section, as the outlets call it.
            as_of: Answer as of this date: nothing published later is used.

        """
        filters, when = self._archive.limits(
            published_from, published_to, publishers or (), language, section, as_of
        )
        asked = self._asked.ask(question, filters=filters, as_of=when, model=self._model)
        return asked.to_json()

    def quote(
        self,
        text: str,
        speaker: str = "",
        published_from: str = "",
        published_to: str = "",
        publishers: list[str] | None = None,
        language: str = "",
        section: str = "",
        as_of: str = "",
    ) -> dict[str, Any]:
        """Says where quoted words stand in the news archive, and whether they are as quoted.

        Args:
            text: The quoted words; they may name who said them: "..." said X.
            speaker: Who is said to have said it.
            published_from: Published on or after this date, such as 2020-09-11 or 2020.
            published_to: Published on or before this date.
            publishers: Only these outlets.
            language: Only this language, as a two-letter code.
            section: Only this section, as the outlets call it.
            as_of: Use nothing published after this date.

        """
        filters, when = self._archive.limits(
            published_from, published_to, publishers or (), language, section, as_of
        )
        return self._archive.trace(text, speaker=speaker, filters=filters, as_of=when).to_dict()

    def check(
        self,
        text: str,
        start: int = 0,
        seconds: int = 30,
        published_from: str = "",
        published_to: str = "",
        publishers: list[str] | None = None,
        language: str = "",
        section: str = "",
        as_of: str = "",
    ) -> CheckJson:
        """Checks a draft against the news archive, sentence by sentence, with the evidence.

        Each sentence has a verdict (supported, partly, unsupported, quote altered) with its
        reasons and the numbers of its citations, or says why there is nothing to verify in it.
        Where "complete" is false the time was up: call again with "start" at "unchecked_from".

        Args:
            text: The draft, as plain text or Markdown; all offsets point into it.
            start: The offset from which it is to be checked.
            seconds: How long to check at most, from 1 to 60.
            published_from: Published on or after this date, such as 2020-09-11 or 2020.
            published_to: Published on or before this date.
            publishers: Only these outlets.
            language: Only this language, as a two-letter code.
            section: Only this section, as the outlets call it.
            as_of: Check as of this date: nothing published later is used.

        """
        if not 1 <= seconds <= MOST_SECONDS:
            msg = f"seconds must be from 1 to {MOST_SECONDS}, not {seconds!r}"
            raise QueryError(msg)
        filters, when = self._archive.limits(
            published_from, published_to, publishers or (), language, section, as_of
        )
        checked = self._archive.check(
            text, filters=filters, as_of=when, start=start, seconds=seconds
        )
        return checked.to_json()

    def article(self, article_id: str, revision: int = 0) -> dict[str, Any]:
        """The stored original of one article; offsets of citations point into its text.

        Args:
            article_id: The article's id, as search and ask give it.
            revision: Which revision; 0 for the newest.

        """
        found = self._archive.article(article_id, revision or None)
        withdrawal = self._archive.removals.withdrawal(article_id)
        told = {**article_dict(found), "revision": found.revision, "text": found.text}
        return told | {"withdrawn": withdrawal.to_dict() if withdrawal else None}


def connect_endpoints(endpoints: Endpoints, page: Any) -> None:
    """Makes each call an endpoint of the Gradio page that is being built, under its name.

    The last values of a call may be left out where they have defaults, so that programs that were
    written before a call had its newest parameter go on as they are.
    """
    import gradio as gr

    for name, call in zip(NAMES, endpoints.all(), strict=True):
        gr.api(guarded(_with_values(call), _gradio_error), api_name=name)
    page.validate_inputs = _with_defaults(page.validate_inputs)


def _with_defaults(check: Callable[[Any, list[Any]], None]) -> Callable[[Any, list[Any]], None]:
    """Gradio's check of the values of an event, after those that an endpoint left out are added."""

    def complete(event: Any, values: list[Any]) -> None:
        """Adds the defaults of what a call leaves out, then checks it as before."""
        if event.api_name in NAMES:
            left_out = list(signature(event.fn).parameters.values())[len(values) :]
            if all(each.default is not each.empty for each in left_out):
                values += [each.default for each in left_out]
        check(event, values)

    return complete


def _with_values(call: Callable[P, Any]) -> Callable[P, Any]:
    """The same call with plain values of JSON for models, which Gradio does not know."""

    @wraps(call)
    def plainly(*args: P.args, **kwargs: P.kwargs) -> Any:
        """What the call returns, as plain values for JSON."""
        return plain(call(*args, **kwargs))

    told = signature(call)
    returned = dict[str, Any]
    listed = get_origin(told.return_annotation) is list
    described = told.replace(return_annotation=list[returned] if listed else returned)
    plainly.__signature__ = described  # type: ignore[attr-defined]
    return plainly


def plain(found: Any) -> Any:
    """What a call found, as plain values of JSON."""
    if isinstance(found, list):
        return [each.to_dict() for each in found]
    return found.to_dict() if isinstance(found, Model) else found


def _gradio_error(message: str) -> Exception:
    import gradio as gr

    return gr.Error(message, print_exception=False)  # type: ignore[no-any-return]


def guarded(call: Callable[P, T], told: Callable[[str], Exception]) -> Callable[P, T]:
    """The same call, whose errors `told` makes of what a caller may know."""

    @wraps(call)
    def safely(*args: P.args, **kwargs: P.kwargs) -> T:
        """What the call returns; its errors without anything of the server's own."""
        try:
            return call(*args, **kwargs)
        except RagError as error:
            raise told(without_server(str(error))) from None
        except Exception:
            _log.exception("%s failed", call.__name__)
            raise told(FAILED) from None

    return safely
