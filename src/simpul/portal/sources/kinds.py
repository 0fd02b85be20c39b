"""The kinds of sources as people choose them: when each is the right one, what its choices mean, which fields stand folded."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import lazy
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from simpul.kernel.words import Words
from simpul.sources import opening
from simpul.sources.fields import Field


def _say(words: Words) -> str:
    return words.in_language(get_language() or "id")


say = lazy(_say, str)
"""Words in the language of the page that shows them."""


@dataclass(frozen=True)
class Kind:
    """One kind: its code, its name, when it is the right one, its fields, the secret's label."""

    code: str
    title: Any
    about: Any
    fields: tuple[Field, ...]
    secret: Any
    defaults: Mapping[str, str]

    @property
    def has_files(self) -> bool:
        """Does it take files of a folder, each once or the newest?"""
        return any(field.name == "takes" for field in self.fields)


_ABOUT = {
    "mysql": _("Aplikasi OPD yang memakai basis data MySQL; hub membaca satu tabel atau satu kueri."),
    "postgresql": _("Aplikasi OPD yang memakai basis data PostgreSQL; hub membaca satu tabel atau satu kueri."),
    "rest": _("Aplikasi yang menyediakan API, juga lewat SPLP nasional."),
    "file": _("Berkas yang dapat diunduh dari satu alamat."),
    "folder": _("Berkas yang ditaruh ke folder yang didaftarkan Pengelola Sistem."),
}
_DEFAULTS: Mapping[str, Mapping[str, str]] = {"mysql": {"port": "3306"}, "postgresql": {"port": "5432"}}
KINDS: Mapping[str, Kind] = {
    code: Kind(code, say(one.title), _ABOUT.get(code, ""), one.fields, say(one.secret), _DEFAULTS.get(code, {}))
    for code, one in opening.KINDS.items()
}
ADVANCED = frozenset(
    {
        "headers",
        "ca_pem",
        "pause_ms",
        "first_page",
        "total_path",
        "since_parameter",
        "settle_seconds",
        "cursor_column",
        "key_columns",
        "overlap",
        "null_cursor",
        "tls",
    }
)
"""Fields that most sources leave as they are; shown folded."""
CHOICES: Mapping[str, Mapping[str, Any]] = {
    "sign_in": {
        "none": _("Tanpa masuk"),
        "basic": _("Nama pengguna dan kata sandi (Basic)"),
        "header": _("Kunci dalam header"),
        "bearer": _("Token (Bearer)"),
    },
    "paging": {
        "none": _("Semua dalam satu jawaban"),
        "page": _("Nomor halaman"),
        "offset": _("Mulai dari baris ke-"),
        "cursor": _("Kursor dari jawaban sebelumnya"),
        "link": _("Header Link (rel=next)"),
        "next": _("Alamat berikutnya dalam jawaban"),
    },
    "null_cursor": {"read": _("Selalu dibaca lagi"), "refuse": _("Menjadi baris tertolak")},
    "tls": {"verify": _("Ya, sertifikatnya diperiksa"), "off": _("Tidak (hanya untuk alamat yang didaftarkan)")},
    "takes": {"each": _("Setiap berkas, sekali"), "newest": _("Berkas terbaru saja")},
    "format": {
        "csv": "CSV",
        "json": "JSON",
        "ndjson": "NDJSON",
        "xlsx": "Excel (.xlsx)",
        "ods": "OpenDocument (.ods)",
        "parquet": "Parquet",
    },
}
STAGES = {
    "settings": _("Isian"),
    "name": _("Nama server"),
    "network": _("Jaringan"),
    "tls": _("TLS"),
    "sign-in": _("Masuk"),
    "object": _("Tabel atau letak baris"),
    "rights": _("Hak baca"),
    "content": _("Isi"),
}
"""Where a test may fail, in its order."""
TYPES = {
    "string": _("teks"),
    "integer": _("bilangan bulat"),
    "number": _("bilangan"),
    "boolean": _("ya/tidak"),
    "date": _("tanggal"),
    "timestamp": _("waktu"),
    "time": _("jam"),
    "object": _("objek"),
}
