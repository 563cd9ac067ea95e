"""Measures how good the archive's answers are, on labelled data and in the same way for every mode.

Start reading in `runner`: a `Suite` loads samples, asks, and measures each; `evaluate` runs one
and makes a `Report`. Then read one suite, such as `retrieval`: each is a module.

- What is found: `retrieval` (whose `systems` are compared), `copies`, `quotes`, `pages`.
- What is answered: `answers`, `declining`, `conversation`, `reporters`, `with_model`.
- What supports it: `citations`, `grounding`, `judge`, `faults` (made by `seeding`).

Suites share `datasets` (files to samples), `labels` (which samples an archive can answer),
`measures` (figures and how sure they are), `report` and `tables`. `make_questions` writes
questions. What an archive costs in time and memory is measured by the `bench` modules and `scale`.
"""
