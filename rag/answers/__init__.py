"""Hits to an answer, by a model or without one: evidence chosen, composed, declined.

It searches nothing: whatever it needs it is given. Start reading with `generate_or_extract`; the
sentences for readers are in `wording`, those for the model in `prompts`.
"""
