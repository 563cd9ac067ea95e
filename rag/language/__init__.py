"""What is known of a language: its sentences, names, numbers, dates, and who speaks.

It must not know articles, archives or questions: each module takes text and returns exact offsets
or values. The rules are for English. Start reading with `sentences`, `entities` and
`temporal_expressions`.
"""
