"""What can go wrong while the sample data are made."""

from simpul.kernel.errors import SimpulError
from simpul.kernel.words import Words


class SampleTestsFailed(SimpulError):
    code = "SPL560"
    message = Words(
        "Uji integrasi layanan contoh {context} tidak lulus ({failed} gagal).",
        "The integration tests of the sample service {context} don't pass ({failed} failed).",
    )
    hint = Words(
        "Lihat hasil ujinya pada permohonan contoh, langkah 9.", "See their results in the sample request, step 9."
    )


class SampleWaits(SimpulError):
    code = "SPL561"
    message = Words(
        "Permohonan contoh {key} masih menunggu pekerjaan lain.", "The sample request {key} still waits for other jobs."
    )
    hint = Words("Ini dilanjutkan sendiri sebentar lagi.", "It goes on by itself in a moment.")
