"""The rules by which a value is refused: each has an id and words that say the next step, never the value."""

from simpul.kernel.spreadsheets import Damage
from simpul.kernel.words import Words


class Fault(Exception):
    """One value breaks one rule. Raised by readers and checks, caught by the row validator alone."""

    def __init__(self, rule: str, words: Words) -> None:
        super().__init__(rule)
        self.rule = rule
        self.words = words

    @classmethod
    def of(cls, damage: Damage) -> "Fault":
        """Make the fault of a spreadsheet's damage."""
        return cls(*damage)


REQUIRED = Words("Isian wajib masih kosong. Isi nilainya.", "A required value is empty. Fill it in.")
UNKNOWN_COLUMN = Words(
    "Kolom ini tidak ada dalam kontrak. Hapus kolomnya atau samakan namanya dengan kontrak.",
    "This column isn't in the contract. Remove it or give it the contract's name.",
)
NOT_A_ROW = Words("Baris harus berupa objek kolom dan nilai.", "A row must be an object of columns and values.")

TYPES = {
    "string": Words(
        "Isian harus berupa teks. Dalam JSON, beri tanda kutip.", "The value must be text. In JSON, put it in quotes."
    ),
    "integer": Words(
        "Isian harus bilangan bulat, tanpa huruf, satuan, atau desimal.",
        "The value must be a whole number, without letters, units or decimals.",
    ),
    "number": Words(
        "Isian harus angka dengan titik desimal, seperti 1234.56, tanpa pemisah ribuan.",
        "The value must be a number with a decimal point, as in 1234.56, without thousands separators.",
    ),
    "decimal_comma": Words(
        "Isian harus angka dengan koma desimal, seperti 1234,56 atau 1.234,56.",
        "The value must be a number with a decimal comma, as in 1234,56 or 1.234,56.",
    ),
    "boolean": Words("Isian harus ya atau tidak (JSON: true atau false).", "The value must be true or false."),
    "date": Words(
        "Tanggal tidak dikenal. Tulis tahun-bulan-hari, seperti 2026-11-24{form}.",
        "The date isn't recognised. Write year-month-day, as in 2026-11-24{form}.",
    ),
    "timestamp": Words(
        "Waktu tidak dikenal. Tulis seperti 2026-11-24T13:45:00+08:00{form}.",
        "The time isn't recognised. Write it as 2026-11-24T13:45:00+08:00{form}.",
    ),
    "time": Words("Jam tidak dikenal. Tulis seperti 13:45 atau 13:45:00.", "Write the time as 13:45 or 13:45:00."),
    "object": Words("Isian harus objek JSON yang benar.", "The value must be a valid JSON object."),
}
ZERO_DATE = Words(
    "Tanggal 0000-00-00 bukan tanggal. Kosongkan isian ini bila tanggalnya tidak ada.",
    "0000-00-00 is no date. Leave the value empty where there is no date.",
)
INTEGER_RANGE = Words("Bilangan terlalu besar untuk disimpan.", "The number is too large to be stored.")
UNSTORABLE = Words(
    "Ada tanda kendali yang tidak dapat disimpan. Hapus, lalu kirim lagi.",
    "There is a control character that can't be stored. Delete it and send again.",
)
LENGTH = Words("Isian lebih panjang dari {length} huruf.", "The value is longer than {length} characters.")
SCALE = Words("Angka di belakang koma paling banyak {scale}.", "At most {scale} digits behind the decimal point.")
PRECISION = Words("Angka di depan koma paling banyak {digits}.", "At most {digits} digits before the decimal point.")
MINIMUM = Words("Nilai paling kecil adalah {bound}.", "The smallest value is {bound}.")
MAXIMUM = Words("Nilai paling besar adalah {bound}.", "The largest value is {bound}.")
PATTERN = Words(
    "Isian tidak mengikuti pola yang disepakati dalam kontrak.", "The value doesn't follow the contract's pattern."
)
CODE_DATE = Words(
    "Kode ini ada dalam daftar kodenya, tetapi tidak berlaku pada tanggal barisnya. Pakai kode yang berlaku saat itu.",
    "This code is in its code list, but isn't valid on the row's date. Use the code that was valid then.",
)
CODE_LIST = Words(
    "Isian tidak ada dalam daftar kode yang disepakati. Pakai salah satu kode dari daftar itu.",
    "The value isn't in the agreed code list. Use one of its codes.",
)
