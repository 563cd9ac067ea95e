"""The Ray cluster: joined, given work, and watched; the only module that knows Ray."""

from __future__ import annotations

import os
import socket
import time
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, wait
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from threading import Thread
from types import ModuleType
from typing import Any, Generic, TypeVar
from urllib.parse import urlsplit

from rag.cluster.working import Orders, perform
from rag.errors import ConfigError, ProviderError, RagError

HERE = "ray"
"""The name of a cluster that is started on this machine, for one command."""

CLIENT_PORT = 10001
_SECONDS_TO_CONNECT = 10.0
_LOOK_SECONDS = 5.0
_LOST_SECONDS = 20.0
"""Ray itself ends the process when it has not reached its cluster for a minute."""

_NOT_STARTED = "Starting Ray client server failed"
"""Says a cluster whose process for this client has died: gRPC may crash it as it is forked."""

_CLOSED = "closed channel"
"""Says gRPC of a connection that Ray's client has given up, in a ValueError."""

_MOST_STARTS = 3
_MOST_DEATHS = 3
_MOST_WAITING = 1_000
_MOST_BYTES = 256 << 20
_OBJECT_STORE = 256 << 20

_T = TypeVar("_T")
Note = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Job(Generic[_T]):
    """What is `sent` to a worker for something, and its size; None where nothing is."""

    of: _T
    sent: Any = None
    size: int = 0


@dataclass(frozen=True, slots=True)
class Lost:
    """The worker was killed `times` over at the same job."""

    times: int


