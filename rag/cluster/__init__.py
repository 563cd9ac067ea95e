"""Reads files and embeds passages on a Ray cluster; the archive is written by one process.

Start reading in `on_cluster`. Only `joining` knows Ray: `parcels` is what is sent of files, and
`working` what a worker does with it.
"""
