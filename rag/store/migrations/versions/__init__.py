"""One module a step; the newest is `rag.store.database.HEAD`."""
