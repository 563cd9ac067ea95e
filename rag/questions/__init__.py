"""What a question asks for: follow-ups made whole, times, outlets, sub-queries.

It must not know how passages are ranked or how an answer is worded. Start reading with
`rewriting`, which makes a question whole, and `constraints`, which reads what limits it.
"""
