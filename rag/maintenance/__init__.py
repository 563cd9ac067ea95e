"""Keeping an archive in order: removals, backups, the doctor, folders that are watched.

It answers no question. Start reading with `removals`; `doctor` says what is wrong and mends it.
"""
