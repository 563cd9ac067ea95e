"""What an editor does to an archive: copies it, counts it, and takes articles away."""
