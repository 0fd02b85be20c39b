"""Looks after the hub's own database while the supervisor looks after its processes."""

import time
from dataclasses import dataclass

from simpul.cli.signals import StopRequest
from simpul.cli.supervisor import tell
from simpul.kernel.errors import SimpulError
from simpul.store.keeper import Keeper

LOOK_SECONDS = 0.5
PAUSE_SECONDS = 10.0
"""Between two tries where the database can't be started."""


@dataclass
class Upkeep:
    """Starts the database again where it died. A stop that is asked for meanwhile cuts the start short."""

    keeper: Keeper
    request: StopRequest
    due_at: float = 0.0

    def look(self) -> None:
        """Look, at most each half second, and mend what is found."""
        if time.monotonic() < self.due_at:
            return
        self.due_at = time.monotonic() + LOOK_SECONDS
        if self.keeper.is_down():
            tell("basis data berhenti; dijalankan lagi. / the database ended; starting it again.")
            self._start_again()

    def _start_again(self) -> None:
        try:
            self.request.allow_interrupt()
            self.keeper.start_again()
        except KeyboardInterrupt:
            return  # the supervisor's loop sees that a stop is asked for
        except SimpulError as error:
            tell(f"{error.message} {error.hint}")
            self.due_at = time.monotonic() + PAUSE_SECONDS
        finally:
            self.request.interrupts = False
