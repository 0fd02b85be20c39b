"""The contract's types, forms and ways of delivery as officers choose and read them."""

from django.utils.translation import gettext_lazy as _

TYPES = {
    "string": _("teks"),
    "integer": _("bilangan bulat"),
    "number": _("bilangan desimal"),
    "boolean": _("ya/tidak"),
    "date": _("tanggal"),
    "timestamp": _("tanggal dan jam"),
    "time": _("jam"),
    "object": _("objek (JSON)"),
}
FORMATS = {
    "nik": "NIK",
    "nip": "NIP",
    "phone": _("nomor telepon"),
    "area_code": _("kode wilayah"),
    "email": _("surel"),
    "yyyy-MM-dd": "2026-11-24",
    "dd/MM/yyyy": "24/11/2026",
    "dd-MM-yyyy": "24-11-2026",
    "dd/MM/yyyy HH:mm:ss": "24/11/2026 08:30:00",
    "dd/MM/yyyy HH:mm": "24/11/2026 08:30",
    "dd-MM-yyyy HH:mm:ss": "24-11-2026 08:30:00",
    "dd-MM-yyyy HH:mm": "24-11-2026 08:30",
    "decimal_comma": _("koma desimal: 1.234,56"),
}
WAYS = {"upload": _("unggah berkas lewat portal"), "push": _("dikirim program lewat API")}
MASKS = {
    "": _("apa adanya"),
    "hidden": _("disembunyikan (kosong)"),
    "hashed": _("disamarkan (kode tetap)"),
    "last4": _("empat karakter terakhir"),
}
LATE_WAYS = {"layani": _("layani dengan peringatan"), "tolak": _("tolak pembacaan")}
