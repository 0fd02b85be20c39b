"""What a source of files remembers between runs: which files it gave, by name, size, time and digest.

It is kept in the cursor's text, so that it moves with the commit of the rows.
"""

import json
from dataclasses import dataclass, field

from simpul.kernel.words import Words
from simpul.sources.errors import SourceChanged

REMEMBERED_FILES = 2_000


@dataclass
class Memory:
    """Name → size, time of change (ns) and SHA-256 of the files that were taken, the newest last."""

    taken: dict[str, tuple[int, int, str]] = field(default_factory=dict)

    def knows(self, name: str, size_bytes: int, changed_ns: int) -> bool:
        """Tell whether this very file was taken, without reading it."""
        return self.taken.get(name, (0, 0, ""))[:2] == (size_bytes, changed_ns)

    def has_digest(self, digest: str) -> bool:
        """Tell whether a file of this content was taken, under whatever name."""
        return any(one[2] == digest for one in self.taken.values())

    def add(self, name: str, size_bytes: int, changed_ns: int, digest: str) -> None:
        """Remember a file; the oldest are forgotten past two thousand."""
        self.taken.pop(name, None)
        self.taken[name] = (size_bytes, changed_ns, digest)
        while len(self.taken) > REMEMBERED_FILES:
            self.taken.pop(next(iter(self.taken)))

    def write(self) -> str:
        """Return the cursor's text."""
        return json.dumps({"files": [[name, *one] for name, one in self.taken.items()]}, ensure_ascii=False)


def read_memory(cursor: str | None) -> Memory:
    """Return what a cursor's text remembers. Raises: SourceChanged where it isn't one of files.

    >>> read_memory(None).taken
    {}
    """
    if cursor is None:
        return Memory()
    try:
        listed = json.loads(cursor)["files"]
        return Memory({str(name): (int(size), int(changed), str(digest)) for name, size, changed, digest in listed})
    except (ValueError, TypeError, KeyError) as error:
        message = Words("Penanda terakhir bukan daftar berkas.", "The last cursor isn't a list of files.")
        raise SourceChanged(message) from error
