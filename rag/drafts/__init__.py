"""Pasted drafts held against an archive, sentence by sentence.

Start with `checking.py`, which also traces quotations: `sentences.py` divides a draft and leaves
out what states nothing (`language.check_worthiness`), `bearing.py` finds what bears a sentence out.
"""
