"""`dateline chat` as it is typed and piped: answers, sources, commands, interrupts."""

from __future__ import annotations

import io
import os
import pty
import select
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from rag.cli.chat import typed_lines
from tests.builders import row, write_jsonl
from tests.commands import Commands, Ended, child, child_command, child_environment
from tests.llm_server import llm_server

FERRY = (
    "The ferry Marigold ran aground off Grevesand on Friday. "
    "All 41 passengers were brought ashore by lifeboat."
)
BUDGET = "The council passed a budget of 12 million crowns on 2 May 2025."
ASHORE = "How many passengers were brought ashore by lifeboat?"
SOURCE = (
    "[1] The Courier, 3 May 2025: Ferry aground\n"
    "    https://courier.example/1\n"
    "    All 41 passengers were brought ashore by lifeboat.\n"
)
SECONDS = 60

Chat = Callable[..., Ended]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an archive of two articles."""
    folder = tmp_path_factory.mktemp("built")
    write_jsonl(folder / "in.jsonl", [row(1, FERRY, title="Ferry aground"), row(2, BUDGET)])
    assert child(folder, "ingest", "in.jsonl").status == 0
    return folder


@pytest.fixture
def chat(built: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Chat:
    """Pipes lines into the command, with options."""
    dateline = Commands(monkeypatch, capsys, built)

    def run(*lines: str, options: tuple[str, ...] = (), raw: bytes = b"") -> Ended:
        typed = raw or "".join(f"{line}\n" for line in lines).encode()
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(typed), "utf-8"))
        return dateline("chat", *options)

    return run


def test_a_piped_question_is_answered_with_its_sources(built: Path) -> None:
    ended = child(built, "chat", typed=f"{ASHORE}\n")
    assert ended.status == 0
    assert ended.out.startswith(
        "The Courier, 3 May 2025: All 41 passengers were brought ashore by lifeboat. [1] "
    )
    assert f"\n\n{SOURCE}" in ended.out
    assert "\x1b" not in ended.out + ended.err


def test_a_cited_sentence_is_shown_in_its_context(chat: Chat) -> None:
    for command in ("/cite 1", "/show 1", "/cite [1]"):
        shown = chat(ASHORE, command)
        assert shown.out.endswith(
            "[1] The Courier, 3 May 2025: Ferry aground\n"
            "  The ferry Marigold ran aground off Grevesand on Friday.\n"
            "> All 41 passengers were brought ashore by lifeboat.\n"
            "  https://courier.example/1\n"
        ), shown.out


def test_a_citation_of_words_that_were_changed_since_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    dateline = Commands(monkeypatch, capsys, tmp_path)
    write_jsonl(tmp_path / "in.jsonl", [row(1, FERRY, title="Ferry aground"), row(2, BUDGET)])
    write_jsonl(tmp_path / "new.jsonl", [row(1, FERRY.replace("41", "47"), title="Ferry aground")])
    assert dateline("ingest", "in.jsonl").status == 0

    class Typed(io.TextIOWrapper):
        """The article is tampered with between the question and the command."""

        def __next__(self) -> str:
            line = super().__next__()
            if line.startswith("/cite"):
                child(tmp_path, "ingest", "new.jsonl")
            return line

    typed = f"{ASHORE}\n/cite 1\n".encode()
    monkeypatch.setattr(sys, "stdin", Typed(io.BytesIO(typed), "utf-8"))
    told = dateline("chat")
    told.refused("[1] no longer matches", "“47”, not “41”", status=0)
    assert "> All 41 passengers were brought ashore by lifeboat.\n" in told.out


def test_numbers_start_at_one_in_each_answer(chat: Chat) -> None:
    told = chat(ASHORE, "Which budget of million crowns has the council passed?", "/cite 1")
    assert told.out.count("\n[1] ") == 3
    assert told.out.endswith(f"> {BUDGET}\n  https://courier.example/2\n")


def test_a_follow_up_is_asked_with_what_went_before(
    chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    with llm_server("ok", ["All 41 ", "came ashore [1]."]) as server:
        monkeypatch.setenv("DATELINE_LLM_MODEL", "tiny")
        monkeypatch.setenv("DATELINE_LLM_BASE_URL", server.url)
        told = chat(ASHORE, "And on which day?", "/new", ASHORE)
    assert told.status == 0
    asked = [[m["content"] for m in body["messages"]] for body in server.asked]
    assert any(ASHORE in contents and "All 41 came ashore." in contents for contents in asked)
    assert ASHORE not in asked[-1]
    assert "a new conversation" in told.err
    # What answers no question about a day is left out.
    assert told.out.count("All 41 came ashore [1].") == 2


def test_a_model_that_fails_is_replaced_with_a_note(
    chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    with llm_server("drop", ["Forty ", "people"]) as server:
        monkeypatch.setenv("DATELINE_LLM_MODEL", "tiny")
        monkeypatch.setenv("DATELINE_LLM_BASE_URL", server.url)
        told = chat(ASHORE)
    assert told.status == 0
    assert "Forty people" not in told.out
    assert SOURCE in told.out
    assert "The language model did not answer" in told.err


def test_a_number_that_no_passage_has_is_told(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    with llm_server("ok", ["All 41 came ashore [1]. ", "The crew too [7]."]) as server:
        monkeypatch.setenv("DATELINE_LLM_MODEL", "tiny")
        monkeypatch.setenv("DATELINE_LLM_BASE_URL", server.url)
        told = chat(ASHORE)
    told.refused("the answer cites 7, which no passage has", status=0)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("/cite 9", "the last answer has no citation [9]; it cites [1]"),
        ("/cite", "'' is not the number of a citation; write: /cite 1"),
        ("/cite ²", "'²' is not the number of a citation"),
        ("/cite one", "'one' is not the number of a citation"),
        ("/frobnicate", "there is no command '/frobnicate'; /help lists those there are"),
        ("x" * 10_001, "the question has 10,001 characters"),
        ("/ignore last week", "/ignore 'last week': the question asks for 'How many'"),
    ],
)
def test_a_line_that_makes_no_sense_is_told_and_the_chat_goes_on(
    chat: Chat, line: str, message: str
) -> None:
    told = chat(ASHORE, line, ASHORE)
    told.refused(message, status=0)
    assert told.out.count(SOURCE) == 2


def test_before_the_first_question_there_is_nothing_to_ignore_or_show(chat: Chat) -> None:
    chat("/ignore today").refused("nothing has been asked yet", status=0)
    chat("/cite 1").refused("it cites nothing", status=0)


def test_what_was_understood_can_be_ignored(chat: Chat) -> None:
    question = "How many passengers of the ferry Marigold came ashore on 9 May 2025?"
    told = chat(question, "/ignore 'on 9 May 2025'")
    assert told.out.count("The archive does not answer this.") == 2
    assert told.err.count("(/ignore 'on 9 May 2025')") == 1
    assert "the archive holds nothing of it" in told.err
    literal = chat(question, options=("--literal",))
    assert "/ignore" not in literal.err


def test_the_form_of_a_question_can_be_ignored(chat: Chat) -> None:
    told = chat(ASHORE, "/ignore 'How many'")
    assert told.err.count("'How many': a number (/ignore 'How many')") == 1
    assert told.out.count(SOURCE) == 2


def test_what_a_follow_up_was_taken_to_mean_is_said(chat: Chat) -> None:
    told = chat("Which ferry ran aground off Grevesand?", "And the budget?")
    assert told.err.count("Understood as: ") == 1
    assert "budget" in told.err.partition("Understood as: ")[2].splitlines()[0]


def test_a_suggestion_is_chosen_by_its_number(chat: Chat) -> None:
    told = chat(ASHORE, "1", ASHORE, options=("--from", "2025-06", "--language", "en"))
    first, _, rest = told.out.partition("\nWhat you can try (type its number):\n")
    assert "41" not in first
    assert rest.startswith("  1. drop the filter on dates\n  2. drop the filter on the language")
    # The filter stays dropped for the questions after it.
    assert rest.count(SOURCE) == 2


def test_a_suggested_name_takes_the_place_of_the_other(chat: Chat) -> None:
    told = chat("Who wrote the opera about Marigolt?", "1", "1")
    assert "  1. did you mean “Marigold”? No article found here has “Marigolt”\n" in told.out
    assert "Who wrote the opera about Marigold?\n" in told.err


def test_a_number_that_no_suggestion_has_is_a_question(chat: Chat) -> None:
    told = chat("Who wrote the opera about Marigolt?", "9")
    assert told.status == 0
    assert told.out.count("What you can try") == 2


def test_what_hangs_in_quotation_marks_is_taken_as_it_is(chat: Chat) -> None:
    told = chat(ASHORE, "/ignore last week's")
    told.refused("/ignore \"last week's\": the question asks for 'How many'", status=0)


def test_help_quit_and_empty_lines(chat: Chat) -> None:
    helped = chat("", "   ", "/help", "/quit", ASHORE)
    assert (helped.status, helped.err) == (0, "")
    for command in ("/cite N", "/ignore WORDS", "/new", "/help", "/quit"):
        assert command in helped.out
    assert "41" not in helped.out
    assert chat("/exit", ASHORE).out == ""
    assert chat().out == ""


def test_filters_and_the_date_hold_for_every_question(chat: Chat) -> None:
    early = chat(ASHORE, ASHORE, options=("--as-of", "2025-05-01"))
    assert early.out.count("The archive holds nothing on this.") == 2
    other = chat(ASHORE, options=("--from", "2025-06", "--publisher", "The Courier"))
    assert "41" not in other.out


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--as-of", "soon"), "--as-of 'soon' is not a date"),
        (("--publisher", "Curier"), "no outlet 'Curier'"),
        (("--archive", "none"), "there is no archive in 'none'"),
    ],
)
def test_wrong_options_are_refused_before_anything_is_asked(
    chat: Chat, options: tuple[str, ...], message: str
) -> None:
    assert message in chat(ASHORE, options=options).refused()


@pytest.mark.parametrize(
    "raw", [b"\xff\xfe\x00 ferry\n", b"\x00\n", "\u202e\ufffe ?!\n".encode(), b"ferry \xed\xa0\x80"]
)
def test_no_bytes_end_the_chat(chat: Chat, raw: bytes) -> None:
    told = chat(raw=raw + b"\n" + ASHORE.encode())
    assert told.status == 0
    assert "Traceback" not in told.err
    assert told.out.count(SOURCE) == 1


class Keyboard(io.TextIOWrapper):
    """Standard input where a person types."""

    def isatty(self) -> bool:
        return True


def test_an_interrupt_at_the_prompt_drops_the_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typing: list[str | type[BaseException]] = ["one", KeyboardInterrupt, "two", EOFError]

    def typed(_prompt: str = "") -> str:
        line = typing.pop(0)
        if isinstance(line, str):
            return line
        raise line

    monkeypatch.setattr("builtins.input", typed)
    assert list(typed_lines(Keyboard(io.BytesIO(), "utf-8"))) == ["one", "two"]
    assert "stopped; ask on" in capsys.readouterr().err


class Screen:
    """What a terminal shows of a command that runs in it."""

    def __init__(self, folder: Path, *arguments: str, **settings: str) -> None:
        self._terminal, inside = pty.openpty()
        environment = child_environment(TERM="xterm", **settings)
        self.process = subprocess.Popen(
            child_command(*arguments),
            stdin=inside,
            stdout=inside,
            stderr=inside,
            cwd=folder,
            env=environment,
        )
        os.close(inside)
        self.shown = ""

    def wait_for(self, text: str) -> None:
        """Returns once the text is shown; what stood before it is forgotten."""
        while text not in self.shown:
            ready, _, _ = select.select([self._terminal], [], [], SECONDS)
            if not ready:
                self.process.kill()
                self.process.wait()
            assert ready, self.shown
            try:
                more = os.read(self._terminal, 65_536)
            except OSError:
                more = b""
            assert more, self.shown
            self.shown += more.decode(errors="replace")
        self.shown = self.shown.partition(text)[2]

    def type(self, text: str) -> None:
        """Types a line."""
        os.write(self._terminal, f"{text}\n".encode())

    def end(self) -> int:
        """Types the end of input, and says how the command ended."""
        os.write(self._terminal, b"\x04")
        status = self.process.wait(SECONDS)
        os.close(self._terminal)
        return status


def test_an_interrupt_ends_the_answer_and_the_request_but_not_the_chat(built: Path) -> None:
    with llm_server("endless") as server:
        model = {"DATELINE_LLM_MODEL": "tiny", "DATELINE_LLM_BASE_URL": server.url}
        screen = Screen(built, "chat", DATELINE_LLM_MAX_TOKENS="4000", **model)
        screen.wait_for("? ")
        screen.type(ASHORE)
        screen.wait_for("so so so")
        screen.process.send_signal(signal.SIGINT)
        screen.wait_for("stopped; ask on")
        assert server.hung_up.wait(SECONDS)
        screen.wait_for("? ")
        screen.type("/cite 1")
        screen.wait_for("it cites nothing")
        screen.wait_for("? ")
        assert screen.end() == 0


def test_a_terminal_shows_the_finished_answer_in_place_of_its_draft(built: Path) -> None:
    with llm_server("ok", ["All 41 ", "came ashore [1]."]) as server:
        model = {"DATELINE_LLM_MODEL": "tiny", "DATELINE_LLM_BASE_URL": server.url}
        screen = Screen(built, "chat", **model)
        screen.wait_for("/help lists the commands")
        screen.wait_for("? ")
        screen.type(ASHORE)
        screen.wait_for("All 41 came ashore [1].")
        screen.wait_for("All 41 passengers were brought ashore by lifeboat.")
        screen.wait_for("? ")
        assert screen.end() == 0
