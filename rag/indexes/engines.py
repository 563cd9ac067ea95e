"""Which engines an archive is opened with: the embedded ones, or those that a setting names."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from rag.config import EMBEDDED, Settings
from rag.errors import ConfigError
from rag.indexes.faiss_vectors import FaissEngine
from rag.indexes.milvus_vectors import milvus_engines
from rag.indexes.protocols import Engines
from rag.indexes.tantivy_index import TantivyEngine

Factory = Callable[[Settings], Engines]
"""What the setting `index` names as MODULE:FUNCTION."""

_SETTING = "setting 'index' (DATELINE_INDEX)"
_NAMED: dict[str, Factory] = {
    EMBEDDED: lambda _: Engines(TantivyEngine(), FaissEngine()),
    "milvus": milvus_engines,
}


def open_engines(settings: Settings) -> Engines:
    """The engines that the setting `index` names; raises ConfigError where there are none.

    A module is imported and its function called with the settings: name only what you trust.
    """
    engines = _factory(settings.index)(settings)
    if not isinstance(engines, Engines):
        what = type(engines).__name__
        msg = f"{_SETTING}: {settings.index!r} returns {what}, not rag.indexes.protocols.Engines"
        raise ConfigError(msg)
    return engines


def _factory(name: str) -> Factory:
    if name in _NAMED:
        return _NAMED[name]
    module, _, function = name.partition(":")
    if not module or not function:
        known = ", ".join(_NAMED)
        msg = f"{_SETTING}: {name!r} is no index; name one of: {known}, or MODULE:FUNCTION"
        raise ConfigError(msg)
    try:
        factory: Factory = getattr(import_module(module), function)
    except (ImportError, ValueError, TypeError) as error:
        msg = f"{_SETTING}: the module of {name!r} cannot be imported ({error}); install it"
        raise ConfigError(msg) from error
    except AttributeError as error:
        msg = f"{_SETTING}: the module of {name!r} has no function {function!r}; check its name"
        raise ConfigError(msg) from error
    if not callable(factory):
        msg = f"{_SETTING}: {name!r} is no function; name one that returns Engines"
        raise ConfigError(msg)
    return factory
