"""Opens what an agency sends, whatever its format, as one shape: a header and rows.

sheet = open_rows(content, "data.xlsx")
for position, cells in sheet.rows: ...
"""

from pathlib import Path

from simpul.delivery.csv_format import read_csv
from simpul.delivery.hostile import KINDS, check_file
from simpul.delivery.json_format import read_json, read_ndjson
from simpul.delivery.limits import UPLOAD_BYTES
from simpul.delivery.sheet import Damaged, Sheet
from simpul.delivery.spreadsheet import read_spreadsheet

__all__ = ["KINDS", "Damaged", "Sheet", "open_rows"]


def open_rows(content: bytes | Path, name: str, *, limit_bytes: int = UPLOAD_BYTES) -> Sheet:
    """Open a file or a request's body after looking whether it is safe.

    Args:
        content: the bytes, or where they lie.
        name: the file's name or its media type; only its extension is used.
        limit_bytes: `limits.UPLOAD_BYTES` for people, `limits.BATCH_BYTES` for programs.

    Returns: the sheet, with at least one row, its rows not yet read.
    Raises: FileRefused and its kinds, also while the rows are read (a quote that never closes).
    Cost: spreadsheets are loaded whole, see `spreadsheet`; CSV is flat; JSON holds its text.
    """
    kind = check_file(content, name, limit_bytes)
    if kind == "csv":
        return read_csv(content)
    if kind == "ndjson":
        return read_ndjson(content)
    return read_json(content) if kind == "json" else read_spreadsheet(content, kind)
