"""Imports the library of a format, or says how to install it."""

from __future__ import annotations

import importlib
from typing import Any

from rag.errors import CorpusError


def library(module: str, format_name: str, package: str) -> Any:
    """The imported module; raises CorpusError with the install command if it is missing."""
    try:
        return importlib.import_module(module)
    except ImportError as error:
        msg = (
            f"{format_name} files need the package {package}, which is not installed: "
            'pip install "dateline[formats]"'
        )
        raise CorpusError(msg) from error
