"""How a day stands in an address."""

from datetime import date


class DayConverter:
    """A day as 2026-11-24."""

    regex = "[0-9]{4}-[0-9]{2}-[0-9]{2}"

    def to_python(self, value: str) -> date:
        """Return the day; ValueError is Django's way to say that the address isn't there."""
        return date.fromisoformat(value)

    def to_url(self, value: date) -> str:
        return value.isoformat()
