"""The fields of a source's settings, and the reader that says what is wrong by field."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from simpul.kernel.errors import Finding
from simpul.kernel.words import Words

LONGEST_TEXT = 20_000
Given = Mapping[str, str]
"""The settings as they are stored and typed: field name → text. The secret isn't among them."""
Value = TypeVar("Value")


@dataclass(frozen=True)
class Field:
    """One field: its name, what it is, its choices where they are closed, and what stands where it is left empty."""

    name: str
    about: Words
    required: bool = False
    choices: tuple[str, ...] = ()
    default: str = ""
    is_long: bool = False


class FieldWrong(ValueError):
    """A field's text that can't be used, with the words that say why."""

    def __init__(self, message: Words, rule: str = "field") -> None:
        super().__init__(str(message))
        self.message, self.rule = message, rule


class FieldReader:
    """Reads the fields of one kind and gathers what is wrong with them in `findings`."""

    def __init__(self, table: tuple[Field, ...], given: Given) -> None:
        """Take the kind's table and the typed texts; a name that isn't in the table is a finding."""
        self._table = {field.name: field for field in table}
        self._given = {name: text.strip() for name, text in given.items()}
        unknown = Words("Isian ini tidak dikenal.", "This field isn't known.")
        self.findings = [Finding(name, "unknown-field", unknown) for name in self._given if name not in self._table]

    def add(self, name: str, rule: str, message: Words) -> None:
        """Note what is wrong with a field."""
        self.findings.append(Finding(name, rule, message))

    def text(self, name: str) -> str:
        """Return a field's text, or its default; "" with a finding where it is missing, too long or not a choice."""
        field = self._table[name]
        text = self._given.get(name) or field.default
        if field.required and not text:
            self.add(name, "required", Words("Isian ini wajib diisi.", "This field is required."))
        if len(text) > LONGEST_TEXT or (not field.is_long and "\n" in text):
            self.add(name, "too-long", Words("Isian ini terlalu panjang.", "This field is too long."))
            return field.default
        if text and field.choices and text not in field.choices:
            listed = ", ".join(field.choices)
            self.add(name, "choice", Words(f"Pilih salah satu: {listed}.", f"Choose one of: {listed}."))
            return field.default
        return text

    def parse(self, name: str, parse: Callable[[str], Value], fallback: Value) -> Value:
        """Return the parsed text of a field; `fallback` where it is empty, or wrong, which is then a finding."""
        text = self.text(name)
        try:
            return parse(text) if text else fallback
        except FieldWrong as wrong:
            self.add(name, wrong.rule, wrong.message)
            return fallback

    def number(self, name: str, least: int, most: int) -> int:
        """Return a whole number between two ends; `least` with a finding where it isn't one."""

        def read(text: str) -> int:
            if not text.isascii() or not text.isdecimal() or not least <= int(text) <= most:
                raise FieldWrong(
                    Words(f"Isi angka antara {least} dan {most}.", f"Give a number from {least} to {most}."), "number"
                )
            return int(text)

        return self.parse(name, read, least)

    def names(self, name: str) -> tuple[str, ...]:
        """Return the names of a list between commas, in order, each once."""
        return tuple(dict.fromkeys(part.strip() for part in self.text(name).split(",") if part.strip()))
