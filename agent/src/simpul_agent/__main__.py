"""Runs the command as `python -m simpul_agent`."""

import sys

from simpul_agent.command import main

if __name__ == "__main__":
    sys.exit(main())
