"""Measures the archive against labelled questions; needs the extra "eval" and changes nothing."""
