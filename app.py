"""The page from a checkout: `python app.py`; the same as `dateline serve`."""

import time

STARTED = time.monotonic()

import sys  # noqa: E402 - the clock starts before anything is loaded

from rag.cli import terminal  # noqa: E402
from rag.cli.samples import sample_folder  # noqa: E402
from rag.cli.serving import serve_page  # noqa: E402
from rag.config import load_settings  # noqa: E402
from rag.errors import RagError  # noqa: E402

WRONG_USAGE = 2


def main() -> None:
    """Serves the page until it is interrupted or terminated; exits with 2 where it cannot."""
    try:
        serve_page(load_settings(), sample_folder(), started=STARTED)
    except RagError as error:
        terminal.complain(str(error))
        sys.exit(WRONG_USAGE)


if __name__ == "__main__":
    main()
