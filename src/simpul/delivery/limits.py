"""How large a thing may be before it is refused. All sizes in bytes."""

MEBIBYTE = 1024 * 1024

UPLOAD_BYTES = 25 * MEBIBYTE
"""A file that an officer uploads in the portal (design, decision 15)."""
BATCH_BYTES = 100 * MEBIBYTE
"""The body of one batch that a program sends to the exchange."""

ARCHIVE_BYTES = 512 * MEBIBYTE
"""All parts of one .xlsx or .ods together, unpacked."""
ARCHIVE_RATIO = 200
"""How much larger than packed one part may be, once it is over `RATIO_FROM_BYTES`."""
RATIO_FROM_BYTES = 8 * MEBIBYTE
ARCHIVE_ENTRIES = 5_000

COLUMNS = 1_000
ROWS = 1_048_576
CELLS = 6_000_000
"""The area of a sheet from its first to its last filled cell; the reader holds all of it in memory."""
CELL_CHARACTERS = 131_072
"""One CSV field; also where a quote that is never closed is noticed."""
JSON_DEPTH = 32
PREVIEW_ROWS = 25
"""Rows that are looked at to find the header and the delimiter."""

CHUNK_ROWS = 2_000
"""Rows held in memory between two writes to the database."""
MERGE_SECONDS = 300
"""How long one statement of a delivery may run."""
LOCK_SECONDS = 60
"""How long a delivery waits for another one's merge into the same dataset."""
REPORTED_ROWS = 100
"""Refused rows that stand in the report itself; the rest are listed page by page."""
ROW_FINDINGS = 50
REFUSED_DAYS = 90
"""How long refused rows are kept (design, "quarantine")."""
FEED_DAYS = 90
"""How long a dataset's changes are kept for those who follow them."""
KEY_DAYS = 30
"""How long an idempotency key gives its first answer."""
