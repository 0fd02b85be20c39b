"""What every source gives: lines for a part's body, and the position after the last one."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Any, Protocol, Union

from simpul_agent.config import Config
from simpul_agent.folder import FolderSource
from simpul_agent.mysql import MysqlSource
from simpul_agent.postgresql import PostgresqlSource
from simpul_agent.table import TableSource
from simpul_agent.tokens import Unreadable


class Source(Protocol):
    """`media_type` and `head` (a CSV header, or nothing) belong to the line that was given last.

    `is_break`: the next line belongs into another part. `without_cursor` counts rows that were left out because their cursor is empty.
    """

    media_type: str
    head: bytes
    is_break: bool
    without_cursor: int

    def read(self) -> AbstractContextManager[Iterator[Union[bytes, Unreadable]]]:
        """Give the lines after the position, in order; the source is closed at the end. Raises: SourceFailed."""

    def mark(self) -> dict[str, Any]:
        """Return the position after the line that was given last."""


def make_source(config: Config, position: dict[str, Any]) -> Source:
    """Make the source of a settings file, to be read from a position on."""
    if config.source.kind == "folder":
        return FolderSource(config, position)
    reader = MysqlSource(config.source) if config.source.kind == "mysql" else PostgresqlSource(config.source)
    return TableSource(config, reader, position)
