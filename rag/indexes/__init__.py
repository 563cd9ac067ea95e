"""The two derived indexes of an archive, by words and by meaning, and their opening.

They can be rebuilt at any time and must not know questions. Start reading with `opening`,
`lexical` and `dense`.
"""
