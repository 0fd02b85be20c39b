"""Propose a dataset's columns from a real table: every row is looked at, once, in order.

A kind is proposed when the values speak for it; a few that don't (a messy spreadsheet) leave it standing,
so that the validator later names exactly those rows. The officer corrects what is proposed.
Cost: flat but for the values seen in columns that may be keys (at most 500,000 hashes a column).
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from simpul.contract.model import TEXT_FORMATS, Column
from simpul.contract.names import make_names, make_title
from simpul.contract.personal import propose_pdp_classes
from simpul.contract.shapes import DAMAGED, list_shapes

_KINDS = (
    *("nik", "nip", "email", "area_code", "phone"),
    *("date", "date:dd/MM/yyyy", "date:dd-MM-yyyy"),
    "timestamp",
    *("timestamp:dd/MM/yyyy HH:mm:ss", "timestamp:dd/MM/yyyy HH:mm"),
    *("timestamp:dd-MM-yyyy HH:mm:ss", "timestamp:dd-MM-yyyy HH:mm"),
    *("time", "boolean"),
    *("integer", "integer:decimal_comma", "number", "number:decimal_comma", "object"),
)
"""In this order: the first kind that fits is proposed, the narrower before the wider."""

_PLAIN_KINDS = ("boolean", "integer", "integer:decimal_comma", "number", "number:decimal_comma")
_HINTS = {
    "area_code": ("kode", "wilayah", "kemendagri", "area", "kecamatan", "desa", "kabupaten", "kab", "kec"),
    "phone": ("telepon", "telp", "hp", "phone", "whatsapp", "wa", "kontak", "handphone"),
}
_KEY_WORDS = ("id", "kode", "nik", "nip", "nomor", "no", "npsn", "nisn", "nop", "uuid", "key", "kd", "code")
_CODE_WORDS = ("kode", "kd", "code", "npsn", "nisn", "nop")
_COUNTERS = ("no", "nomor", "no_urut", "nomor_urut")
_PERIOD_WORDS = ("tahun", "bulan", "periode", "tanggal", "semester", "triwulan", "year", "month", "minggu")
_MAX_SEEN = 500_000
_ROUND_LENGTHS = (50, 100, 255, 500, 1000, 2000, 4000)


@dataclass
class _Seen:
    """Which values were met, as hashes; gives up on a column that repeats itself."""

    hashes: set[int] = field(default_factory=set)
    repeats: int = 0
    met: int = 0
    is_hopeless: bool = False

    def add(self, value: object) -> None:
        if self.is_hopeless or len(self.hashes) >= _MAX_SEEN:
            return
        self.met += 1
        size = len(self.hashes)
        self.hashes.add(hash(str(value)))
        self.repeats += len(self.hashes) == size
        if self.repeats > 20 + self.met // 20:
            self.is_hopeless, self.hashes = True, set()


@dataclass
class _Profile:
    """What was counted in one column."""

    name: str
    header: str
    rows: int = 0
    filled: int = 0
    damaged: int = 0
    shapes: Counter[str] = field(default_factory=Counter)
    longest: int = 0
    longest_sound: int = 0
    has_spaces: bool = False
    most_dots: int = 0
    examples: dict[str, str] = field(default_factory=dict)
    """The first value of each shape; "" any sound value."""
    seen: _Seen = field(default_factory=_Seen)

    def add(self, value: object) -> None:
        self.rows += 1
        if value is None or value == "" or (isinstance(value, str) and value.isspace()):
            return
        self.filled += 1
        self.longest = max(self.longest, len(str(value)))
        shapes = list_shapes(value)
        if shapes is DAMAGED or shapes == DAMAGED:
            self.damaged += 1
        else:
            self.shapes.update(shapes)
            for shape in ("", *shapes):
                self.examples.setdefault(shape, str(value))
            self._measure(str(value))
        self.seen.add(value)

    def _measure(self, text: str) -> None:
        self.longest_sound = max(self.longest_sound, len(text))
        self.has_spaces = self.has_spaces or " " in text
        self.most_dots = max(self.most_dots, text.count("."))

    @property
    def empty(self) -> int:
        return self.rows - self.filled

    @property
    def few(self) -> int:
        """How many odd values leave a proposal standing."""
        return max(1 if self.rows >= 8 else 0, self.rows // 50)


def infer_columns(header: Sequence[str], rows: Iterable[Sequence[object]]) -> list[Column]:
    """Propose the columns of a table.

    Args: `header` the column titles as written; `rows` each a sequence of values in that order (text from
    CSV; text, numbers, bools, dates from a spreadsheet; None or "" is empty; short rows count as empty).
    Returns: one column for each header, in order, with name, title, type, length, required, key, format,
    example and PDP class proposed; konsep and the rest are the officer's. Without rows: all text.
    """
    names = make_names([str(title) for title in header])
    profiles = [_Profile(name, str(title)) for name, title in zip(names, header, strict=True)]
    composite = _find_composite(profiles)
    joint = _Seen()
    for row in rows:
        values = [*row, *[None] * (len(profiles) - len(row))]
        for profile, value in zip(profiles, values, strict=False):
            profile.add(value)
        if composite:
            joint.add(tuple(str(values[place]) for place in composite))
    columns = _propose_columns(profiles)
    return _mark_key(columns, profiles, composite if joint.met and not joint.repeats else ())


def _propose_columns(profiles: list[_Profile]) -> list[Column]:
    columns = [_propose_column(profile) for profile in profiles]
    classes = propose_pdp_classes([column.name for column in columns], [column.format for column in columns])
    return [
        replace(column, pdp_class=pdp_class, example=column.example if pdp_class == "tidak" else None)
        for column, pdp_class in zip(columns, classes, strict=True)
    ]


def _propose_column(profile: _Profile) -> Column:
    kind = next((kind for kind in _KINDS if _fits(profile, kind)), "string")
    logical, _, form = kind.partition(":")
    column = Column(
        name=profile.name,
        title=make_title(profile.header) or profile.name,
        required=profile.rows > 0 and profile.empty == 0,
        example=profile.examples.get(kind) or profile.examples.get(""),
    )
    if kind in TEXT_FORMATS:
        return replace(column, format=kind, length=None if kind in ("phone", "email") else profile.longest_sound)
    if kind == "string":
        return replace(column, length=_propose_length(profile))
    return replace(column, logical_type=logical, format=form or None)


def _fits(profile: _Profile, kind: str) -> bool:
    sound = profile.filled - profile.damaged
    matched = profile.shapes[kind]
    if not matched or profile.damaged > profile.filled // 2:
        return False
    spared = sound // 20 if kind in _PLAIN_KINDS else sound // 5
    return sound - matched <= max(spared, min(profile.few, 1)) and _is_meant(profile, kind)


def _is_meant(profile: _Profile, kind: str) -> bool:
    """Settle what the values alone leave open: codes that look like numbers, dots that group or divide."""
    if kind == "area_code":
        return profile.most_dots >= 2 or (profile.most_dots == 1 and _has_word(profile.name, _HINTS[kind]))
    if kind == "phone":
        return _has_word(profile.name, _HINTS[kind]) or not profile.shapes["integer"]
    if kind.startswith(("integer", "number")) and profile.name not in _COUNTERS:
        return not _has_word(profile.name, _CODE_WORDS) and _is_number_meant(profile, kind)
    return True


def _is_number_meant(profile: _Profile, kind: str) -> bool:
    if kind == "integer:decimal_comma":
        return profile.shapes["grouped"] > 0
    return kind != "number" or profile.shapes["number"] >= profile.shapes["number:decimal_comma"]


def _propose_length(profile: _Profile) -> int | None:
    """Codes keep their own length; free text gets room to grow."""
    if not profile.longest:
        return None
    if not profile.has_spaces and _has_word(profile.name, _KEY_WORDS):
        return profile.longest
    return next((length for length in _ROUND_LENGTHS if length >= profile.longest * 1.5), None)


def _mark_key(columns: list[Column], profiles: list[_Profile], composite: Sequence[int]) -> list[Column]:
    """Mark the key: one column where one is enough, else the code and period together, else none."""
    best = max(range(len(columns)), key=lambda place: _score_key(columns[place], profiles[place], place), default=None)
    if best is not None and _score_key(columns[best], profiles[best], best) > 0:
        chosen: tuple[int, ...] = (best,)
    else:
        chosen = tuple(composite) if all(columns[place].required for place in composite) else ()
    return [
        replace(column, key=True, required=True) if place in chosen else column for place, column in enumerate(columns)
    ]


def _score_key(column: Column, profile: _Profile, place: int) -> int:
    """How well a column serves as the key alone; 0: not at all."""
    is_spoiled = profile.damaged > profile.filled // 2
    if profile.rows == 0 or is_spoiled or profile.seen.is_hopeless or column.logical_type not in ("string", "integer"):
        return 0
    is_named = _has_word(column.name, _KEY_WORDS) or column.format in ("nik", "nip")
    allowed = profile.few if is_named else 0
    if profile.empty > allowed or profile.seen.repeats > allowed:
        return 0
    if column.name in _COUNTERS:
        return 1
    if is_named:
        return 4
    if place == 0:
        return 3
    return 2 if column.logical_type == "string" and not profile.has_spaces and profile.rows > 1 else 0


def _find_composite(profiles: list[_Profile]) -> tuple[int, ...]:
    """Find the columns that may be a key together: the first code, and what names a period."""
    codes = [place for place, profile in enumerate(profiles) if _is_code_name(profile.name)]
    periods = [place for place, profile in enumerate(profiles) if _has_word(profile.name, _PERIOD_WORDS)]
    return tuple(sorted({codes[0], *periods})) if codes and periods else ()


def _is_code_name(name: str) -> bool:
    return _has_word(name, _KEY_WORDS) and name not in _COUNTERS


def _has_word(name: str, words: Sequence[str]) -> bool:
    return not set(name.split("_")).isdisjoint(words)
