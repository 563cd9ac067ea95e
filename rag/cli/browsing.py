"""Opens the page in a browser, where somebody sits at this machine and has one."""

from __future__ import annotations

import os
import sys
import webbrowser
from collections.abc import Mapping

_REMOTE = ("SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY")
_DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME")


def has_desktop(
    environment: Mapping[str, str] = os.environ,
    platform: str = sys.platform,
    *,
    watched: bool | None = None,
) -> bool:
    """Whether a browser that opens here is seen by whoever started the command.

    It is not in CI, over SSH, without a display, or where the output goes to a file or a program:
    `watched` says whether it goes to a terminal, and is found out where it is not given.

    >>> has_desktop({"DISPLAY": ":0"}, "linux", watched=True)
    True
    >>> has_desktop({"DISPLAY": ":0", "SSH_TTY": "/dev/pts/1"}, "linux", watched=True)
    False
    """
    if watched is None:
        watched = sys.stdout.isatty()
    if not watched or environment.get("CI") or any(environment.get(name) for name in _REMOTE):
        return False
    return platform in ("darwin", "win32") or any(environment.get(name) for name in _DISPLAYS)


def open_page(address: str) -> bool:
    """Opens the address in the person's browser, and says whether one was started.

    A browser that would take over the terminal is not started.
    """
    try:
        browser = webbrowser.get()
    except webbrowser.Error:
        return False
    return type(browser) is not webbrowser.GenericBrowser and browser.open(address)
