"""`archive.check` and `dateline check`: a draft held against a small archive."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rag.archive import Archive
from rag.drafts.checking import MAX_CHARACTERS, DraftRequest, check_draft
from rag.drafts.records import CheckedDraft
from rag.errors import QueryError
from rag.records import Filters
from rag.verification.verify import verify
from tests.builders import drained, open_archive, row, write_jsonl
from tests.commands import Commands

FERRY = (
    "The Lindow ferry sank on Friday with 41 people aboard. All of them were saved within an hour. "
    "“We had four minutes to leave her,” said the captain, Ilse Varga. "
    "The harbour office of Lindow closed the pier until the end of May."
)
RUSSIAN = (
    "Мост через реку Весс закрыт до весны, сообщили в мэрии города. "
    "«Никто не знает, почему упала вторая опора моста», сказал мэр Алдус Бренник."
)
GREEK = (
    "Η γέφυρα του ποταμού Βεσ θα μείνει κλειστή μέχρι την άνοιξη. "
    "«Κανείς δεν ξέρει γιατί έπεσε ο δεύτερος πυλώνας», είπε ο δήμαρχος."
)
ARABIC = "قال رئيس البلدية: «لا أحد يعرف لماذا سقطت الدعامة الثانية للجسر». وأغلق الجسر حتى الربيع."
CHINESE = "市长说：“没有人知道大桥的第二个桥墩为什么倒塌。”大桥将关闭到明年春天。"
HINDI = "मेयर ने कहा, “कोई नहीं जानता कि पुल का दूसरा खंभा क्यों गिरा।” पुल वसंत तक बंद रहेगा।"
# Neither spaces between words nor full stops.
THAI = (
    "สะพานข้ามแม่น้ำเวสจะปิดจนถึงฤดูใบไม้ผลิตามที่สำนักงานเมืองแจ้ง\n\n"
    "นายกเทศมนตรีกล่าวว่า “ไม่มีใครรู้ว่าทำไมเสาต้นที่สองของสะพานจึงพังลงมา”"
)
ROWS = [
    row(1, FERRY, title="Ferry sinks"),
    row(2, FERRY, title="A loss at sea", publisher="Lake Post", date="2025-05-04"),
    row(3, RUSSIAN, language="ru", title="Мост"),
    row(4, GREEK, language="el", title="Γέφυρα"),
    row(5, ARABIC, language="ar", title="الجسر"),
    row(6, CHINESE, language="zh", title="大桥"),
    row(7, HINDI, language="hi", title="पुल"),
    row(9, THAI, language="th", title="สะพาน"),
    row(8, "The mayor of Brell resigned over the seven bridges on Tuesday.", date="2025-06-09"),
    *(row(n, f"Story {n} of the day was short. Nobody wrote it down.") for n in range(20, 30)),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("checked")
    with open_archive(place / "archive") as archive:
        archive.ingest(write_jsonl(place / "in.jsonl", ROWS))
    return place / "archive"


@pytest.fixture
def archive(folder: Path) -> Iterator[Archive]:
    with open_archive(folder) as opened:
        yield opened


def verdicts(checked: CheckedDraft) -> list[str]:
    return [one.verdict or one.nothing for one in checked.sentences]


def quotes(checked: CheckedDraft, place: int) -> list[str]:
    """The words of the archive that the sentence at a place is held against."""
    cited = {one.number: one for one in checked.citations}
    return [cited[number].quote for number in checked.sentences[place].citations]


def test_each_sentence_has_a_verdict_and_the_words_it_rests_on(archive: Archive) -> None:
    draft = (
        "# Background\n\n"
        "The Lindow ferry sank on Friday with **43** people aboard. All of them were saved within "
        "an hour. Was it old? The owners should be ashamed.\n\n"
        "“We had five minutes to leave her,” said the captain, Ilse Varga. A purple penguin of "
        "Zorbia ate twelve violins."
    )
    checked = archive.check(draft)
    assert verdicts(checked) == [
        "a heading",
        "unsupported",
        "supported",
        "a question",
        "an opinion",
        "quote altered",
        "unsupported",
    ]
    assert [draft[one.start : one.end] for one in checked.sentences][1] == (
        "The Lindow ferry sank on Friday with **43** people aboard."
    )
    assert checked.sentences[1].reasons == ("the article says 41, not 43",)
    assert quotes(checked, 1) == ["The Lindow ferry sank on Friday with 41 people aboard."]
    assert quotes(checked, 2) == ["All of them were saved within an hour."]
    (quoted,) = checked.sentences[5].quotations
    assert draft[quoted.start : quoted.end] == "We had five minutes to leave her,"
    assert (quoted.outcome, quoted.said_by) == ("altered", "Ilse Varga")
    changed = [each for each in quoted.changes if each.kind != "same"]
    assert [(each.asked, each.stored) for each in changed] == [("five", "four")]
    assert quotes(checked, 5) == [
        "“We had four minutes to leave her,” said the captain, Ilse Varga."
    ]
    assert checked.sentences[6].reasons == ("nothing in the archive says this",)
    assert quotes(checked, 6) == []
    assert checked.also_in[checked.sentences[2].citations[0]] == ("Lake Post",)


@pytest.mark.parametrize(
    ("said", "verdict", "reason"),
    [
        ("“We had four minutes to leave her,” said the captain, Ilse Varga.", "supported", ""),
        ("“We had four minutes to leave her,” said Bo Lind.", "unsupported", "Ilse Varga"),
        (
            "“We had ample time for a cup of coffee,” said the captain, Ilse Varga.",
            "unsupported",
            "no article of the archive has these words",
        ),
    ],
)
def test_a_quotation_is_traced(archive: Archive, said: str, verdict: str, reason: str) -> None:
    (one,) = archive.check(said).sentences
    assert one.verdict == verdict
    assert reason in "; ".join(one.reasons)


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("«Никто не знает, почему упала вторая опора моста», сказал мэр.", 3),
        ("«Κανείς δεν ξέρει γιατί έπεσε ο δεύτερος πυλώνας», είπε.", 4),
        ("قال: «لا أحد يعرف لماذا سقطت الدعامة الثانية للجسر».", 5),
        ("他说：“没有人知道大桥的第二个桥墩为什么倒塌。”", 6),
        ("他说：「没有人知道大桥的第二个桥墩为什么倒塌」。", 6),
        ("उन्होंने कहा, “कोई नहीं जानता कि पुल का दूसरा खंभा क्यों गिरा।”", 7),
        ("เขากล่าวว่า “ไม่มีใครรู้ว่าทำไมเสาต้นที่สองของสะพานจึงพังลงมา”", 9),
    ],
)
def test_quotations_are_found_in_every_script(archive: Archive, said: str, number: int) -> None:
    checked = archive.check(said)
    (one,) = checked.sentences
    (quoted,) = one.quotations
    assert quoted.outcome == "exact"
    (cited,) = [each for each in checked.citations if each.number == quoted.citation]
    assert cited.article.id == f"courier.example/{number}"
    assert said[quoted.start : quoted.end].strip("。 ") in cited.quote


def test_the_first_line_of_an_article_without_spaces_is_reporting(archive: Archive) -> None:
    first = THAI.partition("\n")[0]
    assert archive.article("courier.example/9").furniture == ()
    (one,) = archive.check(first).sentences
    assert one.verdict == "supported"


def test_altered_quotations_of_other_scripts_are_shown_beside_the_articles(
    archive: Archive,
) -> None:
    checked = archive.check("«Никто не знает, почему упала третья опора моста», сказал мэр.")
    (one,) = checked.sentences
    assert one.verdict == "quote altered"
    changed = [each for each in one.quotations[0].changes if each.kind != "same"]
    assert [(each.asked, each.stored) for each in changed] == [("третья", "вторая")]


def test_two_articles_that_share_no_word_bear_nothing_out_together(tmp_path: Path) -> None:
    rows = [
        row(1, "Captain Emeka Lund scored twice. The cup is theirs."),
        row(2, "Water broke in three times this year, and a pump station had to be built."),
        row(3, "The union wants nine per cent more pay. It struck in August."),
        row(4, "The nurses of the union get six per cent more pay from October."),
    ]
    with open_archive(tmp_path / "archive") as archive:
        archive.ingest(write_jsonl(tmp_path / "in.jsonl", rows))
        checked = archive.check(
            "Emeka Lund scored three times. The union wants nine per cent and gets six per cent."
        )
    assert verdicts(checked)[0] != "supported"
    assert len(checked.sentences[0].citations) == 1
    assert verdicts(checked)[1] == "supported"
    assert len(checked.sentences[1].citations) == 2


def test_filters_and_the_day_count_as_they_do_for_a_question(archive: Archive) -> None:
    resigned = "The mayor of Brell resigned over the seven bridges on Tuesday."
    assert verdicts(archive.check(resigned)) == ["supported"]
    may = archive.check(resigned, as_of=datetime(2025, 6, 1, tzinfo=UTC))
    assert verdicts(may) == ["unsupported"]
    post = archive.check(
        "All of them were saved within an hour.", filters=Filters(publishers=("Lake Post",))
    )
    assert [each.article.publisher for each in post.citations] == ["Lake Post"]
    traced = archive.trace(
        "We had four minutes to leave her", filters=Filters(publishers=("Lake Post",))
    )
    assert [each.article.publisher for each in traced.matches] == ["Lake Post"]
    nobody = archive.trace("We had four minutes to leave her", filters=Filters(language="de"))
    assert nobody.outcome == "not found"


def test_a_sentence_that_leans_on_the_one_before_is_searched_for_with_it(
    archive: Archive,
) -> None:
    checked = archive.check("The mayor of Brell resigned on Tuesday. She had built seven bridges.")
    near = quotes(checked, 1)
    assert near == ["The mayor of Brell resigned over the seven bridges on Tuesday."]


def test_a_draft_is_cut_where_the_time_is_up_and_goes_on_from_there(archive: Archive) -> None:
    draft = " ".join(f"Zorbian penguin {n} ate violins." for n in range(8))
    ticks = iter(range(100))
    request = DraftRequest(draft, seconds=5)
    seen, cut = drained(check_draft(request, archive.snapshot(), verify, lambda: next(ticks)))
    assert [len(each.sentences) for each in seen] == [1, 2]
    assert cut.unchecked_from == draft.index("Zorbian penguin 2") == 62
    assert cut.summary == (
        "2 of 8 sentences: 2 unsupported. The time was up at character 62 of 247 (25%); the rest "
        "is not checked yet."
    )
    rest = archive.check(draft, start=cut.unchecked_from)
    assert rest.unchecked_from is None
    whole = archive.check(draft)
    assert [*cut.sentences, *rest.sentences] == list(whole.sentences)
    assert whole.summary == "8 sentences: 8 unsupported."


@pytest.mark.parametrize(
    ("text", "start", "told"),
    [
        ("", 0, "the draft is empty"),
        (" \n\t", 0, "the draft is empty"),
        ("... !? —", 0, "has no words"),
        ("a " * (MAX_CHARACTERS // 2 + 1), 0, "1,000,000 are the most"),
        ("It sank.", 9, "start 9 is outside the 8 characters"),
        ("It sank.", -1, "start -1 is outside"),
    ],
)
def test_what_cannot_be_checked_is_refused_in_words(
    archive: Archive, text: str, start: int, told: str
) -> None:
    with pytest.raises(QueryError, match=told):
        archive.check(text, start=start)


def test_the_command_prints_what_the_call_returns(
    archive: Archive, dateline: Commands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATELINE_CHUNK_TOKENS", "32")
    draft = "The Lindow ferry sank on Friday with 43 people aboard.\n\nWhy?\n"
    file = tmp_path / "draft.md"
    file.write_text(draft, encoding="utf-8")
    options = ("--archive", archive.folder)
    got = dateline("check", file, "--json", *options).json
    wanted = json.loads(json.dumps(archive.check(draft).to_dict()))
    assert got | {"seconds": 0, "as_of": ""} == wanted | {"seconds": 0, "as_of": ""}
    assert got["counts"]["unsupported"] == 1
    for one in got["sentences"]:
        assert draft[one["start"] : one["end"]] == one["text"]
    shown = dateline("check", file, *options)
    assert "✕ not supported: the article says 41, not 43" in shown.out
    assert "nothing to verify: a question" in shown.out
    assert "characters 0–54" in shown.out
    assert shown.status == 0
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(draft.encode()), "utf-8"))
    assert dateline("check", "-", "--json", *options).json["text"] == draft
    late = dateline("check", file, "--start", "55", "--json", *options).json
    assert [one["nothing_to_verify"] for one in late["sentences"]] == ["a question"]
    file.write_bytes(b"PK\x03\x04\0\0\0")
    dateline("check", file, *options).refused("draft.md", "a binary file")
    dateline("check", tmp_path / "none.md", *options).refused("none.md", "No such file")


BILL = [
    row(
        1, "The flood at Lindow will cost 38 million crowns, the province said.", date="2025-03-26"
    ),
    row(
        2,
        "The flood at Lindow will cost 61 million crowns, well above the 38 million it had "
        "estimated in March.",
        date="2025-05-20",
        publisher="Lake Post",
    ),
    row(3, "The storm at Brell killed four people on Sunday.", date="2025-04-01"),
    row(4, "The storm at Brell killed nine people, the inquiry said.", date="2025-06-20"),
    row(5, "The pier at Lindow is 214 metres long.", date="2025-03-01"),
    row(6, "The new pier at Lindow will be 300 metres long.", date="2025-06-01"),
    *(row(n, f"Story {n} of the day was short. Nobody wrote it down.") for n in range(20, 30)),
]
LATER = "a later figure stands in Lake Post, 20 May 2025: “{}”"


@pytest.mark.parametrize(
    ("draft", "verdict", "cited"),
    [
        ("The flood at Lindow will cost 38 million crowns.", "partly", [1, 2]),
        ("The flood at Lindow will cost 61 million crowns.", "supported", [2]),
        ("The storm at Brell killed four people.", "partly", [3, 4]),
        ("The storm at Brell killed nine people.", "supported", [4]),
        # No article takes it back: it is another pier.
        ("The pier at Lindow is 214 metres long.", "supported", [5]),
        # It says itself that it was so once.
        ("The flood at Lindow was first to cost 38 million crowns.", "supported", [1]),
    ],
)
def test_a_figure_that_was_overtaken_holds_in_part(
    tmp_path: Path, draft: str, verdict: str, cited: list[int]
) -> None:
    with open_archive(tmp_path / "archive") as archive:
        archive.ingest(write_jsonl(tmp_path / "in.jsonl", BILL))
        checked = archive.check(draft)
    assert verdicts(checked) == [verdict]
    texts = {BILL[n - 1]["text"] for n in cited}
    assert {str(quote) for quote in quotes(checked, 0)} <= texts
    assert len(quotes(checked, 0)) == len(cited)
    if draft.endswith("cost 38 million crowns.") and verdict == "partly":
        assert checked.sentences[0].reasons == (LATER.format(BILL[1]["text"]),)