class Cluster:
    """A cluster that this process has joined; `where` is how it is named in messages."""

    def __init__(self, ray: ModuleType, where: str, orders: Orders, note: Note) -> None:
        self._ray = ray
        self._where = where
        self._note = note
        self._gone = False
        self._is_client = bool(ray.util.client.ray.is_connected())
        failures = ray.exceptions
        self._deaths = (
            failures.WorkerCrashedError,
            failures.OutOfMemoryError,
            failures.NodeDiedError,
            failures.ObjectLostError,
        )
        name, data = orders.packed()
        with self._watched():
            self._orders = (ray.put(data), name)
            self._resources: dict[str, float] = ray.cluster_resources()
            nodes = sum(node["Alive"] for node in ray.nodes())
        machines = f"{nodes} node{'s' * (nodes != 1)}"
        note(f"Ray: {machines}, {self._resources.get('CPU', 0):g} CPUs, {where}")

    def in_order(
        self, work: str, jobs: Iterable[Job[_T]], ahead: int, *, gpu: bool = False
    ) -> Iterator[tuple[_T, Any]]:
        """What came of each job, in the order given; None for one without anything to send.

        `ahead` jobs are handed out for each CPU, or for each GPU where `gpu` is asked for and there
        are some. Those of a killed worker are done again; a job at which workers are killed again
        and again is `Lost`. Raises ProviderError where the cluster is lost.
        """
        gpus = self._resources.get("GPU", 0) if gpu else 0
        # Ray would start a new process for each task that has a GPU.
        remote = self._ray.remote(max_calls=0, max_retries=0)(perform)
        remote = remote.options(num_cpus=1, num_gpus=1 if gpus >= 1 else 0)
        most = ahead * max(1, int(gpus or self._resources.get("CPU", 1)))
        waiting, handed = iter(jobs), deque[tuple[Job[_T], Any]]()
        out = size = 0
        try:
            while True:
                while out < most and size < _MOST_BYTES and len(handed) < _MOST_WAITING:
                    if (job := next(waiting, None)) is None:
                        break
                    sends = job.sent is not None
                    handed.append((job, self._submit(remote, work, job) if sends else None))
                    out, size = out + sends, size + job.size
                if not handed:
                    return
                job, task = handed[0]
                result = None if task is None else self._result(remote, work, job, task)
                handed.popleft()
                out, size = out - (task is not None), size - job.size
                yield job.of, result
        finally:
            with suppress(Exception):
                for _, task in handed:
                    if task is not None and not self._gone:
                        self._ray.cancel(task)

    def _submit(self, remote: Any, work: str, job: Job[_T]) -> Any:
        with self._watched():
            return remote.remote(*self._orders, work, job.sent)

    def _result(self, remote: Any, work: str, job: Job[_T], task: Any) -> Any:
        for deaths in range(1, _MOST_DEATHS + 1):
            try:
                with self._watched():
                    result = self._fetched(task)
            except self._deaths:
                if deaths < _MOST_DEATHS:
                    self._note(
                        "a worker of the cluster was killed, perhaps for want of memory; nothing "
                        "is lost: what it had in hand is done again"
                    )
                    task = self._submit(remote, work, job)
                continue
            if isinstance(result, RagError):
                raise result
            return result
        return Lost(_MOST_DEATHS)

    def _fetched(self, task: Any) -> Any:
        """What a task returns; raises ProviderError where the cluster cannot be reached any more.

        A thread asks Ray, whose calls may wait for ever for a cluster that is gone.
        """
        fetched: Future[Any] = Future()

        def fetch() -> None:
            """Puts the task's result, or its error, into the future."""
            try:
                fetched.set_result(self._ray.get(task))
            except Exception as error:
                fetched.set_exception(error)

        Thread(target=fetch, daemon=True).start()
        seen = time.monotonic()
        while not wait([fetched], timeout=_LOOK_SECONDS).done:
            if self._is_there():
                seen = time.monotonic()
            elif time.monotonic() - seen > _LOST_SECONDS:
                self._gone = True
                why = "it does not answer any more, or has no machine left"
                raise self._lost(why)
        return fetched.result()

    def _is_there(self) -> bool:
        ray = self._ray

        def has_machines() -> bool:
            """Whether the cluster has processors, or had none when it was joined."""
            # A cluster that had none at first starts some when there is work.
            return bool(ray.cluster_resources().get("CPU")) or not self._resources.get("CPU")

        if self._is_client:
            # What Ray's client raises is up to how the connection broke.
            with suppress(Exception):
                return has_machines()
            return False
        context = ray.get_runtime_context()
        host, _, port = context.gcs_address.rpartition(":")
        # Ray's own calls would wait for a cluster that is gone.
        with suppress(OSError), socket.create_connection((host, int(port)), _LOOK_SECONDS):
            alive = [node["NodeID"] for node in ray.nodes() if node["Alive"]]
            return context.get_node_id() in alive and has_machines()
        return False

    @contextmanager
    def _watched(self) -> Iterator[None]:
        """Turns what Ray raises into errors of ours, but for the deaths of workers."""
        failures = self._ray.exceptions
        try:
            yield
        except failures.RayTaskError as error:
            if isinstance(error.cause, ImportError):
                msg = (
                    f"a machine of {self._where} cannot run Dateline ({_line(error.cause)}); "
                    "install the same version with the same extras on all machines"
                )
                raise ConfigError(msg) from error
            raise
        except self._deaths:
            raise
        except (failures.RayError, ConnectionError, ValueError) as error:
            if isinstance(error, ValueError) and _CLOSED not in str(error):
                raise
            raise self._lost(_line(error)) from error

    def _lost(self, why: str) -> ProviderError:
        return ProviderError(
            f"lost {self._where}: {why}; nothing that was stored or embedded is lost: run the same "
            "command again, and it goes on from there"
        )


@contextmanager
def joined(address: str, orders: Orders, note: Note) -> Iterator[Cluster]:
    """The cluster at `ray://HOST:PORT`; for `ray` one that runs on this machine as long as this.

    Where this process has already joined a cluster, `ray` is that one. Raises ConfigError for
    anything else, where Ray is not installed, and for a cluster of another version of Ray or
    Python; ProviderError for one that does not answer.
    """
    client = _client(address)
    ray = _loaded(address)
    has_joined = ray.is_initialized()
    if has_joined and not client:
        yield Cluster(ray, "the Ray cluster that this process has joined", orders, note)
        return
    where = f"the Ray cluster {address}" if client else "the Ray cluster on this machine"
    try:
        if client:
            _connect(ray, client, where)
        else:
            note("starting Ray on this machine ...")
            _start(ray)
        yield Cluster(ray, where, orders, note)
    finally:
        if not has_joined:
            # What a lost cluster says to that is no news.
            with suppress(Exception):
                ray.shutdown()


