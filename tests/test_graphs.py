"""The graph of a model: the same vectors without torch, made once, and made anew when damaged."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from embeddings import EncoderError, SentenceTransformerEncoder
from embeddings.graphs import open_graph, open_rounded_graph
from embeddings.model_files import model_files
from tests.commands import child_environment

pytestmark = pytest.mark.disable_socket

FILES = model_files("minilm")
TEXTS = [
    "",
    "Who sank?",
    "The Lindow ferry sank on Friday, off Cape Orrin; all 41 people aboard were saved. " * 9,
    "Mayor ÉLODIE Marsh – “never” – resigned on 5 May 2025.",
    "\n\t  \u200b",
    *(f"The harbour of town {number} opens in spring." for number in range(12)),
    "word " * 900,
]


@pytest.fixture(scope="module")
def model() -> Any:
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(str(FILES.folder), local_files_only=True)


@pytest.fixture(scope="module")
def folder(model: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds the graph, and nothing else."""
    folder = tmp_path_factory.mktemp("graphs") / "new"
    assert open_graph(FILES, lambda: model, folder)
    assert [path.name for path in folder.iterdir()] == [f"{FILES.fingerprint}-1.onnx"]
    return folder


def never() -> Any:
    raise AssertionError("the model was loaded")


def test_a_graph_gives_the_rows_of_its_model_and_needs_it_no_more(model: Any, folder: Path) -> None:
    graph = open_graph(FILES, never, folder)
    assert graph
    rows = graph.encode(TEXTS)
    assert (rows.dtype, rows.shape) == (np.dtype(np.float32), (len(TEXTS), 384))
    assert np.abs(rows - model.encode(TEXTS)).max() < 1e-6
    assert np.abs(graph.encode(TEXTS[3:4]) - rows[3:4]).max() < 1e-6
    assert graph.encode([]).shape == (0, 384)


def test_few_texts_are_encoded_by_the_graph_and_many_by_the_model(folder: Path) -> None:
    encoder = SentenceTransformerEncoder(graphs=folder)
    many = [f"Town {number} has a harbour." for number in range(65)]
    few = encoder.encode_document(many[:64])
    assert np.abs(encoder.encode_document(many)[:64] - few).max() < 1e-6
    assert np.abs(encoder.encode_query(many[:1]) - few[:1]).max() < 1e-6


def test_a_process_that_finds_the_graph_loads_no_torch_and_leaves_nothing_behind(
    folder: Path, tmp_path: Path
) -> None:
    program = f"""
import sys
from pathlib import Path
from embeddings import SentenceTransformerEncoder
encoder = SentenceTransformerEncoder(graphs=Path({str(folder)!r}))
assert encoder.encode_query(["Who sank?"]).shape == (1, 384)
assert not {{"torch", "transformers", "sentence_transformers"}} & set(sys.modules)
"""
    command = [sys.executable, "-W", "error", "-c", program]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        env=child_environment(XDG_CACHE_HOME=str(tmp_path), HOME=str(tmp_path)),
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    # Versions of onnxruntime that report their use keep a mark of the machine there.
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("damage", [b"no graph", b"\x08\x08" * 500])
def test_a_damaged_graph_is_made_anew(model: Any, tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / f"{FILES.fingerprint}-1.onnx"
    path.write_bytes(damage)
    graph = open_graph(FILES, lambda: model, tmp_path)
    assert graph
    assert np.abs(graph.encode(TEXTS) - model.encode(TEXTS)).max() < 1e-6
    assert path.stat().st_size > 1_000_000
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


def test_a_folder_that_cannot_be_written_is_done_without(model: Any, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file where the folder should be")
    graph = open_graph(FILES, lambda: model, tmp_path / "taken")
    assert graph
    assert np.abs(graph.encode(TEXTS[:2]) - model.encode(TEXTS[:2])).max() < 1e-6


def test_a_model_whose_questions_have_a_prompt_has_no_graph_and_is_not_tried_again(
    tmp_path: Path,
) -> None:
    from sentence_transformers import SentenceTransformer

    asks = SentenceTransformer(
        str(FILES.folder), local_files_only=True, prompts={"query": "question: "}
    )
    assert open_graph(FILES, lambda: asks, tmp_path) is None
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b""]
    assert open_graph(FILES, never, tmp_path) is None


def test_a_model_that_cannot_be_loaded_is_an_error_each_time(tmp_path: Path) -> None:
    def broken() -> Any:
        raise EncoderError("the model is gone")

    for _ in range(2):
        with pytest.raises(EncoderError, match="the model is gone"):
            open_graph(FILES, broken, tmp_path)
    assert not list(tmp_path.iterdir())


def test_sentences_have_nearly_the_rows_of_the_model_alone_or_in_company(
    folder: Path, tmp_path: Path
) -> None:
    exact = folder / f"{FILES.fingerprint}-1.onnx"
    (tmp_path / exact.name).write_bytes(exact.read_bytes())
    graph = open_rounded_graph(FILES, never, tmp_path)
    assert graph
    rounded = tmp_path / f"{FILES.fingerprint}-1-int8.onnx"
    assert rounded.stat().st_size < exact.stat().st_size / 3
    encoder = SentenceTransformerEncoder(graphs=tmp_path)
    rows, near = encoder.encode_document(TEXTS), encoder.encode_sentences(TEXTS)
    assert (near.dtype, near.shape) == (np.dtype(np.float32), (len(TEXTS), 384))
    assert 0.95 < (rows * near).sum(axis=1).min() < 0.9999
    assert encoder.encode_sentences([]).shape == (0, 384)
    for at, text in enumerate(TEXTS):
        assert (encoder.encode_sentences([text])[0] == near[at]).all()
    rounded.write_bytes(b"no graph")
    again = open_rounded_graph(FILES, never, tmp_path)
    assert again
    assert (again.encode(TEXTS) == near).all()


def test_without_a_graph_sentences_have_the_rows_of_the_model(tmp_path: Path) -> None:
    (tmp_path / f"{FILES.fingerprint}-1.onnx").write_bytes(b"")
    encoder = SentenceTransformerEncoder(graphs=tmp_path)
    assert (encoder.encode_sentences(TEXTS[:3]) == encoder.encode_document(TEXTS[:3])).all()
    assert (tmp_path / f"{FILES.fingerprint}-1-int8.onnx").read_bytes() == b""
