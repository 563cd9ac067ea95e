"""Sentences as trees: what is analysed, remembered, and when spaCy is loaded."""

from __future__ import annotations

import subprocess
import sys

from rag.language.analysis import analyse


def test_a_sentence_is_a_tree_with_offsets_of_its_text() -> None:
    text = "Ann Orr, the mayor, sold the old ferry."
    [doc] = analyse([text])
    sold = next(token for token in doc if token.text == "sold")
    subject = next(token for token in sold.children if token.dep_ == "nsubj")
    assert (doc.text, subject.text, subject.idx, sold.tag_) == (text, "Orr", 4, "VBD")


def test_texts_come_in_order_and_are_analysed_once() -> None:
    first, second = analyse(["The ferry sank.", "It rained."])
    again, twice, other = analyse(["It rained.", "It rained.", "The ferry sank."])
    assert (first.text, second.text) == ("The ferry sank.", "It rained.")
    assert again is twice is second
    assert other is first
    assert analyse([]) == []
    assert len(analyse([""])[0]) == 0


def test_names_are_found_where_asked() -> None:
    [doc] = analyse(["Ann Orr of the United Nations went to London on Monday."], named=True)
    people = [name.text for name in doc.ents if name.label_ == "PERSON"]
    assert people == ["Ann Orr"]


def test_a_long_text_and_one_with_half_a_character_keep_their_offsets() -> None:
    text = "The mayor went home. " * 500
    [doc] = analyse([text])
    assert (doc.text, doc[-1].idx) == (text, len(text) - 2)
    [odd] = analyse(["A \ud800 ferry sank."])
    assert [token.idx for token in odd if token.text == "ferry"] == [4]


def test_importing_rag_does_not_load_spacy() -> None:
    code = "import sys, rag, rag.archive, rag.language.analysis; assert 'spacy' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
