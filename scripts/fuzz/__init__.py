"""Coverage-guided fuzzing of what reads strangers' bytes; needs the extra `fuzz`."""
