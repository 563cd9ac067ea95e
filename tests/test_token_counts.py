"""How many word pieces a text has: what is remembered is what the tokenizer would say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer, models, pre_tokenizers

from embeddings import token_counts
from embeddings.model_files import model_files
from embeddings.token_counts import TokenCounts

FILE = model_files("minilm").tokenizer
TOKENIZER = Tokenizer.from_file(str(FILE))
TOKENIZER.no_truncation()
TOKENIZER.no_padding()
COUNTS = TokenCounts(FILE)

# Spaces of all kinds, marks that join and part words, and what a tokenizer treats apart.
PIECES = st.sampled_from(
    [
        *(
            " ",
            "  ",
            "\n",
            "\t",
            "\r\n",
            "\x0b",
            "\x1c",
            "\x85",
            "\xa0",
            "\u2003",
            "\u200b",
            "\u3000",
        ),
        *("ferry", "Harbourmaster", "don't", "“No,”", "naïve", "e\u0301", "\u0301", "北京", "U.S."),
        *("[SEP]", "[MASK]", "a[UNK]b", "\x00", "\ufffd", "x" * 120, "1,200.5", "–", ""),
    ]
)


def said(texts: list[str]) -> list[int]:
    """What the tokenizer says of the whole texts."""
    return [len(one) for one in TOKENIZER.encode_batch(texts, add_special_tokens=False)]


@given(st.lists(st.lists(PIECES | st.text(max_size=4), max_size=12).map("".join), max_size=4))
def test_words_that_were_counted_before_add_up_to_what_the_tokenizer_says(texts: list[str]) -> None:
    readable = [text.encode("utf-8", "replace").decode() for text in texts]
    assert COUNTS(readable) == said(readable)


def test_counts_stay_right_when_too_many_words_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(token_counts, "_MOST", 2)
    counts = TokenCounts(FILE)
    for _ in range(2):
        # The word for who runs a harbour is of two pieces.
        assert counts(["the Harbourmaster.", "", "Ferry Ferry"]) == [4, 0, 2]


def words_with_their_spaces() -> Any:
    """A tokenizer to which "a b" is one piece and "a" and "b" are one each, so none adds up."""
    tokenizer = Tokenizer(models.WordLevel({"a": 0, "b": 1, "a b": 2, "?": 3}, unk_token="?"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split("|", "removed")
    return tokenizer


def test_a_tokenizer_of_another_kind_is_asked_for_each_text(tmp_path: Path) -> None:
    words_with_their_spaces().save(str(tmp_path / "tokenizer.json"))
    counts = TokenCounts(tmp_path / "tokenizer.json")
    assert counts(["a b", "a|b", "a", "a b|a"]) == [1, 2, 1, 2]
    assert counts([]) == []
