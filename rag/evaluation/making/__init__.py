"""Questions with known answers, made from the articles of anybody's own archive."""
