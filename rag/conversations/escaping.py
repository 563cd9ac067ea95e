"""Text to HTML: everything is escaped; knows nothing about articles or answers."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from markupsafe import Markup, escape

from rag.language.words import storable_text

BLANK_LINES = re.compile(r"\n[^\S\n]*(?:\n[^\S\n]*)+")
"""What stands between two paragraphs."""

_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_LEFT_BY_JSON = re.compile("[\x7f-\x9f]")
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MARKUP = re.compile(r"([\\`*_{}\[\]<>!|~$&])")
_AT_THE_START = re.compile(r"^([#+=-]|\d+(?=[.)]))")
_LANGUAGE = re.compile(r"[a-z]{2,3}")


def text(value: str) -> Markup:
    """The value as HTML text, also safe within a quoted attribute.

    A browser shows the same characters again. NUL and lone surrogates, which no page can
    hold, become U+FFFD.

    >>> text("<b> & ")
    Markup('&lt;b&gt; &amp; ')
    """
    escaped = escape(storable_text(value))
    # An HTML parser reads a bare carriage return as a line feed.
    return escaped.replace("\r", Markup("&#13;"))


def without_controls(value: str) -> str:
    r"""The value with U+FFFD for each control character but the tab and the line feed.

    A terminal would obey them: ESC begins commands that move, hide or overwrite text.

    >>> without_controls("a\x1b[2Jb\r\n") == "a\ufffd[2Jb\ufffd\n"
    True
    """
    return _CONTROLS.sub("\ufffd", value)


def for_xml(value: str) -> str:
    """The value with U+FFFD for each control character and for all that XML cannot hold."""
    return _NOT_IN_XML.sub("\ufffd", without_controls(value))


def json_without_controls(written: str) -> str:
    r"""The same JSON with escapes for the control characters that a writer of JSON leaves.

    >>> print(json_without_controls('"a\x9b2J"'))
    "a\u009b2J"
    """
    return _LEFT_BY_JSON.sub(lambda found: f"\\u{ord(found[0]):04x}", written)


def web_address(url: str) -> str:
    """The address where it leads to a web page by http or https; "" for any other."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return ""
    return url.strip() if parts.scheme in ("http", "https") and parts.netloc else ""


def language_code(language: str) -> str:
    """The code where it looks like one of a language; "" for anything else."""
    return language if _LANGUAGE.fullmatch(language) else ""


def one_line_markdown(value: str) -> str:
    r"""The value on one line, of which Markdown makes no markup, no link and no picture.

    >>> print(one_line_markdown("- *a* [b](c)"))
    \- \*a\* \[b\](c)
    """
    escaped = _MARKUP.sub(r"\\\1", " ".join(value.split()))
    # A backslash before a digit would be shown as one.
    return _AT_THE_START.sub(
        lambda at: f"&#{ord(at[1][0])};{at[1][1:]}" if at[1][0].isdigit() else f"\\{at[1]}", escaped
    )
