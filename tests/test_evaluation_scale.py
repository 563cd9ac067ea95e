"""What archives of many passages cost: made of an archive's own, measured, and written down."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from lxml import etree

from embeddings import HashingEncoder
from rag.archive import Archive
from rag.config import Settings
from rag.errors import ConfigError
from rag.evaluation.bench_archive import Place, build
from rag.evaluation.bench_data import Material, Mixing, made_up, material_of
from rag.evaluation.scale import (
    CHANGED,
    LABELS,
    change,
    read,
    recall,
    scale_chart,
    scale_table,
    write_into,
    write_report,
)
from rag.indexes.dense import DenseIndex
from tests.builders import open_archive, row, write_jsonl

TEXTS = [f"Ferry {n} sank off pier {n * n}. The mill at Orrin {n} burnt." for n in range(30)]


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with open_archive(tmp_path / "archive") as opened:
        opened.ingest(write_jsonl(tmp_path / "in.jsonl", [row(n, t) for n, t in enumerate(TEXTS)]))
        yield opened


def test_articles_are_put_together_from_the_archives_own_sentences(archive: Archive) -> None:
    material = material_of(archive)
    assert len(material.sentences) == 60
    assert "Ferry 3 sank off pier 9." in material.sentences
    rows = list(material.rows(5))
    assert list(material.rows(3, first=2)) == rows[2:]
    assert len({each["url"] for each in rows}) == 5
    for each in rows:
        assert each["title"] in material.titles
        text = " ".join(each["text"].split())
        for sentence in sorted(material.sentences, key=len, reverse=True):
            text = text.replace(sentence, "")
        assert not text.split()


def test_vectors_are_mixed_of_real_ones(archive: Archive) -> None:
    material = material_of(archive)
    mixing = Mixing(HashingEncoder(), material.vectors)
    rows = mixing.encode_document(["a", "b", "a"])
    assert np.array_equal(rows[0], rows[2])
    assert np.linalg.norm(rows, axis=1) == pytest.approx(np.ones(3))
    assert (mixing.encoded, mixing.encode_query(["a"])[0].tolist()) == (3, rows[0].tolist())
    assert mixing.encoded == 3
    # Noise of .35 beside 1 leaves a cosine of about 1 / (1 + .35 ** 2) ** .5 = .94 with the mix.
    weights, *_ = np.linalg.lstsq(material.vectors.T, rows[0], rcond=None)
    near = material.vectors.T @ weights
    assert float(near @ rows[0]) / float(np.linalg.norm(near)) > 0.9
    assert mixing.fingerprint == HashingEncoder().fingerprint


def test_made_up_sentences_have_the_words_of_english_most_often() -> None:
    material = made_up(8)
    words = " ".join(material.sentences).lower().split()
    assert words.count("the") > words.count("most") > 10
    assert 20 < len(words) / len(material.sentences) < 22
    assert material.vectors.shape == (1_000, 8)
    assert made_up(8).sentences == material.sentences
    assert all(s.startswith(t) for s, t in zip(material.sentences, material.titles, strict=True))


def test_an_archive_without_vectors_is_refused(tmp_path: Path) -> None:
    with open_archive(tmp_path / "archive") as opened:
        opened.ingest(write_jsonl(tmp_path / "in.jsonl", [row(1, "One.")]), vectors=False)
        with pytest.raises(ConfigError, match=r"1 sentences and 0 vectors; 20 of each are needed"):
            material_of(opened)


def test_an_archive_is_built_read_and_changed(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "scale").mkdir()
    settings = Settings(encoder="hashing", chunk_tokens=32)
    place = Place(tmp_path / "scale", settings, material_of(archive))
    built = build(place, 12)
    assert built["articles"] == 12
    assert built["passages"] > 12
    assert built["disk_mb"] > 0
    found = read(place, 12)
    assert found["recall_at_10"] == 1.0
    for way in ("words", "meaning", "both", "filtered"):
        assert 0 < found[f"{way}_p50_ms"] <= found[f"{way}_p95_ms"]
    changed = change(place, 12)
    assert changed["added"] == CHANGED
    with place.opened(place.mixing()) as after:
        assert after.counts() == (12, built["passages"], built["passages"])
        texts = ["Ferry 3 sank", "The mill at Orrin"]
        assert recall(after, texts) == 1.0
        # An index that finds other passages than the nearest has a lower share.
        monkeypatch.setattr(DenseIndex, "searcher", lambda *_: Blind())
        assert recall(after, texts) == 0.0


class Blind:
    def search(self, *_: Any) -> list[tuple[int, float]]:
        return [(-1, 1.0)]


def measured(passages: int, cost: float) -> dict[str, Any]:
    names = [name for name in LABELS if name != "recall_at_10"]
    return {"passages": passages, "recall_at_10": 0.99} | dict.fromkeys(names, cost)


def test_the_table_says_how_each_figure_grows() -> None:
    table = scale_table([measured(1000, 2.0), measured(100_000, 20.0)])
    assert table.heading == ("passages", "1,000", "100,000", "grows by")
    lines = {line[0]: line[1:] for line in table.rows}
    assert lines["disk, MB"] == ("2.0", "20.0", "n^0.50")
    assert lines["recall@10 against exact search"] == ("0.99", "0.99", "")
    alone = scale_table([measured(1000, 2.0)])
    assert {line[-1] for line in alone.rows} == {""}


def test_what_was_measured_is_written_into_a_folder_and_into_a_page(tmp_path: Path) -> None:
    found = [measured(1000, 2.0), measured(100_000, 20.0)]
    write_report(tmp_path / "out", found, "a machine")
    told = json.loads((tmp_path / "out" / "scale.json").read_text(encoding="utf-8"))
    assert told == {"machine": "a machine", "measured": found}
    assert "| disk, MB | 2.0 | 20.0 | n^0.50 |" in (tmp_path / "out" / "scale.md").read_text()
    page = tmp_path / "limits.md"
    page.write_text("# A\n<!-- scale -->\nold\n<!-- end of scale -->\nrest\n", encoding="utf-8")
    assert write_into(page, found, "a machine") == tmp_path / "limits-scale.svg"
    text = page.read_text(encoding="utf-8")
    assert text.startswith("# A\n<!-- scale -->\n| passages |")
    assert text.endswith("Measured: a machine.\n<!-- end of scale -->\nrest\n")
    with pytest.raises(ConfigError, match=r"no\.md cannot be read.*name a Markdown page"):
        write_into(tmp_path / "no.md", found, "a machine")
    page.write_text("nothing", encoding="utf-8")
    with pytest.raises(ConfigError, match="has no lines <!-- scale --> and <!-- end of scale -->"):
        write_into(page, found, "a machine")


def test_the_chart_has_a_panel_for_each_kind_of_cost() -> None:
    found = etree.fromstring(scale_chart([measured(1000, 2.0), measured(100_000, 20.0)]).encode())
    name = "{http://www.w3.org/2000/svg}"
    assert found.findtext(f"{name}title") == "What an archive costs, by its passages"
    panels = found.findall(f"{name}g")
    assert [len(panel.findall(f"{name}polyline")) for panel in panels] == [2, 2, 3, 2]
    # From corner to corner across; up from log 2 / 2 = .15 to log 20 / 2 = .65 of 190.
    line = panels[1].find(f"{name}polyline")
    assert line is not None
    assert line.get("points") == "0.0,161.4 260.0,66.4"


def test_the_same_number_is_the_same_article_in_another_process() -> None:
    material = Material(("One.", "Two."), ("A",), np.eye(2, dtype=np.float32))
    (first,) = material.rows(1)
    assert first["url"].endswith("/story-0")
    assert set(first["text"].split()) == {"One.", "Two."}
