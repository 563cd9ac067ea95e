"""What the page shows of a question besides its answer: what next, which model, what changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rag.answers.repair import LEFT_OUT, MENDED
from rag.answers.wording import introduction
from rag.archive import Archive
from rag.config import ModelSettings, Settings
from rag.errors import QueryError
from rag.llms import ScriptedModel
from rag.records import Answer, Article, Citation, Claim, LeftOut, Usage
from rag.store.runs import Outcome
from rag.web import follow_ups as suggesting
from rag.web.adding import Adding, add_files
from rag.web.chat import Chat, Frame, without_folder
from rag.web.conversation import Conversation
from rag.web.follow_ups import candidates, follow_ups
from rag.web.form import Form
from rag.web.models import Models, configured_models
from rag.web.rendering.answers import answer_html, follow_ups_html, turn_html, working_html
from rag.web.rendering.changes import changes_html
from rag.web.rendering.quoted import only_quotes, quotation
from rag.web.rendering.steps import spent
from rag.web.views.evidence import hits_of
from rag.web.views.shelves import without_folders
from tests.builders import article, open_archive, row, write_jsonl

NOW = datetime(2025, 6, 1, tzinfo=UTC)
SANK = "When did the Lindow ferry sink?"
FERRY = """The Lindow ferry sank on Friday off Cape Orrin with 41 people aboard.

"We had four minutes to leave the Lindow ferry," said the captain, Ilse Varga.

