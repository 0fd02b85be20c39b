"""Run the `simpul` command: `python -m simpul.cli …`."""

import sys

from simpul.cli.main import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
