"""Where quoted words stand: found in the archive, compared with it, and checked again later."""
