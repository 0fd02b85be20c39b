"""How a process writes its log: plain lines, or with LOG_FORMAT=json one JSON object a line. Never any value of the data.

An error is told by its type and place alone, since its message may quote what a caller sent.
"""

import json
import logging
import traceback
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

ACCESS = "simpul.access"
"""The logger of answered calls; silent unless LOG_FORMAT is json."""
KNOWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class JsonLines(logging.Formatter):
    """Each record as one line: `at`, `level`, `logger`, `message`, and what `extra` gave."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        told = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **{name: value for name, value in vars(record).items() if name not in KNOWN},
        }
        if record.exc_info and record.exc_info[1] is not None:
            told["error"] = describe_error(record.exc_info[1])
        return json.dumps(told, ensure_ascii=False, default=lambda value: type(value).__name__)


class PlainLines(logging.Formatter):
    """Each record as one line, an error by its type and place."""

    def formatException(  # noqa: N802 (logging's own name)
        self, ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
    ) -> str:
        """Return the error without its message."""
        return describe_error(ei[1]) if ei[1] is not None else ""


def describe_error(error: BaseException) -> str:
    """Return an error's type and where it was raised; its message may quote data and is left out."""
    frames = traceback.extract_tb(error.__traceback__)
    places = " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(frames[-4:]))
    return f"{type(error).__name__} at {places}"


def make_log_config(log_format: str) -> dict[str, object]:
    """Return a process's logging as `logging.config.dictConfig` takes it: all to standard error."""
    is_json = log_format == "json"
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"lines": {"()": JsonLines if is_json else PlainLines}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "lines"}},
        "root": {"handlers": ["console"], "level": "WARNING"},
        "loggers": {ACCESS: {"level": "INFO" if is_json else "WARNING"}},
    }
