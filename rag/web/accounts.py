"""The accounts: a file of names, roles and hashed passwords; knows nothing about the web."""

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

from rag.errors import ConfigError
from rag.store.files import write_atomically

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
_OTHERS = stat.S_IRWXG | stat.S_IRWXO

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Account:
    """A person who may log in; `stamp` changes with the password."""

    name: str
    role: Role
    stamp: str = ""


class Accounts:
    """The accounts of one file, which is read again when it changes.

    Raises ConfigError if the file is unreadable, is no file of accounts, has no account, or
    other users of the machine can read it; a running page then keeps the accounts it has.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        # Checking an unknown name takes as long as checking a known one.
        self._nobody = _hashed(secrets.token_urlsafe())
        self._seen = _state(path)
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
        state = _state(self._path)
        if state == self._seen:
            return
        self._seen = state
        try:
            self._read()
        except ConfigError:
            _log.exception("the accounts stay as they were")

    def _read(self) -> None:
        users = _users(self._path)
        if not users:
            msg = f"{self._path} names nobody; add somebody: dateline user add NAME --role admin"
            raise ConfigError(msg)
        self._hashes = {each["name"]: each["password"] for each in users}
        self._accounts = {
            each["name"]: Account(each["name"], each["role"], each["password"][-_STAMP:])
            for each in users
        }


def list_accounts(path: Path) -> list[Account]:
    """The accounts of a file, sorted by name; empty if there is no file."""
    found = [Account(each["name"], each["role"]) for each in _users(path, missing=True)]
    return sorted(found, key=lambda each: each.name)


def add_account(path: Path, name: str, role: str, password: str) -> Account:
    """Adds an account to a file, or changes its role and password; returns it.

    Creates the file if needed, readable by its owner only. Raises ConfigError for an invalid
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
    with _changing(path):
        others = [each for each in _users(path, missing=True) if each["name"] != name]
        _write(path, [*others, added])
    return Account(name, role)  # type: ignore[arg-type]


def remove_account(path: Path, name: str) -> None:
    """Removes an account; raises ConfigError if the file does not have it."""
    with _changing(path):
        users = _users(path, missing=True)
        left = [each for each in users if each["name"] != name]
        if len(left) == len(users):
            known = ", ".join(each["name"] for each in users) or "nobody"
            msg = f"{path} does not name {name!r}; it names {known}"
            raise ConfigError(msg)
        _write(path, left)


@contextmanager
def _changing(path: Path) -> Iterator[None]:
    """Locks the file against other changes; raises ConfigError if that fails."""
    lock = FileLock(path.with_name(f".{path.name}.lock"), timeout=_LOCK_SECONDS, mode=0o600)
    try:
        # The lock would create the folder; a mistyped path must be an error instead.
        path.parent.stat()
        lock.acquire()
    except Timeout as error:
        msg = f"another process has been changing {path} for {_LOCK_SECONDS} s; try again"
        raise ConfigError(msg) from error
    except OSError as error:
        raise _unwritable(path, error) from error
    try:
        yield
    finally:
        lock.release()


def _state(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_ino


def _users(path: Path, *, missing: bool = False) -> list[dict[str, Any]]:
    try:
        if path.stat().st_mode & _OTHERS:
            msg = f"{path} can be read by others on this machine; allow it to nobody: "
            msg += f"chmod 600 {path}"
            raise ConfigError(msg)
        found = json.loads(path.read_bytes())
    except FileNotFoundError as error:
        if missing:
            return []
        msg = f"there is no file {str(path)!r} of accounts; make it: dateline user add NAME"
        raise ConfigError(msg) from error
    except OSError as error:
        msg = f"cannot read {str(path)!r} ({error.strerror}); name a file of accounts in auth"
        raise ConfigError(msg) from error
    except (ValueError, RecursionError) as error:
        msg = f"{path} is not JSON ({error}); make it by: dateline user add NAME"
        raise ConfigError(msg) from error
    users = found.get("users") if isinstance(found, dict) else None
    if not isinstance(users, list) or not all(map(_is_user, users)):
        msg = f"{path} is no file of accounts; make it by: dateline user add NAME"
        raise ConfigError(msg)
    return users


def _is_user(each: object) -> bool:
    if not isinstance(each, Mapping) or each.get("role") not in get_args(Role):
        return False
    name, password = each.get("name"), each.get("password")
    if not isinstance(name, str) or not isinstance(password, str):
        return False
    return bool(_NAME.fullmatch(name)) and password.startswith(f"{_SCHEME}$")


def _write(path: Path, users: list[dict[str, Any]]) -> None:
    text = json.dumps({"users": sorted(users, key=lambda each: each["name"])}, indent=2)
    try:
        write_atomically(path, f"{text}\n".encode(), mode=0o600)
    except OSError as error:
        raise _unwritable(path, error) from error


def _unwritable(path: Path, error: OSError) -> ConfigError:
    reason = error.strerror or str(error)
    return ConfigError(f"cannot write {str(path)!r} ({reason}); choose another file: --file")


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
