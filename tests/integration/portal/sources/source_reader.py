"""A source of our own: rows in memory, read in chunks, that may stop answering, change its columns, or hold damage."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from simpul.kernel.errors import Finding
from simpul.sources.errors import SourceAway
from simpul.sources.shape import Chunk, Mode, Place, ReadLimits, SourceColumn, SourceRow

COLUMNS = (
    SourceColumn("kd_desa", "string", "varchar(13)", False),
    SourceColumn("nama", "string", "varchar(60)", False),
    SourceColumn("jumlah", "integer", "int(11)"),
    SourceColumn("diubah", "integer", "bigint(20)"),
)
MAPPING = {"kode": {"source": "kd_desa"}, "nama": {"source": "nama"}, "jumlah": {"source": "jumlah"}}


def make_row(number: int, jumlah: object = None) -> SourceRow:
    """Return a row that the contract accepts."""
    value = number * 10 if jumlah is None else jumlah
    return {"kd_desa": f"63.05.{number:06d}", "nama": f"Desa {number}", "jumlah": value, "diubah": number}


@dataclass
class MemoryReader:
    """`steps`: read only rows after the cursor. `breaks_after`: chunks until it stops answering."""

    rows: Sequence[SourceRow]
    columns: Sequence[SourceColumn] = COLUMNS
    steps: bool = False
    breaks_after: int | None = None
    chunk_rows: int = 2
    mode: Mode = "json"
    at_chunk: Callable[[int], None] = lambda number: None
    asked: list[str | None] = field(default_factory=list)

    def check(self) -> list[Finding]:
        return []

    def list_places(self) -> list[Place]:
        return [Place("desa", "table")]

    def describe(self) -> list[SourceColumn]:
        return list(self.columns)

    def preview(self, limit_rows: int = 20) -> list[SourceRow]:
        return list(self.rows[:limit_rows])

    def read(self, since: str | None, limits: ReadLimits) -> Iterator[Chunk]:
        self.asked.append(since)
        rows = [row for row in self.rows if not self.steps or since is None or int(str(row["diubah"])) > int(since)]
        for number, start in enumerate(range(0, len(rows), self.chunk_rows)):
            if self.breaks_after is not None and number >= self.breaks_after:
                raise SourceAway
            self.at_chunk(number)
            part = list(rows[start : start + self.chunk_rows])
            yield Chunk(part, str(part[-1]["diubah"]) if self.steps else None, start + 1)

    def close(self) -> None:
        return

    def __enter__(self) -> "MemoryReader":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
