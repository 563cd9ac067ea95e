"""Token counts: tiktoken's where its vocabulary is on the machine, an estimate where not."""

from __future__ import annotations

import logging
import os
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import ConfigError
from rag.llms import TokenCounter
from rag.llms.tokens import estimate

FILE = "fb374d419588a4632f3f557e76b4b70aebbca790"


@pytest.fixture
def exact() -> TokenCounter:
    counter = TokenCounter()
    if not counter.exact:
        pytest.skip("tiktoken's vocabulary is not on this machine")
    return counter


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, the only one in which a vocabulary would be found."""
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    monkeypatch.delenv("DATA_GYM_CACHE_DIR", raising=False)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(sys, "path", [])
    monkeypatch.delitem(sys.modules, "llama_index", raising=False)
    return tmp_path


def test_tokens_are_counted_as_the_model_counts_them(exact: TokenCounter) -> None:
    assert exact.count("") == 0
    assert exact.count("The mill burnt [1].") == 6
    assert exact.count("1234567") == 3
    assert exact.count("<|endoftext|>") > 1


def test_a_text_too_long_for_tiktoken_is_counted_in_parts(exact: TokenCounter) -> None:
    assert exact.count(" a" * 30_000) == 30_000
    assert 0 < exact.count(" " * 1_000_000) < 20_000


def test_without_a_vocabulary_tokens_are_estimated_and_that_is_said_once(
    bare: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        counters = [TokenCounter(), TokenCounter()]
    assert [counter.exact for counter in counters] == [False, False]
    assert counters[0].count("The mill burnt [1].") == 7
    assert [record.getMessage() for record in caplog.records] == [
        "no vocabulary of o200k_base on this machine, so tokens are estimated; "
        f"to count them, put tiktoken's file {FILE} into $TIKTOKEN_CACHE_DIR"
    ]
    assert list(bare.iterdir()) == []


def test_a_damaged_vocabulary_is_passed_over_and_left_where_it_is(bare: Path) -> None:
    (bare / FILE).write_bytes(b"IQ== 0\n")
    assert not TokenCounter().exact
    assert (bare / FILE).read_bytes() == b"IQ== 0\n"


def test_the_environment_is_left_as_it_was(
    exact: TokenCounter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TIKTOKEN_CACHE_DIR", raising=False)
    monkeypatch.setenv("DATA_GYM_CACHE_DIR", "nowhere")
    assert TokenCounter("cl100k_base").exact
    assert "TIKTOKEN_CACHE_DIR" not in os.environ


def test_an_unknown_encoding_is_named() -> None:
    with pytest.raises(ConfigError, match="'gpt2'; known: o200k_base, cl100k_base"):
        TokenCounter("gpt2")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", 0),
        ("mill", 1),
        ("burning", 2),
        ("1,250.5", 5),
        ("12345", 2),
        ("a\n\nb", 3),
        ("é", 2),
        ("市长说", 7),
    ],
)
def test_the_estimate_can_be_worked_out_by_hand(text: str, tokens: int) -> None:
    assert estimate(text) == tokens


@given(st.text(max_size=60), st.text(max_size=60))
def test_more_text_never_has_fewer_estimated_tokens(one: str, two: str) -> None:
    assert estimate(one) <= estimate(one + two) + 1
    assert estimate(one) >= 0
