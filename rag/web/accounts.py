"""The accounts: names, roles and hashed passwords, in a file or in the archive's store.

Knows nothing about the web. In the store, all pages that serve the archive share them.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
import re
import secrets
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from filelock import FileLock, Timeout

from rag.config import Settings
from rag.errors import ConfigError
from rag.store.files import write_atomically
from rag.store.shared import FOR_GOOD, LookedUp, Shared

Role = Literal["reader", "editor", "admin"]
"""Readers ask; editors also add articles; admins also withdraw and delete them."""

SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 1024
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}")
# 32 MiB and three passes, as OWASP recommends for scrypt.
_COST, _BLOCK, _PASSES = 2**15, 8, 3
_MOST_MEMORY = 2**26
_SCHEME = "scrypt"
_STAMP = 12
_LOCK_SECONDS = 10
IN_STORE = Path("store")
"""What the setting `auth` names in the place of a file."""

_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_KIND, _KEY = "accounts", "users"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Account:
    """A person who may log in; `stamp` changes with the password."""

    name: str
    role: Role
    stamp: str = ""


class StoredAccounts:
    """Where accounts are in the store of an archive; a change counts everywhere after a second.

    `str` names it in messages. Raises ArchiveError where the store cannot be reached.
    """

    def __init__(self, shared: Shared) -> None:
        self._shared = shared
        self._text = LookedUp(self._look)

    def __str__(self) -> str:
        return "the archive's store"

    def _look(self) -> str:
        return self._shared.get(_KIND, _KEY) or ""

    def state(self) -> object:
        """What differs once the accounts have changed."""
        return self._text()

    def users(self, *, missing: bool = False) -> list[dict[str, Any]]:
        """The accounts as they are stored."""
        written = self._text()
        if not (written or missing):
            msg = f"{self} names nobody who may log in; add somebody: dateline user add NAME"
            raise ConfigError(msg)
        return _parsed(str(self), written.encode()) if written else []

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Reads what is stored now, whatever was read before."""
        self._text.now()
        yield

    def write(self, users: list[dict[str, Any]]) -> None:
        """Stores the accounts, in the place of those that were there."""
        before, after = self._text(), _written(users)

        def swapped(found: str, _now: float) -> tuple[str, bool]:
            """The new value and True, if the old one is still stored."""
            return (after, True) if found == before else (found, False)

        if not self._shared.change(_KIND, _KEY, FOR_GOOD, swapped):
            msg = "somebody else has changed the accounts meanwhile; run the command again"
            raise ConfigError(msg)
        self._text.set(after)


class AccountsFile:
    """Where accounts are in a file of their own, which nobody else on the machine may read."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __str__(self) -> str:
        return str(self._path)

    def state(self) -> object:
        """What differs once the file has changed."""
        try:
            status = self._path.stat()
        except OSError:
            return None
        return status.st_mtime_ns, status.st_ino

    def users(self, *, missing: bool = False) -> list[dict[str, Any]]:
        """The accounts of the file; none where it may be `missing` and is."""
        path = self._path
        try:
            if path.stat().st_mode & _OTHERS:
                msg = f"{path} can be read by others on this machine; allow it to nobody: "
                msg += f"chmod 600 {path}"
                raise ConfigError(msg)
            written = path.read_bytes()
        except FileNotFoundError as error:
            if missing:
                return []
            msg = f"there is no file {str(path)!r} of accounts; make it: dateline user add NAME"
            raise ConfigError(msg) from error
        except OSError as error:
            msg = f"cannot read {str(path)!r} ({error.strerror}); name a file of accounts in auth"
            raise ConfigError(msg) from error
        return _parsed(str(path), written)

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Locks the file against other changes; raises ConfigError if that fails."""
        path = self._path
        lock = FileLock(path.with_name(f".{path.name}.lock"), timeout=_LOCK_SECONDS, mode=0o600)
        try:
            # The lock would create the folder; a mistyped path must be an error instead.
            path.parent.stat()
            lock.acquire()
        except Timeout as error:
            msg = f"another process has been changing {path} for {_LOCK_SECONDS} s; try again"
            raise ConfigError(msg) from error
        except OSError as error:
            raise self._unwritable(error) from error
        try:
            yield
        finally:
            lock.release()

    def write(self, users: list[dict[str, Any]]) -> None:
        """Writes the file anew."""
        try:
            write_atomically(self._path, _written(users).encode(), mode=0o600)
        except OSError as error:
            raise self._unwritable(error) from error

    def _unwritable(self, error: OSError) -> ConfigError:
        reason = error.strerror or str(error)
        return ConfigError(
            f"cannot write {str(self._path)!r} ({reason}); choose another file: --file"
        )


Place = Path | StoredAccounts


def _kept_in(place: Place) -> AccountsFile | StoredAccounts:
    return AccountsFile(place) if isinstance(place, Path) else place


