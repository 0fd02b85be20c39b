"""Reads a parameter's text from left to right; every parser of the grammar stands on it."""

import re

from simpul.kernel.words import Words
from simpul.query.errors import ParseFailed, show_name

_SPACES = re.compile(r" *")


class Scanner:
    """A text, a place in it, and the parameter's name for messages."""

    def __init__(self, text: str, parameter: str) -> None:
        self.text = text
        self.place = 0
        self.parameter = parameter

    @property
    def at_end(self) -> bool:
        """Is everything read?"""
        return self.place >= len(self.text)

    def peek(self) -> str:
        """Return the next character, or an empty text at the end."""
        return self.text[self.place : self.place + 1]

    def take(self, word: str) -> bool:
        """Step over `word` if it comes next; say whether it did."""
        if not self.text.startswith(word, self.place):
            return False
        self.place += len(word)
        return True

    def take_pattern(self, pattern: re.Pattern[str]) -> str | None:
        """Step over and return what matches here, or None."""
        match = pattern.match(self.text, self.place)
        if match is None:
            return None
        self.place = match.end()
        return match.group()

    def skip_spaces(self) -> None:
        """Step over spaces, which are allowed round commas and brackets."""
        self.take_pattern(_SPACES)

    def expect(self, word: str) -> None:
        """Step over `word`. Raises: ParseFailed if something else comes."""
        if not self.take(word):
            raise self.fail(Words(f"Diharapkan '{word}'", f"Expected '{word}'"))

    def expect_end(self) -> None:
        """Raises: ParseFailed if anything is left."""
        if not self.at_end:
            raise self.fail(Words("Sisa teks tidak dikenal", "Unknown text left over"))

    def take_quoted(self) -> str:
        r"""Return the text of a double-quoted value; `\"` and `\\` stand for themselves.

        >>> Scanner(r'"a\"b,c" rest', "x").take_quoted()
        'a"b,c'
        """
        self.expect('"')
        taken: list[str] = []
        while not self.at_end:
            char = self.text[self.place]
            self.place += 1
            if char == '"':
                return "".join(taken)
            if char == "\\" and not self.at_end:
                char = self.text[self.place]
                self.place += 1
            taken.append(char)
        raise self.fail(Words("Tanda petik tidak ditutup", "A quote isn't closed"))

    def fail(self, what: Words) -> ParseFailed:
        """Return the error that says what is wrong and where, without repeating the text."""
        where = Words(f"{what.id}, pada huruf ke-{self.place + 1}.", f"{what.en}, at character {self.place + 1}.")
        return ParseFailed(details=where, parameter=show_name(self.parameter))
