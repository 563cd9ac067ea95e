"""A process that gives way is nicer than one that does not."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

NICER = "import os; from rag.maintenance.priority import give_way; give_way(); print(os.nice(0))"


@pytest.mark.skipif(not hasattr(os, "nice"), reason="no such thing on this system")
@pytest.mark.parametrize(("before", "after"), [(0, 15), (19, 19)])
def test_it_is_as_nice_as_it_should_be_and_never_less(before: int, after: int) -> None:
    # The process that runs the tests may be nice already.
    wanted = max(after, os.nice(0))
    nicer = f"import os; os.nice({before}); {NICER}"
    ended = subprocess.run(
        [sys.executable, "-c", nicer], capture_output=True, text=True, check=True
    )
    assert int(ended.stdout) == wanted
