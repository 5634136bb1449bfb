"""`python -m imgdatagen_compat`: the same as the `imgdatagen-compat` command."""

import sys

from imgdatagen_compat.migration.cli import main

sys.exit(main())
