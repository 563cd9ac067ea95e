"""A news archive that answers questions with citations."""
