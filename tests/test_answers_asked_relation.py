"""Whether any sentence says what a question asks of its subject."""

from __future__ import annotations

import pytest

from rag.answers.asked_relation import lacks_relation, names_office, says_all
from rag.answers.candidates import CandidateSentence
from rag.answers.evidence import Evidence
from rag.questions.form import read_form
from rag.records import Hit, Passage
from tests.builders import article

SILENT = {
    "speaks": 0.0,
    "says": 0.0,
    "another speaks": 0.0,
    "matter near": 0.0,
    "to matter": 0.0,
    "own": 0.5,
    "fit": 0.0,
}


def evidence(text: str, title: str = "", **signals: float) -> Evidence:
    place = CandidateSentence(article(text, f"x/{text}", title=title), 0, len(text), 1, 1, 1.0)
    return Evidence(place, SILENT | {key.replace("_", " "): v for key, v in signals.items()})


def lacks(question: str, *given: Evidence) -> bool:
    hits = [
        Hit(Passage(n, e.sentence.article.id, 1, 0, len(e.text)), e.sentence.article, 1.0, n)
        for n, e in enumerate(given, 1)
    ]
    return lacks_relation(question, read_form(question), hits, given)


def test_a_statement_needs_its_speaker_on_the_matter() -> None:
    asked = "What did Ann Orr say about the dredging?"
    other = evidence("“The dredging must stop,” Bo Lind said.", matter_near=1.0, another_speaks=1.0)
    elsewhere = evidence("“I love cheese,” Ann Orr said.", speaks=1.0)
    on_it = evidence("“It will stop,” Ann Orr said.", speaks=1.0, matter_near=0.4)
    by_meaning = evidence("“No more digging,” Ann Orr said.", speaks=1.0, to_matter=0.5)
    assert lacks(asked, other)
    assert lacks(asked, other, elsewhere)
    assert not lacks(asked, other, on_it)
    assert not lacks(asked, other, by_meaning)


def test_what_was_said_on_an_occasion_need_not_be_about_it() -> None:
    told = "The march ended at the mill. “Sell it now,” Ann Orr told the crowd."
    source = article(told, "x/march")

    def part(start: int, end: int, **signals: float) -> Evidence:
        place = CandidateSentence(source, start, end, 1, 1, 1.0)
        return Evidence(place, SILENT | signals)

    march = part(0, 28, **{"to matter": 0.3})
    said = part(29, len(told), speaks=1.0)
    elsewhere = evidence("“I love cheese,” Ann Orr said.", speaks=1.0)
    assert not lacks("What did Ann Orr say at the rally?", march, said)
    assert lacks("What did Ann Orr say about the rally?", march, said)
    assert lacks("What did Ann Orr say at the rally?", march, elsewhere)


def test_a_speaker_may_be_asked_for_by_an_office() -> None:
    asked = "Did the harbour master say the channel was marked?"
    said = "The harbour master, Ilse Brandt, said the channel was not marked."
    assert not lacks(asked, evidence(said, subject=1.0, matter_near=1.0))
    assert not lacks(asked, evidence(said, subject=1.0, matter_near=1.0, another_speaks=1.0))
    assert lacks(asked, evidence(said, subject=0.5, matter_near=1.0))


@pytest.mark.parametrize(
    ("text", "takes"),
    [
        ("Ann Orr of the Harbour Board opposes the dredging.", True),
        ("Ann Orr, the mayor, has welcomed the dredging.", True),
        ("Ann Orr lives near the dredging.", False),
        ("Ann Orr did not respond when asked about the dredging.", False),
        ("Ann Orr’s lawyer rejected the dredging.", False),
        ("The dredging began. Bo Lind opposes it; Ann Orr swims.", False),
    ],
)
def test_who_takes_a_stand_has_said_something(text: str, takes: bool) -> None:
    asked = "What does Ann Orr think about the dredging?"
    assert lacks(asked, evidence(text, matter_near=1.0)) is not takes


