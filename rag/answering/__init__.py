"""From hits to a worded answer; knows nothing about the archive on disk."""
