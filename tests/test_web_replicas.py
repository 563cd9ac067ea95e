"""Programs that ask several pages over one archive, behind a proxy that takes turns."""

from __future__ import annotations

import http.client
import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from rag.web.server.attempts import MOST_FAILURES
from tests.browser.conftest import SANK
from tests.postgresql import Server
from tests.replicas import JSON, Pages, Program, running_pages

pytestmark = pytest.mark.enable_socket

USERS, QUESTIONS = 30, 6


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory, postgresql_server: Server) -> Iterator[Pages]:
    folder = tmp_path_factory.mktemp("pages")
    with running_pages(folder, postgresql_server.prepared(), 2) as begun:
        yield begun


def test_a_login_at_one_page_counts_at_all_and_so_does_its_end(pages: Pages) -> None:
    bo = Program(pages.sites[0].url)
    assert bo.log_in("bo") == 200
    bo.url = pages.sites[1].url
    assert bo.request("GET", "/config")[0] == 200
    assert bo.request("GET", "/logout")[0] == 303
    spent = bo.cookie = bo.cookie or "dateline-session=x"
    assert bo.request("GET", "/config")[0] == 401
    bo.url = pages.sites[0].url
    for _ in range(40):
        bo.cookie = spent
        if bo.request("GET", "/config")[0] == 401:
            return
    pytest.fail("the other page still takes it for a login")


def test_wrong_passwords_are_counted_together(pages: Pages) -> None:
    eve = Program(pages.url)
    statuses = [eve.log_in("ada", f"wrong password {n}") for n in range(MOST_FAILURES + 2)]
    assert statuses == [401] * MOST_FAILURES + [429] * 2


def test_a_call_is_answered_wherever_it_is_begun_and_fetched(pages: Pages) -> None:
    bo = Program(pages.url)
    assert bo.log_in("bo") == 200
    answers = [bo.ask(SANK) for _ in range(4)]
    assert [each["abstained"] for each in answers] == [False] * 4
    assert len({str(each["text"]) for each in answers}) == 1


def test_who_forges_what_pages_say_to_each_other_is_nobody(pages: Pages) -> None:
    said = json.dumps({"account": {"name": "ada", "role": "admin", "stamp": ""}})
    stranger = Program(pages.sites[0].url)
    forged = {**JSON, "x-dateline-replica": f"{said}.c2lnbmVk"}
    assert stranger.request("GET", "/config", headers=forged)[0] == 401


@pytest.mark.faults
def test_one_of_three_pages_is_killed_while_thirty_ask(
    tmp_path: Path, postgresql_server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    counted: Counter[str] = Counter()
    reasons: list[str] = []
    answered = threading.Semaphore(0)

    def user(url: str, number: int) -> None:
        program = Program(url)
        # All log in at once, and a page checks two passwords at a time.
        while not program.cookie:
            with suppress(OSError, http.client.HTTPException):
                program.log_in(f"user{number}")
        for turn in range(QUESTIONS):
            for attempt in ("at once", "after one retry", "never"):
                if attempt == "never":
                    counted[attempt] += 1
                    break
                try:
                    program.ask(f"{SANK} And who is number {number * turn}?")
                except (AssertionError, OSError, http.client.HTTPException, ValueError) as error:
                    reasons.append(f"{attempt}: {error!r}"[:200])
                    continue
                counted[attempt] += 1
                break
            answered.release()

    place = postgresql_server.prepared()
    names = [f"user{number}" for number in range(USERS)]
    with running_pages(tmp_path, place, 3, names) as pages:
        users = [threading.Thread(target=user, args=(pages.url, n)) for n in range(USERS)]
        for each in users:
            each.start()
        for _ in range(USERS * QUESTIONS // 3):
            answered.acquire()
        pages.kill(1)
        for each in users:
            each.join()
    with capsys.disabled():
        print(f"\nanswered, of {USERS * QUESTIONS}, one page killed after a third: {dict(counted)}")
        print("\n".join(reasons))
    assert counted["never"] == 0
    assert counted["at once"] + counted["after one retry"] == USERS * QUESTIONS
