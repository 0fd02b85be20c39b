"""What can go wrong when people act on a case."""

from simpul.kernel.errors import Conflict, Invalid, NotFound, Refused
from simpul.kernel.words import Words


class CaseNotFound(NotFound):
    code = "SPL410"
    message = Words("Permohonan tidak ditemukan.", "The case was not found.")


class NotYourAct(Refused):
    code = "SPL411"
    message = Words("Langkah ini bukan tugas Anda.", "This step is not yours to act on.")
    hint = Words("Yang bertugas: {actor}.", "Whose turn it is: {actor}.")


class HeldByColleague(Conflict):
    code = "SPL412"
    message = Words("Langkah ini sedang dipegang {holder}.", "This step is held by {holder}.")
    hint = Words(
        "Mintalah yang bersangkutan menyerahkannya. Bila berhalangan, Bidang mengalihkan langkah Kominfo, dan rekan "
        "seinstansi mengambil alih langkah instansinya dengan alasan, pada halaman permohonan.",
        "Ask them to hand it over. If they are absent, Bidang hands on a step of Kominfo, and a colleague of the same "
        "agency takes over its step with a reason, on the case's page.",
    )


class ActAlreadyDone(Conflict):
    code = "SPL413"
    message = Words(
        "Langkah ini sudah diselesaikan oleh {first} pada {at}.", "This step was already completed by {first} at {at}."
    )
    hint = Words("Isian Anda tetap tersimpan sebagai draf.", "What you typed is kept as a draft.")


class ActNotOpen(Conflict):
    code = "SPL414"
    message = Words("Langkah ini sedang tidak terbuka.", "This step is not open now.")
    hint = Words("Muat ulang halaman permohonan.", "Reload the case's page.")


class ReasonMissing(Refused):
    code = "SPL415"
    status = 422
    message = Words("Alasan wajib diisi.", "A reason is required.")


class RowsNotShown(Refused):
    code = "SPL417"
    message = Words(
        "Berkas ini memuat baris data; hanya petugas instansi pemiliknya yang dapat membukanya.",
        "This file holds rows of data; only officers of the agency that owns them may open it.",
    )


class ChangeUnclear(Invalid):
    """A case of a live service names it; a case for a new service names none."""

    code = "SPL418"
    message = Words(
        "Permohonan perubahan atau penambahan pemanfaat harus menyebut layanan yang sudah disepakati.",
        "A case that changes a service or adds a consumer must name a service that is in force.",
    )
    hint = Words("Pilih layanannya, atau ajukan layanan baru.", "Choose the service, or ask for a new one.")


class AttachmentRefused(Refused):
    code = "SPL416"
    status = 422
    message = Words("Berkas {name} tidak dapat diterima: {cause}.", "The file {name} can't be accepted: {cause}.")
    hint = Words("Jenis yang diterima: {accepted}; paling besar 25 MB.", "Accepted kinds: {accepted}; 25 MB at most.")
