"""What is known of a language: its sentences, names, numbers, dates, and who speaks.

It must not know articles, archives or questions: each module takes text and returns exact offsets
or values. Rules are for English unless a module says otherwise. Start reading with `sentences`,
`entities` and `temporal_expressions`. Where to add a rule for

- words, stems and what they leave out: `words`, `normalizing`, `letter_pairs`;
- syntax, by spaCy: `analysis`; what a verb says of whom: `propositions`, `roles`, `certainty`;
- negation: `propositions` and `certainty` where it is a "not", else `opposites`, which has pairs,
  too; of another language: `lexicons/LANGUAGE.toml`, read by `languages`;
- numbers: `quantities`, `figures`, `measured`;
- days: `temporal_expressions` (a row each, and `date_resolvers`), `moments`, `event_days`, `dates`;
- names: `entities`, `name_matching`, `outlet_names`, `places`; who somebody is:
  `introductions`, `descriptions`, `referents`;
- who says what: `speech_cues`, `attribution`, `speakers`; quotations: `entities`;
- what is no evidence or no claim: `furniture`, `check_worthiness`.
"""
