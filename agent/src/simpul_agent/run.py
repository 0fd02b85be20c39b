"""One run: fill the spool from the source, drain it to the hub, and again until the source has no more.

What a part held counts as delivered only when the hub has answered: then the state moves, then the part goes. Killed in
between, the part is sent again under its key, and the hub answers as it did the first time.
"""

from dataclasses import dataclass
from typing import Optional
from urllib.parse import urlsplit

from simpul_agent.config import Config
from simpul_agent.drift import check_columns
from simpul_agent.errors import ConfigWrong, HubAway, HubRefused
from simpul_agent.fill import Filler
from simpul_agent.hub import HubClient
from simpul_agent.report import Report
from simpul_agent.source import make_source
from simpul_agent.spool import Part, Spool
from simpul_agent.state import State, StateFile


@dataclass
class Outcome:
    """What a run did. `waiting`: parts that still wait; `without_cursor`: rows left out since their cursor is empty."""

    sent: int = 0
    stored: int = 0
    refused: int = 0
    waiting: int = 0
    without_cursor: int = 0
    was_state_damaged: bool = False


class Run:
    """One run over a source and its spool, under the lock."""

    def __init__(self, config: Config, is_confirmed: bool = False) -> None:
        self._config, self._is_confirmed = config, is_confirmed
        self._file = StateFile(config.spool, config.mode)
        self._state: State = self._file.load()
        self._claim_spool(urlsplit(config.hub.address).path)
        self._spool = Spool(config.spool)
        self._report = Report(config.spool)
        self._hub = HubClient(config.hub, self._state.gzip)
        self._read = 0
        self.outcome = Outcome(was_state_damaged=self._file.was_damaged)

    def _claim_spool(self, target: str) -> None:
        """Write down which dataset the spool is for, so that no other one inherits its position. Raises: ConfigWrong."""
        if self._state.target not in ("", target):
            raise ConfigWrong(
                f"Folder {self._config.spool} milik {self._state.target}. Pakai [spool] folder lain, atau --reset.",
                f"The folder {self._config.spool} belongs to {self._state.target}. Use another [spool] folder, or --reset.",
            )
        if not self._state.target:
            self._state.target = target
            self._file.save(self._state)

    def run(self) -> Outcome:
        """Deliver all there is. Raises: SourceFailed, HubRefused; HubAway, with the rows safe in the spool."""
        away: Optional[HubAway] = None
        try:
            is_more = True
            while is_more and away is None:
                away = self._try_drain()
                is_more = self._fill()
            away = away or self._try_drain()
        finally:
            self.outcome.refused = self._report.refused
            self.outcome.waiting = len(self._spool.list_parts())
        if away is not None:
            raise away
        return self.outcome

    def _try_drain(self) -> Optional[HubAway]:
        try:
            self._drain()
        except HubAway as error:
            return error
        return None

    def _fill(self) -> bool:
        """Read rows into the spool. Returns whether the source has more than the spool had room for."""
        waiting = self._list_waiting()
        is_replace, is_folder = self._config.mode == "replace", self._config.source.kind == "folder"
        if waiting and not (self._config.cursor or is_folder or is_replace):
            return False  # without a cursor all would be read once more
        last = waiting[-1] if waiting else None
        source = make_source(self._config, last.after if last else self._state.position)
        filler = Filler(self._config, self._spool, source, self._report)
        is_more = filler.fill((last.sequence if last else self._state.sequence) + 1, self._read)
        self._read += filler.rows
        self.outcome.without_cursor = source.without_cursor
        if is_replace and filler.finished:
            for part in waiting:
                self._spool.remove(part)  # a newer whole makes an older one needless
        elif not filler.finished and not waiting and source.mark() != self._state.position:
            # Nothing to send, but empty files or rows that can't be sent were passed.
            self._state.position = source.mark()
            self._file.save(self._state)
        return is_more

    def _list_waiting(self) -> list[Part]:
        """Return the parts that wait, without those whose answer came just before the run was killed."""
        parts = self._spool.list_parts()
        for part in [one for one in parts if one.sequence <= self._state.sequence]:
            self._spool.remove(part)
        return [one for one in parts if one.sequence > self._state.sequence]

    def _drain(self) -> None:
        for part in self._list_waiting():
            try:
                body = self._spool.path(part.sequence)
                answer = self._hub.deliver(part, body, is_confirmed=self._is_confirmed)
                check_columns(answer.data, body, part.media_type)
            except HubRefused as error:
                if error.is_part_useless:
                    # Nothing of it was stored and the state hasn't moved: its rows are read again when the cause is mended.
                    self._spool.drop_from(part.sequence)
                raise
            self._report.add_refused(part, answer.data)
            self.outcome.sent += part.rows
            self.outcome.stored += int(answer.data.get("stored", 0))
            self._state = State(part.after, part.sequence, self._hub.takes_gzip or None, self._state.target)
            self._file.save(self._state)
            self._spool.remove(part)
