"""Which columns look like personal data, by their names: a proposal that the officer corrects.

Source: UU 27/2022 Pasal 4 (spesifik: health, biometrics, genetics, criminal record, children, personal
finance; umum: name, sex, nationality, religion, marital status, and what identifies with others).
"""

from collections.abc import Sequence

_SPECIFIC = (
    "penyakit diagnosa diagnosis kesehatan rekam_medis golongan_darah biometrik sidik_jari genetik disabilitas "
    "kejahatan pidana gaji penghasilan rekening pendapatan_pribadi npwp"
)
_GENERAL = (
    "nik nip no_kk nomor_kk kartu_keluarga nama_lengkap nama_ayah nama_ibu nama_orang_tua nama_kepala_keluarga "
    "nama_kk nama_pegawai nama_guru nama_siswa nama_warga nama_penduduk nama_pasien nama_pemilik nama_pemohon "
    "nama_penerima nama_anak nama_peserta telepon telp no_hp nomor_hp handphone whatsapp email surel alamat_rumah "
    "alamat_tinggal alamat_domisili alamat_ktp tanggal_lahir tgl_lahir tempat_lahir jenis_kelamin agama "
    "status_kawin status_perkawinan kewarganegaraan suku ktp paspor"
)
_PERSON_SIGNS = ("nik", "nip", "tanggal_lahir", "tgl_lahir", "jenis_kelamin", "agama", "no_kk", "nomor_kk")
_NAMED_IN_COMPANY = ("nama", "alamat")


def propose_pdp_classes(names: Sequence[str], formats: Sequence[str | None]) -> list[str]:
    """Propose the PDP class of each column, by name and format.

    A bare `nama` or `alamat` is personal only beside a column that speaks of a person.

    >>> propose_pdp_classes(["kode", "nama"], ["area_code", None])
    ['tidak', 'tidak']
    >>> propose_pdp_classes(["nik", "nama", "penyakit"], ["nik", None, None])
    ['umum', 'umum', 'spesifik']
    """
    has_person = any(_has_word(name, _PERSON_SIGNS) for name in names) or "nik" in formats or "nip" in formats
    return [_propose_class(name, form, has_person) for name, form in zip(names, formats, strict=True)]


def _propose_class(name: str, form: str | None, has_person: bool) -> str:
    if _counts(name):
        return "tidak"
    if _has_word(name, _SPECIFIC.split()):
        return "spesifik"
    if form in ("nik", "nip") or _has_word(name, _GENERAL.split()):
        return "umum"
    return "umum" if has_person and name in _NAMED_IN_COMPANY else "tidak"


def _counts(name: str) -> bool:
    """A number of people with a trait isn't personal data."""
    return name.startswith(("jumlah_", "total_", "persen", "rata_rata", "banyak_"))


def _has_word(name: str, words: Sequence[str]) -> bool:
    padded = f"_{name}_"
    return any(f"_{word}_" in padded for word in words)
