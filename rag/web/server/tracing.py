"""OpenTelemetry spans of questions: their steps and times; no words, readers or addresses."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from typing import Any

from rag.errors import ConfigError
from rag.observing import Event, QuestionAsked, observed_by

_ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
_NANOSECONDS = 1_000_000_000


def is_wanted(setting: bool, environment: Mapping[str, str] = os.environ) -> bool:
    """Whether the setting, or OpenTelemetry's own variables, ask for spans.

    >>> is_wanted(False, {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"})
    True
    >>> is_wanted(True, {"OTEL_SDK_DISABLED": "true"}), is_wanted(False, {})
    (False, False)
    """
    off = environment.get("OTEL_SDK_DISABLED", "").strip().casefold() == "true"
    exporter = environment.get("OTEL_TRACES_EXPORTER", "").strip().casefold()
    named = any(environment.get(name, "").strip() for name in _ENDPOINTS)
    asked = setting or named or exporter not in ("", "none")
    return asked and not off and exporter != "none"


@contextmanager
def traced(exporter: Any = None) -> Iterator[None]:
    """Sends a span for each question, with one for each of its steps, until the context ends.

    They go where the standard `OTEL_` variables say, by OTLP over HTTP, unless there is an
    `exporter`. Raises ConfigError where OpenTelemetry is not installed.
    """
    try:
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor

        if exporter is None:
            from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

            processor: Any = BatchSpanProcessor(OTLPSpanExporter())
        else:
            processor = SimpleSpanProcessor(exporter)
    except ImportError as error:
        msg = "spans need OpenTelemetry: pip install 'dateline[otel]'"
        raise ConfigError(msg) from error
    named = {"service.name": "dateline"} if not os.environ.get("OTEL_SERVICE_NAME") else {}
    provider = TracerProvider(resource=Resource.create(named), shutdown_on_exit=False)
    provider.add_span_processor(processor)
    tracer = provider.get_tracer("dateline", version("dateline"))

    def observe(event: Event) -> None:
        """Sends a question with its steps as spans."""
        if isinstance(event, QuestionAsked) and event.steps:
            _send(tracer, event)

    try:
        with observed_by(observe):
            yield
    finally:
        provider.shutdown()


def _send(tracer: Any, event: QuestionAsked) -> None:
    from opentelemetry.context import Context
    from opentelemetry.trace import set_span_in_context

    known = {"dateline.outcome": event.outcome, "dateline.request_id": event.request_id}
    known |= {"gen_ai.request.model": event.model} if event.model else {}
    whole = tracer.start_span(
        "question", Context(), start_time=_nanoseconds(event.steps[0].began), attributes=known
    )
    within = set_span_in_context(whole, Context())
    for step in event.steps:
        span = tracer.start_span(step.name, within, start_time=_nanoseconds(step.began))
        span.end(_nanoseconds(step.ended))
    whole.end(_nanoseconds(event.steps[-1].ended))


def _nanoseconds(seconds: float) -> int:
    return int(seconds * _NANOSECONDS)
