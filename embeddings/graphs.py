"""A model as an ONNX graph, kept on this machine: a question takes half the time, and no torch.

Most of what an answer needs is the vectors of a question and of a few sentences. For those
onnxruntime, which packs the weights once, is faster than torch, is there in a fifth of a
second, and lets other threads go on. Many texts at once gain nothing by it.

A second graph has the same weights rounded to eight bits. It takes half the time again, and is
for sentences that are compared with a question once: their vectors are not stored.
"""

import io
import logging
import os
import tempfile
import warnings
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from embeddings.model_files import ModelFiles
from embeddings.vectors import Vectors

_LOG = logging.getLogger(__name__)
_FORMAT = 1
_BATCH = 8
_ROW = "sentence_embedding"
_NEAR = 1e-5
_ALIKE = 0.95
_ERRORS_ONLY = 3
_TRIAL = ("", "Ärzte MELDEN 41 tote", "the ferry sank on friday . " * 300, "She said “no”.")
"""What a graph and its model must agree on: no words, capitals, too many tokens, quotation."""


class Graph:
    """Texts -> unit rows, equal to those of the model it was made from but for rounding.

    Any number of threads may call; each text is encoded on the thread that asks, at most
    `at_once` together.
    """

    def __init__(self, content: bytes, files: ModelFiles, at_once: int = _BATCH) -> None:
        # Newer versions tell their maker of each use, unless this is set before they are loaded.
        os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
        import onnxruntime
        from tokenizers import Tokenizer

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = _ERRORS_ONLY
        self._session = onnxruntime.InferenceSession(
            content, options, providers=["CPUExecutionProvider"]
        )
        self._inputs = [each.name for each in self._session.get_inputs()]
        self._dimension = files.dimension
        self._at_once = at_once
        self._tokenizer = Tokenizer.from_file(str(files.tokenizer))
        self._tokenizer.enable_truncation(files.max_tokens)
        self._tokenizer.enable_padding()

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One unit row for each text; no texts give shape (0, n)."""
        rows = np.empty((len(texts), self._dimension), dtype=np.float32)
        # Texts of like length share a batch, so that little of it is padding.
        order = sorted(range(len(texts)), key=lambda at: len(texts[at]))
        for first in range(0, len(order), self._at_once):
            some = order[first : first + self._at_once]
            encoded = self._tokenizer.encode_batch([texts[at] for at in some])
            read = {
                "input_ids": [each.ids for each in encoded],
                "attention_mask": [each.attention_mask for each in encoded],
                "token_type_ids": [each.type_ids for each in encoded],
            }
            given = {name: np.array(read[name], dtype=np.int64) for name in self._inputs}
            rows[some] = self._session.run([_ROW], given)[0]
        return rows


def open_graph(files: ModelFiles, model: Callable[[], Any], folder: Path) -> Graph | None:
    """The graph of a model, made at the first call and then kept in `folder`; None for none.

    `model` loads the model, which is needed only where the graph is not there yet. There is
    none for a model whose vectors it does not reproduce, as where questions have a prompt.
    Where the folder cannot be written, the graph is made anew in each process.
    """
    path = _exact_path(files, folder)
    with suppress(_NotKeptError):
        return _kept(path, files)
    loaded = model()
    try:
        content = _exported(loaded)
        graph = Graph(content, files)
        made = (graph, content) if _agree(graph, loaded) else (None, b"")
    except Exception as error:
        _LOG.info("no graph can be made of %s: %s", files.folder, error)
        made = (None, b"")
    _keep(path, made[1])
    return made[0]


def open_rounded_graph(files: ModelFiles, model: Callable[[], Any], folder: Path) -> Graph | None:
    """The graph with weights of eight bits, made at the first call and then kept; None for none.

    Its rows have a cosine of .99 with those of the exact graph, whatever is encoded with them.
    There is none where there is no exact graph on disk, or where a text of the trial has less
    than .95.
    """
    path = folder / f"{files.fingerprint}-{_FORMAT}-int8.onnx"
    with suppress(_NotKeptError):
        return _kept(path, files, at_once=1)
    exact = open_graph(files, model, folder)
    made: tuple[Graph | None, bytes] = (None, b"")
    if exact:
        try:
            content = _rounded(_exact_path(files, folder))
            graph = Graph(content, files, at_once=1)
            if float((graph.encode(_TRIAL) * exact.encode(_TRIAL)).sum(axis=1).min()) > _ALIKE:
                made = (graph, content)
        except Exception as error:
            _LOG.info("the graph of %s cannot be rounded: %s", files.folder, error)
    _keep(path, made[1])
    return made[0]


class _NotKeptError(Exception):
    """There is no file of a graph, or it is damaged."""


def _exact_path(files: ModelFiles, folder: Path) -> Path:
    return folder / f"{files.fingerprint}-{_FORMAT}.onnx"


def _kept(path: Path, files: ModelFiles, at_once: int = _BATCH) -> Graph | None:
    """The graph in a file; None where the file says that there is none."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise _NotKeptError from error
    try:
        return Graph(content, files, at_once) if content else None
    # Neither its errors nor those of the exporter share a class.
    except Exception as error:
        _LOG.info("%s cannot be read and is made anew", path)
        raise _NotKeptError from error


def _rounded(exact: Path) -> bytes:
    """The graph in a file with weights of eight bits, a scale for each column of a matrix.

    Seven of the eight are used: processors without instructions for this would overflow else.
    """
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from onnxruntime.quantization.quant_utils import add_pre_process_metadata

    model = onnx.load(exact)
    # Else a warning asks for steps that make this graph no better.
    add_pre_process_metadata(model)
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "rounded.onnx"
        quantize_dynamic(
            model, target, weight_type=QuantType.QInt8, per_channel=True, reduce_range=True
        )
        return target.read_bytes()


def _exported(model: Any) -> bytes:
    """The whole model, its pooling and normalising included, in ONNX's format."""
    import torch

    features = {
        name: value
        for name, value in model.preprocess(["one text", "and another, longer one"]).items()
        if isinstance(value, torch.Tensor)
    }

    class Whole(torch.nn.Module):  # type: ignore[misc]
        """The model as a function of tensors."""

        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, *values: Any) -> Any:
            """The unit row of each text."""
            row = self.model(dict(zip(features, values, strict=True)))[_ROW]
            return torch.nn.functional.normalize(row, dim=1)

    target = io.BytesIO()
    with warnings.catch_warnings(), torch.inference_mode():
        # The newer exporter needs more packages; both warn of what does not concern us.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            Whole().eval(),
            tuple(features.values()),
            target,
            input_names=list(features),
            output_names=[_ROW],
            dynamic_axes={name: {0: "texts", 1: "tokens"} for name in features},
            dynamo=False,
        )
    return target.getvalue()


def _agree(graph: Graph, model: Any) -> bool:
    """Whether graph and model give the same rows, for questions and for passages."""
    rows = graph.encode(_TRIAL)
    return all(
        float(np.abs(rows - encode(list(_TRIAL), normalize_embeddings=True)).max()) < _NEAR
        for encode in (model.encode_query, model.encode_document)
    )


def _keep(path: Path, content: bytes) -> None:
    """Writes the file whole or not at all; empty where there is no graph."""
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}.")
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
