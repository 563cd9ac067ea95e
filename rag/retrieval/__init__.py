"""Questions to hits: filters, one scoring function, near-duplicates collapsed.

It words no answer. Start reading with `retrieve`; every ranking signal is a term of
`ranking.score`.
"""
