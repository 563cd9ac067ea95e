"""Where the sample corpus is: in a checkout, or where installing Dateline has put it."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, files
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2] / "seeds"
_INSTALLED = "share/dateline/seeds/SOURCES.md"


def sample_folder() -> Path | None:
    """The folder of the sample articles and their questions; None where it is missing."""
    if CHECKOUT.is_dir():
        return CHECKOUT
    try:
        installed = files("dateline") or []
    except PackageNotFoundError:
        return None
    found = (each for each in installed if each.as_posix().endswith(_INSTALLED))
    folders = (Path(str(each.locate())).resolve().parent for each in found)
    return next((folder for folder in folders if folder.is_dir()), None)
