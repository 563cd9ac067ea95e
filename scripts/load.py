"""Many readers ask the page at the same time: how long each waits, and how much memory it takes.

    python scripts/load.py ARCHIVE --users 20 --questions 1000

Starts the app over a copy of the archive, on this machine's own address, and ends it again.
Exits with 1 where an answer failed, or where the aims were missed.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import cycle, islice
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
SLOWEST_SECONDS = 3.0
MOST_GROWTH = 0.10
TURNS = 5
"""How many questions a reader asks before beginning a new conversation."""

_ADDRESS = "Dateline is at http://"
_READY = "first answer after"


@dataclass
class Page:
    """The running page: where it is, and which of its handlers asks."""

    address: str
    process: subprocess.Popen[str]
    handler: int = -1
    blanks: list[Any] = field(default_factory=list)

    def find_handler(self) -> None:
        """Reads from the page's own description what a browser would send."""
        config = json.loads(_get(self.address, "/config"))
        for each in config["dependencies"]:
            if each["api_name"] == "ask_1":
                self.handler = each["id"]
                self.blanks = [None] * (len(each["inputs"]) - 1)
        if self.handler < 0:
            sys.exit("the page has no handler that asks; its description has changed")

    def ask(self, question: str, session: str) -> float:
        """The seconds until the whole answer is there; raises where there is none."""
        sent = {
            "data": [question, *self.blanks],
            "fn_index": self.handler,
            "session_hash": session,
            "event_data": None,
            "trigger_id": None,
        }
        started = time.perf_counter()
        connection = http.client.HTTPConnection(self.address, timeout=120)
        try:
            body = json.dumps(sent)
            kind = {"content-type": "application/json"}
            connection.request("POST", "/gradio_api/queue/join", body, kind)
            reply = connection.getresponse()
            text = reply.read()
            if reply.status != 200:
                raise RuntimeError(f"status {reply.status}: {text[:200]!r}")
            connection.request("GET", f"/gradio_api/queue/data?session_hash={session}")
            for line in connection.getresponse():
                if line.startswith(b"data:"):
                    told = json.loads(line[5:])
                    if told["msg"] == "process_completed":
                        if not told["success"] or b'aria-busy=\\"false\\"' not in line:
                            raise RuntimeError(f"no answer to {question!r}: {line[:200]!r}")
                        return time.perf_counter() - started
            raise RuntimeError(f"the stream ended without an answer to {question!r}")
        finally:
            connection.close()

    def memory(self) -> int:
        """The resident memory of the server and of the processes that it started, in MB."""
        own = str(self.process.pid)
        lists = Path(f"/proc/{own}/task").glob("*/children")
        started = [process for each in lists for process in each.read_text().split()]
        return sum(map(_resident, [own, *started])) // 1024


def _resident(process: str) -> int:
    """The kilobytes of a process that are in memory; 0 where it has ended."""
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return 0
    lines = [line for line in status.splitlines() if line.startswith("VmRSS")]
    return int(lines[0].split()[1]) if lines else 0


def main() -> int:
    """Runs the load; prints what was measured."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("archive", type=Path)
    parser.add_argument("--users", type=int, default=20)
    parser.add_argument("--questions", type=int, default=1000)
    parser.add_argument("--file", type=Path, default=ROOT / "seeds" / "questions.jsonl")
    parser.add_argument("--pause", type=float, default=0.0, help="seconds each reader thinks")
    given = parser.parse_args()
    rows = map(json.loads, given.file.read_text(encoding="utf-8").splitlines())
    questions = [row["question"] for row in rows if "form" not in row]
    asked = list(islice(cycle(questions), given.questions))
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "archive"
        shutil.copytree(given.archive, copy, ignore=shutil.ignore_patterns("*.lock"))
        page = started(copy)
        try:
            page.find_handler()
            return report(*measured(page, asked, given.users, given.pause))
        finally:
            page.process.terminate()
            page.process.communicate(timeout=30)


def started(archive: Path) -> Page:
    """The app over the archive, once its first answer is there."""
    environment = {n: v for n, v in os.environ.items() if not n.startswith("OPENAI_")}
    environment |= {
        "DATELINE_ARCHIVE": str(archive),
        "DATELINE_PORT": "0",
        "DATELINE_HOST": "127.0.0.1",
        "DATELINE_LLM_MODEL": "none",
        "DATELINE_WEB_RATE": "1000000",
    }
    command = [sys.executable, str(ROOT / "app.py")]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env=environment, cwd=archive.parent
    )
    address = ""
    for line in process.stdout or ():
        if line.startswith(_ADDRESS):
            address = line.removeprefix(_ADDRESS).strip()
        if line.startswith(_READY):
            threading.Thread(target=process.stdout.read, daemon=True).start()  # type: ignore[union-attr]
            return Page(address, process)
    sys.exit("the app ended before its first answer")


def measured(
    page: Page, asked: list[str], users: int, pause: float
) -> tuple[list[float], list[str], list[int]]:
    """The seconds of each answer, the failures, and the memory after each tenth."""
    seconds: list[float] = []
    failures: list[str] = []
    memory: list[int] = []
    waiting, lock = iter(asked), threading.Lock()

    def reader(number: int) -> None:
        for turn in range(len(asked)):
            with lock:
                question = next(waiting, None)
            if question is None:
                return
            try:
                took = page.ask(question, f"load{number}x{turn // TURNS}")
                with lock:
                    seconds.append(took)
                    if len(seconds) % max(1, len(asked) // 10) == 0:
                        memory.append(page.memory())
            except (RuntimeError, OSError, ValueError) as error:
                with lock:
                    failures.append(str(error))
            time.sleep(pause)

    with ThreadPoolExecutor(users) as pool:
        list(pool.map(reader, range(users)))
    return seconds, failures, memory


def report(seconds: list[float], failures: list[str], memory: list[int]) -> int:
    """Prints the measures; 1 where an aim was missed."""
    ordered = sorted(seconds)
    p95 = ordered[int(len(ordered) * 0.95) - 1] if len(ordered) > 1 else float("inf")
    print(f"answers {len(seconds):,}, failures {len(failures):,}")
    print(f"p50 {statistics.median(seconds or [0.0]):.2f} s, p95 {p95:.2f} s")
    print(f"memory after each tenth, MB: {', '.join(map(str, memory))}")
    for failure in failures[:3]:
        print(failure)
    # The first answers load what the others use: growth is counted from the second tenth on.
    grown = (memory[-1] - memory[1]) / memory[1] if len(memory) > 2 else 0.0
    print(f"memory grew by {grown:.1%} from the second tenth to the last")
    return int(bool(failures) or p95 > SLOWEST_SECONDS or grown > MOST_GROWTH)


def _get(address: str, path: str) -> bytes:
    connection = http.client.HTTPConnection(address, timeout=60)
    try:
        connection.request("GET", path)
        return connection.getresponse().read()
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(main())
