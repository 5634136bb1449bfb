"""How fast the drop-in is, measured against the original and its peers: `python -m benchmarks --help`."""
