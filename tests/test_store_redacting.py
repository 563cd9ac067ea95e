"""What is left of a kept answer when an article that it quotes is deleted."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from rag.store.redacting import RESTED, WITHDRAWN, mentioned, redacted, without_words

SECRET = "Orla Quist hid forty barrels beneath the chapel."
OTHER = "The ferry sails on Monday."


def citation(number: int, article_id: str, quote: str) -> dict[str, Any]:
    title = f"Title of {article_id}"
    return {"number": number, "article_id": article_id, "title": title, "quote": quote}


def hit(article_id: str, text: str) -> dict[str, Any]:
    article = {"id": article_id, "title": f"Title of {article_id}", "publisher": "The Courier"}
    return {"rank": 1, "article": article, "passage": {"id": 1, "text": text}}


def answer(text: str, *claims: tuple[str, list[int]], **fields: Any) -> dict[str, Any]:
    """An answer whose claims stand in its text; [1] is of article a, [2] of b."""
    listed = []
    for words, numbers in claims:
        start = text.index(words)
        place = {"text": words, "start": start, "end": start + len(words)}
        listed.append({**place, "citations": numbers, "verdict": "supported", "reasons": []})
    return {
        "question": "Who hid what?",
        "text": text,
        "claims": listed,
        "citations": [citation(1, "a", SECRET), citation(2, "b", OTHER)],
        "hits": [hit("a", f"{SECRET} Nobody knew."), hit("b", OTHER)],
        "notes": [],
        **fields,
    }


def test_a_sentence_that_rests_on_the_article_goes_and_the_others_keep_their_places() -> None:
    first, second = f"The Courier: {SECRET} [1]", f"{OTHER} [2]"
    told = redacted(answer(f"{first}\n\n{second}", (first, [1]), (second, [2])), {"a"})
    assert told["text"] == f"[withdrawn] [1]\n\n{OTHER} [2]"
    gone, kept = told["claims"]
    assert (gone["text"], gone["start"], gone["end"]) == ("[withdrawn] [1]", 0, 15)
    assert (gone["verdict"], gone["reasons"]) == ("unsupported", [RESTED])
    assert (kept["text"], kept["start"], kept["verdict"]) == (second, 17, "supported")
    assert [each["quote"] for each in told["citations"]] == [WITHDRAWN, OTHER]
    assert [each["title"] for each in told["citations"]] == [WITHDRAWN, "Title of b"]
    assert [each["passage"]["text"] for each in told["hits"]] == [WITHDRAWN, OTHER]
    assert [each["article"]["title"] for each in told["hits"]] == [WITHDRAWN, "Title of b"]
    assert told["question"] == "Who hid what?"


def test_a_sentence_that_rests_on_both_goes_as_a_whole() -> None:
    both = "Quist hid barrels, and the ferry sails. [1] [2]"
    told = redacted(answer(both, (both, [1, 2])), {"b"})
    assert told["text"] == "[withdrawn] [1] [2]"


def test_its_words_go_wherever_else_they_stand_but_not_from_what_others_say_too() -> None:
    fields = {
        "reason": "the premise is contradicted: Title of a says otherwise",
        "notes": ["Somebody said that FORTY barrels beneath the chapel; were found", OTHER],
        "suggestions": ["forty barrels"],
        "standalone": "Who hid forty barrels beneath the chapel?",
    }
    told = redacted(answer("Nothing.", **fields), {"a"})
    assert told["reason"] == "the premise is contradicted: [withdrawn] says otherwise"
    assert told["notes"] == ["Somebody said that [withdrawn]; were found", OTHER]
    assert told["suggestions"] == ["forty barrels"]
    assert told["standalone"] == "Who [withdrawn]?"
    asked = answer("Nothing.", **fields) | {"question": fields["standalone"]}
    assert redacted(asked, {"a"})["standalone"] == fields["standalone"]
    copied = answer(SECRET, (SECRET, [2]))
    copied["citations"][1]["quote"] = SECRET
    assert redacted(copied, {"a"})["text"] == SECRET


def test_words_of_another_answer_are_taken_out_too() -> None:
    later = {"question": "And then?", "text": f"As said, {SECRET}", "claims": [], "citations": []}
    assert redacted(later, {"a"}, [SECRET])["text"] == "As said, [withdrawn]"
    assert mentioned(later) == set()
    assert without_words("x", []) == "x"


def test_a_language_without_spaces_is_taken_out_by_whole_quotes() -> None:
    told = answer("渡し船は月曜日に出る。")
    told["citations"][0]["quote"] = "渡し船は月曜日に出る。"
    assert redacted(told, {"a"})["text"] == WITHDRAWN


def test_what_is_damaged_is_taken_as_far_as_it_goes() -> None:
    damaged: dict[str, Any] = {
        "text": "It sank.",
        "claims": [{"start": -3, "end": 900, "citations": [1]}, "x"],
        "citations": [{"number": 1, "article_id": "a"}, None],
        "hits": None,
    }
    told = redacted(damaged, {"a"})
    assert told["text"] == "[withdrawn] [1]"
    assert redacted({}, {"a"}) == {}


WORDS = st.lists(st.sampled_from(["ferry", "sank", "Éa", "four", "it", "was", "42", "…"]))


@given(st.lists(st.tuples(WORDS, st.sets(st.sampled_from([1, 2]))), max_size=5), WORDS)
def test_claims_stand_in_their_places_and_no_run_of_the_words_is_left(
    sentences: list[tuple[list[str], set[int]]], secret: list[str]
) -> None:
    text, claims = "", []
    for number, (words, numbers) in enumerate(sentences):
        text += "\n"
        said = f"S{number} {' '.join(words)}"
        place = {"start": len(text), "end": len(text) + len(said), "text": said}
        claims.append({**place, "citations": sorted(numbers), "verdict": "partly", "reasons": []})
        text += said
    own = citation(1, "a", " ".join(secret))
    told = redacted({"text": text, "claims": claims, "citations": [own], "hits": []}, {"a"})
    assert all(c["text"] == told["text"][c["start"] : c["end"]] for c in told["claims"])
    assert [c["text"] for c in told["claims"] if 1 in c["citations"]] == [
        WITHDRAWN + "".join(f" [{n}]" for n in sorted(numbers))
        for _, numbers in sentences
        if 1 in numbers
    ]
    plain = [word for word in secret if word != "…"]
    if len(plain) >= 5:
        left = " ".join(told["text"].replace("…", " ").split()).casefold()
        assert " ".join(plain[:5]).casefold() not in left
