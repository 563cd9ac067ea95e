"""What is shown for a form of question, and in which order."""

from __future__ import annotations

from dataclasses import replace

from rag.answers.candidates import CandidateSentence
from rag.answers.evidence import Evidence
from rag.answers.plans import PLANS, choose
from tests.builders import article

SILENT = dict.fromkeys(
    (
        "opens",
        "lead",
        "subject",
        "subject near",
        "headline",
        "matter",
        "to matter",
        "says",
        "quoted",
        "leans",
        "speaks",
    ),
    0.0,
)


def evidence(
    text: str, score: float, day: str = "2025-05-03", coverage: float = 1.0, title: float = 0.5
) -> Evidence:
    source = article(text, f"x/{text}", day=day)
    sentence = CandidateSentence(source, 0, len(text), 1, 1, coverage)
    return Evidence(sentence, SILENT | {"coverage": coverage, "title": title}, score)


def shown(form: str, *given: Evidence) -> list[str]:
    return [each.text for each in choose(form, given)]  # type: ignore[arg-type]


def test_the_best_come_first_and_none_twice() -> None:
    first, again = (
        evidence("The ferry sank at noon.", 2.0),
        evidence("On Monday the ferry sank at noon.", 1.9),
    )
    other = evidence("Nobody aboard was hurt.", 1.0)
    assert shown("fact", first, again, other) == [first.text, other.text]


def test_what_is_far_behind_the_best_is_left_out() -> None:
    first, far = evidence("The ferry sank.", 5.0), evidence("A horse won.", 5.0 - 9.0)
    assert shown("event", first, far) == [first.text]


def test_what_is_hardly_about_it_is_left_out() -> None:
    best = evidence("The ferry sank.", 2.0, coverage=1.0)
    some = evidence("Nobody aboard was hurt.", 1.5, coverage=0.4)
    other = evidence("The harbour has a crane.", 1.4, coverage=0.39)
    assert shown("overview", best, some, other) == [best.text, some.text]


def test_an_overview_leaves_out_articles_whose_titles_are_of_something_else() -> None:
    best, near = evidence("The ferry sank.", 2.0), evidence("Nobody was hurt.", 1.5, title=0.2)
    far = evidence("A crane was sold in the harbour.", 1.4, title=0.19)
    assert shown("overview", best, near, far) == [best.text, near.text]
    # A bare name is often in articles whose titles have others.
    assert shown("topic", best, near, far) == [best.text, near.text, far.text]
    assert shown("overview", evidence("The ferry sank.", 2.0, title=-0.1)) == ["The ferry sank."]


def test_an_overview_leaves_out_articles_that_have_only_a_part_of_the_subject() -> None:
    both, part = evidence("The abbey theft is solved.", 2.0), evidence("A theft of data.", 1.9)
    other = evidence("Panels stolen from the abbey were found.", 1.8)
    for form in ("overview", "topic", "chronology"):
        found = choose(form, [both, part, other], "the abbey theft")  # type: ignore[arg-type]
        assert [each.text for each in found] == [both.text, other.text]
    found = choose("event", [both, part, other], "the abbey theft")
    assert len(found) == len([both, part, other])


def test_the_whole_subject_is_found_in_other_forms_and_languages_and_without_its_time() -> None:
    best, forms = evidence("The wolf count began in May.", 2.0), evidence("64 wolves count.", 1.9)
    part = evidence("They count on rain in May.", 1.8)
    french = evidence("La meute a grandi.", 1.7)
    source = replace(french.sentence.article, language="fr")
    other = replace(french, sentence=replace(french.sentence, article=source))
    found = choose("chronology", [best, forms, part, other], "the wolf count in May")
    assert {each.text for each in found} == {best.text, forms.text, other.text}


def test_what_happened_to_something_opens_with_a_sentence_of_which_it_is_the_subject() -> None:
    hurt = evidence("A pilot hurt in the fall of the bridge died.", 2.0)
    fell = evidence("The bridge fell on Monday.", 1.5)
    far = evidence("The bridge was built in 1962.", 0.9)
    found = choose("event", [hurt, fell, far], "the bridge")
    assert [each.text for each in found] == [fell.text, hurt.text, far.text]
    sells = evidence("The bridge has a new toll.", 1.5)
    found = choose("event", [hurt, sells], "the bridge")
    assert [each.text for each in found] == [hurt.text, sells.text]
    assert shown("event", hurt, fell, far) == [hurt.text, fell.text, far.text]


def test_the_newest_comes_first_for_the_latest() -> None:
    old = evidence("Four are dead now.", 2.0, "2025-03-01")
    new = evidence("Nine were killed there.", 1.5, "2025-06-01")
    assert shown("latest", old, new) == [new.text, old.text]
    assert shown("event", old, new) == [old.text, new.text]


def with_signals(given: Evidence, **signals: float) -> Evidence:
    named = {name.replace("_", " "): value for name, value in signals.items()}
    return replace(given, signals={**given.signals, **named})


def test_the_newest_article_on_the_subject_is_in_however_far_behind() -> None:
    old = evidence("Four are dead now.", 2.0, "2025-03-01")
    lead = with_signals(
        evidence("Divers ended their search.", -0.4, "2025-06-01"),
        opens=1.0,
        lead=1.0,
        subject=0.6,
        headline=0.6,
    )
    assert shown("latest", old, lead) == [lead.text, old.text]
    # A round-up, one that opens with something else, and one that says far less are no news of it.
    assert shown("latest", old, with_signals(lead, headline=0.5)) == [old.text]
    assert shown("latest", old, with_signals(lead, subject=0.5)) == [old.text]
    assert shown("latest", old, replace(lead, score=-0.6)) == [old.text]


