"""What all tests need: examples in docstrings write into a folder of their own; Ctrl-C counts.

Examples that hypothesis makes up are the same in each run; `make fuzz` looks for new ones.
"""

import signal
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("same", derandomize=True)
settings.load_profile("same")


def pytest_configure() -> None:
    """Takes Ctrl-C again, for the children, where a shell started all this in its background."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def _own_folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> None:
    if isinstance(request.node, pytest.DoctestItem):
        folder: Path = tmp_path_factory.mktemp("docstring")
        request.getfixturevalue("monkeypatch").chdir(folder)