@pytest.mark.parametrize(
    ("question", "text", "missing"),
    [
        ("Did Ann Orr sue Bo Lind?", "Ann Orr accused Bo Lind of theft.", True),
        ("did ann orr sue bo lind", "On Monday Ann Orr accused Bo Lind of theft.", True),
        ("did ann orr sue bo lind", "Now Ann Orr has sued Bo Lind over the mill.", False),
        ("Did Ann Orr resign?", "Ann Orr quit on Monday.", False),
        ("Did Ann Orr resign?", "Ann Orr opened a bakery.", True),
        ("Did the council approve the bridge?", "The council rejected the bridge.", False),
        ("Did the council approve the bridge?", "The council discussed the bridge.", True),
        ("Did a court ban the ferry?", "The ministry may ban the ferry.", True),
        ("Did Ann Orr win the race?", "Ann Orr lost the race by a second.", False),
        ("Did Ann Orr sue Bo Lind?", "A lawsuit by Ann Orr accuses Bo Lind of theft.", False),
        ("Did Ann Orr take the bus?", "The mill stands by the river.", False),
        ("Is the mill safe?", "Ann Orr opened a bakery.", False),
        ("Has Ann Orr resigned?", "Ann Orr opened a bakery.", False),
        ("when will orr line raise fares", "Orr Line opened a hall on 3 May.", True),
        ("when will orr line raise fares", "Orr Line raises fares on 3 May.", False),
        ("where will ann orr be buried", "Ann Orr died in Brell on Monday.", True),
        ("where will ann orr be buried", "The burial of Ann Orr is at Brell.", False),
        ("when will the orr mill reopen", "Lind will reopen the Orr Mill by May.", False),
        ("when will the orr mill be finished", "Orr Mill should be completed by May.", False),
        ("Why do they say the ferry costs more?", "Steel has become dear.", False),
    ],
)
def test_a_deed_must_be_told_in_some_words(question: str, text: str, missing: bool) -> None:
    assert lacks(question, evidence(text, fit=1.0)) is missing


@pytest.mark.parametrize(
    ("question", "text", "missing"),
    [
        ("Why did Ann Orr sack Bo Lind?", "Bo Lind sacked Ann Orr after a row.", True),
        ("When did Ann Orr sack Bo Lind?", "Ann Orr was sacked by Bo Lind on Monday.", True),
        ("Why did Bo Lind sack Ann Orr?", "Bo Lind sacked Ann Orr after a row.", False),
        ("Why did Bo Lind sack Ann Orr?", "He fired Ann Orr after a row with Bo Lind.", False),
        ("Did Ann Orr sack Bo Lind?", "Bo Lind sacked Ann Orr after a row.", False),
        ("Why did Ann Orr sack Bo Lind?", "Ann Orr and Bo Lind had a row.", True),
        ("Why did Ann Orr sack Bo Lind?", "The mill sacked ten after a row.", True),
        ("Why did Orr sue Lind?", "Lind filed a lawsuit against Orr.", True),
        ("Why did Lind sue Orr?", "Lind filed a lawsuit against Orr.", False),
        ("Who was arrested over the cocaine?", "Police seized the cocaine.", True),
        ("Who was arrested over the cocaine?", "Bo Lind is in custody over the cocaine.", False),
        ("Why did Ann Orr condemn the march?", "It was a sad march, Ann Orr said.", False),
        ("Why was Ann Orr expelled?", "Ann Orr was fined for a row.", True),
    ],
)
def test_what_is_taken_for_granted_of_somebody_they_must_do(
    question: str, text: str, missing: bool
) -> None:
    assert lacks(question, evidence(text)) is missing


def test_the_doer_may_stand_in_the_title_alone() -> None:
    asked = "Did Ann Orr resign?"
    assert not lacks(asked, evidence("The mayor resigned.", title="Ann Orr in trouble"))
    assert lacks(asked, evidence("The mayor resigned.", title="Trouble in Tolbeck"))


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("The driver, Bo Lind, fled.", True),
        ("The driver was identified as Bo Lind.", True),
        ("Police said the man, Bo Lind, fled.", True),
        ("Bo Lind, 34, was charged.", True),
        ("Bo Lind was the driver of the lorry.", True),
        ("The driver fled, said Bo Lind of the fire service.", False),
        ("The driver, 34, was charged.", False),
        ("Police in Tolbeck seek the driver.", False),
    ],
)
def test_a_name_that_is_asked_for_must_be_given(text: str, given: bool) -> None:
    for asked in (
        "What is the name of the driver who hit the tram?",
        "what was the driver’s name",
        "Who was the driver who hit the tram?",
        "What is the name of the driver?",
    ):
        assert lacks(asked, evidence(text)) is not given, asked


def test_the_name_of_somebody_elsewhere_is_none() -> None:
    asked = "What is the name of the driver who hit the tram?"
    assert lacks(asked, evidence("Bo Lind, 34, sells cheese.", own=0.0))
    assert not lacks(asked, evidence("Bo Lind, 34, sells cheese.", own=0.4))


def test_names_are_looked_for_only_of_things_that_bear_one() -> None:
    assert not lacks("What is the name of the law that failed?", evidence("A law failed."))
    assert lacks("What is the name of the ship that sank?", evidence("A ship sank."))


