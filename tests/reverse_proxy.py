"""A real proxy before a page: nginx where there is one, and one that gathers whole answers.

Both are processes of their own on this machine. As a program: PORT TARGETS PREFIX [whole].
"""

from __future__ import annotations

import http.client
import shutil
import socketserver
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import cycle
from pathlib import Path
from urllib.parse import urlsplit

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
_HOP = ("connection", "transfer-encoding", "content-length", "keep-alive")
_CONF = """daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log; worker_processes 1;
events {{ worker_connections 256; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port};
    location / {{ return 404; }}
    {location}
  }}
}}
"""


def documented() -> str:
    """What the documentation says for nginx."""
    page = (Path(__file__).parents[1] / "docs" / "web.md").read_text(encoding="utf-8")
    return page.partition("```nginx\n")[2].partition("```")[0]


@contextmanager
def nginx(
    folder: Path, port: int, target: str, prefix: str, *, strips: bool = True
) -> Iterator[str]:
    """The address of nginx before `target`; it names the prefix, and strips it or not."""
    location = documented().replace("/news", prefix)
    location = location.replace("http://127.0.0.1:7860/", target + "/" * strips)
    written = _CONF.format(folder=folder, port=port, location=location)
    (folder / "nginx.conf").write_text(written, encoding="utf-8")
    command = [str(NGINX), "-p", str(folder), "-c", str(folder / "nginx.conf")]
    with _running(command, port):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def gathering(port: int, target: str, prefix: str, *, whole: bool = False) -> Iterator[str]:
    """The address of a proxy that strips the prefix and does not name it.

    With `whole` it passes on an answer only when it has all of it.
    """
    options = ["whole"] if whole else []
    command = [sys.executable, str(Path(__file__)), str(port), target, prefix, *options]
    with _running(command, port):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def taking_turns(port: int, *targets: str) -> Iterator[str]:
    """The address of a proxy that gives each request to the next target that takes a connection."""
    command = [sys.executable, str(Path(__file__)), str(port), ",".join(targets), ""]
    with _running(command, port):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def _running(command: list[str], port: int) -> Iterator[None]:
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            _wait(port, process)
            yield
        finally:
            process.terminate()
            process.wait(20)


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(200):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        try:
            connection.connect()
        except OSError:
            assert process.poll() is None, "the proxy ended"
            time.sleep(0.05)
        else:
            return
        finally:
            connection.close()
    raise AssertionError(port)


class _Handler(BaseHTTPRequestHandler):
    """Passes on each request below the prefix, and closes the connection after it."""

    targets: Iterator[str] = iter(())
    several = 1
    prefix = ""
    whole = False

    def log_message(self, format: str, *args: object) -> None:
        """Logs nothing."""

    def do_GET(self) -> None:
        """Passes on a request."""
        if not self.path.startswith(f"{self.prefix}/"):
            self.send_error(404)
            return
        size = int(self.headers.get("content-length") or 0)
        given = {n: v for n, v in self.headers.items() if n.lower() not in _HOP}
        path = self.path.removeprefix(self.prefix)
        body = self.rfile.read(size) if size else None
        try:
            upstream = self._connected()
            upstream.request(self.command, path, body, given)
            got = upstream.getresponse()
        except (OSError, http.client.HTTPException):
            self.send_error(502)
            return
        self._pass_on(got)
        upstream.close()

    do_POST = do_HEAD = do_GET  # noqa: N815 - the names of the methods

    def _connected(self) -> http.client.HTTPConnection:
        """A connection to the next target that takes one; OSError if none does."""
        for left in reversed(range(self.several)):
            upstream = http.client.HTTPConnection(next(self.targets), timeout=300)
            try:
                upstream.connect()
            except OSError:
                if not left:
                    raise
            else:
                return upstream
        raise OSError

    def _pass_on(self, got: http.client.HTTPResponse) -> None:
        body = got.read() if self.whole and "heartbeat" not in self.path else None
        self.send_response(got.status)
        for name, value in got.getheaders():
            if name.lower() not in _HOP:
                self.send_header(name, value)
        self.send_header("connection", "close")
        self.end_headers()
        if body is not None:
            self.wfile.write(body)
            return
        while part := got.read1(65536):
            self.wfile.write(part)


class _Server(socketserver.ThreadingMixIn, HTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A browser may go at any time."""


if __name__ == "__main__":
    named = [urlsplit(each).netloc for each in sys.argv[2].split(",")]
    _Handler.targets, _Handler.several = cycle(named), len(named)
    _Handler.prefix = sys.argv[3]
    _Handler.whole = "whole" in sys.argv[4:]
    _Server(("127.0.0.1", int(sys.argv[1])), _Handler).serve_forever()
