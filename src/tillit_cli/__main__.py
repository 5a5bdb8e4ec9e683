"""`tillit`: one line a command, each in a file of its own."""

from __future__ import annotations

import sys


def main() -> int:
    """Run the command that was typed and return its exit code."""
    return 0


if __name__ == "__main__":
    sys.exit(main())
