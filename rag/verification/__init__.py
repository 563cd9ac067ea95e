"""Claims against evidence, quotations traced and checked again, markers bound to sentences.

It must not know how hits were found or how an answer is worded. Start reading with `verify`,
whose checks are the modules of `checks`; `citing` binds the sentences of a reply, and `quotes`
traces the words of others.
"""
