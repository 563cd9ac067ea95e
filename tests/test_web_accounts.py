from __future__ import annotations

import json
import shutil
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from filelock import FileLock

from rag.cli.serving import allowed
from rag.config import Settings
from rag.errors import ConfigError
from rag.web.accounts import LONGEST_PASSWORD, Accounts, add_account, list_accounts, remove_account
from tests.commands import Commands, child

WORDS = "correct horse battery"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("made") / "users.json"
    add_account(path, "ada", "admin", WORDS)
    add_account(path, "bo", "reader", "another long one")
    return path


@pytest.fixture
def users(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy2(made, tmp_path))


def test_only_the_right_password_opens_an_account(users: Path) -> None:
    accounts = Accounts(users)
    found = accounts.check("ada", WORDS)
    assert found is not None
    assert (found.name, found.role) == ("ada", "admin")
    assert accounts.get("ada") == found
    for name, password in [
        ("ada", WORDS.upper()),
        ("ada", "x" * 100_000),
        ("bo", WORDS),
        ("cy", WORDS),
    ]:
        assert accounts.check(name, password) is None
    assert accounts.get("cy") is None


def test_a_password_is_compared_to_its_last_character(users: Path) -> None:
    longest = "x" * LONGEST_PASSWORD
    add_account(users, "cy", "reader", longest)
    accounts = Accounts(users)
    assert accounts.check("cy", longest) is not None
    for wrong in (longest + "x", longest[:-1], longest + "\0", ""):
        assert accounts.check("cy", wrong) is None


def test_passwords_are_kept_hashed_each_with_its_own_salt(users: Path) -> None:
    add_account(users, "cy", "editor", WORDS)
    text = users.read_text()
    assert WORDS not in text
    kept = {each["name"]: each["password"] for each in json.loads(text)["users"]}
    assert kept["ada"] != kept["cy"]
    assert kept["ada"].startswith("scrypt$32768$8$3$")
    assert stat.S_IMODE(users.stat().st_mode) == 0o600


def test_any_characters_may_stand_in_a_password(tmp_path: Path) -> None:
    odd = "пароль: \U0001f511 «:»"
    add_account(tmp_path / "users.json", "ada", "reader", odd)
    assert Accounts(tmp_path / "users.json").check("ada", odd) is not None


def test_a_changed_file_is_heeded_at_once(users: Path) -> None:
    accounts = Accounts(users)
    before = accounts.get("bo")
    add_account(users, "bo", "editor", "a new long one")
    after = accounts.check("bo", "a new long one")
    assert after is not None
    assert (after.role, after == before) == ("editor", False)
    remove_account(users, "bo")
    assert accounts.get("bo") is None


def test_a_file_that_breaks_leaves_those_who_were_known(
    users: Path, caplog: pytest.LogCaptureFixture
) -> None:
    accounts = Accounts(users)
    users.write_text("{")
    assert accounts.check("ada", WORDS) is not None
    assert "the accounts stay as they were" in caplog.text
    users.unlink()
    assert accounts.get("ada") is not None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is not JSON"),
        ("[]", "is no file of accounts"),
        ('{"users": [{"name": "ada", "role": "king", "password": "scrypt$1"}]}', "is no file of"),
        ('{"users": [{"name": "ada", "role": "admin", "password": "plain"}]}', "is no file of"),
        ('{"users": [{"name": 3, "role": "admin", "password": "scrypt$1"}]}', "is no file of"),
        ('{"users": []}', "names nobody; add somebody: dateline user add"),
        ("[" * 100_000, "is not JSON"),
    ],
)
def test_what_is_no_file_of_accounts_is_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "users.json"
    path.write_text(text)
    path.chmod(0o600)
    with pytest.raises(ConfigError, match=message):
        Accounts(path)


def test_a_damaged_hash_matches_no_password(tmp_path: Path) -> None:
    path = tmp_path / "users.json"
    path.touch(0o600)
    path.write_text('{"users": [{"name": "ada", "role": "admin", "password": "scrypt$x$8$1$a$b"}]}')
    assert Accounts(path).check("ada", "b") is None


