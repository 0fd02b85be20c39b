"""What a stop signal does: interrupts the preparations, then only sets a flag that the supervisor reads."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StopRequest:
    """Whether a stop was asked for, by Ctrl-C, SIGTERM or a closed terminal."""

    def __init__(self) -> None:
        self.is_asked = False
        self.interrupts = True

    def ask(self, number: int, frame: FrameType | None) -> None:
        """Note the request; raise KeyboardInterrupt as long as the work can be cut short anywhere."""
        self.is_asked = True
        if self.interrupts:
            self.interrupts = False
            raise KeyboardInterrupt


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
