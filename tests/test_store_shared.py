"""What pages that serve one archive share, in a file and on a server."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from rag.errors import ArchiveError, ConfigError
from rag.store import Database
from rag.store.shared import FOR_GOOD, LookedUp, Shared
from rag.web.accounts import Accounts, StoredAccounts, add_account, list_accounts, remove_account
from rag.web.adding import Adding
from rag.web.server.attempts import FAILURE_SECONDS
from rag.web.server.logins import SharedLogins
from rag.web.server.shared_limits import SharedAttempts, SharedRate
from rag.web.upload_turns import in_turn, now_adding
from tests.postgresql import ON_BOTH

pytestmark = ON_BOTH

KEY = b"k" * 32
WORDS = "correct horse battery"
DOWN = SecretStr("postgresql+psycopg://ada@127.0.0.1:1/news")


@pytest.fixture
def shared(tmp_path: Path, database: Database, address: SecretStr) -> Iterator[Shared]:
    """What one page shares."""
    opened = Shared(tmp_path, address)
    yield opened
    opened.close()


@pytest.fixture
def other(tmp_path: Path, shared: Shared, address: SecretStr) -> Iterator[Shared]:
    """The same, as another page sees it."""
    opened = Shared(tmp_path, address)
    yield opened
    opened.close()


def test_a_value_is_there_for_its_seconds_and_for_every_page(shared: Shared, other: Shared) -> None:
    shared.put("a", "lasting", "one", FOR_GOOD)
    shared.put("a", "spent", "two", -1)
    shared.put("b", "lasting", "three", 60)
    assert (other.get("a", "lasting"), other.get("a", "spent")) == ("one", None)
    assert other.all("a") == {"lasting": "one"}
    other.tidy()
    other.drop("b", "lasting")
    assert (shared.all("a"), shared.all("b")) == ({"lasting": "one"}, {})


def test_the_first_claim_counts_until_it_expires_or_its_holder_has_gone(
    shared: Shared, other: Shared
) -> None:
    assert shared.claim("session", "s", "first", 60) == "first"
    assert other.claim("session", "s", "second", 60) == "first"
    assert other.claim("session", "s", "second", 60, instead_of="third") == "first"
    assert other.claim("session", "s", "second", 60, instead_of="first") == "second"
    assert shared.claim("session", "s", "first", 60, instead_of="first") == "second"
    shared.put("session", "s", "second", -1)
    assert shared.claim("session", "s", "first", 60) == "first"


def test_of_many_claims_at_once_one_counts(tmp_path: Path, shared: Shared, other: Shared) -> None:
    found: list[str] = []

    def claim(page: Shared, value: str) -> None:
        found.append(page.claim("session", "t", value, 60))

    threads = [
        threading.Thread(target=claim, args=(page, f"{n}"))
        for n, page in enumerate((shared, other) * 4)
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(found) == 8
    assert len(set(found)) == 1


def test_changes_at_once_are_made_one_after_another(shared: Shared, other: Shared) -> None:
    def count(page: Shared) -> None:
        for _ in range(10):
            page.change("n", "n", 60, lambda found, _now: (str(int(found or 0) + 1), None))

    threads = [threading.Thread(target=count, args=(page,)) for page in (shared, other)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert shared.get("n", "n") == "20"


def test_requests_are_counted_together_and_come_back_with_time(
    shared: Shared, other: Shared
) -> None:
    pages = [SharedRate(shared, 12), SharedRate(other, 12)]
    waits = [pages[n % 2].wait("ada") for n in range(5)]
    # 12 a minute: one every five seconds, and those of 15 seconds at once.
    assert waits[:3] == [0.0, 0.0, 0.0]
    assert all(0 < wait <= 5 for wait in waits[3:])
    assert pages[0].wait("bo") == 0.0


def test_wrong_passwords_are_counted_together_and_given_back(shared: Shared, other: Shared) -> None:
    pages = [SharedAttempts(shared, "client"), SharedAttempts(other, "client")]
    assert [pages[n % 2].take("ada", 3) for n in range(3)] == [0.0] * 3
    assert FAILURE_SECONDS - 60 < pages[1].take("ada", 3) <= FAILURE_SECONDS
    assert SharedAttempts(shared, "account").take("ada", 3) == 0.0
    pages[0].give_back("ada")
    assert pages[1].take("ada", 3) == 0.0
    assert pages[1].take("ada", 3) > 0


def test_a_login_counts_at_each_page_until_it_ends_or_expires(
    shared: Shared, other: Shared
) -> None:
    now = [1_000_000.0]
    here, there = (SharedLogins(each, KEY, lambda: now[0]) for each in (shared, other))
    accounts = StoredAccounts(shared)
    add_account(accounts, "ada", "admin", WORDS)
    ada = Accounts(accounts).check("ada", WORDS)
    assert ada is not None
    token, second = here.begin(ada, 60), here.begin(ada, 60)
    assert there.account(token) == ada
    assert SharedLogins(other, b"x" * 32).account(token) is None
    assert there.account(token.replace("admin", "reader")) is None
    here.end(token)
    assert here.account(token) is None
    assert SharedLogins(other, KEY, lambda: now[0]).account(token) is None
    assert there.account(second) == ada
    now[0] += 61
    assert there.account(second) is None


def test_accounts_in_the_store_are_those_of_every_page(shared: Shared, other: Shared) -> None:
    with pytest.raises(ConfigError, match="names nobody who may log in; add somebody"):
        Accounts(StoredAccounts(shared))
    here, there = StoredAccounts(shared), StoredAccounts(other)
    add_account(here, "ada", "admin", WORDS)
    add_account(there, "bo", "reader", WORDS)
    assert [(each.name, each.role) for each in list_accounts(StoredAccounts(shared))] == [
        ("ada", "admin"),
        ("bo", "reader"),
    ]
    assert Accounts(StoredAccounts(other)).check("bo", WORDS) is not None
    remove_account(here, "ada")
    with pytest.raises(ConfigError, match=r"does not name 'ada'; it names bo"):
        remove_account(there, "ada")


def test_what_is_added_at_several_pages_is_added_one_after_another(
    shared: Shared, other: Shared
) -> None:
    order: list[str] = []
    begun = threading.Event()

    def first() -> Iterator[Adding]:
        yield Adding("a.jsonl: 1 of 2", ())
        begun.wait(30)
        order.append("first")

    def second() -> Iterator[Adding]:
        order.append("second")
        yield Adding("", ())

    ahead = in_turn(shared, "ada", first)
    assert next(ahead).doing == "a.jsonl: 1 of 2"
    behind = in_turn(other, "bo", second)
    assert next(behind).doing.startswith("waiting until others have added theirs; ada: ")
    assert [each.partition(":")[0] for each in now_adding(other)] == ["ada", "bo"]
    begun.set()
    assert list(ahead) == []
    assert [state.doing for state in behind][-1] == ""
    assert order == ["first", "second"]
    assert now_adding(shared) == []


def test_without_the_store_each_page_counts_alone_and_knows_what_it_knew(tmp_path: Path) -> None:
    away = Shared(tmp_path, DOWN)
    rate = SharedRate(away, 12)
    assert [rate.wait("ada") > 0 for _ in range(4)] == [False, False, False, True]
    attempts = SharedAttempts(away, "client")
    assert [attempts.take("ada", 1) > 0 for _ in range(2)] == [False, True]
    for call in (lambda: away.get("a", "b"), lambda: list(in_turn(away, "", lambda: iter(())))):
        with pytest.raises(ArchiveError, match="cannot be reached"):
            call()


def test_a_value_that_cannot_be_looked_up_again_stays() -> None:
    found: list[str] = []

    def look() -> str:
        found.append("looked")
        if len(found) > 1:
            msg = "away"
            raise ArchiveError(msg)
        return json.dumps(Counter(found))

    value = LookedUp(look, seconds=-1)
    first = value()
    while len(found) < 2:
        assert value() == first
    assert value() == first == '{"looked": 1}'
