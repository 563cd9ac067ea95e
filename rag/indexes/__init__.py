"""The two indexes over one archive: by words, and by meaning; both are derived from the store."""
