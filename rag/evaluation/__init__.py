"""Measures how good the archive's answers are, on labelled data and in the same way for every mode.

Start reading in `runner`: a `Suite` loads samples, asks, and measures each; `evaluate` runs one
and makes a `Report`. Each other suite is one module: `retrieval`, `answers`, `citations`,
`conversation`, `declining`, `quotes`, `copies`, `grounding`, `faults`, `judge`. What an archive
costs in time and memory is measured by the `bench` modules.
"""
