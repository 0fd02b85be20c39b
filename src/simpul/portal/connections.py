"""Django's connections outside a request: a job takes and leaves them as a request does."""

from collections.abc import Callable

from django.db import close_old_connections


def keep_connections(run: Callable[..., object]) -> Callable[..., object]:
    """Return the same work with broken and old connections closed before and after it."""

    def run_kept(**arguments: object) -> object:
        close_old_connections()
        try:
            return run(**arguments)
        finally:
            close_old_connections()

    return run_kept