def test_other_languages_and_nothing_lack_nothing() -> None:
    assert not lacks("Did Ann Orr resign?")
    text = "Ann Orr hat eine Bäckerei eröffnet."
    place = CandidateSentence(article(text, "x/de", language="de"), 0, len(text), 1, 1, 1.0)
    assert not lacks("Did Ann Orr resign?", Evidence(place, SILENT))


@pytest.mark.parametrize(
    ("question", "text", "apart"),
    [
        ("Orr's oath", "Ann Orr took the oath on Monday.", False),
        ("orr’s oath", "Mayor Ann Orr took her oath on Monday.", False),
        ("Lind's oath", "Ann Orr took the oath on Monday.", True),
        ("the latest on Lind's trial", "Ann Orr goes on trial on Monday.", True),
        ("tell me about Lind's purchase", "Bo Lind bought the mill.", False),
        ("Lind's mill", "Bo Lind sold cheese.", True),
        ("effondrement du pont", "Three panels were stolen from the abbey.", True),
        ("Brücke eingestürzt", "Three panels were stolen from the abbey.", True),
        ("abbey theft", "Three panels were stolen from the abbey.", False),
        ("tax leak", "Officials say that data leaked.", False),
        ("tell me about burglary", "Three panels were stolen from the abbey.", False),
    ],
)
def test_a_subject_must_stand_in_an_article(question: str, text: str, apart: bool) -> None:
    assert lacks(question, evidence(text)) is apart


@pytest.mark.parametrize(
    ("subject", "office"),
    [
        ("the leader of the Reed Gang", True),
        ("the coach of Tolbeck Rovers", True),
        ("the chief executive at Quarne Line", True),
        ("the owner of the mill", False),
        ("made deputy mayor of Tolbeck", False),
        ("Ann Orr the singer", False),
        ("the mayor", False),
    ],
)
def test_an_office_is_one_that_somebody_holds(subject: str, office: bool) -> None:
    assert names_office(subject) is office


@pytest.mark.parametrize(
    ("question", "text", "missing"),
    [
        ("who is ann orrs husband", "Ann Orr, a pilot, lives in Brell.", True),
        ("who is ann orrs husband", "Ann Orr married Bo Lind in May.", False),
        ("who is the anonymous donor at brell", "“Thank you,” said Ann Orr of Brell.", True),
        ("who is the anonymous donor at brell", "The donor was named as Ann Orr.", False),
        ("who was the pilot of the brell plane", "“It burnt,” said Ann Orr of Brell.", True),
        ("who was the pilot of the brell plane", "The pilot, Ann Orr, jumped.", False),
        ("who was the winner of the brell race", "Ann Orr won the Brell race.", False),
    ],
)
def test_relatives_and_unknown_people_must_be_told(question: str, text: str, missing: bool) -> None:
    assert lacks(question, evidence(text, fit=1.0)) is missing


def test_a_sentence_with_all_the_words_and_the_kind_says_it() -> None:
    asked = "how many goals did orr score in the harl cup"
    told = "Orr, who scored 10 goals, won the Harl Cup."
    assert says_all(asked, evidence(told, fit=1.0))
    assert not says_all(asked, evidence(told, fit=0.6))
    assert not says_all(asked, evidence("Orr scored 10 goals in May.", fit=1.0))
    assert not says_all("how many", evidence(told, fit=1.0))
    assert not says_all("how old is ann orr", evidence("Ann Orr sold 7 boats.", fit=0.5))
    assert says_all("how old is ann orr", evidence("Ann Orr, 58, sold a boat.", fit=1.0))


@pytest.mark.parametrize(
    ("question", "text", "fit", "untold"),
    [
        # An amount, but of something else; one on the fine, in other words; no amount.
        ("How much was Orr fined?", "Orr bought a boat for 300 crowns.", 1.0, True),
        ("How much was Orr fined?", "Orr must pay a penalty of 300 crowns.", 1.0, False),
        ("How much was Orr fined?", "A judge fined Orr.", 0.0, True),
        ("Who replaced Ann Orr?", "Ann Orr left, Bo Lind announced.", 1.0, True),
        ("Who replaced Ann Orr?", "Bo Lind succeeded Ann Orr.", 1.0, False),
        # A figure of something else is no toll.
        ("How many people died at Oskel?", "The quake was 12 miles off Oskel.", 0.6, True),
        # What kills or hurts is in how well a sentence fits.
        ("How many people died at Oskel?", "No casualties were reported at Oskel.", 1.0, False),
        ("Why was Orr jailed?", "Orr sold a boat to Lind.", 0.0, True),
        ("Why was Orr jailed?", "A judge sent Orr to prison over the leak.", 0.0, False),
        # Of "who", the verb is told, not what else is named; of a series, the one that is asked.
        ("who won the brell race", "The brell race opened, Ann Orr said.", 1.0, True),
        ("who won the brell race", "Ann Orr was first to win at Brell.", 1.0, False),
        ("Which judge sentenced Orr?", "Judge Bo Lind met Orr at Brell.", 1.0, True),
        ("Which judge sentenced Orr?", "Judge Bo Lind jailed Orr.", 1.0, False),
        ("who won game 5 at brell", "Ann Orr won at Brell.", 1.0, True),
        ("who won game 5 at brell", "Ann Orr won Game 5 at Brell.", 1.0, False),
        # A name of several words is no deed: "get" is left, which says too little.
        ("when did orr get the medal of valour", "In 2009 Orr had a Medal of Valour.", 1.0, False),
        # Names tell whom it is about, and nothing else.
        ("How many brell kits were sold?", "Brell Kits Inc. has 300 shops.", 0.6, True),
    ],
)
def test_a_fact_needs_a_sentence_that_tells_it(
    question: str, text: str, fit: float, untold: bool
) -> None:
    assert lacks(question, evidence(text, fit=fit)) is untold


