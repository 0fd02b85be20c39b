"""Cursors of keyset paging: where a page ended, sealed, and bound to the very query and grant that it was given for.

The values of the last row may be personal data, and addresses are kept in logs everywhere: a cursor is encrypted. Bound to
the grant's shape, it opens nothing that the grant didn't show.
"""

import json
from collections.abc import Sequence

from simpul.exchange.call import Access
from simpul.query.errors import CursorRefused
from simpul.query.keyset import Values
from simpul.query.model import Query
from simpul.store.sealed_text import TextSealer

KEY_FILE = "cursor.key"
MAX_CURSOR = 4_000
"""A longer cursor isn't given: servers in between bound an address."""


def write_cursor(sealer: TextSealer, access: Access, query: Query, last: Sequence[str | None]) -> str | None:
    """Return the cursor behind a row's values, or None where it would be too long."""
    sealed = sealer.seal(json.dumps(last), _bind(access, query))
    return sealed if len(sealed) <= MAX_CURSOR else None


def read_cursor(sealer: TextSealer, access: Access, query: Query) -> Values:
    """Return the values in the query's cursor; none where it has no cursor. Raises: CursorRefused."""
    if not query.after:
        return ()
    opened = sealer.open(query.after, _bind(access, query))
    if opened is None:
        raise CursorRefused()
    return tuple(json.loads(opened))


def _bind(access: Access, query: Query) -> bytes:
    return repr((access.dataset.dataset_id, access.permission.fingerprint, query.conditions, query.order)).encode()
