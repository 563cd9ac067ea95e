"""From hits to an answer: reading without a model, citing, verifying."""
