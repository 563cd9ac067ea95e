"""Answers questions from a news archive; every sentence cites the exact words it rests on.

The public names are those of `__init__.pyi`; nothing is loaded before one is first used.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
