"""Pasted drafts held against an archive, sentence by sentence.

Start with `checking.py`: `sentences.py` divides a draft, `nothing.py` says which sentences state
nothing, `quoted.py` traces quotations, `bearing.py` finds what bears a sentence out.
"""
