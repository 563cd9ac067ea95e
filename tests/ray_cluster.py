"""Two nodes of a local Ray cluster for tests, on the loopback alone, with a processor each."""

from __future__ import annotations

import os
import socket
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.commands import ROOT

MISSING = "needs Ray: pip install 'dateline[ray]'"
_NODE = {
    "num_cpus": 1,
    "node_ip_address": "127.0.0.1",
    "include_dashboard": False,
    "object_store_memory": 80 << 20,
}


def prepare() -> None:
    """Sets what Ray reads when it is imported: nothing leaves this machine, nothing is said."""
    # By this Ray takes the loopback for the address of a node, as on a laptop.
    os.environ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    # As docs/deploy.md says: the server for clients forks, and gRPC's handlers may crash the child.
    os.environ["GRPC_ENABLE_FORK_SUPPORT"] = "0"
    os.environ["RAY_DEDUP_LOGS_SKIP_REGEX"] = "."
    os.environ["PYTHONPATH"] = str(ROOT)


def join(address: str) -> Any:
    """Makes this process a driver of the cluster whose address this is."""
    prepare()
    import ray

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ray.init(address, log_to_driver=False, logging_level="ERROR", _node_ip_address="127.0.0.1")
    return ray


class Nodes:
    """A cluster that this process has joined: its address, and that for clients."""

    def __init__(self) -> None:
        from ray.cluster_utils import Cluster

        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.client = f"ray://127.0.0.1:{port}"
        self._cluster = Cluster(True, False, {**_NODE, "ray_client_server_port": port})
        self._second = self._cluster.add_node(**_NODE)
        self.address = str(self._cluster.address)
        self.ray = join(self.address)

    def lose_the_second(self) -> None:
        """Kills all that runs on the second node."""
        self._second.kill_all_processes(check_alive=False, allow_graceful=False)

    def close(self) -> None:
        """Leaves the cluster, and ends it."""
        self.ray.shutdown()
        self._cluster.shutdown()


@contextmanager
def nodes() -> Iterator[Nodes]:
    """A cluster of two nodes; skips what needs it where Ray is missing."""
    prepare()
    try:
        import ray.cluster_utils  # noqa: F401
    except ImportError:
        pytest.skip(MISSING)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        started = Nodes()
    try:
        yield started
    finally:
        started.close()
