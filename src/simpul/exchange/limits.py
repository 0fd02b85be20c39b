"""How much one call may ask of the exchange."""

MAX_QUERY_BYTES = 16 * 1024
MAX_PATH_BYTES = 512
MAX_HEADERS = 100
MAX_HEADER_BYTES = 32 * 1024
IN_MEMORY_BYTES = 1024 * 1024
"""A larger request body lies in a temporary file while it is read."""
CALLS_AT_WORK = 2_000
"""Calls inside one process; one more gets a 503 at once."""
LAG_SECONDS = 2.0
"""A loop that comes so late has too much to do: calls get a 503 until it comes in time again."""
PIECE_SECONDS = 10.0
"""A body of which nothing comes for so long is given up."""
BODY_SECONDS = 600.0
"""How long a whole body may take to come in."""
STATEMENT_SECONDS = 10.0
RETRY_SECONDS = 5
PAGE_READERS = 8
"""Connections for reading pages, in one process."""
WAITING_READS = 1_500
"""Calls that wait for one of them; one more gets a 503 at once."""
READ_WAIT_SECONDS = 3.0
"""How long one waits before it gets a 503."""
READERS = 4
"""Connections for all other reading, in one process."""
DELIVERERS = 3
"""Batches at work at the same time, in one process; one more waits for a place."""
WAITING_DELIVERIES = 50
"""Batches and writes that wait for a place, in one process; one more gets a 503."""
WAIT_SECONDS = 5.0
"""How long one waits before it gets a 503."""
REFUSED_ROWS_SHOWN = 1_000
"""Refused rows listed in one answer; `…/batches/{id}/refused` pages through all."""
PAGE_ROWS = 1_000
"""An answer of more rows leaves piece by piece."""
STREAMS = 4
"""Long answers on their way at the same time, in one process; one more gets a 503."""
STREAM_SECONDS = 600.0
"""How long one may take. Its view of the data keeps the database from clearing up for so long."""
SEND_SECONDS = 30.0
"""A caller that takes none of it for so long is cut off."""