"Nobody had looked at the pumps of the Lindow ferry," said Bram Tolley, an engineer."""


@pytest.fixture(scope="module")
def chat(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chat]:
    folder = tmp_path_factory.mktemp("asking")
    with open_archive(folder / "archive") as archive:
        rows = [row(1, FERRY, title="The Lindow ferry sinks"), row(2, "It rained in Marsk.")]
        archive.ingest(write_jsonl(folder / "in.jsonl", rows))
        yield Chat(archive)


def asked(chat: Chat, question: str, before: Conversation | None = None) -> Frame:
    """The last frame of a question."""
    return list(chat.ask(Form(question), before or Conversation()))[-1]


def answer(text: str = "", **fields: object) -> Answer:
    """An answer with this text."""
    return Answer("Q?", "Q?", text, NOW, **fields)  # type: ignore[arg-type]


def test_what_to_ask_next_is_made_of_the_evidence_and_answered(chat: Chat) -> None:
    said = asked(chat, SANK).conversation
    hits = hits_of(chat.archive, said.turns[-1].passages)
    made = candidates(said.turns[-1], hits)
    assert "What did Ilse Varga say about the Lindow ferry?" not in made  # The answer quotes her.
    unsaid = candidates(replace(said.turns[-1], text="It sank."), hits)
    assert unsaid[0] == "What did Ilse Varga say about the Lindow ferry?"
    hurried = replace(said.turns[-1], question="why did the lindow ferry sink?", searched="")
    typed = candidates(replace(hurried, text="It sank."), hits)
    assert typed[0] == "What did Ilse Varga say about the Lindow ferry?"
    assert "Why did the Lindow ferry sink?" in made
    assert "Who is Bram Tolley?" in made
    found = follow_ups(chat, said, Form(""))
    assert 1 <= len(found) <= suggesting.MOST
    assert set(found) <= set(made)
    for question in found:
        following = chat.archive.ask(question, said.history())
        assert not following.abstained
        known = {(each.article_id, each.start) for each in said.turns[-1].references.values()}
        assert {(each.article.id, each.start) for each in following.citations} - known


def test_what_was_asked_before_is_not_suggested_again(chat: Chat) -> None:
    said = asked(chat, SANK).conversation
    first = follow_ups(chat, said, Form(""))[0]
    again = asked(chat, first, said).conversation
    assert first not in follow_ups(chat, again, Form(""))


def test_the_filters_hold_for_what_is_suggested(chat: Chat) -> None:
    said = asked(chat, SANK).conversation
    assert follow_ups(chat, said, Form("", published_from="2030")) == []
    assert follow_ups(chat, said, Form("", published_from="someday")) == []


def test_nothing_is_suggested_where_there_is_no_answer(chat: Chat) -> None:
    assert follow_ups(chat, Conversation(), Form("")) == []
    declined = asked(chat, "Xylophone quartz zebra?").conversation
    assert declined.turns[-1].declined
    assert follow_ups(chat, declined, Form("")) == []


def test_a_server_that_looks_for_others_suggests_nothing(chat: Chat) -> None:
    said = asked(chat, SANK).conversation
    with suggesting._busy:
        assert follow_ups(chat, said, Form("")) == []
    assert follow_ups(chat, said, Form(""))


def test_suggestions_are_escaped_and_know_their_turn() -> None:
    assert follow_ups_html(2, "Q?", []) == ""
    shown = follow_ups_html(2, 'A "b"?', ["Who is <Ann>?"])
    assert 'data-turn="2" data-asked="A &#34;b&#34;?"' in shown
    assert '<button type="button" class="example" dir="auto">Who is &lt;Ann&gt;?</button>' in shown


def test_a_question_can_be_edited_once_its_reply_is_there() -> None:
    reply = working_html("searching")
    assert "edit-asked" not in turn_html(1, "Q?", reply, busy=True)
    assert "edit-asked" in turn_html(1, "Q?", reply)
    assert 'class="asked long"' in turn_html(1, "Q" * 241, reply)
    assert 'class="asked"' in turn_html(1, "Q" * 240, reply)


def test_the_model_of_a_form_words_the_answer(chat: Chat) -> None:
    first, second = ScriptedModel("It sank on Friday [1]."), ScriptedModel("It sank [1].")
    both = Chat(chat.archive, first, others={"other": second})
    assert both.models.choices() == [
        ("scripted", ""),
        ("other (scripted)", "other"),
        ("The articles' own words", "none"),
    ]
    list(both.ask(Form(SANK, model="other"), Conversation()))
    assert (len(first.asked), len(second.asked)) == (0, 1)
    own = list(both.ask(Form(SANK, model="none"), Conversation()))[-1]
    assert "<q>The Lindow ferry sank on Friday" in own.conversation.turns[-1].html
    assert (len(first.asked), len(second.asked)) == (0, 1)
    refused = list(both.ask(Form(SANK, model="<b>"), Conversation()))[-1]
    assert refused.problem == "there is no language model '<b>' here; choose another"
    with pytest.raises(QueryError, match="no language model 'x'"):
        Models().named("x")


def test_the_models_of_the_settings_can_be_chosen_but_those_without_a_key() -> None:
    notes: list[str] = []
    server = "http://127.0.0.1:9/v1"
    tables = {
        "local": ModelSettings(model="tiny", base_url=server),
        "big": ModelSettings(model="large", base_url=server),
        "dear": ModelSettings(model="gold", base_url=server, api_key_variable="NOT_SET_API_KEY"),
    }
    models = configured_models(Settings(llm_model="local", llms=tables), notes.append)
    assert [label for label, _ in models.choices()] == [
        "tiny",
        "big (large)",
        "The articles' own words",
    ]
    assert [each for each in notes if "'dear'" in each and "NOT_SET_API_KEY" in each]


@pytest.mark.parametrize(
    ("used", "said"),
    [
        (Usage(1_831, 142, 1), "tiny · 1 request · 1,831 tokens read, 142 written · 3.5 s"),
        (Usage(5, 1, 2, 0.00214), "tiny · 2 requests · 5 tokens read, 1 written · 3.5 s · $0.0021"),
        (Usage(5, 1, 2, 1.5), "tiny · 2 requests · 5 tokens read, 1 written · 3.5 s · $1.50"),
        (Usage(), "tiny · 3.5 s"),
    ],
)
def test_what_an_answer_took_is_said(used: Usage, said: str) -> None:
    took = answer(model="tiny", usage=used, timings={"retrieval": 0.5, "reading": 3.0})
    assert spent(took) == said


def test_what_checking_left_out_is_struck_with_its_reason() -> None:
    cut = answer("It sank [1].", left_out=(LeftOut("It <flew>.", ("no article says it", "so")),))
    assert changes_html(cut) == (
        '<div class="changes" role="group" aria-label="Changed by checking">'
        "<p>Checking left out one sentence of the model&#39;s answer:</p><ul>"
        '<li dir="auto"><del>It &lt;flew&gt;.</del> '
        '<span class="why">no article says it; so</span></li></ul></div>'
    )
    assert changes_html(answer("It sank [1].", notes=(f"{LEFT_OUT} “It flew.”",))) == ""


def test_a_mended_answer_shows_what_changed_in_it() -> None:
    mended = answer("It sank on Friday [1].", notes=(MENDED,))
    assert changes_html(mended, "It sank on Monday [2].").endswith(
        'dir="auto">It sank on<del> Monday.</del><ins> Friday.</ins></p></details></div>'
    )
    assert changes_html(mended) == ""
    assert changes_html(replace(mended, notes=()), "It sank on Monday [2].") == ""
    assert changes_html(mended, "word " * 3_001) == ""


STORY = article("It sank. Nobody drowned.")
ORIGIN = "The Courier, 3 May 2025: "


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (f"{ORIGIN}It sank. [1]", ("", ORIGIN, "", " [1]")),
        (f"3 May 2025 – {ORIGIN}It sank. [1]", ("3 May 2025 – ", ORIGIN, "", " [1]")),
        (f"{ORIGIN}[The ferry] It sank. [1]", ("", ORIGIN, "[The ferry] ", " [1]")),
        ("It sank. [1]", ("", "", "", " [1]")),
        (f"Yes. {ORIGIN}It sank. [1]", None),
        ("They say that It sank. [1]", None),
        ("It sank. [1] And more.", None),
        ("It went down [1].", None),
    ],
)
def test_a_claim_that_only_quotes_is_known(text: str, parts: tuple[str, ...] | None) -> None:
    claim = Claim(0, len(text), (1,), "supported")
    said = answer(text, claims=(claim,), citations=(Citation(1, STORY, 0, 8),))
    found = quotation(said, claim)
    assert (found and (found.day, found.origin, found.name, found.after)) == parts
    assert only_quotes(said, 0, len(text)) is (parts is not None)
    if found:
        assert found.cited.quote == "It sank."


def test_words_before_a_quotation_are_not_set_apart() -> None:
    text = "The figure has changed:\n\nIt sank. [1]"
    claim = Claim(25, len(text), (1,), "supported")
    said = answer(text, claims=(claim,), citations=(Citation(1, STORY, 0, 8),))
    assert not only_quotes(said, 0, len(text))
    assert only_quotes(said, 25, len(text))
    assert not only_quotes(said, 0, 23)


@pytest.mark.parametrize(
    ("id_", "stored", "seen"),
    [
        (
            "a.md",
            "It **sank** [on Friday](https://a.example/1) &amp; rose.",
            "It sank on Friday &amp; rose.",
        ),
        ("a.md", "It cost *4* \\* 5 crowns.", "It cost 4 * 5 crowns."),
        ("a.txt", "It *sank* at 5 < 6 [sic].", "It *sank* at 5 &lt; 6 [sic]."),
    ],
)
def test_a_quotation_is_shown_without_the_syntax_of_its_file(
    id_: str, stored: str, seen: str
) -> None:
    story = Article(id_, "", "", f"# Ferry\n\n{stored}" if id_ == "a.md" else stored)
    start = story.text.index(stored)
    said = f"{introduction(story)}{stored} [1]"
    claim = Claim(0, len(said), (1,), "supported")
    shown = Citation(1, story, start, start + len(stored))
    html = answer_html(answer(said, claims=(claim,), citations=(shown,)), 1)
    assert f"<q>{seen}</q>" in html
    declined = answer("No.", abstained=True, citations=(shown,))
    assert f">{seen}</q>" in answer_html(declined, 1)


def test_whoever_is_no_admin_sees_no_folders() -> None:
    told = "there is no archive in '/srv/news'; dateline ingest PATH... --archive /srv/news"
    assert without_folder(told, Path("/srv/news")).count("/srv") == 0
    assert without_folder("the archive is empty", Path("archive")) == "the archive is empty"
    failed = [
        Outcome("/srv/in/a.jsonl:3", "failed", "", "/srv/in/a.jsonl:3: no text"),
        Outcome("https://courier.example/1", "failed", "", "status 404"),
    ]
    assert [(each.path, each.note) for each in without_folders(failed)] == [
        ("a.jsonl:3", "a.jsonl:3: no text"),
        ("https://courier.example/1", "status 404"),
    ]


def added(archive: Archive, file: Path, *given: str) -> Adding:
    """The last state of adding one file."""
    return list(add_files(archive, [file], *given))[-1]


def test_an_upload_without_outlet_and_date_is_asked_for_them(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("The mill of Orrenby burnt down on Monday, the brigade said.\n" * 3)
    with open_archive(tmp_path / "archive") as archive:
        first = added(archive, file).outcomes[0]
        assert first.notes[-1] == "Fill in the outlet and the date above and add it again."
        assert any("without an outlet: notes.txt" in each for each in first.notes)
        dated = added(archive, file, "", "2025-05-03").outcomes[0]
        assert dated.notes[-1] == "Fill in the outlet above and add it again."
        done = added(archive, file, " The Courier ", "2025-05-03").outcomes[0]
        assert (done.problem, [each for each in done.notes if "again" in each]) == (False, [])
        (hit,) = archive.search("the mill of Orrenby", 1)
        assert (hit.article.publisher, hit.article.revision) == ("The Courier", 3)
        assert hit.article.published
        assert hit.article.published.at == datetime(2025, 5, 3, tzinfo=UTC)
        wrong = added(archive, file, "", "someday").outcomes[0]
        assert wrong.problem
        assert wrong.result == "'someday' is not a date; write it as 2020-09-11"


def test_what_a_file_says_itself_stands(tmp_path: Path) -> None:
    file = write_jsonl(tmp_path / "a.jsonl", [row(1, "The mill burnt.", publisher="Radio North")])
    with open_archive(tmp_path / "archive") as archive:
        archive.ingest(file, publisher="The Courier", published="2020-01-01")
        stored = archive.search("mill", 1)[0].article
    assert stored.publisher == "Radio North"
    assert stored.published
    assert stored.published.at.year == 2025
