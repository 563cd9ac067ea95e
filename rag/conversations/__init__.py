"""Conversations as files, and as records again; text made safe to show.

It must not know the page or the command line. Start reading with `exporting`.
"""