class Accounts:
    """The accounts of a file or a store, which are read again when they change.

    Raises ConfigError if a file is unreadable, is no file of accounts, has no account, or
    other users of the machine can read it; a running page then keeps the accounts it has.
    """

    def __init__(self, place: Place) -> None:
        self._place = _kept_in(place)
        # Checking an unknown name takes as long as checking a known one.
        self._nobody = _hashed(secrets.token_urlsafe())
        self._seen = self._place.state()
        self._read()

    def check(self, name: str, password: str) -> Account | None:
        """The account with this name and password; None if there is none."""
        self._refresh()
        attempt = password if len(password) <= LONGEST_PASSWORD else ""
        right = _matches(attempt, self._hashes.get(name, self._nobody))
        return self._accounts.get(name) if right else None

    def get(self, name: str) -> Account | None:
        """The account with this name; None if there is none."""
        self._refresh()
        return self._accounts.get(name)

    def _refresh(self) -> None:
        state = self._place.state()
        if state == self._seen:
            return
        self._seen = state
        try:
            self._read()
        except ConfigError:
            _log.exception("the accounts stay as they were")

    def _read(self) -> None:
        users = self._place.users()
        if not users:
            msg = f"{self._place} names nobody; add somebody: dateline user add NAME --role admin"
            raise ConfigError(msg)
        self._hashes = {each["name"]: each["password"] for each in users}
        self._accounts = {
            each["name"]: Account(each["name"], each["role"], each["password"][-_STAMP:])
            for each in users
        }


def place_of_accounts(auth: Path, settings: Settings) -> Path | StoredAccounts:
    """Where accounts are: in a file, or in the archive's store where `auth` is "store"."""
    if auth != IN_STORE:
        return auth
    return StoredAccounts(Shared(settings.archive, settings.store))


def list_accounts(place: Place) -> list[Account]:
    """The accounts of a file or a store, sorted by name; empty if there is no file."""
    users = _kept_in(place).users(missing=True)
    found = [Account(each["name"], each["role"]) for each in users]
    return sorted(found, key=lambda each: each.name)


def add_account(place: Place, name: str, role: str, password: str) -> Account:
    """Adds an account, or changes its role and password; returns it.

    Creates a file if needed, readable by its owner only. Raises ConfigError for an invalid
    name, role or password.
    """
    if not _NAME.fullmatch(name):
        msg = f"{name!r} cannot be a name; use up to 64 letters, digits and . _ @ -"
        raise ConfigError(msg)
    if role not in get_args(Role):
        msg = f"{role!r} is no role; choose one of {', '.join(get_args(Role))}"
        raise ConfigError(msg)
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        msg = f"a password needs {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters; this has "
        msg += str(len(password))
        raise ConfigError(msg)
    added = {"name": name, "role": role, "password": _hashed(password)}
    kept = _kept_in(place)
    with kept.changing():
        others = [each for each in kept.users(missing=True) if each["name"] != name]
        kept.write([*others, added])
    return Account(name, role)  # type: ignore[arg-type]


def remove_account(place: Place, name: str) -> None:
    """Removes an account; raises ConfigError where there is none of this name."""
    kept = _kept_in(place)
    with kept.changing():
        users = kept.users(missing=True)
        left = [each for each in users if each["name"] != name]
        if len(left) == len(users):
            known = ", ".join(each["name"] for each in users) or "nobody"
            msg = f"{kept} does not name {name!r}; it names {known}"
            raise ConfigError(msg)
        kept.write(left)


def _parsed(place: str, written: bytes) -> list[dict[str, Any]]:
    try:
        found = json.loads(written)
    except (ValueError, RecursionError) as error:
        msg = f"{place} is not JSON ({error}); make it by: dateline user add NAME"
        raise ConfigError(msg) from error
    users = found.get("users") if isinstance(found, dict) else None
    if not isinstance(users, list) or not all(map(_is_user, users)):
        msg = f"{place} is no file of accounts; make it by: dateline user add NAME"
        raise ConfigError(msg)
    return users


def _is_user(each: object) -> bool:
    if not isinstance(each, Mapping) or each.get("role") not in get_args(Role):
        return False
    name, password = each.get("name"), each.get("password")
    if not isinstance(name, str) or not isinstance(password, str):
        return False
    return bool(_NAME.fullmatch(name)) and password.startswith(f"{_SCHEME}$")


def _written(users: list[dict[str, Any]]) -> str:
    text = json.dumps({"users": sorted(users, key=lambda each: each["name"])}, indent=2)
    return f"{text}\n"


def _hashed(password: str) -> str:
    salt = secrets.token_bytes(16)
    digest = _scrypt(password, salt, (_COST, _BLOCK, _PASSES))
    fields = (_SCHEME, _COST, _BLOCK, _PASSES, _text(salt), _text(digest))
    return "$".join(map(str, fields))


def _matches(password: str, stored: str) -> bool:
    try:
        _, cost, block, passes, salt, digest = stored.split("$")
        parameters = (int(cost), int(block), int(passes))
        computed = _scrypt(password, base64.b64decode(salt), parameters)
        return hmac.compare_digest(computed, base64.b64decode(digest))
    except ValueError:
        return False


def _scrypt(password: str, salt: bytes, parameters: tuple[int, int, int]) -> bytes:
    cost, block, passes = parameters
    return hashlib.scrypt(
        password.encode("utf-8", "surrogatepass"),
        salt=salt,
        n=cost,
        r=block,
        p=passes,
        maxmem=_MOST_MEMORY,
        dklen=32,
    )


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode()
