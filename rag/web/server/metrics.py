"""What Prometheus reads of the page: counts and times; no words, readers or addresses."""

from __future__ import annotations

import time
from collections.abc import Iterator
from threading import Lock
from typing import Any

from rag.archive import Archive
from rag.errors import ConfigError, RagError
from rag.observing import Event, ModelAsked, QuestionAsked

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0)
_HOLDINGS_SECONDS = 10.0


class Metrics:
    """The metrics of one page over an archive; an observer of its questions.

    Raises ConfigError where `prometheus-client` is not installed.
    """

    def __init__(self, archive: Archive) -> None:
        try:
            import prometheus_client as prometheus
            from prometheus_client.core import GaugeMetricFamily
        except ImportError as error:
            msg = "DATELINE_METRICS needs prometheus-client: pip install 'dateline[metrics]'"
            raise ConfigError(msg) from error
        self._prometheus, self._gauge = prometheus, GaugeMetricFamily
        self._registry = registry = prometheus.CollectorRegistry()

        def counter(name: str, what: str, *labels: str) -> Any:
            """A counter of this name."""
            return prometheus.Counter(f"dateline_{name}", what, labels, registry=registry)

        def seconds(name: str, what: str, *labels: str) -> Any:
            """A histogram of seconds of this name."""
            kept: dict[str, Any] = {"buckets": _SECONDS, "registry": registry}
            return prometheus.Histogram(f"dateline_{name}_seconds", what, labels, **kept)

        self._requests = counter("requests", "Requests to the page.", "route", "status")
        self._steps = seconds("step", "Seconds of each step of a question.", "step")
        self._whole = seconds("question", "Seconds of a question, its steps together.")
        self._questions = counter("questions", "Questions by how they ended.", "outcome")
        self._models = counter("llm_requests", "Requests to language models.", "outcome")
        self._tokens = counter("llm_tokens", "Tokens of language models.", "kind")
        registry.register(_Holdings(archive, GaugeMetricFamily))

    def watch_queue(self, page: Any) -> None:
        """Counts what waits and runs in the queue of a Gradio page, too."""
        self._registry.register(_Queue(page, self._gauge))

    def request(self, route: str, status: int) -> None:
        """Counts a request that was responded to."""
        self._requests.labels(route, str(status)).inc()

    def observe(self, event: Event) -> None:
        """Counts a question, or a request to a model, that has ended."""
        if isinstance(event, QuestionAsked):
            self._questions.labels(event.outcome).inc()
            for step in event.steps:
                self._steps.labels(step.name).observe(step.seconds)
            self._whole.observe(sum(step.seconds for step in event.steps))
        elif isinstance(event, ModelAsked):
            self._models.labels("failed" if event.failed else "answered").inc()
            self._tokens.labels("prompt").inc(event.prompt_tokens)
            self._tokens.labels("completion").inc(event.completion_tokens)

    def text(self) -> tuple[bytes, str]:
        """Everything in Prometheus's format, and the type of that content."""
        return self._prometheus.generate_latest(self._registry), (
            self._prometheus.CONTENT_TYPE_LATEST
        )


class _Holdings:
    """How much the archive holds, looked up every ten seconds at most; nothing while it fails."""

    def __init__(self, archive: Archive, gauge: Any) -> None:
        self._archive = archive
        self._gauge = gauge
        self._lock = Lock()
        self._found: tuple[int, int, int, int] | None = None
        self._looked = -_HOLDINGS_SECONDS

    def collect(self) -> Iterator[Any]:
        """A gauge for each count."""
        gauge = self._gauge
        with self._lock:
            if time.monotonic() - self._looked >= _HOLDINGS_SECONDS:
                self._found = self._look()
                self._looked = time.monotonic()
            found = self._found
        yield gauge("dateline_archive_up", "Whether the archive can be read.", value=bool(found))
        if found:
            articles, passages, embedded, lag = found
            yield gauge("dateline_articles", "Articles of the archive.", value=articles)
            yield gauge("dateline_passages", "Passages of the archive.", value=passages)
            alone = max(0, passages - embedded)
            what = "Passages that are found by words alone."
            yield gauge("dateline_passages_without_vector", what, value=alone)
            what = "Changes that the index by words lacks."
            yield gauge("dateline_index_lag_changes", what, value=lag)

    def _look(self) -> tuple[int, int, int, int] | None:
        try:
            return (*self._archive.counts(), self._archive.lag())
        except (RagError, OSError):
            return None


class _Queue:
    """The events of a page that wait and that run."""

    def __init__(self, page: Any, gauge: Any) -> None:
        self._page = page
        self._gauge = gauge

    def collect(self) -> Iterator[Any]:
        """A gauge of each."""
        gauge = self._gauge
        queue = self._page._queue
        waiting = sum(len(each.queue) for each in [*queue.event_queue_per_concurrency_id.values()])
        running = sum(len(job) for job in [*queue.active_jobs] if job)
        yield gauge("dateline_queue_length", "Questions and calls that wait.", value=waiting)
        yield gauge("dateline_queue_running", "Questions and calls that run.", value=running)
