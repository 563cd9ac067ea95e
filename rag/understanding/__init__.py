"""What a question asks for: dates, outlets, several things at once, what went before it."""
