"""Pasted drafts held against an archive, sentence by sentence.

Start with `checking.py`: `sentences.py` divides a draft and leaves out what states nothing
(`language.check_worthiness`), `quoted.py` traces quotations, `bearing.py` finds what bears a
sentence out.
"""
