"""Everything this package raises on purpose.

EmbeddingError          a file could not be read or written; the message names it and the reason
├── StaleIndexError     the index on disk was built from something else; names field and values
├── RefusedByDiskError  the disk is full, or a file must not be written, read or locked
├── CorruptIndexError   a file is damaged or foreign; the message names it and what is wrong
└── EncoderError        a model is unknown, absent or unusable; the message names what to install

Wrong arguments (a vector of another length, an id given twice) are `ValueError`.
"""


class EmbeddingError(Exception):
    """Base of every error that a user of the package can mend."""


class StaleIndexError(EmbeddingError):
    """The index on disk was built from something else than what is asked for."""


class RefusedByDiskError(EmbeddingError):
    """The disk is full, or refuses to have a file written, read or locked; nothing is damaged."""


class CorruptIndexError(EmbeddingError):
    """A file is cut short, damaged or not one of ours."""


class EncoderError(EmbeddingError):
    """A model is unknown, its weights are absent, or they cannot be used."""
