"""What people look at beside an answer, computed from an archive; knows no page and no command."""
