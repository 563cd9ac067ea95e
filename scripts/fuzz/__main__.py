"""Fuzzes the targets, each for a bounded time: `python -m scripts.fuzz --seconds 60 [TARGET ...]`.

Each target runs in a process of its own. What makes one fail is kept in a folder that is named.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path
from tempfile import mkdtemp

LONGEST_INPUT, LONGEST_SECONDS, MOST_MEGABYTES = 4096, 20, 2048


def main() -> int:
    """The number of targets that failed, 100 at most."""
    try:
        import atheris  # noqa: F401
    except ImportError:
        print('atheris is not installed; pip install "dateline[fuzz]"')
        return 2
    from scripts.fuzz.targets import TARGETS

    parser = argparse.ArgumentParser(prog="python -m scripts.fuzz", description=__doc__)
    parser.add_argument("targets", nargs="*", choices=[[], *TARGETS], default=[])
    parser.add_argument("--seconds", type=int, default=60)
    given = parser.parse_args()
    failed = [name for name in given.targets or TARGETS if _fuzz(name, given.seconds)]
    print(f"failed: {', '.join(failed)}" if failed else "no target failed")
    return min(len(failed), 100)


def _fuzz(name: str, seconds: int) -> bool:
    folder = Path(mkdtemp(prefix=f"dateline-fuzz-{name}-"))
    command = [sys.executable, "-m", "scripts.fuzz.one", name, str(folder), str(seconds)]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    lines = done.stderr.splitlines()
    told = next((line for line in reversed(lines) if line.startswith(("Done ", "stat::"))), "")
    print(f"{name}: {told or 'no figures'}", flush=True)
    if done.returncode:
        print("\n".join(lines[-40:]))
        print(f"{name} FAILED; its input is in {folder}", flush=True)
    return bool(done.returncode)


if __name__ == "__main__":
    sys.exit(main())