@pytest.mark.parametrize(
    ("asked", "missing"),
    [
        ("Who joked that the mill has more owners than looms?", False),
        ("Who likened the mill to a sieve with more owners than looms?", False),
        ("Who bought the mill with more owners than looms?", True),
    ],
)
def test_whoever_says_it_jokes_or_likens_in_whatever_words(asked: str, missing: bool) -> None:
    text = "“It has more owners than looms,” said Ann Orr of the mill."
    assert lacks(asked, evidence(text, "x", fit=1.0)) == missing


def test_the_doer_is_meant_by_the_full_name() -> None:
    asked = "How did Bo Lind vote on the mill?"
    known = evidence("The minister Bo Lind opened a hall.")
    other = evidence("Ann Lind voted against the mill.")
    assert lacks(asked, known, other)
    assert not lacks(asked, known, evidence("Bo Lind voted against the mill."))


def test_a_surname_alone_makes_no_speaker() -> None:
    asked = "What did Bo Lind say about the mill?"
    assert lacks(asked, evidence("“It is lost,” Ann Lind said.", speaks=0.3, matter_near=1.0))


def test_other_words_for_a_figure_say_it() -> None:
    told = "Orr Brie: five people have been infected."
    asked = "how many people got sick from orr brie"
    assert says_all(asked, evidence(told, fit=1.0), loosely=True)
    assert not says_all(asked, evidence(told, fit=1.0))
    voted = evidence("Five chose Ann Orr at Brell in the vote.", fit=1.0)
    assert says_all("how many votes did ann orr get at brell", voted, loosely=True)
    chose = evidence("Five chose Ann Orr at Brell.", fit=1.0)
    assert not says_all("how many votes did ann orr get at brell", chose, loosely=True)


def test_what_a_title_says_is_not_told_by_a_sentence() -> None:
    asked = "How much did the ferry sale earn?"
    other = evidence("The ferry is worth 300 crowns.", "Ferry sale opens", fit=1.0)
    assert lacks(asked, other)
    assert not lacks(asked, evidence("It brought a net 300 crowns.", "Ferry sale opens", fit=1.0))


def test_a_fact_of_another_article_is_not_told_of_this_one() -> None:
    asked = "What was the name of the dog that died at the Marsk shelter?"
    here = evidence("A dog died at the Marsk shelter.")
    elsewhere = evidence("The dog, named Peanut, died at noon.")
    assert lacks(asked, here, elsewhere)
    named = evidence("The dog that died at the Marsk shelter was named Peanut.")
    assert not lacks(asked, here, named)


def test_whom_others_speak_to_says_nothing_by_that() -> None:
    asked = "What did Ann Orr tell the council?"
    spoken_to = evidence(
        "The line apologised to Ann Orr and blamed rain.", says=1.0, matter_near=1.0
    )
    assert lacks(asked, spoken_to)
    assert not lacks(asked, evidence("Ann Orr said it rained.", says=1.0, matter_near=1.0))


def test_what_stands_around_a_figure_may_say_what_it_is_of() -> None:
    told = "The kit is made in Oskel by Brell. Each of them costs 30 crowns."
    source = article(told, "x/kit", title="A kit is cleared")
    place = CandidateSentence(source, 35, len(told), 1, 1, 1.0)
    found = Evidence(place, SILENT | {"fit": 1.0})
    assert says_all("how much does the brell kit cost", found, "cost")
    assert not says_all("how much does the brell kit cost", found)
    assert not says_all("how much does the brell kit weigh", found, "weigh")
