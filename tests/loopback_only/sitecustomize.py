"""Loaded by the apps that tests start: a connection or look-up beyond this machine is an error.

It is written to standard error as well, for whoever calls may catch the error.
"""

import sys

_LOCAL = ("127.0.0.1", "::1", "localhost", "0.0.0.0", "::", "")


def _only_loopback(event: str, arguments: tuple[object, ...]) -> None:
    if event == "socket.getaddrinfo":
        host = arguments[0]
    elif event in ("socket.connect", "socket.sendto"):
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else ""
    elif event in ("socket.gethostbyname", "socket.gethostbyaddr"):
        host = arguments[0]
    else:
        return
    named = host.decode() if isinstance(host, bytes) else host
    if named is not None and named not in _LOCAL:
        sys.stderr.write(f"LEFT THE MACHINE: {event} {named!r}\n")
        raise ConnectionRefusedError(event)


sys.addaudithook(_only_loopback)
