"""The real servers of the sources' own tests serve these, too."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[2] / "sources"))
