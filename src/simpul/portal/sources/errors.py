"""What a person can't do with a source, and why a run stopped before it touched the dataset."""

from simpul.kernel.errors import Conflict, Invalid, Misconfigured, NotFound, SimpulError
from simpul.kernel.words import Words


class SourceNotFound(NotFound):
    code = "SPL720"
    message = Words("Sumber data itu tidak ditemukan.", "That source was not found.")


class SourceInvalid(Invalid):
    """What was typed for a source isn't right; `findings` name the fields."""

    code = "SPL721"
    message = Words("Isian sumber data belum benar.", "The source's settings aren't right yet.")
    hint = Words("Perbaiki isian yang disebut.", "Mend the fields that are named.")


class SourceNotReady(Conflict):
    code = "SPL722"
    message = Words("Sumber data ini belum selesai disiapkan.", "This source isn't set up yet.")
    hint = Words("Uji sambungannya, lalu petakan kolomnya.", "Test its connection, then map its columns.")


class SourceDrifted(Invalid):
    """The source's columns aren't what the mapping was made for; nothing was fetched. `findings` say which."""

    code = "SPL723"
    message = Words(
        "Susunan sumber berubah dari pemetaannya. Tidak ada data yang disentuh.",
        "The source's structure differs from its mapping. No data was touched.",
    )
    hint = Words(
        "Buka “Petakan kolom”, periksa kolom yang disebut, simpan, lalu jalankan lagi.",
        "Open “Map columns”, check the columns that are named, save, then run it again.",
    )


class SecretUnreadable(Misconfigured):
    code = "SPL724"
    message = Words("Rahasia sumber data tidak dapat dibuka.", "The source's secret can't be opened.")
    hint = Words(
        "Pulihkan keys/sources.key dari cadangan, atau isi lagi rahasianya pada halaman sumber.",
        "Restore keys/sources.key from a backup, or type the secret again on the source's page.",
    )


class SourceClosed(Conflict):
    code = "SPL725"
    message = Words(
        "Layanan data ini sedang tidak diisi lewat sumber.", "This dataset isn't filled by a source at this time."
    )
    hint = Words(
        "Sumber dapat dipakai sejak layanan dalam verifikasi sampai dihentikan.",
        "A source can be used from verification until the service ends.",
    )


class RunAsked(Conflict):
    code = "SPL726"
    message = Words("Sumber ini sedang atau segera berjalan.", "This source is running, or about to.")
    hint = Words("Tunggu sampai selesai; halaman ini menunjukkannya.", "Wait until it has ended; this page shows it.")


class SourceReset(Conflict):
    """The source was changed while it was read, so what was read isn't kept; the run begins again."""

    code = "SPL727"
    message = Words(
        "Sumber diubah ketika sedang dibaca; bagian yang terbaca tidak disimpan.",
        "The source was changed while it was read; that part wasn't kept.",
    )


class RunCutOff(SimpulError):
    """The run was cut off again and again without a committed row."""

    code = "SPL728"
    message = Words(
        "Pengambilan ini terputus berulang kali tanpa kemajuan, lalu dihentikan.",
        "This run was cut off again and again without getting on, and was given up.",
    )
    hint = Words(
        "Kecilkan batas atau baca bertahap; bila berulang, hubungi Pengelola Sistem.",
        "Lower the limits or read step by step; if it persists, tell the Pengelola Sistem.",
    )


class RunEnded(Conflict):
    """What a run says that a person ended."""

    code = "SPL729"
    message = Words("Dihentikan petugas.", "Ended by an officer.")