def test_a_statement_opens_with_words_on_the_matter_and_their_speaker() -> None:
    thanks = evidence("“I thank you all,” he said.", 1.0)
    named = with_signals(
        evidence("Orr said a new pier would cost more.", 0.4), matter=1.0, says=1.0
    )
    bare = with_signals(evidence("“The pier is dear.”", 0.5), matter=1.0, quoted=1.0)
    assert shown("statement", thanks, bare, named) == [named.text, bare.text, thanks.text]
    # "I" is whoever speaks, but "He" outside the marks is unknown to who reads on from nothing.
    owned = with_signals(evidence("“I will pay,” said Orr.", 0.2), says=1.0, leans=1.0)
    other = with_signals(evidence("He left for the pier, said Orr.", 0.3), says=1.0, leans=1.0)
    assert shown("statement", other, owned) == [owned.text, other.text]


def test_what_a_person_said_is_not_filled_up_from_articles_in_which_others_speak() -> None:
    own = evidence("Ann Orr, the mayor, called the bridge safe.", 2.0)
    own = replace(own, signals=own.signals | {"speaks": 1.0})
    other = evidence("The bridge of Vesk has a crack, said an engineer.", 1.9)
    found = choose("statement", [own, other], "Orr")
    assert [each.text for each in found] == [own.text]
    # A firm speaks through people whom an article need not tie to it.
    firm = replace(evidence("Vesk Steel called the bridge safe.", 2.0), signals=own.signals)
    found = choose("statement", [firm, other], "Vesk Steel")
    assert [each.text for each in found] == [firm.text, other.text]
    # Where the person speaks nowhere, what is near is shown.
    silent = evidence("Ann Orr, the mayor, was there.", 2.0)
    found = choose("statement", [silent, other], "Orr")
    assert [each.text for each in found] == [silent.text, other.text]


def test_an_overview_leads_with_the_best_and_then_runs_from_the_oldest() -> None:
    best = evidence("Nine were killed there.", 2.0, "2025-04-01")
    new = evidence("An inquiry has begun.", 1.5, "2025-06-01")
    old = evidence("The bridge was old.", 1.0, "2025-03-01")
    assert shown("overview", best, new, old) == [best.text, old.text, new.text]


def test_a_whole_is_told_in_one_language() -> None:
    best, other = evidence("Orr met the crew.", 2.0), evidence("Orr besuchte die Stadt.", 1.5)
    foreign = replace(
        other,
        sentence=replace(other.sentence, article=replace(other.sentence.article, language="de")),
    )
    assert shown("topic", best, foreign) == [best.text]
    assert shown("topic", foreign, best) == [foreign.text]
    assert shown("event", best, foreign) == [best.text, foreign.text]


def test_a_chronology_runs_from_the_oldest() -> None:
    new = evidence("Nine were killed there.", 1.5, "2025-06-01")
    old = evidence("Four are dead now.", 1.0, "2025-03-01")
    assert shown("chronology", new, old) == [old.text, new.text]


def test_a_sentence_that_is_too_long_for_the_room_is_passed_over_but_not_the_first() -> None:
    long = evidence("word " * PLANS["fact"].words + "end.", 2.0)
    short = evidence("Nobody aboard was hurt.", 1.0)
    assert shown("fact", long, short) == [long.text]
    assert shown("fact", short, long) == [short.text]


def test_no_answer_begins_in_the_middle() -> None:
    plain = evidence("The mill burnt down.", 1.0)
    for text in ("But nobody was hurt there.", "A fire of two years ago killed one."):
        assert shown("event", evidence(text, 1.4), plain) == [plain.text, text]
        assert shown("event", evidence(text, 1.6), plain) == [text, plain.text]
    both = evidence("But a fire of two years ago killed one.", 1.9)
    assert shown("event", both, plain) == [plain.text, both.text]


def test_the_newest_opens_however_it_begins() -> None:
    old = evidence("Four are dead now.", 2.0, "2025-03-01")
    new = evidence("But nine were killed there.", 1.9, "2025-06-01")
    assert shown("latest", old, new) == [new.text, old.text]


def test_the_latest_shows_only_what_comes_near_the_best() -> None:
    best, near = evidence("Four are dead now.", 2.0), evidence("An inquiry has begun.", 0.6)
    far = evidence("Boats sail on Mondays.", 0.4)
    assert shown("latest", best, near, far) == [best.text, near.text]
    assert shown("statement", best, near, far) == [best.text, near.text, far.text]


def test_a_definition_prefers_what_presents_the_subject_and_says_something_new() -> None:
    def presenting(text: str, score: float, strength: float) -> Evidence:
        found = evidence(text, score)
        return replace(found, signals=found.signals | {"introduces": strength})

    first = presenting("Ann Orr is the mayor of Tolbeck.", 3.0, 1.0)
    passing = presenting("On Monday the hall was full when Orr spoke of roads.", 0.7, 0.0)
    older = presenting("She rowed for Vestland in three world cups.", -0.8, 1.0)
    again = presenting("The mayor of Tolbeck, Ann Orr, smiled at the crowd.", 0.5, 0.0)
    other = presenting("Boats from Lindow lay in the harbour all that week.", 0.6, 0.0)
    assert shown("definition", first, passing, other, again, older) == [
        first.text,
        other.text,
        older.text,
    ]
    # What presents nobody must come nearer to the best.
    far = presenting("The hall was full when Orr spoke of roads.", 0.4, 0.0)
    assert shown("definition", first, far) == [first.text]
