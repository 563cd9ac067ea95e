"""Several real pages over one PostgreSQL, behind a proxy that gives each request to the next."""

from __future__ import annotations

import http.client
import json
import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from pydantic import SecretStr

from embeddings import HashingEncoder
from rag.archive import Archive
from rag.config import Settings
from rag.store.shared import Shared
from rag.web.accounts import StoredAccounts, add_account
from tests.browser.conftest import CORPUS, PASSWORD, Site, free_port
from tests.builders import write_jsonl
from tests.reverse_proxy import taking_turns

JSON = {"content-type": "application/json"}


class Program:
    """A client with the cookies of its login; each request is a connection of its own."""

    def __init__(self, url: str, certificate: Path | None = None) -> None:
        self.url = url
        self.cookie = ""
        self._certificate = certificate

    def request(
        self, method: str, path: str, body: str = "", headers: Mapping[str, str] = JSON
    ) -> tuple[int, str]:
        """The status and the body of what came back; OSError and HTTPException where it broke."""
        connection = self._connection()
        try:
            sent = {**headers, "cookie": self.cookie} if self.cookie else dict(headers)
            connection.request(method, path, body or None, sent)
            got = connection.getresponse()
            for name, value in got.getheaders():
                if name.lower() == "set-cookie" and value.startswith("dateline-session="):
                    self.cookie = value.partition(";")[0]
            return got.status, got.read().decode()
        finally:
            connection.close()

    def log_in(self, name: str, password: str = "") -> int:
        """The status of a login."""
        form = urlencode({"username": name, "password": password or f"{PASSWORD} {name}"})
        kind = {"content-type": "application/x-www-form-urlencoded"}
        return self.request("POST", "/login", form, kind)[0]

    def ask(self, question: str) -> dict[str, Any]:
        """The answer by Gradio's API: one request begins it, another one brings it."""
        status, begun = self.request(
            "POST", "/gradio_api/call/ask", json.dumps({"data": [question]})
        )
        assert status == 200, begun
        status, found = self.request("GET", f"/gradio_api/call/ask/{json.loads(begun)['event_id']}")
        assert status == 200, found
        _, complete, data = found.rpartition("event: complete\ndata: ")
        assert complete, found
        answer: dict[str, Any] = json.loads(data.strip())[0]
        return answer

    def _connection(self) -> http.client.HTTPConnection:
        place = urlsplit(self.url)
        if place.scheme == "http":
            return http.client.HTTPConnection(place.netloc, timeout=300)
        trusted = ssl.create_default_context(cafile=self._certificate)
        # It is of a name, and what is asked is an address.
        trusted.check_hostname = False
        return http.client.HTTPSConnection(place.netloc, timeout=300, context=trusted)


@dataclass
class Pages:
    """The pages, by whose side others may be started, and the address of the proxy before them."""

    sites: list[Site]
    url: str
    place: SecretStr

    def owners(self) -> dict[str, int]:
        """Which page has each session, by its number."""
        shared = Shared(self.sites[0].archive, self.place)
        addresses, owners = shared.all("replica"), shared.all("session")
        shared.close()
        numbers = {site.url: number for number, site in enumerate(self.sites)}
        return {each: numbers[addresses[id_]] for each, id_ in owners.items() if id_ in addresses}

    def kill(self, number: int) -> None:
        """Ends a page at once, as a crash of its machine would."""
        process = self.sites[number].process
        assert process
        process.kill()
        process.wait(30)
        self.sites[number].ending = True


@contextmanager
def running_pages(
    folder: Path, place: SecretStr, count: int, readers: Sequence[str] = ("bo",), **settings: str
) -> Iterator[Pages]:
    """So many pages over the articles of CORPUS; ada is an admin."""
    known = Settings(encoder="hashing", store=place)
    with Archive.open(folder / "first", settings=known, encoder=HashingEncoder()) as archive:
        archive.ingest(write_jsonl(folder / "corpus.jsonl", CORPUS))
    shared = Shared(folder, place)
    for name in ("ada", *readers):
        role = "admin" if name == "ada" else "reader"
        add_account(StoredAccounts(shared), name, role, f"{PASSWORD} {name}")
    shared.close()
    sites = []
    for number in range(count):
        own, port = folder / f"page{number}", free_port()
        sites.append(Site(own, _settings(own, port, place) | settings))
    for site in sites:
        site.start()
    try:
        with ExitStack() as stack:
            urls = [site.url for site in sites]
            proxy = stack.enter_context(taking_turns(free_port(), *urls))
            yield Pages(sites, proxy, place)
    finally:
        for site in sites:
            if site.process and site.process.poll() is None:
                site.process.terminate()
        for site in sites:
            if site.process:
                site.process.communicate(timeout=120)


def _settings(folder: Path, port: int, place: SecretStr) -> dict[str, str]:
    return {
        "DATELINE_ARCHIVE": str(folder),
        "DATELINE_ENCODER": "hashing",
        "DATELINE_PORT": str(port),
        "DATELINE_STORE": place.get_secret_value(),
        "DATELINE_AUTH": "store",
        "DATELINE_REPLICA_URL": f"http://127.0.0.1:{port}",
    }
