"""A text for people in both languages of the hub: Indonesian first, English beside it."""

from typing import Any, NamedTuple


class Words(NamedTuple):
    """One sentence in Indonesian (`id`) and English (`en`).

    >>> Words("Baris {row}", "Row {row}").format(row=3)
    Words(id='Baris 3', en='Row 3')
    >>> str(Words("Selesai.", "Done."))
    'Selesai. / Done.'
    """

    id: str
    en: str

    # A tuple's own `format` doesn't exist, so the name is free; it fills both languages at once.
    def format(self, **values: Any) -> "Words":
        """Return the same text with `{name}` places filled in both languages."""
        return Words(self.id.format(**values), self.en.format(**values))

    def in_language(self, language: str) -> str:
        """Return the text for a language tag: English for `en…`, otherwise Indonesian."""
        return self.en if language.lower().startswith("en") else self.id

    def __str__(self) -> str:
        return f"{self.id} / {self.en}" if self.en else self.id


NOTHING = Words("", "")
