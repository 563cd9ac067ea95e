"""Everything this package raises on purpose.

RagError
├── ConfigError         a setting or an option is wrong; the message names it
├── CorpusError         an article could not be read; the message names file and line
├── QueryError          a question or a filter makes no sense; the message names the value
├── ArchiveError        the archive on disk is missing, damaged or not ours
│   ├── LockedError     another process is writing; the message names it
│   └── StaleIndexError an index was built from something else; the message names the rebuild
└── ProviderError       the language model did not answer; safe to try again

Only `rag.cli` and `app` catch `RagError`; everything below them lets it pass.
"""


class RagError(Exception):
    """Base of every error a user can mend; its text is fit to be shown."""


class ConfigError(RagError):
    """A setting or option is unknown or has a value it cannot have."""


class CorpusError(RagError):
    """An article could not be read."""


class QueryError(RagError):
    """A question or a filter cannot be searched for."""


class ArchiveError(RagError):
    """The archive folder is missing, damaged, full, read-only or not an archive."""


class LockedError(ArchiveError):
    """Another process is writing to the archive."""


class StaleIndexError(ArchiveError):
    """A derived index does not belong to this archive or encoder."""


class ProviderError(RagError):
    """The language model did not answer; asking again may help."""
