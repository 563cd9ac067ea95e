"""Modules and the names of a package, loaded when they are first used.

A package's face imports everything behind it, and a command that prints its help, or finds
words, would wait for what it never uses.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def on_demand(package: str, homes: Mapping[str, str]) -> Callable[[str], Any]:
    """The `__getattr__` of a package whose names are defined in the modules `homes` maps them to.

    What was loaded once is an ordinary name of the package from then on. A name that has no home
    raises AttributeError, as Python does.

    >>> found = on_demand("json", {"JSONDecoder": "json.decoder"})
    >>> found("JSONDecoder").__name__
    'JSONDecoder'
    >>> found("Elsewhere")
    Traceback (most recent call last):
    AttributeError: module 'json' has no attribute 'Elsewhere'
    """

    def load(name: str) -> Any:
        if name not in homes:
            msg = f"module {package!r} has no attribute {name!r}"
            raise AttributeError(msg)
        value = getattr(import_module(homes[name]), name)
        setattr(sys.modules[package], name, value)
        return value

    return load


def on_call(place: str) -> Callable[..., Any]:
    """The function or class at a place, MODULE:NAME, which is loaded when it is first called.

    For type checkers, import it under `TYPE_CHECKING` by the same name. Safe in several threads.

    >>> count = on_call("collections:Counter")
    >>> count("aab")["a"]
    2
    """
    module, _, name = place.partition(":")

    def call(*arguments: Any, **options: Any) -> Any:
        return getattr(import_module(module), name)(*arguments, **options)

    return call
