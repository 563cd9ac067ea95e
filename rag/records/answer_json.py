"""The JSON of an answer and of hits, as one family of models; knows no archive and no record.

Whatever writes an answer writes these fields, and whatever reads one reads it by them: the
command line, the API, the tools, exports, stored answers and `recheck`. What is read may be
older than the newest fields, which have defaults then, and may hold keys that are unknown here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from reprlib import repr as shown
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    TypeAdapter,
    ValidationError,
    WithJsonSchema,
)
from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import ErrorDetails

from rag.errors import QueryError

Verdict = Literal["supported", "partly", "unsupported", "quote altered"]

FilterName = Literal["published_from", "published_before", "publishers", "language", "section"]
"""The filters that can be dropped, by their names in `Filters`."""

SCHEMAS: Mapping[str, Callable[[], dict[str, Any]]] = {
    "answer.schema.json": lambda: _schema(AnswerJson, "What `dateline ask --json` prints"),
    "hits.schema.json": lambda: _schema(list[HitJson], "What `dateline search --json` prints"),
}
"""The files in `docs` that describe this JSON, and what makes each."""

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_PUBLISHED = r"^\d{4}(-\d\d(-\d\d(T\d\d:\d\d(:\d\d)?Z)?)?)?$"
_SHOWN = 40
_NAMED = 3
_MUST_BE: Mapping[str, str] = {
    "string_type": "text",
    "int_type": "a whole number",
    "float_type": "a number",
    "finite_number": "a finite number",
    "bool_type": "true or false",
    "list_type": "a list",
    "dict_type": "an object",
    "model_type": "an object",
    "literal_error": "{expected}",
    "greater_than_equal": "{ge} or more",
    "less_than": "less than {lt}",
    "value_error": "{error}",
}


def _moment(value: object) -> datetime:
    if isinstance(value, datetime):
        return value
    try:
        return datetime.fromisoformat(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        msg = "a moment such as 2025-05-04T12:00:00+00:00"
        raise ValueError(msg) from None


Moment = Annotated[
    datetime,
    BeforeValidator(_moment),
    PlainSerializer(datetime.isoformat, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
"""A moment, which JSON has as text by ISO 8601."""

T = TypeVar("T")
Listed = Annotated[list[T], Field(strict=False)]
"""A list, which may be given as the tuple that a record has."""

Place = Annotated[int, Field(ge=0, description="In characters (Unicode code points), from 0.")]
"""A place in a text."""

Revision = Annotated[int, Field(ge=1, lt=2**63)]
"""The number of a revision of an article, from 1."""

Publisher = Annotated[str, Field(description='The outlet; "" where it is unknown.')]

PublishedText = Annotated[
    str,
    Field(
        description="As exactly as it is known: 2020, 2020-09, 2020-09-11 or a time in UTC.",
        json_schema_extra={"pattern": _PUBLISHED},
    ),
]
"""When an article appeared. What is read may say anything, for `recheck` to find wrong."""

Share = Annotated[float, Field(description="From 0 to 1.")]


def _storable(value: str) -> str:
    if any("\ud800" <= character <= "\udfff" for character in value):
        msg = "the id of an article"
        raise ValueError(msg)
    return value


Id = Annotated[str, AfterValidator(_storable)]
"""The id of an article: no database has half of a surrogate pair in one."""


class Model(BaseModel):
    """What all the models share: no value is converted, and unknown keys are ignored."""

    model_config = ConfigDict(
        strict=True,
        frozen=True,
        extra="ignore",
        allow_inf_nan=False,
        defer_build=True,
        serialize_by_alias=True,
        validate_by_name=True,
        validate_by_alias=True,
        json_schema_serialization_defaults_required=True,
    )

    @classmethod
    def of(cls, record: object) -> Self:
        """The model of a record that has the same fields."""
        return cls.model_validate(record, from_attributes=True)

    def to_dict(self) -> dict[str, Any]:
        """The fields as plain JSON values, by their keys in JSON."""
        return self.model_dump()


class ArticleJson(Model):
    """What identifies an article to a reader."""

    id: Id
    title: str
    publisher: Publisher
    published: PublishedText | None
    url: str


IDENTITY = tuple(name for name in ArticleJson.model_fields if name != "id")
"""The fields that an article and a citation of it share."""


class PassageJson(Model):
    """Whole sentences of one revision of an article."""

    id: int
    revision: Revision | None = Field(None, description="Null only in old answers.")
    start: Place
    end: Place
    heading: str = Field("", description="The nearest heading above it.")
    pages: Listed[int] = Field(default_factory=list, description="The pages it stands on, from 1.")
    text: str


class HitJson(Model):
    """A passage as the search ranked it: the first has rank 1, a higher score is better."""

    rank: int
    score: float
    article: ArticleJson
    passage: PassageJson
    also_in: Listed[str] = Field(description="The other outlets that carry the same text.")
    copies: Listed[str] = Field(description="The ids of their articles.")
    versions: Listed[str] = Field(description="The ids of the same outlet's other versions.")


class ClaimJson(Model):
    """One sentence of an answer, and what it rests on: `start` to `end` of the answer's text."""

    text: str
    start: Place
    end: Place
    citations: Listed[int] = Field(description="The numbers of the citations it rests on.")
    verdict: Verdict
    reasons: Listed[str] = Field(
        default_factory=list, description="Why the verdict is not a better one."
    )


