"""Keeps how far the hub has acknowledged the source's rows. It moves only after the hub's answer.

Two generations are kept. A damaged file falls back to the one before: rows are then sent twice, which merging and
replacing take without harm; appending doesn't, so there the run stops instead.
"""

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Optional

from simpul_agent.durable import seal, unseal, write_whole
from simpul_agent.errors import StateDamaged


@dataclass
class State:
    """`position`: the source's own words for how far; `sequence`: the last part acknowledged; `gzip`: the hub takes it;
    `target`: the dataset that all this is about."""

    position: dict[str, Any] = field(default_factory=dict)
    sequence: int = 0
    gzip: Optional[bool] = None
    target: str = ""


class StateFile:
    """The state in the spool's folder."""

    def __init__(self, folder: Path, mode: str) -> None:
        self._path, self._older, self._mode = folder / "state", folder / "state.before", mode
        self.was_damaged = False

    def load(self) -> State:
        """Return the state; a new one where there was none yet. Raises: StateDamaged, where rows must not come twice."""
        found = [path for path in (self._path, self._older) if path.exists()]
        if not found:
            return State()
        state = _read(found[0])
        if state is not None and found[0] == self._path:
            return state
        self.was_damaged = True
        if self._mode == "append":
            raise StateDamaged(
                f"Berkas {self._path} rusak; dengan mode append baris bisa terkirim dua kali. Bandingkan dengan hub, lalu"
                " jalankan --reset untuk mulai dari awal.",
                f"The file {self._path} is damaged; in mode append rows could be sent twice. Compare with the hub, then"
                " run --reset to start from the beginning.",
            )
        return _read(self._older) or State()

    def save(self, state: State) -> None:
        """Keep a state durably; the one before stays beside it."""
        if self._path.exists() and _read(self._path) is not None:
            write_whole(self._older, self._path.read_bytes())
        write_whole(self._path, seal(asdict(state)))

    def forget(self) -> None:
        """Start from the beginning."""
        for path in (self._path, self._older):
            if path.exists():
                path.unlink()


def _read(path: Path) -> Optional[State]:
    data = unseal(path.read_bytes()) if path.exists() else None
    return State(**data) if isinstance(data, dict) else None
