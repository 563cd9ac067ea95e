"""`python -m rag.cli` is `dateline`."""

from rag.cli.command import main

main()