def test_a_file_that_others_can_read_is_refused(users: Path) -> None:
    users.chmod(0o640)
    with pytest.raises(ConfigError, match=r"can be read by others on this machine.*chmod 600"):
        Accounts(users)
    with pytest.raises(ConfigError, match="there is no file"):
        Accounts(users.with_name("nobody.json"))
    with pytest.raises(ConfigError, match="cannot read"):
        Accounts(_folder(users))


def _folder(users: Path) -> Path:
    folder = users.with_name("folder")
    folder.mkdir(mode=0o700)
    return folder


def test_names_roles_and_passwords_are_checked(users: Path) -> None:
    with pytest.raises(ConfigError, match="'a b' cannot be a name"):
        add_account(users, "a b", "reader", WORDS)
    with pytest.raises(ConfigError, match=r"'\.\./x' cannot be a name"):
        add_account(users, "../x", "reader", WORDS)
    with pytest.raises(ConfigError, match="'king' is no role; choose one of reader, editor, admin"):
        add_account(users, "cy", "king", WORDS)
    with pytest.raises(ConfigError, match="a password needs 10 to 1024 characters; this has 9"):
        add_account(users, "cy", "reader", "123456789")
    with pytest.raises(ConfigError, match=r"does not name 'cy'; it names ada, bo"):
        remove_account(users, "cy")
    with pytest.raises(ConfigError, match="cannot write"):
        add_account(users.with_name("none") / "x.json", "cy", "reader", WORDS)
    assert [each.name for each in list_accounts(users)] == ["ada", "bo"]


def test_a_page_that_others_can_reach_needs_a_login_or_a_word(users: Path) -> None:
    opened = Settings(encoder="hashing", host="0.0.0.0")
    with pytest.raises(ConfigError, match="is open to other machines, and there is no login"):
        allowed(opened)
    assert allowed(Settings(encoder="hashing")) is None
    assert allowed(Settings(encoder="hashing", host="0.0.0.0", allow_open=True)) is None
    asked = allowed(Settings(encoder="hashing", host="0.0.0.0", auth=users))
    assert asked is not None
    assert asked.get("bo") is not None


def test_people_are_added_listed_and_removed_by_command(dateline: Commands, tmp_path: Path) -> None:
    added = child(tmp_path, "user", "add", "ada", "--role", "editor", typed=f"{WORDS}\n")
    assert added.out == "ada may log in as editor\n"
    assert "DATELINE_AUTH=dateline-users.json" in added.err
    path = tmp_path / "dateline-users.json"
    assert Accounts(path).check("ada", WORDS) is not None
    assert WORDS not in added.out + added.err
    assert dateline("user", "list").out == "ada  editor\n"
    assert dateline("user", "list", "--json").json == [{"name": "ada", "role": "editor"}]
    assert dateline("user", "remove", "ada").out == "ada may log in no longer\n"
    assert dateline("user", "list", "--file", path).out == "nobody may log in yet\n"
    child(tmp_path, "user", "add", "bo", typed="short\n").refused("needs 10 to 1024 characters")
    dateline("user", "add", "bo", "--role", "king").refused("'king' is not one of")


def test_people_who_are_added_at_once_are_all_there(users: Path) -> None:
    names = [f"reader{number}" for number in range(6)]
    with ThreadPoolExecutor(len(names)) as pool:
        list(pool.map(lambda name: add_account(users, name, "reader", WORDS), names))
    assert [each.name for each in list_accounts(users)] == ["ada", "bo", *names]


def test_two_commands_that_change_accounts_wait_for_each_other(
    users: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first command is in the middle of its change: it has the lock."""
    with ThreadPoolExecutor(1) as pool, FileLock(users.with_name(f".{users.name}.lock")):
        command = ("user", "add", "cy", "--file", str(users))
        second = pool.submit(child, users.parent, *command, typed=f"{WORDS}\n")
        monkeypatch.setattr("rag.web.accounts._LOCK_SECONDS", 0)
        with pytest.raises(ConfigError, match=r"another process has been changing .* try again"):
            remove_account(users, "bo")
        monkeypatch.undo()
        text = users.read_text()
        users.write_text(text.replace('"bo"', '"robert"'))
        users.chmod(0o600)
    assert second.result().out == "cy may log in as reader\n"
    assert [each.name for each in list_accounts(users)] == ["ada", "cy", "robert"]
