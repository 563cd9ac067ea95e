"""A model's answer against what the reader found in the same articles, through an archive."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from rag.answers import generate_or_extract, generation
from rag.answers.crosscheck import CORRECTED, LATER, NAMED, NO_EVIDENCE, SURE
from rag.answers.extractive import OPENINGS, OTHERWISE, Assessment, assess
from rag.answers.generate_or_extract import HOPELESS, NOTHING_HOLDS
from rag.answers.generate_or_extract import NO_EVIDENCE as NOTHING_ANSWERS
from rag.answers.generation import UNCHECKED
from rag.answers.repair import LEFT_OUT, MENDED
from rag.archive import Archive
from rag.llms import OpenAIModel, ScriptedModel
from rag.records import Answer
from tests.builders import open_archive, row, write_jsonl
from tests.llm_server import DONE, Raw, delta, llm_server

STORM = "The storm at Orrenby killed {} people, the coast guard said."
COST = "The new pier of Grevesand will cost {} million crowns, the {} reported."
CORRECTION = (
    "Correction: An earlier article on the quarry at Lindow said that 70 workers of the quarry "
    "would lose their jobs. In fact 17 workers of the quarry will lose their jobs."
)
COUNCIL = "The council of Brell threw out the plan for the wind farm on Thursday."
ROWS = [
    row(1, STORM.format("four"), date="2025-05-03", publisher="Radio North", title="Storm"),
    row(2, STORM.format("nine"), date="2025-05-20", publisher="Radio North", title="Storm"),
    row(3, COST.format("5", "Packet"), date="2025-05-03", publisher="Packet", title="Pier"),
    row(4, COST.format("7", "Gazette"), date="2025-05-04", publisher="Gazette", title="Pier"),
    row(
        5,
        "At the quarry at Lindow 70 workers of the quarry will lose their jobs, its owner said.",
        publisher="Courier",
        title="Quarry",
    ),
    row(6, CORRECTION, date="2025-05-05", publisher="Courier", title="Quarry"),
    row(7, COUNCIL, date="2025-05-09", publisher="Packet", title="Wind farm"),
    row(
        8, "The wind farm at Brell would have had nine towers.", publisher="Packet", title="Towers"
    ),
]
TOLL = "How many people did the storm at Orrenby kill?"
PRICE = "How much will the new pier of Grevesand cost?"
JOBS = "How many workers of the quarry at Lindow will lose their jobs?"
PREMISE = "Why did the council of Brell approve the plan for the wind farm?"


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    folder = tmp_path_factory.mktemp("crosscheck")
    with open_archive(folder / "archive") as opened:
        opened.ingest(write_jsonl(folder / "in.jsonl", ROWS))
        yield opened


def number_of(prompt: str, words: str) -> int:
    """The key of the passage with these words."""
    before = prompt[: prompt.index(words)]
    return int(before[before.rindex("<passage P") + len("<passage P") :].partition(">")[0])


def asked(
    archive: Archive,
    question: str,
    *replies: Callable[[Callable[[str], int]], str] | str,
    model: type[ScriptedModel] = ScriptedModel,
) -> tuple[Answer, ScriptedModel]:
    """The answer of a model whose replies may cite passages by what stands in them."""
    probe = ScriptedModel("Nothing.", "Nothing.")
    archive.ask(question, model=probe)
    prompt = probe.asked[0][-1].content

    def key(words: str) -> int:
        return number_of(prompt, words)

    said = [reply if isinstance(reply, str) else reply(key) for reply in replies]
    scripted = model(*said)
    return archive.ask(question, model=scripted), scripted


def test_a_figure_that_a_later_one_took_the_place_of_is_mended(archive: Archive) -> None:
    old = "The storm at Orrenby killed four people [{}]."
    new = "The storm at Orrenby killed nine people [{}]."
    answer, model = asked(
        archive,
        TOLL,
        lambda key: old.format(key("four people")),
        lambda key: f"1. {new.format(key('nine people'))}",
    )
    assert (answer.text, answer.notes) == (new.format(1), (MENDED,))
    request = model.asked[1][-1].content
    assert "(a later figure stands in Radio North, 20 May 2025: “The storm at Orrenby" in request
    assert "Note: a later figure stands in P" in request


def test_a_figure_that_is_out_of_date_and_not_mended_leaves_the_readers_answer(
    archive: Archive,
) -> None:
    old = "The storm at Orrenby killed four people [{}]."
    answer, _ = asked(archive, TOLL, *[lambda key: old.format(key("four people"))] * 2)
    assert answer.model == ""
    assert answer.text.index("nine") < answer.text.index("four")


def test_beside_other_sentences_the_later_figure_is_added_in_the_articles_words(
    archive: Archive,
) -> None:
    other = "It killed them at Orrenby, the coast guard said [{}]."
    old = "The storm at Orrenby killed four people [{}]."
    answer, _ = asked(
        archive,
        TOLL,
        lambda key: f"{other.format(key('nine people'))} {old.format(key('four people'))}",
        "1. leave out",
    )
    assert answer.text.endswith(
        f"{LATER}\n\nRadio North, 20 May 2025: {STORM.format('nine')} [2]"
    ) or STORM.format("nine") in [each.quote for each in answer.citations]
    assert not any("four" in answer.text[c.start : c.end] for c in answer.claims)


def test_an_old_figure_with_its_day_holds_in_part_and_the_later_one_is_added(
    archive: Archive,
) -> None:
    old = "On 3 May 2025 the storm at Orrenby was said to have killed four people [{}]."
    answer, model = asked(archive, TOLL, lambda key: old.format(key("four people")))
    assert [claim.verdict for claim in answer.claims] == ["partly", "supported"]
    assert "a later figure stands in Radio North, 20 May 2025" in answer.claims[0].reasons[0]
    added = f"{LATER}\n\nRadio North, 20 May 2025: {STORM.format('nine')} [2]"
    assert answer.text == f"{old.format(1)}\n\n{added}"
    assert (
        answer.text[slice(answer.claims[1].start, answer.claims[1].end)]
        == added[-len(added) + len(LATER) + 2 :]
    )
    assert [each.quote for each in answer.citations] == [STORM.format("four"), STORM.format("nine")]
    assert len(model.asked) == 1


def test_both_figures_together_are_as_good_as_the_later_one(archive: Archive) -> None:
    both = "The storm at Orrenby killed nine people [{}]; four were counted first [{}]."
    answer, _ = asked(
        archive, TOLL, lambda key: both.format(key("nine people"), key("four people"))
    )
    assert LATER not in answer.text
    assert OPENINGS["differ"] not in answer.text


def test_where_outlets_differ_one_of_them_alone_holds_in_part(archive: Archive) -> None:
    one = "The new pier of Grevesand will cost 5 million crowns [{}]."
    answer, _ = asked(archive, PRICE, lambda key: one.format(key("5 million")))
    assert answer.claims[0].verdict == "partly"
    assert "Gazette, 4 May 2025 gives another figure" in answer.claims[0].reasons[0]
    assert answer.text == (
        f"{one.format(1)}\n\nOutlets differ:\n\n"
        f"Gazette, 4 May 2025: {COST.format('7', 'Gazette')} [2]"
    )


def test_what_a_correction_took_back_does_not_stand(archive: Archive) -> None:
    wrong = "At the quarry at Lindow 70 workers will lose their jobs [{}]."
    right = "At the quarry at Lindow 17 workers will lose their jobs [{}]."
    answer, model = asked(
        archive,
        JOBS,
        lambda key: wrong.format(key("At the quarry")),
        lambda key: right.format(key("In fact 17")),
    )
    assert (answer.text, answer.notes) == (right.format(1), (MENDED,))
    request = model.asked[1][-1].content
    assert "Courier, 5 May 2025 took that back: “In fact 17 workers" in request
    first = model.asked[0][-1].content
    assert f"Note: corrected by P{number_of(first, 'In fact 17')} (Monday, 5 May 2025)" in first


def test_a_premise_that_an_article_denies_is_denied(archive: Archive) -> None:
    repeats = "The council of Brell approved the plan for the wind farm [{}]."
    towers = "The wind farm would have had nine towers [{}]."
    answer, _ = asked(
        archive,
        PREMISE,
        lambda key: f"{repeats.format(key('threw out'))} {towers.format(key('nine towers'))}",
        "1. leave out",
    )
    assert "approved" not in answer.text
    assert answer.text == (
        f"{towers.format(1)}\n\n{OTHERWISE}\n\nPacket, 9 May 2025: {COUNCIL} [2]"
    )
    assert answer.reason == "the premise is contradicted: Packet, 9 May 2025, says otherwise"
    assert answer.notes[-1].startswith(LEFT_OUT)


def test_a_model_that_denies_the_premise_itself_needs_no_addition(archive: Archive) -> None:
    denies = "The council of Brell threw out the plan for the wind farm [{}]."
    answer, _ = asked(archive, PREMISE, lambda key: denies.format(key("threw out")))
    assert answer.text == denies.format(1)
    assert answer.reason.startswith("the premise is contradicted")


def test_where_the_reader_finds_no_answer_a_sentence_holds_in_part(archive: Archive) -> None:
    question = "What did the mayor say about the pier of Grevesand?"
    assert archive.ask(question).abstained
    said = "The new pier of Grevesand will cost 5 million crowns [{}]."
    answer, _ = asked(archive, question, lambda key: said.format(key("5 million")))
    assert (answer.abstained, answer.text) == (False, said.format(1))
    assert [claim.verdict for claim in answer.claims] == ["partly"]
    assert answer.claims[0].reasons == (NO_EVIDENCE,)


def test_what_names_nothing_of_the_kind_asked_for_is_left_out_where_the_reader_finds_no_answer(
    archive: Archive,
) -> None:
    question = "When was the pier of Grevesand opened?"
    assert archive.ask(question).confidence > HOPELESS
    said = "The new pier of Grevesand will cost 5 million crowns [{}]."
    answer, _ = asked(archive, question, lambda key: said.format(key("5 million")))
    assert (answer.abstained, answer.notes) == (True, (NOTHING_ANSWERS,))


def test_the_name_that_is_asked_for_is_added_where_a_model_leaves_it_out(tmp_path: Path) -> None:
    quoted = "We can almost hear the axe, said Sunniva Calderwy of the dig at Pellard."
    with open_archive(tmp_path / "archive") as small:
        small.ingest(write_jsonl(tmp_path / "in.jsonl", [*ROWS, row(9, quoted, title="Boat")]))
        question = "Who can almost hear the axe of the dig at Pellard?"
        assert small.ask(question).confidence >= SURE
        answer, _ = asked(
            small, question, lambda key: f"We can almost hear the axe [{key('axe')}]."
        )
        assert answer.text.startswith("We can almost hear the axe [1].")
        assert NAMED in answer.text
        assert answer.citations[-1].quote == quoted
        named = "Sunniva Calderwy can almost hear the axe [{}]."
        answer, _ = asked(small, question, lambda key: named.format(key("axe")))
        assert NAMED not in answer.text


def test_where_articles_hardly_come_near_a_models_answer_is_left_out(archive: Archive) -> None:
    said = "The storm at Orrenby killed nine people [1]."
    answer, _ = asked(archive, "Who led the orchestra at the concert?", said, said)
    assert answer.abstained
    assert answer.notes[0] in (NOTHING_ANSWERS, NOTHING_HOLDS)
    assert answer.claims == ()


def test_a_sentence_that_names_what_is_asked_for_stays_however_far_the_reader_is(
    tmp_path: Path,
) -> None:
    said = "Ilse Brandt waved a stick at the musicians."
    rows = [*ROWS, row(9, f"{said} It rained.", title="Rain")]
    with open_archive(tmp_path / "archive") as small:
        small.ingest(write_jsonl(tmp_path / "in.jsonl", rows))
        question = "Who led the orchestra at the concert?"
        assert small.ask(question).confidence < HOPELESS
        answer, _ = asked(small, question, lambda key: f"{said[:-1]} [{key('Ilse')}].")
    assert (answer.abstained, answer.text) == (False, f"{said[:-1]} [1].")
    assert [claim.verdict for claim in answer.claims] == ["partly"]


def test_somebody_whom_no_article_mentions_is_not_answered_about(archive: Archive) -> None:
    said = "The storm at Orrenby killed nine people [{}]."
    answer, _ = asked(
        archive, "Did Zebulon Quist die in the storm?", lambda key: said.format(key("nine people"))
    )
    assert answer.abstained
    assert answer.notes == (NOTHING_ANSWERS,)
    assert "no article mentions “Zebulon" in answer.reason


def test_the_first_piece_waits_for_nothing_that_the_reader_does(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = threading.Event()
    came_first: list[bool] = []

    def reads_when_shown(*arguments: Any) -> Assessment:
        came_first.append(shown.wait(20))
        return assess(*arguments)

    monkeypatch.setattr(generate_or_extract, "assess", reads_when_shown)
    stream = archive.stream(TOLL, model=ScriptedModel("The storm killed nine people."))
    assert next(stream) == "The "
    shown.set()
    assert "".join(stream) == "storm killed nine people."
    assert came_first == [True]


def test_a_stream_that_is_closed_waits_for_no_reading(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    over = threading.Event()

    def reads_for_long(*arguments: Any) -> Assessment:
        over.wait(20)
        return assess(*arguments)

    monkeypatch.setattr(generate_or_extract, "assess", reads_for_long)
    stream = archive.stream(TOLL, model=ScriptedModel("The storm killed nine people."))
    assert next(stream) == "The "
    stream.close()
    assert not over.is_set()
    over.set()


class Hasty(ScriptedModel):
    """A model whose answer must be there after eight looks at the clock."""

    deadline = 8.0


def test_checking_ends_with_the_time_and_what_was_checked_stays(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticks = iter(range(1_000_000))
    monkeypatch.setattr(generation, "_now", lambda: float(next(ticks)))
    killed = "The storm at Orrenby killed nine people [{}]."
    again = (
        "Nine people were killed by the storm, the coast guard said.",
        "The coast guard said that the storm at Orrenby killed nine people.",
        "The storm killed nine people at Orrenby, the coast guard said.",
        "The coast guard said the storm killed nine people.",
    )
    answer, model = asked(
        archive,
        TOLL,
        lambda key: " ".join([killed.format(key("nine people")), *again]),
        model=Hasty,
    )
    assert answer.text.startswith(killed.format(1))
    assert again[-1] not in answer.text
    assert UNCHECKED in answer.notes[0]
    assert len(model.asked) == 1


def test_what_a_correction_puts_right_is_added_where_the_wrong_is_left_out(
    archive: Archive,
) -> None:
    wrong = "At the quarry at Lindow 70 workers will lose their jobs [{}]."
    other = "The storm at Orrenby killed nine people [{}]."
    answer, _ = asked(
        archive,
        f"{JOBS} {TOLL}",
        lambda key: f"{other.format(key('nine people'))} {wrong.format(key('At the quarry'))}",
        "1. leave out",
    )
    assert answer.text.startswith(
        f"{other.format(1)}\n\n{CORRECTED}\n\nCourier, 5 May 2025: In fact"
    )


def test_through_a_server_the_mended_sentence_comes_in_a_second_request(archive: Archive) -> None:
    requests: list[dict[str, Any]] = []

    def answer(body: dict[str, Any]) -> Raw:
        requests.append(body)
        asked = body["messages"][-1]["content"]
        words = "four people" if len(requests) == 1 else "nine people"
        key = number_of(asked, words)
        said = f"The storm at Orrenby killed {words} [P{key}]."
        if len(requests) > 1:
            said = f"1. {said}"
        return Raw([delta(said), delta(finish_reason="stop"), DONE])

    with llm_server("ok", answer=answer) as server:
        model = OpenAIModel("tiny", server.url, context_tokens=2_048, max_tokens=300, forms=False)
        given = archive.ask(TOLL, model=model)
    assert (given.text, given.notes) == ("The storm at Orrenby killed nine people [1].", (MENDED,))
    assert len(requests) == 2
    assert [message["role"] for message in requests[1]["messages"]] == ["system", "user"]