class CitationJson(Model):
    """The exact words that a claim rests on: `start` to `end` of the article's text."""

    number: int = Field(description="As in the markers [n] of the answer's text.")
    article_id: Id
    title: str
    publisher: Publisher
    published: PublishedText | None
    url: str
    revision: Revision | None = Field(None, description="Null only in old answers.")
    start: Place
    end: Place
    pages: Listed[int] = Field(default_factory=list, description="The pages they stand on, from 1.")
    quote: str


class FiltersJson(Model):
    """What a hit must satisfy; a key that is left out does not filter."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=False)

    published_from: Moment | None = Field(
        None,
        description="Published then or later.",
        validation_alias="from",
        serialization_alias="from",
        exclude_if=lambda it: not it,
    )
    published_before: Moment | None = Field(
        None,
        description="Published before then.",
        validation_alias="before",
        serialization_alias="before",
        exclude_if=lambda it: not it,
    )
    publishers: Listed[str] = Field(default_factory=list, exclude_if=lambda it: not it)
    language: str = Field("", exclude_if=lambda it: not it)
    section: str = Field("", exclude_if=lambda it: not it)
    as_of: Moment | None = Field(None, exclude_if=lambda it: not it)


class UnderstoodJson(Model):
    """What some words of a question were taken to ask of a hit."""

    words: str
    start: Place | None = Field(
        None, description="In the standalone question; null only in old answers."
    )
    end: Place | None = None
    meaning: str = Field(description="What the words were taken to mean.")
    strict: bool = Field(description="True where hits must satisfy it, false where they should.")
    held: bool = Field(description="False where they had to, but the archive has none that do.")
    filters: FiltersJson


class WayOnJson(Model):
    """What to try where there is no answer."""

    text: str = Field(description="The advice in words.")
    question: str = Field("", description='What to ask next; "" where there is only advice.')
    ignore: Listed[str] = Field(
        default_factory=list, description="Words that the next question is to ignore."
    )
    drop: Listed[FilterName] = Field(
        default_factory=list, description="Filters that the next question is to drop."
    )


class LeftOutJson(Model):
    """A sentence that a model wrote and checking left out of the answer, and why."""

    text: str
    reasons: Listed[str] = Field(default_factory=list, description="Why it was left out.")


class UsageJson(Model):
    """Tokens a language model read and wrote, and requests; zero where none was asked."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    requests: int = 0
    cost: float = Field(default=0.0, description="In US dollars; 0 where no prices are set.")


