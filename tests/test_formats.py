"""Files of every format through the command: what is found, on which page, and what is named."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest

from rag.web.adding import LARGEST_UNPACKED, add_files
from tests.builders import open_archive
from tests.commands import Commands, child
from tests.pdf_files import pdf
from tests.test_corpus_epub import book, page
from tests.test_corpus_mail import message
from tests.test_corpus_newsroom import NITF
from tests.test_corpus_warc import PAGE, RECORDS

pytest.importorskip("pypdfium2")
FERRY = ["The ferry sailed again on Monday, the harbour", "office of Vesk said."]
BADGERS = ["The levee was undermined by badgers, and", "forty houses were flooded."]


@pytest.fixture
def run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Commands:
    return Commands(monkeypatch, capsys, tmp_path)


def news(folder: Path) -> Path:
    """A folder with a file of each format, but for those that need a library to be written."""
    inputs = folder / "news"
    inputs.mkdir()
    (inputs / "a.pdf").write_bytes(pdf([FERRY, [], BADGERS]))
    (inputs / "b.epub").write_bytes(book({"one.xhtml": page(f"<p>{' '.join(FERRY * 3)}</p>")}))
    (inputs / "c.xml").write_text(NITF, encoding="utf-8")
    (inputs / "d.warc").write_bytes(RECORDS[1])
    (inputs / "e.csv").write_text("title,body\nFog,Fog lay over the harbour.\n", encoding="utf-8")
    made = message()
    made.set_content("The tide was high.")
    (inputs / "f.eml").write_bytes(bytes(made))
    (inputs / "g.html").write_text(PAGE, encoding="utf-8")
    return inputs


def test_every_format_is_read_and_an_unchanged_file_is_not_read_again(
    tmp_path: Path, run: Commands
) -> None:
    inputs = news(tmp_path)
    done = run("ingest", inputs)
    assert done.status == 0, done.err
    assert done.out.splitlines()[0] == "7 added, 0 revised, 0 unchanged, 0 duplicate, 0 failed"
    again = run("ingest", inputs)
    assert again.out.splitlines()[0].startswith("0 added, 0 revised, 7 unchanged")


def test_hits_and_citations_tell_their_page(tmp_path: Path, run: Commands) -> None:
    run("ingest", news(tmp_path))
    hit = run("search", "badgers undermined the levee", "-k", 1, "--json").json[0]
    assert hit["passage"]["pages"] == [1, 2, 3]
    assert f"{tmp_path}/news/a.pdf, pages 1–3\n" in run("search", "badgers", "-k", 1).out
    question = "What was the levee undermined by, and how high was the tide?"
    cited = run("ask", question, "--json").json["citations"]
    pages = {citation["quote"]: citation["pages"] for citation in cited}
    assert pages[" ".join(FERRY)] == [1]
    assert pages[" ".join(BADGERS)] == [3]
    assert pages["The tide was high."] == []
    assert f"{tmp_path}/news/a.pdf, page 3\n" in run("ask", question).out
    fog = run("search", "fog over the harbour", "-k", 1, "--json").json[0]
    assert fog["passage"]["pages"] == []


def test_pages_are_stored_and_every_passage_is_a_slice(tmp_path: Path) -> None:
    open_archive(tmp_path / "archive").ingest(news(tmp_path))
    again = open_archive(tmp_path / "archive")
    for hit in again.search("ferry levee fog tide", k=20):
        stored = again.article(hit.article.id)
        assert stored.text[hit.passage.start : hit.passage.end] == hit.text
        assert stored.pages == hit.article.pages
    stored = again.article(f"file:{tmp_path}/news/a.pdf")
    assert stored.pages == (0, 68, 68)
    assert stored.text[68:].startswith("The levee")


def test_another_column_map_reads_the_table_again(tmp_path: Path) -> None:
    archive = open_archive(tmp_path / "archive")
    folder = tmp_path / "news"
    folder.mkdir()
    (folder / "a.csv").write_text("id,text,lead\n1,It sailed.,It rained.\n", encoding="utf-8")
    assert archive.ingest(folder).counts == {"added": 1}
    assert archive.ingest(folder).counts == {"unchanged": 1}
    (folder / "columns.toml").write_text('[columns]\ntext = "lead"\n', encoding="utf-8")
    assert archive.ingest(folder).counts == {"revised": 1}
    assert archive.article("1").text == "It rained."


def test_what_cannot_be_read_is_named_in_one_line_each_and_the_rest_is_read(
    tmp_path: Path, run: Commands
) -> None:
    inputs = tmp_path / "news"
    inputs.mkdir()
    (inputs / "locked.pdf").write_bytes(pdf([FERRY], locked=True))
    (inputs / "фото.pdf").write_bytes(pdf([[]]))
    (inputs / "two\nerror: lines.pdf").write_bytes(b"%PDF-1.7")
    (inputs / "bad.docx").write_bytes(b"PK\x03\x04")
    (inputs / "broken.xml").write_bytes(b"<nitf>\xff</nitf>")
    (inputs / "loop").symlink_to(inputs, target_is_directory=True)
    (inputs / "self.pdf").symlink_to(inputs / "self.pdf")
    (inputs / "good.pdf").write_bytes(pdf([FERRY]))
    done = run("ingest", inputs)
    assert done.status == 1
    assert done.out.splitlines()[0].startswith("1 added, 0 revised")
    errors = [line for line in done.err.splitlines() if line.startswith("error: ")]
    named = [line.removeprefix(f"error: {inputs}/").partition(": ")[0] for line in errors]
    assert named == [
        "bad.docx",
        "broken.xml",
        "locked.pdf",
        "self.pdf",
        "two\\nerror",
        "фото.pdf",
    ]


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="only Linux tells when a process ends")
def test_a_run_that_is_killed_leaves_no_worker(tmp_path: Path) -> None:
    code = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from rag.corpus.sandbox import Sandbox\n"
        "from tests.bad_readers import Telling\n"
        "outcomes = Sandbox().read(Telling(), Path(sys.argv[1]))\n"
        "print(next(outcomes).reason, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    (tmp_path / "a.telling").write_text("1000", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "a.telling")],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parent.parent,
        check=False,
    )
    worker = int(done.stdout)
    # The worker finds its pipe closed when it writes; it may have done so before now.
    with suppress(ProcessLookupError):
        ended, _, _ = select.select([os.pidfd_open(worker)], [], [], 120)
        assert ended


def test_a_format_whose_package_is_missing_says_what_installs_it(tmp_path: Path) -> None:
    hidden = tmp_path / "hidden"
    hidden.mkdir()
    for name in ("pypdfium2", "docx", "warcio", "pyarrow"):
        (hidden / f"{name}.py").write_text("raise ImportError('hidden')\n", encoding="utf-8")
    inputs = tmp_path / "news"
    inputs.mkdir()
    for name in ("a.pdf", "b.docx", "c.warc", "d.parquet"):
        (inputs / name).write_bytes(b"x")
    root = Path(__file__).parent.parent
    done = child(tmp_path, "ingest", inputs, PYTHONPATH=f"{hidden}:{root}")
    assert done.status == 1
    errors = [line for line in done.err.splitlines() if line.startswith("error: ")]
    assert len(errors) == 4
    assert all('pip install "dateline[formats]"' in line for line in errors)


def test_markdown_and_jsonl_start_no_worker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.corpus.sandbox.subprocess.Popen", None)
    archive = open_archive(tmp_path / "archive")
    (tmp_path / "a.md").write_text("# Fog\n\nFog lay over the harbour.\n", encoding="utf-8")
    (tmp_path / "b.jsonl").write_text(json.dumps({"text": "It rained."}) + "\n", encoding="utf-8")
    assert archive.ingest(tmp_path / "a.md", tmp_path / "b.jsonl").counts == {"added": 2}


def test_uploads_take_every_format_and_refuse_bombs(tmp_path: Path) -> None:
    archive = open_archive(tmp_path / "archive")
    bomb = tmp_path / "bomb.docx"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("word/document.xml", b" " * (LARGEST_UNPACKED + 1))
    *_, last = add_files(archive, [*sorted(news(tmp_path).iterdir()), bomb])
    said = {each.name: each.result for each in last.outcomes}
    assert said.pop("bomb.docx") == "it unpacks to more than the 200 MB that a file may hold"
    assert said == dict.fromkeys(said, "1 added")
    assert list(said) == ["a.pdf", "b.epub", "c.xml", "d.warc", "e.csv", "f.eml", "g.html"]
