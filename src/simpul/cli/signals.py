"""What a stop signal does: it sets a flag, and interrupts the work only where that can be cut short anywhere."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StopRequest:
    """Whether a stop was asked for, by Ctrl-C, SIGTERM or a closed terminal."""

    def __init__(self) -> None:
        self.is_asked = False
        self.interrupts = False

    def ask(self, number: int, frame: FrameType | None) -> None:
        """Note the request; raise KeyboardInterrupt, once, where `allow_interrupt` was called."""
        self.is_asked = True
        if self.interrupts:
            self.interrupts = False
            raise KeyboardInterrupt

    def allow_interrupt(self) -> None:
        """Let a request cut the work short from here on; one that came before does so now.

        Raises: KeyboardInterrupt.
        """
        if self.is_asked:
            raise KeyboardInterrupt
        self.interrupts = True


@contextmanager
def stop_requests() -> Iterator[StopRequest]:
    """Take the stop signals for the time of a `with` block."""
    request = StopRequest()
    before = {number: signal.signal(number, request.ask) for number in STOPPING}
    try:
        yield request
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
