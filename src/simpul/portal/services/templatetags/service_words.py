"""How pages of services say types, classes, states and filters in plain words."""

from collections.abc import Mapping

from django import template
from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext as _

from simpul.contract.model import Column
from simpul.kernel.words import Words

register = template.Library()

_FREQUENCIES = {
    "harian": gettext_noop("setiap hari"),
    "mingguan": gettext_noop("setiap minggu"),
    "bulanan": gettext_noop("setiap bulan"),
    "triwulanan": gettext_noop("setiap tiga bulan"),
    "semesteran": gettext_noop("setiap enam bulan"),
    "tahunan": gettext_noop("setiap tahun"),
    "sewaktu-waktu": gettext_noop("sewaktu-waktu"),
}
_DELIVERIES = {"upload": gettext_noop("petugas mengunggah berkas"), "push": gettext_noop("program penyedia mengirim")}
_MASKS = {
    "hidden": gettext_noop("disembunyikan"),
    "hashed": gettext_noop("disandikan"),
    "last4": gettext_noop("empat karakter terakhir"),
}

_TYPES = {
    "string": gettext_noop("teks"),
    "integer": gettext_noop("bilangan bulat"),
    "number": gettext_noop("bilangan"),
    "boolean": gettext_noop("ya/tidak"),
    "date": gettext_noop("tanggal"),
    "timestamp": gettext_noop("tanggal dan jam"),
    "time": gettext_noop("jam"),
    "object": gettext_noop("objek JSON"),
}
_PDP = {"umum": gettext_noop("Data pribadi umum"), "spesifik": gettext_noop("Data pribadi spesifik")}
_ACCESS = {
    "terbuka": gettext_noop("Terbuka"),
    "terbatas": gettext_noop("Terbatas"),
    "dikecualikan": gettext_noop("Dikecualikan"),
}
_TASKS = {
    "baca": gettext_noop("Membaca 100 baris pertama"),
    "semua": gettext_noop("Membaca semua baris, halaman demi halaman"),
    "kirim": gettext_noop("Mengirim data (penyedia)"),
}
_STAGES = {
    "nama": gettext_noop("Nama alamat"),
    "tls": gettext_noop("TLS"),
    "jawaban": gettext_noop("Jalan ke hub"),
    "kunci": gettext_noop("Kunci"),
    "layanan": gettext_noop("Layanan dan batasnya"),
    "hak": gettext_noop("Hak akses"),
    "elemen": gettext_noop("Elemen dan saringan"),
    "baris": gettext_noop("Isi baris"),
}
_FINDINGS = {
    "ok": (gettext_noop("Berhasil"), "tag-done"),
    "failed": (gettext_noop("Gagal"), "tag-late"),
    "outside": (gettext_noop("Tidak terjangkau dari server hub"), "tag-wait"),
    "untold": (gettext_noop("Tidak dapat diuji dari hub"), "tag-wait"),
    "skipped": (gettext_noop("Belum dicoba"), "tag-quiet"),
}
_TAGS = {
    "aktif": "tag-done",
    "terbuka": "tag-done",
    "verifikasi": "tag-open",
    "disiapkan": "tag-wait",
    "usang": "tag-wait",
    "gagal": "tag-late",
}


@register.filter
def type_words(column: Column) -> str:
    """Return a column's type with its size and unit."""
    words = _(_TYPES[column.logical_type])
    if column.length:
        words += " " + _("paling panjang %(length)d") % {"length": column.length}
    elif column.precision:
        words += f" ({column.precision},{column.scale or 0})"
    return f"{words}, {column.unit}" if column.unit.strip("- ") else words


@register.filter
def pdp_words(column: Column) -> str:
    """Return the class of personal data, "" for none."""
    return _(_PDP[column.pdp_class]) if column.is_personal else ""


@register.filter
def access_words(access_class: str) -> str:
    return _(_ACCESS.get(access_class, access_class))


@register.filter
def access_tag(access_class: str) -> str:
    return {"terbuka": "tag-done", "dikecualikan": "tag-late"}.get(access_class, "tag-open")


@register.filter
def publication_tag(state: str) -> str:
    """Return the class of a publication's state."""
    return _TAGS.get(state, "tag-quiet")


@register.filter
def operation_words(operations: list[str]) -> str:
    """Return what a grant lets its holder do."""
    names = {"read": _("membaca"), "deliver": _("mengirim")}
    return ", ".join(names.get(one, one) for one in operations)


@register.filter
def in_language(words: Words) -> str:
    """Return a text of both languages in the page's own."""
    return words.in_language(get_language() or "id")


@register.filter
def task_words(task: str) -> str:
    """Return what a sample program does."""
    return _(_TASKS[task])


@register.filter
def stage_words(stage: str) -> str:
    """Return what a stage of the connection tester is called."""
    return _(_STAGES[stage])


@register.filter
def finding_words(state: str) -> str:
    return _(_FINDINGS[state][0])


@register.filter
def finding_tag(state: str) -> str:
    return _FINDINGS[state][1]


@register.filter
def key_prefix(stage: str) -> str:
    """Return how keys of a stage begin."""
    return "spl_test_" if stage == "sandbox" else "spl_live_"


@register.filter
def frequency_words(frequency: str) -> str:
    """Return how often a dataset is brought up to date."""
    return _(_FREQUENCIES[frequency]) if frequency in _FREQUENCIES else frequency


@register.filter
def delivery_words(delivery: str) -> str:
    return _(_DELIVERIES[delivery]) if delivery in _DELIVERIES else delivery


@register.filter
def mask_words(masks: Mapping[str, str]) -> str:
    """Return which columns of a grant are masked, and how."""
    return ", ".join(f"{column}: {_(_MASKS[mask]) if mask in _MASKS else mask}" for column, mask in masks.items())


@register.filter
def lookup(values: Mapping[str, str], name: str) -> str:
    """Return the value of a name, "" where there is none."""
    return values.get(name, "") if values else ""