def _loaded(address: str) -> ModuleType:
    """Ray, which is to keep to itself what it would tell its makers, and print among results."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_DEDUP_LOGS_SKIP_REGEX", ".")
    try:
        import ray
        import ray.exceptions
        import ray.util.client
    except ImportError as error:
        msg = f"--on {address} needs Ray: pip install 'dateline[ray]' ({error})"
        raise ConfigError(msg) from error
    return ray


def _client(address: str) -> str:
    """HOST:PORT of a cluster; "" for `ray`."""
    if address == HERE:
        return ""
    with suppress(ValueError):
        parts = urlsplit(address)
        if parts.scheme == HERE and parts.hostname and parts.path in ("", "/"):
            host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
            return f"{host}:{parts.port or CLIENT_PORT}"
    msg = f"{address!r} names no cluster; write --on ray, or --on ray://HOST:{CLIENT_PORT}"
    raise ConfigError(msg)


def _connect(ray: ModuleType, client: str, where: str) -> None:
    host, _, port = client.rpartition(":")
    try:
        # Ray would try for half a minute, and not say why.
        socket.create_connection((host.strip("[]"), int(port)), _SECONDS_TO_CONNECT).close()
    except OSError as error:
        msg = (
            f"{where} does not answer ({error.strerror or error}); start it: ray start --head "
            f"--ray-client-server-port={port}, or name another with --on"
        )
        raise ProviderError(msg) from error
    if ray.is_initialized():
        msg = (
            "this process has already joined a Ray cluster: name that one “ray”, or leave it first "
            f"with ray.shutdown(), to use {where}"
        )
        raise ConfigError(msg)
    try:
        for started in range(1, _MOST_STARTS + 1):
            try:
                return _quietly(ray, f"ray://{client}")
            except ConnectionError as error:
                if _NOT_STARTED not in str(error) or started == _MOST_STARTS:
                    raise
    except RuntimeError as error:
        if "ersion" not in str(error):
            raise ProviderError(_refused(where, error)) from error
        msg = f"{where} is of another version: {_line(error)}; install the same on all machines"
        raise ConfigError(msg) from error
    except (ConnectionError, TimeoutError) as error:
        raise ProviderError(_refused(where, error)) from error


def _start(ray: ModuleType) -> None:
    try:
        _quietly(
            ray,
            "local",
            include_dashboard=False,
            object_store_memory=_OBJECT_STORE,
            _node_ip_address="127.0.0.1",
        )
    except (RuntimeError, ConnectionError, OSError, ValueError) as error:
        msg = f"Ray cannot be started on this machine: {_line(error)}; see /tmp/ray/session_latest"
        raise ProviderError(msg) from error


def _quietly(ray: ModuleType, address: str, **options: Any) -> None:
    """Joins or starts a cluster, without advice and without what its workers print."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ray.init(address, log_to_driver=False, logging_level="ERROR", **options)


def _refused(where: str, error: Exception) -> str:
    mend = "see its log, then try again"
    if _NOT_STARTED in str(error):
        mend = "start it again with GRPC_ENABLE_FORK_SUPPORT=0 in its environment"
    elif "timeout" in str(error):
        mend = f"if it asks for a token, set RAY_AUTH_MODE=token and RAY_AUTH_TOKEN; else {mend}"
    return f"{where} cannot be joined: {_line(error)}; {mend}"


def _line(error: BaseException) -> str:
    """What an error says, as one line that is not too long."""
    return f"{' '.join(str(error).split()):.300}" or type(error).__name__
