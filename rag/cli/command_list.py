"""Every command by the heading under which `dateline --help` lists it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Entry(NamedTuple):
    """Where a command is, and the first line of its help.

    `place` is a module of `rag.cli` and the function, or Typer app, in it. The help stands here
    so that listing all commands loads none; a test compares it with what the command says.
    """

    place: str
    help: str
    hidden: bool = False


GROUPS: Mapping[str, Mapping[str, Entry]] = {
    "Ask and read": {
        "serve": Entry("serving:serve", "Serve the page in which readers ask, search and read."),
        "ask": Entry("asking:ask", "Answer a question from the archive, with citations."),
        "search": Entry("asking:search", "Find the passages that match a query best."),
        "alerts": Entry("alerts:alerts_app", "Say what is new for saved searches and questions."),
        "collections": Entry(
            "starred:collections_app",
            "List and export collections of starred articles and sentences.",
        ),
        "chat": Entry("chat:chat", "Ask in a loop; follow-up questions are understood."),
        "open": Entry("articles:article", "Show an article as it is stored."),
        "article": Entry("articles:article", "Show an article as it is stored.", hidden=True),
    },
    "Check words": {
        "quote": Entry("quotes:quote", "Find where quoted words come from, and who said them."),
        "check": Entry(
            "checking:check",
            "Check a draft against the archive: a verdict and the nearest evidence for each "
            "sentence.",
        ),
        "recheck": Entry("quotes:recheck", "Check a saved answer against the articles of today."),
    },
    "Add articles": {
        "ingest": Entry(
            "ingesting:ingest", "Read articles into the archive: files, folders, web addresses."
        ),
        "feed": Entry("feeds:feed_app", "Follow feeds: RSS, Atom and JSON Feed."),
        "watch": Entry("watch:watch", "Keep the archive in step with folders and feeds."),
        "embed": Entry("ingesting:embed", "Embed the passages that have no vector yet."),
    },
    "Look after an archive": {
        "info": Entry("upkeep:info", "Show what the archive holds: counts, dates, outlets, sizes."),
        "doctor": Entry("upkeep:doctor", "Examine an archive, and mend what can be mended."),
        "backup": Entry("upkeep:backup", "Copy an archive that may be in use, and check the copy."),
        "restore": Entry("upkeep:restore", "Make an archive from a backup, after checking it."),
        "copy": Entry(
            "upkeep:copy", "Copy an archive onto PostgreSQL, or from there into a folder."
        ),
        "rebuild": Entry("ingesting:rebuild", "Build the indexes again from the stored articles."),
        "withdraw": Entry(
            "removals:withdraw", "Withdraw an article: it stays, but answers nothing."
        ),
        "delete": Entry(
            "removals:delete", "Delete articles for good: by id, feed, outlet or time."
        ),
        "compact": Entry("removals:compact", "Write all files anew, without what was deleted."),
    },
    "Readers and programs": {
        "user": Entry("users:user_app", "Say who may log in to the page."),
        "conversations": Entry("conversations:conversations", "List the stored conversations."),
        "export": Entry("conversations:export", "Write a conversation with every quote in it."),
        "verify-export": Entry("conversations:verify", "Check an export against the archive."),
        "feedback": Entry("conversations:feedback_app", "Read what readers say about answers."),
        "mcp": Entry("serving:mcp", "Offer the archive as tools to a program that speaks MCP."),
    },
    "Measure": {
        "eval": Entry("evaluation:eval_app", "Measure the archive against labelled questions."),
        "bench": Entry(
            "bench:bench_app", "Measure how fast this machine searches, indexes and embeds."
        ),
    },
}
"""The commands, in the order in which they are listed."""