class AnswerJson(Model):
    """An answer with the exact text it rests on, or the reason why there is none."""

    question: str
    standalone: str = Field(description="The question as it reads without what came before it.")
    text: str = Field(description="The answer, with a marker [n] for each citation.")
    abstained: bool = Field(description="True where the archive has no answer.")
    reason: str = Field(description="Why there is no answer, or what the question has wrong.")
    suggestions: Listed[str] = Field(
        default_factory=list, description="What to try where there is no answer, in words."
    )
    ways_on: Listed[WayOnJson] = Field(
        default_factory=list, description="The same suggestions, so that they can be acted on."
    )
    confidence: Share = 0.0
    claims: Listed[ClaimJson] = Field(description="None where it is declined.")
    citations: Listed[CitationJson] = Field(
        description="What the claims rest on; the nearest sentences where it is declined."
    )
    unresolved: Listed[int] = Field(
        description="Numbers of a model's markers that point at no passage."
    )
    as_of: Moment = Field(description="Nothing that was published later is used.")
    filters: FiltersJson = Field(description="The filters that were asked for.")
    understood: Listed[UnderstoodJson] = Field(
        description="What was read from the words of the question."
    )
    hits: Listed[HitJson] = Field(description="The passages found, the best first.")
    coverage: Annotated[
        Share,
        Field(description="The share of passages that can be found by meaning, from 0 to 1."),
    ] = 1.0
    notes: Listed[str] = Field(
        default_factory=list, description="What was done in another way than asked, and warnings."
    )
    left_out: Listed[LeftOutJson] = Field(
        default_factory=list, description="What checking took out of a model's words."
    )
    model: str = Field("", description='The language model that wrote it; "" for none.')
    usage: UsageJson = UsageJson()
    timings: dict[str, float] = Field(
        default_factory=dict, description="Seconds that each step took."
    )


M = TypeVar("M", bound=BaseModel)


def read_answer(value: object) -> AnswerJson:
    """The answer in a value of JSON; raises QueryError that names the field which is wrong."""
    return read_model(AnswerJson, value, "answer", "give what `dateline ask --json` printed")


def read_model(model: type[M], value: object, what: str, mend: str) -> M:
    """The value as a model of JSON; raises QueryError that names the field which is wrong.

    `what` says what it is to be, and `mend` what to give instead.
    """
    given = dict(value) if isinstance(value, Mapping) else value
    try:
        return model.model_validate(given)
    except ValidationError as error:
        msg = f"this is no {what}: {_problems(error)}; {mend}"
        raise QueryError(msg) from None


def _problems(error: ValidationError) -> str:
    """The first fields that are wrong and what each must be, and how many more there are."""
    found = error.errors(include_url=False)
    named = [_problem(each) for each in found[:_NAMED]]
    rest = len(found) - len(named)
    return "; ".join([*named, f"and {rest} more"] if rest else named)


def _problem(found: ErrorDetails) -> str:
    names = [f"[{part}]" if isinstance(part, int) else f".{part}" for part in found["loc"]]
    path = "".join(names).removeprefix(".") or "it"
    if found["type"] == "missing":
        return f"{path} is missing"
    expected = _MUST_BE.get(found["type"], found["msg"]).format(**found.get("ctx", {}))
    return f"{path} must be {expected}, not {shown(found['input']):.{_SHOWN}}"


class _WithoutFieldTitles(GenerateJsonSchema):
    def field_title_should_be_set(self, schema: object) -> bool:
        """Never: a title would only repeat the key."""
        return False


def _schema(described: Any, title: str) -> dict[str, Any]:
    made = TypeAdapter(described).json_schema(
        mode="serialization", schema_generator=_WithoutFieldTitles
    )
    return {"$schema": _DIALECT, **made, "title": title}
