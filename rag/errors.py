"""Everything this package raises on purpose.

RagError
├── ConfigError         a setting or an option is wrong; the message names it
├── CorpusError         an article could not be read; the message names file and line
├── FetchError          a web address could not be read; the message names it
│   ├── ForbiddenAddressError  it must not be asked: its form, its scheme or where it leads
│   ├── UnreachableError       no connection: unknown name, refused, no trusted certificate
│   ├── RedirectError          it leads in circles, too far, or from https to http
│   ├── StatusError            the server refuses or fails; it may say when to come again
│   ├── BusyError              the server asks for a longer pause than a run waits
│   ├── RobotsError            the site's robots.txt asks not to be read there
│   ├── WrongTypeError         what came is no page, feed or sitemap
│   ├── TooLargeError          more came than may, packed or unpacked
│   ├── TooSlowError           it did not come in the time it may take
│   └── BrokenReplyError       what came is not HTTP, or was cut short
├── QueryError          a question or a filter makes no sense; the message names the value
├── ArchiveError        the archive on disk is missing, damaged or not ours
│   ├── LockedError     another process is writing; the message names it
│   └── StaleIndexError an index was built from something else; the message names the rebuild
└── ProviderError       a language model or an encoder's server did not answer; try again

Only `rag.cli` and `app` catch `RagError`; everything below them lets it pass.
"""


class RagError(Exception):
    """Base of every error a user can mend; its text is fit to be shown."""


class ConfigError(RagError):
    """A setting or option is unknown or has a value it cannot have."""


class CorpusError(RagError):
    """An article could not be read."""


class FetchError(RagError):
    """The web address `url` could not be read, for `reason`."""

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(f"{url!r}: {reason}")
        self.url = url
        self.reason = reason


class ForbiddenAddressError(FetchError):
    """The address must not be asked: its form, its scheme, or the machine it leads to."""


class UnreachableError(FetchError):
    """There is no connection to the server."""


class RedirectError(FetchError):
    """The server sends elsewhere, but not to where it may or not to an end."""


class StatusError(FetchError):
    """The server answers with a status that brings no content; `retry_after` is its wish."""

    def __init__(self, url: str, reason: str, status: int, retry_after: str = "") -> None:
        super().__init__(url, reason)
        self.status = status
        self.retry_after = retry_after


class BusyError(FetchError):
    """The server is busy, and asks for more time than a run waits."""


class RobotsError(FetchError):
    """The site's robots.txt asks not to be read there, or cannot be read itself."""


class WrongTypeError(FetchError):
    """The content is of a type that was not asked for."""


class TooLargeError(FetchError):
    """The reply is larger than it may be, on the wire or unpacked."""


class TooSlowError(FetchError):
    """The reply did not come in the time it may take."""


class BrokenReplyError(FetchError):
    """The reply is not HTTP, is cut short, or does not unpack."""


class QueryError(RagError):
    """A question or a filter cannot be searched for."""


class ArchiveError(RagError):
    """The archive folder is missing, damaged, full, read-only or not an archive."""


class LockedError(ArchiveError):
    """Another process is writing to the archive."""


class StaleIndexError(ArchiveError):
    """A derived index does not belong to this archive or encoder."""


class ProviderError(RagError):
    """A language model, an encoder's server or a cluster did not answer; asking again may help."""
