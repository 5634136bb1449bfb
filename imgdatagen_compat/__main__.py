"""`python -m imgdatagen_compat`, and the `imgdatagen-compat` command."""

import sys


def main() -> int:
    """Runs the command; returns its exit status, which is 130 after Ctrl-C while its own modules are still being imported, too."""
    try:
        from imgdatagen_compat.migration.cli import main as run

        return run()
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
