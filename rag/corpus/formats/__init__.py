"""Readers of formats whose files come from strangers' programs; each runs in a worker process."""
