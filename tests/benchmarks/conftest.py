"""Makes `benchmarks` importable: it lies beside the tests and is not installed with the package."""

import sys
from pathlib import Path

# At the end, so that an installed package is tested rather than the one in the checkout.
sys.path.append(str(Path(__file__).parents[2]))
