"""Steps that bring an older `archive.db` to the present tables (Alembic)."""
