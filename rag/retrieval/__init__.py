"""From a question to hits: filters, ranking, fusing, and collapsing copies."""
