"""Where the next page is: by number, offset, cursor, `Link` header or an address in the answer. Loops are noticed."""

import re
from typing import Any
from urllib.parse import urljoin, urlsplit, urlunsplit

from simpul.kernel.words import Words
from simpul.outbound.client import Fetched
from simpul.sources.errors import SourceDenied, SourceRubbish
from simpul.sources.json_text import find_value
from simpul.sources.settings import RestSettings

MOST_PAGES = 100_000
_NEXT_LINK = re.compile(r'<([^>]*)>\s*((?:;\s*[^;,]*(?:"[^"]*")?)*)')
_REL_NEXT = re.compile(r';\s*rel\s*=\s*("[^"]*\bnext\b[^"]*"|next)\s*(;|$)', re.IGNORECASE)
_LOOP = Words(
    "Sumber menunjuk kembali ke halaman yang sudah dibaca.", "The source points back to a page that was read already."
)
_ELSEWHERE = Words(
    "Sumber menunjuk halaman berikutnya di server lain; hub tidak mengirim kuncinya ke sana.",
    "The source points to another server for the next page; the hub doesn't send its key there.",
)
_ENDLESS = Words("Halaman sumber tidak ada habisnya.", "The source's pages have no end.")


class Pager:
    """The request of the current page, and the way to the next."""

    def __init__(self, settings: RestSettings, since: str | None) -> None:
        """Begin at the first page; `since` goes into the parameter that the settings name."""
        self._settings = settings
        self.address = settings.web.address
        self._fixed: list[tuple[str, str]] = []
        if since is not None and settings.since_parameter:
            self._fixed.append((settings.since_parameter, since))
        if settings.size_parameter:
            self._fixed.append((settings.size_parameter, str(settings.page_size)))
        self._page, self._received, self._cursor = settings.first_page, 0, ""
        self._seen: set[str] = {self.address}
        self._turns = 0
        self._is_whole_address = False

    @property
    def params(self) -> list[tuple[str, str]]:
        """The parameters that are added to the address."""
        if self._is_whole_address:
            return []
        name, paging = self._settings.page_parameter, self._settings.paging
        if paging == "page":
            return [*self._fixed, (name, str(self._page))]
        if paging == "offset":
            return [*self._fixed, (name, str(self._received))]
        if paging == "cursor" and self._cursor:
            return [*self._fixed, (name, self._cursor)]
        return self._fixed

    def turn(self, document: Any, fetched: Fetched, count: int) -> bool:
        """Go to the next page; False where this was the last. A page by number ends with an empty one, not a short one.

        Raises: SourceRubbish for a loop, SourceDenied for a page elsewhere.
        """
        self._turns += 1
        if self._turns > MOST_PAGES:
            raise SourceRubbish(_ENDLESS)
        paging = self._settings.paging
        if paging in ("page", "offset"):
            self._page, self._received = self._page + 1, self._received + count
            return count > 0
        if paging == "cursor":
            return self._turn_by_cursor(find_value(document, self._settings.next_path))
        if paging == "next":
            return self._turn_by_address(find_value(document, self._settings.next_path), fetched.address)
        if paging == "link":
            return self._turn_by_address(find_next_link(fetched.headers.get("link", "")), fetched.address)
        return False

    def _turn_by_cursor(self, cursor: Any) -> bool:
        if cursor in (None, "", False):
            return False
        self._cursor = str(cursor)
        self._mark(self._cursor)
        return True

    def _turn_by_address(self, target: Any, base: str) -> bool:
        if target in (None, "", False):
            return False
        if not isinstance(target, str):
            raise SourceRubbish
        self.address = _join_within(self._settings.web.address, base, target)
        self._is_whole_address = True
        self._mark(self.address)
        return True

    def _mark(self, place: str) -> None:
        if place in self._seen:
            raise SourceRubbish(_LOOP)
        self._seen.add(place)


def find_next_link(header: str) -> str | None:
    """Return the address of `rel="next"` in a Link header, None where there is none.

    >>> find_next_link('</a?page=1>; rel="prev", </a?page=3>; title="x"; rel="next"')
    '/a?page=3'
    """
    for match in _NEXT_LINK.finditer(header):
        if _REL_NEXT.search(match[2]):
            return match[1]
    return None


def _join_within(own: str, base: str, target: str) -> str:
    """Return the next address, which must be of the same server. Raises: SourceDenied.

    A service behind a proxy often writes http:// though it is asked by https; then https stays.
    """
    try:
        parts, home = urlsplit(urljoin(base, target)), urlsplit(own)
        if (parts.scheme, home.scheme) == ("http", "https") and parts.port in (None, 80, home.port):
            parts = parts._replace(scheme="https", netloc=home.netloc if parts.hostname == home.hostname else "")
        ports = {"https": 443, "http": 80}
        is_same = (parts.scheme, parts.hostname, parts.port or ports.get(parts.scheme)) == (
            home.scheme, home.hostname, home.port or ports.get(home.scheme),
        )  # fmt: skip
    except ValueError as error:
        raise SourceRubbish from error
    if not is_same or "@" in parts.netloc:
        raise SourceDenied(_ELSEWHERE).at_stage("network")
    return urlunsplit(parts)
