"""The web chat: `python app.py`; the first start builds an archive from `seeds/`."""

import time

STARTED = time.monotonic()

import os  # noqa: E402 - the clock starts before anything is loaded
import signal  # noqa: E402
import sys  # noqa: E402
from pathlib import Path  # noqa: E402

from rag.archive import Archive  # noqa: E402
from rag.cli import terminal  # noqa: E402
from rag.config import Settings, load_settings  # noqa: E402
from rag.errors import ConfigError, RagError  # noqa: E402
from rag.maintenance.doctor import examine  # noqa: E402
from rag.web.accounts import Accounts  # noqa: E402
from rag.web.chat import Chat  # noqa: E402
from rag.web.examples import example_questions  # noqa: E402
from rag.web.models import configured_models  # noqa: E402
from rag.web.page import build_page  # noqa: E402
from rag.web.preparation import Preparation  # noqa: E402
from rag.web.server.endpoints import Endpoints  # noqa: E402
from rag.web.server.guard import LOCAL  # noqa: E402
from rag.web.server.serving import Site, listen, page_address, serve  # noqa: E402
from rag.web.server.tools import Tools, has_tools  # noqa: E402
from rag.web.server.upload_store import UploadStore, private_uploads  # noqa: E402
from rag.web.server.uploads import Uploads  # noqa: E402

SEEDS = Path(__file__).resolve().parent / "seeds"
ANY_QUESTION = "What happened?"
WRONG_USAGE = 2
STOP_SECONDS = 10.0


def main() -> None:
    """Serves the chat until it is interrupted or terminated; exits with 2 where it cannot."""
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        run(load_settings())
    except RagError as error:
        terminal.complain(str(error))
        sys.exit(WRONG_USAGE)
    except KeyboardInterrupt:
        terminal.note("stopped")


def run(settings: Settings) -> None:
    """Opens the archive, builds it at need, and serves the page over it for good."""
    accounts = allowed(settings)
    models = configured_models(settings, note=terminal.note)
    with (
        private_uploads() as folder,
        listen(settings.host, settings.port) as listener,
        Archive.open(settings.archive, settings=settings) as archive,
    ):
        build_if_missing(archive, SEEDS)
        examples = example_questions(SEEDS / "questions.jsonl", archive)
        question = examples[0] if examples else ANY_QUESTION
        preparation = Preparation(archive, question, STARTED, terminal.say)

        def ready() -> None:
            terminal.say(f"Dateline is at {page_address(*listener.getsockname()[:2])}")
            if settings.host not in LOCAL and accounts is None:
                terminal.note("warning: there is no login; whoever reaches this address can ask")
            preparation.start()

        endpoints = Endpoints(archive, models.default)
        uploads = None
        if settings.host in LOCAL or accounts:
            uploads = Uploads(UploadStore(folder), settings.network, accounts)
        page = build_page(
            Chat(archive, models.default, examples, preparation.doing, models.others),
            endpoints,
            # What it finds names folders: nothing for a page that is open to everybody.
            (lambda: examine(archive.folder, settings, archive.encoder)) if uploads else None,
            uploads,
        )
        try:
            serve(
                Site(
                    page=page,
                    archive=archive,
                    tools=Tools(endpoints) if has_tools() else None,
                    accounts=accounts,
                    uploads=uploads,
                    only_local=settings.host in LOCAL and not settings.allow_open,
                    requests=settings.web_rate,
                    proxies=settings.trusted_proxies,
                ),
                listener,
                ready,
            )
        finally:
            preparation.cancel()
            preparation.join(STOP_SECONDS)


def allowed(settings: Settings) -> Accounts | None:
    """Who may log in, None where nobody has to; raises ConfigError where anybody could come in."""
    if settings.auth is not None:
        return Accounts(settings.auth)
    if settings.host not in LOCAL and not settings.allow_open:
        msg = (
            f"host {settings.host!r} is open to other machines, and there is no login; name a file "
            "of accounts in DATELINE_AUTH (dateline user add NAME), or let anybody who reaches it "
            "ask: DATELINE_ALLOW_OPEN=1"
        )
        raise ConfigError(msg)
    return None


def build_if_missing(archive: Archive, seeds: Path) -> None:
    """Reads the sample corpus into an archive that holds nothing yet; words can be found then."""
    if archive.exists() and archive.counts()[0]:
        return
    if not seeds.is_dir():
        msg = (
            f"there is no archive in {str(archive.folder)!r}, and no sample corpus in "
            f"{str(seeds)!r}; build one: dateline ingest PATH... --archive {archive.folder}"
        )
        raise ConfigError(msg)
    terminal.note(f"building an archive in {archive.folder} from {seeds.name}/")
    archive.ingest(seeds, vectors=False)


if __name__ == "__main__":
    main()
