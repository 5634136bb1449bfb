"""Random damage to image files: `FileLoader` and the original have to end alike. See `python -m fuzz --help`; not installed, not in CI."""
