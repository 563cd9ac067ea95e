"""Retrievers for other frameworks, one module each; they need the extra of the same name.

Start with `langchain.DatelineRetriever` or `llamaindex.DatelineRetriever`. Each asks an
`Archive` and hands on its hits with the exact place of every passage; it ranks nothing itself.
"""
