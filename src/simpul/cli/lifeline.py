"""A process ends when its parent does, even where the parent was killed."""

import ctypes
import os
import signal
import sys
import threading
import time

_PR_SET_PDEATHSIG = 1
_POLL_SECONDS = 1.0
GRACE_SECONDS = 7.0
"""Work that runs when the parent goes has so long to end in order; with its database gone it may never."""


def follow_parent(parent: int) -> None:
    """Have this process get SIGTERM when `parent`, a process id, is gone, and end it if it doesn't end by that.

    On Linux the kernel sends the signal; elsewhere the thread does that looks once a second. Source: prctl(2),
    PR_SET_PDEATHSIG.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit(0)
    threading.Thread(target=_watch_parent, args=(parent,), daemon=True).start()


def _watch_parent(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_POLL_SECONDS)
    if sys.platform != "linux":
        os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_SECONDS)
    os._exit(1)
