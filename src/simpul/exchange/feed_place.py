"""Places in a dataset's feed as callers hold them: a version's number, or one sealed place.

A place is sealed since its numbers would tell how many changes the caller doesn't see, and bound to the consumer and to
all that shapes its part of the rows: under another grant the way on from there is another one. A bare version, as
`Dataset-Version` tells it, is bound to nothing; a full read gives its place sealed too, in `Changes-Since`.
"""

from functools import lru_cache

from simpul.exchange.call import Access
from simpul.exchange.feed_errors import FeedPlaceUnknown
from simpul.query.changes import END_OF_VERSION, Place
from simpul.store.sealed_text import TextSealer

_MOST_DIGITS = 15
KEPT_PLACES = 1024
"""Sealed places that are remembered, those used last."""


def write_place(sealer: TextSealer, access: Access, place: Place) -> str:
    """Return a place sealed, always of one length, so that it doesn't tell how large the numbers are."""
    return _seal(sealer, place, _bind(access))


def write_read_place(sealer: TextSealer, access: Access, version: int) -> str:
    """Return the place behind all of a version, for a reader who has just read the rows of it.

    It is sealed once for a version, which the answer tells beside it anyway; places on the way are sealed anew each
    time, so that two of them never tell that nothing happened in between.
    """
    return _seal_version(sealer, version, _bind(access))


@lru_cache(KEPT_PLACES)
def _seal_version(sealer: TextSealer, version: int, bound_to: bytes) -> str:
    return _seal(sealer, Place(version, END_OF_VERSION), bound_to)


def _seal(sealer: TextSealer, place: Place, bound_to: bytes) -> str:
    return sealer.seal(f"{place.version:020d}.{place.change:020d}", bound_to)


def read_place(sealer: TextSealer, access: Access, text: str) -> Place:
    """Return the place of a version's number, or of a sealed place. Raises: FeedPlaceUnknown."""
    if is_number(text):
        return Place(int(text), END_OF_VERSION)
    opened = sealer.open(text, _bind(access))
    if opened is None:
        raise FeedPlaceUnknown()
    version, _, change = opened.partition(".")
    return Place(int(version), int(change))


def is_number(text: str) -> bool:
    """Is the text a number from 0 that PostgreSQL can hold?

    >>> is_number("12"), is_number("-1"), is_number("9" * 16)
    (True, False, False)
    """
    return text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS


def _bind(access: Access) -> bytes:
    return f"changes {access.dataset.dataset_id} {access.key.organization_id} {access.permission.shape}".encode()
